// A party sets its PIN over HTTP, by the one that holds or by an operator's code, and nobody else does.
#include <gmock/gmock.h>

#include <thread>

#include "rakkan/credentials/credential.hpp"
#include "support/api_fixture.hpp"

namespace rakkan::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kNewPin = "new-pin-of-yamada";
constexpr const char* kWrongCode = "0000-0000-0000-0000-0000";

class ApiPinChange : public ApiFixture {
 protected:
  explicit ApiPinChange(std::chrono::seconds wait = std::chrono::seconds(0)) : ApiFixture(false, {}, wait) {
    enrol("yamada", credentials::CredentialKind::party, "acme", "山田");
    enrol("shared", credentials::CredentialKind::party, "", "共");
    enrol("operator", credentials::CredentialKind::operator_seal);
    set_pin("yamada", kPin);
  }

  RawAnswer put(const std::string& by, const std::string& json, const std::string& id = "yamada") {
    return ask(request_of(by, json, id));
  }
  static ApiRequest request_of(const std::string& by, const std::string& json, const std::string& id = "yamada") {
    return {"PUT", "/v1/credentials/" + id + "/pin", by, {{"Content-Type", "application/json"}}, json};
  }
  RawAnswer by_old_pin(const std::string& by, std::string_view old_pin, std::string_view pin = kNewPin,
                       const std::string& id = "yamada") {
    return put(by, "{" + pin_member(pin) + R"(,"old_pin":")" + std::string(old_pin) + "\"}", id);
  }
  RawAnswer by_code(const std::string& by, const std::string& code, std::string_view pin = kNewPin,
                    const std::string& id = "yamada") {
    return put(by, "{" + pin_member(pin) + R"(,"code":")" + code + "\"}", id);
  }
  std::string issue(const std::string& id = "yamada") {
    const RawAnswer issued = ask_locally({"POST", "/v1/credentials/" + id + "/pin-code"});
    EXPECT_EQ(issued.status, 201U) << issued.body;
    const auto document = json(issued);
    return document.contains("code") ? std::string(document.at("code").as_string()) : std::string();
  }
  RawAnswer activate(const std::string& by, std::string_view pin, const std::string& id = "yamada") {
    return ask(post_json(
        "/v1/activations", by,
        R"({"credential":")" + id + R"(","digests":[)" + digest_json(content_) + "]," + pin_member(pin) + "}"));
  }

  const Bytes content_ = copy_of(bytes_of("what is signed"));
};

class ApiPinChangeThatWaits : public ApiPinChange {
 protected:
  ApiPinChangeThatWaits() : ApiPinChange(std::chrono::seconds(60)) {}
};

TEST_F(ApiPinChange, ByTheOldPin) {
  const RawAnswer changed = by_old_pin(acme, kPin);
  ASSERT_EQ(changed.status, 200U) << changed.body;
  EXPECT_EQ(json(changed).at("pin").as_string(), "changed");
  EXPECT_EQ(problem_of(activate(acme, kPin)), "pin-incorrect");
  EXPECT_EQ(activate(acme, kNewPin).status, 201U);
  // The entry that the answer names says who did it and by what right.
  const auto entry = json(changed).at("audit").at("entry").to_number<std::uint64_t>();
  EXPECT_EQ(
      value_or_throw(store->record(entry)).body,
      R"({"by":{"id":"key:)" + acme.substr(4, 16) + R"(","tenant":"acme"},"credential":"yamada","way":"old_pin"})");
}

TEST_F(ApiPinChange, ByACodeAPartyEnrolsThatHadNoPin) {
  enrol("fresh", credentials::CredentialKind::party, "acme", "新");
  const RawAnswer early = activate(acme, kNewPin, "fresh");
  EXPECT_EQ(early.status, 403U);
  EXPECT_EQ(problem_of(early), "pin-not-set");
  EXPECT_EQ(problem_of(by_old_pin(acme, kPin, kNewPin, "fresh")), "pin-not-set");
  EXPECT_EQ(by_code(acme, issue("fresh"), kNewPin, "fresh").status, 200U);
  EXPECT_EQ(activate(acme, kNewPin, "fresh").status, 201U);
  EXPECT_EQ(records_with(R"("credential":"fresh","way":"code")"), 1U);
}

