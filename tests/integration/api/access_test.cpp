// The callers who are let in: keys, scopes, addresses, tenants.
#include "rakkan/credentials/credential.hpp"
#include "support/api_fixture.hpp"

namespace rakkan::test {
namespace {

using access::Scope;
using credentials::CredentialKind;
using testing::HasSubstr;
using testing::Not;

class ApiAccess : public ApiFixture {
 protected:
  RawAnswer list(const std::string& api_key, std::map<std::string, std::string> headers = {}) {
    return ask({"GET", "/v1/credentials", api_key, std::move(headers)});
  }
};

TEST_F(ApiAccess, AKeyIsNeededAndMustBeKnown) {
  const RawAnswer missing = list("");
  EXPECT_EQ(missing.status, 401U);
  EXPECT_EQ(problem_of(missing), "api-key-missing");
  EXPECT_EQ(missing.field("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(problem_of(ask({"GET", "/v1/credentials", "", {{"Authorization", "Basic YTpi"}}})), "api-key-missing");
  EXPECT_EQ(problem_of(list("rkn_0123456789abcdef_" + std::string(43, 'A'))), "api-key-unknown");
  EXPECT_EQ(problem_of(list("x")), "api-key-unknown");
  EXPECT_EQ(list(acme).status, 200U);
  EXPECT_EQ(ask({"GET", "/v1/credentials", "", {{"authorization", "bearer " + acme}}}).status, 200U);
}

TEST_F(ApiAccess, AKeyEndsWithItsTimeAndWhenItIsRevoked) {
  const std::string text = key("acme", {Scope::sign}, {}, clock.now() + std::chrono::hours(1));
  EXPECT_EQ(list(text).status, 200U);
  clock.advance(std::chrono::hours(1));
  EXPECT_EQ(problem_of(list(text)), "api-key-expired");
  const std::string second = key("acme", {Scope::sign});
  ASSERT_EQ(ask({"DELETE", "/v1/keys/" + second.substr(4, 16), acme}).status, 200U);
  EXPECT_EQ(problem_of(list(second)), "api-key-expired");
}

TEST_F(ApiAccess, EachRouteNeedsItsScope) {
  const std::string signer = key("acme", {Scope::sign});
  const std::string auditor = key("acme", {Scope::audit});
  EXPECT_EQ(problem_of(ask({"GET", "/v1/keys", signer})), "scope-missing");
  EXPECT_EQ(problem_of(ask({"GET", "/v1/audit/checkpoint", signer})), "scope-missing");
  EXPECT_EQ(problem_of(ask({"GET", "/v1/credentials", auditor})), "scope-missing");
  EXPECT_EQ(problem_of(ask(post_json("/v1/cms", auditor, "{}"))), "scope-missing");
  EXPECT_EQ(problem_of(ask(post_json("/v1/activations", auditor, "{}"))), "scope-missing");
  EXPECT_EQ(problem_of(ask({"POST", "/tsa", signer, {{"Content-Type", "application/timestamp-query"}}, "x"})),
            "scope-missing");
  EXPECT_EQ(problem_of(ask({"POST", "/v1/signatures", auditor, {{"Content-Type", "multipart/form-data; boundary=b"}}})),
            "scope-missing");
}

TEST_F(ApiAccess, ForeignAddressesAreRefused) {
  const std::string text = key("acme", {Scope::sign}, {"192.0.2.0/24"});
  EXPECT_EQ(problem_of(list(text)), "address-not-allowed");
  EXPECT_EQ(list(text, {{"X-Forwarded-For", "192.0.2.7"}}).status, 200U) << "127.0.0.1 is a trusted proxy here";
  EXPECT_EQ(problem_of(list(text, {{"X-Forwarded-For", "192.0.2.7, 198.51.100.1"}})), "address-not-allowed");
}

TEST_F(ApiAccess, RefusalsAreInTheTrailAndRepeatedOnesAreOne) {
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(list("").status, 401U);
  }
  const std::string signer = key("acme", {Scope::sign});
  EXPECT_EQ(ask({"GET", "/v1/keys", signer}).status, 403U);
  ASSERT_TRUE(eventually([&] { return records_with("scope-missing") != 0; })) << "the last refusal is not recorded";
  EXPECT_EQ(records_with("api-key-missing"), 1U);
  EXPECT_EQ(records_with(R"("action":"GET /v1/keys","peer":"127.0.0.1","key":")" + signer.substr(4, 16)), 1U);
}

TEST_F(ApiAccess, AFloodWithoutAKeyCostsNoLineEach) {
  const auto lines_with = [&](std::string_view text) {
    const std::string log = content_of(log_file());
    std::size_t found = 0;
    for (std::size_t at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) {
      ++found;
    }
    return found;
  };
  for (int i = 0; i < 60; ++i) {
    EXPECT_EQ(list("").status, 401U);
  }
  EXPECT_EQ(problem_of(list("x")), "api-key-unknown") << "of another kind";
  EXPECT_EQ(ask({"GET", "/problems/overloaded"}).status, 200U);
  ASSERT_TRUE(eventually([&] { return lines_with("\"route\":\"/problems/{code}\"") == 1; }));
  EXPECT_EQ(lines_with("\"error\":\"api-key-missing\""), 1U) << "told at once, then counted";
  EXPECT_EQ(lines_with("\"error\":\"api-key-unknown\""), 1U);
  server.reset();
  metrics_server.reset();
  api.reset();  // counts of refusals are recorded at the end at the latest
  ASSERT_TRUE(eventually([&] { return lines_with("\"msg\":\"requests were refused\"") == 1; }));
  EXPECT_EQ(lines_with("\"error\":\"api-key-missing\",\"times\":59,\"addresses\":1,"), 1U);
}

TEST_F(ApiAccess, CredentialsOfAnotherTenantAreNotEvenNamed) {
  enrol_all();
  const RawAnswer mine = list(acme);
  EXPECT_THAT(mine.body, HasSubstr(R"("id":"yamada")"));
  EXPECT_THAT(mine.body, HasSubstr(R"("id":"operator")"));
  EXPECT_THAT(mine.body, Not(HasSubstr("sato")));
  EXPECT_THAT(list(other).body, Not(HasSubstr("yamada")));
}

TEST_F(ApiAccess, KeysAreMadeListedAndRevokedWithinTheTenant) {
  const RawAnswer made = ask(post_json("/v1/keys", acme,
                                       R"({"label":"本番","scopes":["sign"],"addresses":["127.0.0.0/8"],)"
                                       R"("expires":"2099-01-01T00:00:00Z"})"));
  ASSERT_EQ(made.status, 201U) << made.body;
  const std::string text(json(made).at("key").as_string());
  EXPECT_EQ(json(made).at("tenant").as_string(), "acme");
  EXPECT_EQ(list(text).status, 200U);
  EXPECT_THAT(ask({"GET", "/v1/keys", acme}).body, HasSubstr(text.substr(4, 16)));
  EXPECT_THAT(ask({"GET", "/v1/keys", acme}).body, Not(HasSubstr(text.substr(21)))) << "shown once";
  EXPECT_THAT(ask({"GET", "/v1/keys", other}).body, Not(HasSubstr(text.substr(4, 16))));
  const std::string path = "/v1/keys/" + text.substr(4, 16);
  EXPECT_EQ(ask({"DELETE", path, other}).status, 404U);
  EXPECT_EQ(list(text).status, 200U) << "another tenant's admin revokes nothing";
  EXPECT_EQ(ask({"DELETE", path, acme}).status, 200U);
  EXPECT_EQ(problem_of(list(text)), "api-key-expired");
}

TEST_F(ApiAccess, AKeyMakesNoneThatMayMoreAndEndsWithThoseItMade) {
  const Instant end = clock.now() + std::chrono::hours(24);
  const std::string admin = key("acme", {Scope::admin, Scope::sign}, {"127.0.0.0/8"}, end);
  const auto refused = [&](const std::string& body, const std::string& member) {
    const RawAnswer answer = ask(post_json("/v1/keys", admin, body));
    EXPECT_EQ(answer.status, 403U) << answer.body;
    EXPECT_EQ(problem_of(answer), "key-exceeds-maker");
    EXPECT_THAT(answer.body, HasSubstr(R"("where":")" + member + "\""));
  };
  refused(R"({"label":"x","scopes":["sign","audit"]})", "scopes");
  refused(R"({"label":"x","scopes":["sign"],"addresses":["0.0.0.0/0"]})", "addresses");
  refused(R"({"label":"x","scopes":["sign"],"expires":"2999-01-01T00:00:00Z"})", "expires");
  EXPECT_TRUE(eventually([&] { return records_with("key-exceeds-maker") > 0; })) << "a refusal";

  const RawAnswer made = ask(post_json("/v1/keys", admin, R"({"label":"x","scopes":["sign"]})"));
  ASSERT_EQ(made.status, 201U) << made.body;
  const auto described = json(made);
  EXPECT_EQ(described.at("maker").as_string(), admin.substr(4, 16));
  EXPECT_EQ(described.at("expires").as_string(), to_rfc3339(end));
  EXPECT_EQ(described.at("addresses").as_array().size(), 1U);
  const std::string child(described.at("key").as_string());
  EXPECT_EQ(list(child).status, 200U);
  EXPECT_EQ(problem_of(list(child, {{"X-Forwarded-For", "192.0.2.7"}})), "address-not-allowed");
  ASSERT_EQ(ask({"DELETE", "/v1/keys/" + admin.substr(4, 16), acme}).status, 200U);
  EXPECT_EQ(problem_of(list(child)), "api-key-expired");
  EXPECT_EQ(records_with(R"("made_by_it":[")" + child.substr(4, 16)), 1U);
}

TEST_F(ApiAccess, BadKeyRequestsNameWhatIsWrong) {
  const auto where = [&](const std::string& body) {
    const auto problem = json(ask(post_json("/v1/keys", acme, body)));
    const auto* place = problem.if_contains("where");
    return place != nullptr ? std::string(place->as_string()) : std::string();
  };
  EXPECT_EQ(where(R"({"label":"x","scopes":["root"]})"), "scopes[0]");
  EXPECT_EQ(where(R"({"label":"x","scopes":["sign"],"tenant":"other"})"), "tenant");
  EXPECT_EQ(where(R"({"label":"x","scopes":["sign"],"addresses":["10.0.0.1/8"]})"), "addresses");
  EXPECT_EQ(where(R"({"label":"x","scopes":["sign"],"expires":"tomorrow"})"), "expires");
  EXPECT_EQ(problem_of(ask({"POST", "/v1/keys", acme, {{"Content-Type", "text/plain"}}, "{}"})),
            "media-type-unsupported");
}

}  // namespace
}  // namespace rakkan::test
