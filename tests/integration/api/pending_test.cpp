// A signature whose timestamp cannot be had, over HTTP: its problem, its state, and every way to its end.
#include "rakkan/base/base64.hpp"
#include "rakkan/cms/signed_data.hpp"
#include "support/api_fixture.hpp"
#include "support/pdf_builder.hpp"

namespace rakkan::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ApiPending : public ApiFixture {
 protected:
  ApiPending() { enrol_all(); }

  // The unit's key fails until repair(): each B-T signature is left pending.
  void break_unit() { keys_in_memory.at("tsu").failure = ErrorCode::hsm_device_gone; }
  void repair_unit() { keys_in_memory.at("tsu").failure.reset(); }
  int uses_of_key() { return keys_in_memory.at("operator").signatures; }

  // The same request each time: its instruction was given once.
  RawAnswer cms(const std::string& idempotency_key = "") {
    if (cms_request_.empty()) {
      cms_request_ = timestamped(witness_cms(document_));
    }
    ApiRequest request = post_json("/v1/cms", acme, cms_request_);
    if (!idempotency_key.empty()) {
      request.headers["Idempotency-Key"] = idempotency_key;
    }
    return ask(request);
  }
  static std::string timestamped(std::string json) { return json.replace(json.find("B-B"), 3, "B-T"); }
  // The id of a signature that is left pending.
  std::string left_pending(const std::string& idempotency_key = "") {
    const RawAnswer answer = cms(idempotency_key);
    EXPECT_EQ(problem_of(answer), "signature-pending") << answer.body;
    return std::string(json(answer).at("signature_id").as_string());
  }
  RawAnswer get(const std::string& id) { return ask({"GET", "/v1/signatures/" + id, acme}); }
  RawAnswer post(const std::string& id, const std::string& verb, const std::string& key) {
    return ask({"POST", "/v1/signatures/" + id + ":" + verb, key});
  }

  const Bytes document_ = sample_pdf();

 private:
  std::string cms_request_;
};

TEST_F(ApiPending, TheProblemSaysWhichSignatureItIsAndWhenToComeAgain) {
  break_unit();
  const RawAnswer answer = cms();
  EXPECT_EQ(answer.status, 503U);
  EXPECT_EQ(problem_of(answer), "signature-pending");
  const auto problem = json(answer);
  EXPECT_THAT(std::string(problem.at("signature_id").as_string()), StartsWith("sig_"));
  EXPECT_EQ(problem.at("state").as_string(), "pending");
  EXPECT_EQ(problem.at("level").as_string(), "B-T");
  EXPECT_EQ(problem.at("missing").as_string(), "timestamp");
  EXPECT_EQ(problem.at("reason").as_string(), "hsm-device-gone");
  EXPECT_TRUE(problem.at("retryable").as_bool());
  EXPECT_GE(std::stoi(answer.field("Retry-After")), 1);
  EXPECT_EQ(uses_of_key(), 1);
}

TEST_F(ApiPending, TheStateIsToldUntilTheSignatureIsThere) {
  break_unit();
  const std::string id = left_pending();
  for (const char* const accept : {"application/json", "application/vnd.rakkan.tail"}) {
    const RawAnswer pending = ask({"GET", "/v1/signatures/" + id, acme, {{"Accept", accept}}});
    EXPECT_EQ(pending.status, 202U);
    EXPECT_EQ(pending.field("Content-Type"), "application/json");
    EXPECT_GE(std::stoi(pending.field("Retry-After")), 1);
    EXPECT_EQ(json(pending).at("state").as_string(), "pending");
    EXPECT_EQ(json(pending).at("reason").as_string(), "hsm-device-gone");
  }
  repair_unit();
  const RawAnswer finished = post(id, "finish", acme);
  ASSERT_EQ(finished.status, 200U) << finished.body;
  const RawAnswer found = get(id);
  EXPECT_EQ(found.status, 200U);
  EXPECT_EQ(json(found).at("facts"), json(finished).at("facts"));
  EXPECT_EQ(uses_of_key(), 1);
}