TEST_F(ApiPinChange, TheKeyAloneNeverSuffices) {
  const RawAnswer neither = put(acme, "{" + pin_member(kNewPin) + "}");
  EXPECT_EQ(neither.status, 400U);
  EXPECT_EQ(problem_of(neither), "invalid-request");
  EXPECT_THAT(neither.body, HasSubstr(R"("where":"old_pin")"));
  EXPECT_EQ(problem_of(put(acme, "{" + pin_member(kNewPin) + R"(,"old_pin":")" + std::string(kPin) + R"(","code":")" +
                                     issue() + "\"}")),
            "invalid-request");
  EXPECT_EQ(problem_of(put(acme, R"({"old_pin":"x"})")), "invalid-request");
  EXPECT_EQ(problem_of(put(acme, "{" + pin_member(kNewPin) + R"(,"code":"x","force":true})")), "invalid-request");
  EXPECT_EQ(problem_of(ask({"PUT", "/v1/credentials/yamada/pin", acme, {{"Content-Type", "text/plain"}}, "x"})),
            "media-type-unsupported");
  EXPECT_EQ(activate(acme, kPin).status, 201U);
}

TEST_F(ApiPinChange, NeedsAKeyThatMaySignForTheCredentialsTenant) {
  const std::string code = issue();
  EXPECT_EQ(by_code("", code).status, 401U);
  EXPECT_EQ(problem_of(by_code(key("acme", {access::Scope::admin, access::Scope::audit}), code)), "scope-missing");
  const RawAnswer others = by_code(other, code);
  EXPECT_EQ(problem_of(others), "credential-unknown");
  EXPECT_EQ(problem_of(by_old_pin(other, kPin)), "credential-unknown");
  // Another tenant's credential is answered as one that never was.
  const RawAnswer nobodys = by_code(other, code, kNewPin, "nobody");
  EXPECT_EQ(others.status, nobodys.status);
  EXPECT_EQ(json(others).at("detail"), json(nobodys).at("detail"));
  EXPECT_EQ(by_code(key("acme", {access::Scope::sign}), code).status, 200U);
}

TEST_F(ApiPinChange, IsForAPartysKey) {
  EXPECT_EQ(problem_of(by_old_pin(acme, kPin, kNewPin, "operator")), "credential-type-mismatch");
  EXPECT_EQ(problem_of(ask_locally({"POST", "/v1/credentials/operator/pin-code"})), "credential-type-mismatch");
  const std::string code = issue();
  EXPECT_EQ(ask({"POST", "/v1/credentials/yamada/disable", acme}).status, 200U);
  EXPECT_EQ(problem_of(by_code(acme, code)), "credential-disabled");
  EXPECT_EQ(problem_of(ask_locally({"POST", "/v1/credentials/yamada/pin-code"})), "credential-disabled");
}

TEST_F(ApiPinChange, AWrongOldPinCountsAndLocksAsAnyOther) {
  EXPECT_EQ(problem_of(by_old_pin(acme, "wrong-pin-1")), "pin-incorrect");
  EXPECT_EQ(problem_of(activate(acme, "wrong-pin-2")), "pin-incorrect");
  EXPECT_EQ(problem_of(by_old_pin(acme, "wrong-pin-3")), "pin-incorrect");
  const RawAnswer locked = by_old_pin(acme, kPin);
  EXPECT_EQ(locked.status, 423U);
  EXPECT_EQ(problem_of(locked), "pin-locked");
  EXPECT_EQ(problem_of(activate(acme, kPin)), "pin-locked");
  // A code is the way out.
  EXPECT_EQ(by_code(acme, issue()).status, 200U);
  EXPECT_EQ(activate(acme, kNewPin).status, 201U);
}

TEST_F(ApiPinChangeThatWaits, AWrongOldPinMakesTheNextTryWait) {
  EXPECT_EQ(problem_of(by_old_pin(acme, "wrong-pin-1")), "pin-incorrect");
  const RawAnswer early = by_old_pin(acme, kPin);
  EXPECT_EQ(early.status, 429U);
  EXPECT_EQ(problem_of(early), "pin-wait");
  EXPECT_EQ(early.field("Retry-After"), "60");
  clock.advance(std::chrono::seconds(60));
  EXPECT_EQ(by_old_pin(acme, kPin).status, 200U);
}

TEST_F(ApiPinChange, ANewPinHasToBeOneByThePolicy) {
  const std::string code = issue();
  EXPECT_EQ(problem_of(by_old_pin(acme, kPin, "12345")), "invalid-request");
  EXPECT_EQ(problem_of(by_code(acme, code, "12345")), "invalid-request");
  EXPECT_EQ(by_code(acme, code).status, 200U) << "the code is as good as before";
}

TEST_F(ApiPinChange, ACodeIsUsedOnceInItsTimeForItsCredential) {
  const std::string first = issue();
  EXPECT_EQ(problem_of(by_code(acme, first, kNewPin, "shared")), "pin-code-unknown") << "of another credential";
  const std::string second = issue();
  EXPECT_EQ(problem_of(by_code(acme, first)), "pin-code-unknown") << "replaced";
  EXPECT_EQ(by_code(acme, second).status, 200U);
  const RawAnswer again = by_code(acme, second);
  EXPECT_EQ(again.status, 403U);
  EXPECT_EQ(problem_of(again), "pin-code-unknown") << "used";
  const std::string third = issue();
  clock.advance(std::chrono::hours(24));
  EXPECT_EQ(problem_of(by_code(acme, third)), "pin-code-expired");
  const RawAnswer mistyped = by_code(acme, third.substr(2));
  EXPECT_EQ(problem_of(mistyped), "invalid-request");
  EXPECT_THAT(mistyped.body, HasSubstr(R"("where":"code")"));
}

// A credential of every tenant: whoever guesses ends the code for himself, and locks no PIN.
TEST_F(ApiPinChange, WrongCodesEndTheCodeForTheTenantThatBringsThem) {
  set_pin("shared", kPin);
  const std::string code = issue("shared");
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(problem_of(by_code(other, kWrongCode, kNewPin, "shared")), "pin-code-unknown");
  }
  EXPECT_EQ(problem_of(by_code(other, code, kNewPin, "shared")), "pin-code-exhausted");
  EXPECT_EQ(activate(other, kPin, "shared").status, 201U) << "no PIN is locked";
  EXPECT_EQ(by_code(acme, code, kNewPin, "shared").status, 200U);
  EXPECT_GE(records_with(R"("code":"pin-code-unknown")"), 1U);
}

TEST_F(ApiPinChange, OneCodeFromThirtyTwoConnectionsAtOnceSetsOnePin) {
  const std::string code = issue();
  std::vector<RawAnswer> answers(32);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    threads.emplace_back([&, i] { answers[i] = by_code(acme, code, "pin-number-" + std::to_string(100 + i)); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  int set = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].status == 200U) {
      ++set;
      EXPECT_EQ(activate(acme, "pin-number-" + std::to_string(100 + i)).status, 201U);
    } else {
      EXPECT_THAT(problem_of(answers[i]), ::testing::AnyOf("pin-code-unknown", "pin-code-exhausted"));
    }
  }
  EXPECT_EQ(set, 1);
  EXPECT_EQ(records_with(R"("credential":"yamada","way":"code")"), 1U);
}