TEST_F(ApiPending, TheSameRequestNeverSignsAgain) {
  break_unit();
  const std::string id = left_pending("order-1");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(left_pending("order-1"), id);
  }
  repair_unit();
  EXPECT_EQ(left_pending("order-1"), id) << "it is not its turn yet";
  clock.advance(std::chrono::minutes(2));  // both, or the unit sees a clock that was set
  monotonic.advance(std::chrono::minutes(2));
  ASSERT_TRUE(eventually([&] { return get(id).status == 200; })) << "the service completes it by itself";
  const RawAnswer answer = cms("order-1");
  EXPECT_EQ(answer.status, 200U) << answer.body;
  EXPECT_EQ(json(answer).at("signature_id").as_string(), id);
  EXPECT_EQ(answer.field("Idempotency-Replayed"), "true");
  EXPECT_EQ(uses_of_key(), 1);
  EXPECT_EQ(records_with("intent_of"), 1U);
}

TEST_F(ApiPending, ADocumentIsCompletedWithoutItself) {
  break_unit();
  ApiRequest request = form(acme, witness(document_, "B-T"), document_);
  request.headers["Idempotency-Key"] = "order-1";
  const RawAnswer refused = ask(request);
  ASSERT_EQ(problem_of(refused), "signature-pending") << refused.body;
  const std::string id(json(refused).at("signature_id").as_string());
  repair_unit();
  const RawAnswer finished = post(id, "finish", acme);
  ASSERT_EQ(finished.status, 200U) << finished.body;
  const auto tail = from_base64(std::string(json(finished).at("tail").as_string()));
  ASSERT_TRUE(tail);
  Bytes whole = document_;
  append(whole, *tail);
  const auto verdict = run_command({"pdfsig", write_bytes(folder.path() / "signed.pdf", whole).string()});
  EXPECT_THAT(verdict.output, HasSubstr("Signature is Valid"));
  EXPECT_THAT(verdict.output, HasSubstr("Total document signed"));
  const RawAnswer again = ask(request);
  ASSERT_EQ(again.status, 200U) << again.body;
  EXPECT_EQ(again.body, std::string(text_of(whole)));
  EXPECT_EQ(uses_of_key(), 1);
}

TEST_F(ApiPending, AnotherTenantsIsUnknown) {
  break_unit();
  const std::string id = left_pending();
  const auto without_instance = [](const RawAnswer& answer) {
    auto problem = json(answer);
    problem.erase("instance");
    problem.erase("where");  // the id that was asked for
    return boost::json::serialize(problem);
  };
  const std::string nothing(id.size(), '0');
  for (const char* const verb : {"", ":finish", ":abandon"}) {
    const std::string method = *verb == '\0' ? "GET" : "POST";
    const RawAnswer theirs = ask({method, "/v1/signatures/" + id + verb, other});
    EXPECT_EQ(theirs.status, 404U) << verb;
    const std::string unknown = without_instance(ask({method, "/v1/signatures/" + nothing + verb, other}));
    EXPECT_EQ(without_instance(theirs), unknown);
  }
  EXPECT_EQ(ask({"GET", "/v1/signatures:pending", other}).body, "{\"signatures\":[]}\n");
  const RawAnswer own = ask({"GET", "/v1/signatures:pending", acme});
  EXPECT_THAT(own.body, HasSubstr(id));
  EXPECT_THAT(own.body, Not(HasSubstr("tenant")));
  EXPECT_THAT(ask_locally({"GET", "/v1/signatures:pending"}).body, HasSubstr(R"("tenant":"acme")"));
  EXPECT_EQ(get(id).status, 202U);
}