TEST_F(ApiPinChange, TheOperatorAloneGivesOutCodes) {
  const RawAnswer refused = ask({"POST", "/v1/credentials/yamada/pin-code", acme});
  EXPECT_EQ(refused.status, 403U);
  EXPECT_EQ(problem_of(refused), "operator-only");
  EXPECT_EQ(problem_of(ask({"DELETE", "/v1/credentials/yamada/pin-code", acme})), "operator-only");
  EXPECT_EQ(problem_of(ask({"POST", "/v1/credentials/yamada/pin-code", other})), "credential-unknown");
  EXPECT_EQ(problem_of(ask({"POST", "/v1/credentials/yamada/pin-code", key("acme", {access::Scope::sign})})),
            "scope-missing");
  EXPECT_GE(records_with("\"operator-only\""), 1U);

  const RawAnswer issued = ask_locally({"POST", "/v1/credentials/yamada/pin-code"});
  ASSERT_EQ(issued.status, 201U);
  EXPECT_EQ(issued.field("Cache-Control"), "no-store");
  EXPECT_EQ(json(issued).at("expires").as_string(), to_rfc3339(clock.now() + std::chrono::hours(24)));
  EXPECT_EQ(ask_locally({"DELETE", "/v1/credentials/yamada/pin-code"}).status, 200U);
  EXPECT_EQ(problem_of(ask_locally({"DELETE", "/v1/credentials/yamada/pin-code"})), "pin-code-unknown");
  EXPECT_EQ(problem_of(by_code(acme, std::string(json(issued).at("code").as_string()))), "pin-code-unknown");
}

TEST_F(ApiPinChange, ACodeEndsOpenActivationsAndTheOldPinDoesNot) {
  const auto token_of = [&](const RawAnswer& answer) {
    EXPECT_EQ(answer.status, 201U) << answer.body;
    return std::string(json(answer).at("activation").as_string());
  };
  const auto sign = [&](const std::string& token) {
    return ask(post_json("/v1/cms", acme, party_cms(content_, R"("activation":")" + token + "\"")));
  };
  const std::string kept = token_of(activate(acme, kPin));
  ASSERT_EQ(by_old_pin(acme, kPin).status, 200U);
  EXPECT_EQ(sign(kept).status, 200U);
  const std::string ended = token_of(activate(acme, kNewPin));
  ASSERT_EQ(by_code(acme, issue(), "third-pin-of-yamada").status, 200U);
  EXPECT_EQ(problem_of(sign(ended)), "activation-unknown");
}

// Secrets of the requests are in no file afterwards: not in the log, not in the store, not in the audit log.
TEST_F(ApiPinChange, LeavesNoSecretInAnyFile) {
  const std::string wrong_code = "ABCD-EFGH-JKMN-PQRS-TVWX";
  const std::string code = issue();
  const std::string unused = issue("shared");
  EXPECT_EQ(by_old_pin(acme, "a-wrong-old-pin", "pin-never-set").status, 403U);
  EXPECT_EQ(by_code(acme, wrong_code, "pin-never-set-too").status, 403U);
  EXPECT_EQ(put(acme, "{" + pin_member(kNewPin) + R"(,"code":")" + code).status, 400U) << "broken off";
  ApiRequest once = request_of(acme, "{" + pin_member(kNewPin) + R"(,"code":")" + code + "\"}");
  once.headers["Idempotency-Key"] = "once";
  EXPECT_EQ(ask(once).status, 200U);
  EXPECT_EQ(by_old_pin(acme, kNewPin, "third-pin-of-yamada").status, 200U);
  stop();
  const auto files_with = [&](const std::string& text) {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
      if (entry.is_regular_file() && content_of(entry.path()).find(text) != std::string::npos) {
        found.push_back(entry.path().filename().string());
      }
    }
    return found;
  };
  ASSERT_THAT(files_with("/v1/credentials/{id}/pin"), Not(IsEmpty())) << "the search finds what is there";
  const auto plain = [](std::string text) {
    std::erase(text, '-');
    return text;
  };
  for (const std::string& secret : {code, plain(code), unused, plain(unused), wrong_code, plain(wrong_code),
                                    std::string(kPin), std::string(kNewPin), std::string("a-wrong-old-pin"),
                                    std::string("pin-never-set"), std::string("third-pin-of-yamada")}) {
    EXPECT_THAT(files_with(secret), IsEmpty()) << secret;
  }
}

}  // namespace
}  // namespace rakkan::test