TEST_F(ApiPending, ALineOfABatchIsPendingLikeAnyOther) {
  break_unit();
  const std::string line = timestamped(witness_cms(document_));
  const std::string with_key = line.substr(0, line.size() - 1) + R"(,"idempotency_key":"line-1"})";
  const ApiRequest batch{"POST", "/v1/cms:batch", acme, {{"Content-Type", "application/x-ndjson"}}, with_key + "\n"};
  const auto first = json(ask(batch));
  ASSERT_EQ(first.at("status").as_int64(), 503);
  const auto& problem = first.at("problem").as_object();
  EXPECT_EQ(problem.at("code").as_string(), "signature-pending");
  const std::string id(problem.at("signature_id").as_string());
  repair_unit();
  ASSERT_EQ(post(id, "finish", acme).status, 200U);
  const auto again = json(ask(batch));
  ASSERT_EQ(again.at("status").as_int64(), 200);
  EXPECT_EQ(again.at("result").as_object().at("signature_id").as_string(), id);
  EXPECT_EQ(uses_of_key(), 1);
}

TEST_F(ApiPending, AnAdministratorGivesItUp) {
  break_unit();
  const std::string id = left_pending("order-1");
  const std::string signer = key("acme", {access::Scope::sign});
  EXPECT_EQ(problem_of(post(id, "abandon", signer)), "scope-missing");
  const RawAnswer given_up = post(id, "abandon", acme);
  ASSERT_EQ(given_up.status, 200U) << given_up.body;
  EXPECT_EQ(json(given_up).at("state").as_string(), "abandoned");
  EXPECT_EQ(get(id).status, 404U);
  EXPECT_EQ(records_with(R"("why":"asked")"), 1U);
  repair_unit();
  const RawAnswer anew = cms("order-1");
  ASSERT_EQ(anew.status, 200U) << anew.body;
  EXPECT_NE(json(anew).at("signature_id").as_string(), id);
  EXPECT_EQ(uses_of_key(), 2);
}

TEST_F(ApiPending, WhoeverAsksTooLateIsTold) {
  break_unit();
  const std::string id = left_pending("order-1");
  clock.advance(std::chrono::hours(24));
  ASSERT_TRUE(eventually([&] { return get(id).status == 404; })) << "the service gives it up by itself";
  EXPECT_EQ(records_with(R"("why":"window")"), 1U);
}

TEST_F(ApiPending, AnErasureTakesItToo) {
  break_unit();
  const std::string id = left_pending("order-1");
  const RawAnswer erased = ask(post_json("/v1/audit/erase", acme, R"({"subject":"u-1"})"));
  ASSERT_EQ(erased.status, 200U) << erased.body;
  EXPECT_EQ(get(id).status, 404U);
  EXPECT_EQ(ask({"GET", "/v1/signatures:pending", acme}).body, "{\"signatures\":[]}\n");
  EXPECT_EQ(records_with(R"("why":"erased")"), 1U);
  EXPECT_EQ(value_or_throw(store->kept_signatures()).size(), 0U);
  EXPECT_EQ(value_or_throw(store->records_about("u-1")).size(), 0U);
}

TEST_F(ApiPending, MetricsCountIt) {
  break_unit();
  const std::string first = left_pending();
  const std::string second = left_pending();
  const auto text = [&] { return ask({"GET", "/metrics"}, metrics_server->port()).body; };
  EXPECT_THAT(text(), HasSubstr("rakkan_signatures_pending{state=\"waiting\"} 2\n"));
  repair_unit();
  EXPECT_EQ(post(first, "finish", acme).status, 200U);
  EXPECT_EQ(post(second, "abandon", acme).status, 200U);
  EXPECT_THAT(text(), HasSubstr("rakkan_signatures_pending{state=\"waiting\"} 0\n"));
  EXPECT_THAT(text(), HasSubstr("rakkan_signatures_resumed_total{outcome=\"made\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("rakkan_signatures_resumed_total{outcome=\"abandoned\"} 1\n"));
}

}  // namespace
}  // namespace rakkan::test
