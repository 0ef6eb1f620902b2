// Rights of administration: the operator over the Unix socket has all of them, an API key those over its tenant's
// things alone.
#include "support/api_fixture.hpp"

namespace rakkan::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ApiAdministration : public ApiFixture {
 protected:
  ApiAdministration() { enrol_all(); }
  static std::string credential(const std::string& id, const std::string& more = "") {
    return R"({"id":")" + id + R"(","kind":"party","party":"p","key_kind":"p-256")" + more + "}";
  }
  // Waits until a checkpoint covers the trail as it is now, and returns the trail's size.
  [[nodiscard]] std::uint64_t covered() {
    const std::uint64_t size = trail->size(audit::Journal::trail);
    EXPECT_TRUE(eventually(
        [&] { return ask_locally({"GET", "/v1/audit/entries/" + std::to_string(size - 1)}).status == 200U; }));
    return size;
  }
};

TEST_F(ApiAdministration, TheOperatorNeedsNoKeyAndIsNamedInTheTrail) {
  const RawAnswer made = ask_locally(post_json("/v1/credentials", "", credential("sealed", R"(,"tenant":"acme")")));
  ASSERT_EQ(made.status, 201U) << made.body;
  EXPECT_EQ(json(made).at("tenant").as_string(), "acme");
  EXPECT_EQ(records_with(R"("by":{"id":"local:)" + std::to_string(::geteuid()) + R"("},"credential":"sealed")"), 1U);
  EXPECT_EQ(ask({"POST", "/v1/credentials", ""}).status, 401U) << "over the network nobody is the operator";
}

TEST_F(ApiAdministration, TheOperatorSeesWhatIsEverybodys) {
  const std::string local = ask_locally({"GET", "/v1/credentials"}).body;
  EXPECT_THAT(local, testing::AllOf(HasSubstr("\"yamada\""), HasSubstr("\"sato\""), HasSubstr("\"token\"")));
  const std::string ours = ask({"GET", "/v1/credentials", acme}).body;
  EXPECT_THAT(ours, testing::AllOf(HasSubstr("\"yamada\""), Not(HasSubstr("\"sato\"")), Not(HasSubstr("\"token\""))));
  EXPECT_THAT(ask_locally({"GET", "/v1/tenants"}).body, testing::AllOf(HasSubstr("acme"), HasSubstr("other")));
  EXPECT_THAT(ask({"GET", "/v1/tenants", acme}).body, Not(HasSubstr("other")));
  EXPECT_THAT(ask_locally({"GET", "/v1/keys"}).body, HasSubstr("other"));
}

TEST_F(ApiAdministration, AnAdministratorsKeyListsCredentialsWithoutTheScopeSign) {
  const std::string admin = key("acme", {access::Scope::admin});
  EXPECT_EQ(ask({"GET", "/v1/credentials", admin}).status, 200U);
  EXPECT_EQ(problem_of(ask({"GET", "/v1/credentials", key("acme", {access::Scope::audit})})), "scope-missing");
}

TEST_F(ApiAdministration, AKeyChangesItsTenantsCredentialsAlone) {
  EXPECT_EQ(ask(post_json("/v1/credentials", acme, credential("own"))).status, 201U);
  EXPECT_EQ(problem_of(ask({"POST", "/v1/credentials/operator/disable", acme})), "operator-only");
  EXPECT_EQ(problem_of(ask({"POST", "/v1/credentials/sato/disable", acme})), "credential-unknown");
  for (const char* path : {"/v1/credentials/operator/rotate", "/v1/credentials/operator/csr",
                           "/v1/credentials/operator/certificate", "/v1/credentials/operator/pin-reset"}) {
    EXPECT_EQ(problem_of(ask(post_json(path, acme, R"({"subject":"CN=x"})"))), "operator-only") << path;
    std::string others = path;
    others.replace(others.find("operator"), 8, "sato");
    EXPECT_EQ(problem_of(ask(post_json(others, acme, R"({"subject":"CN=x"})"))), "credential-unknown") << others;
  }
  EXPECT_TRUE(eventually([&] { return records_with("\"operator-only\"") > 0; })) << "the refusal is not recorded";
  EXPECT_EQ(ask({"POST", "/v1/credentials/own/disable", acme}).status, 200U);
  EXPECT_EQ(ask({"POST", "/v1/credentials/sato/disable", other}).status, 200U);
}

TEST_F(ApiAdministration, OnlyTheOperatorChoosesWhereAKeyLiesAndWhoseItIs) {
  for (const char* more :
       {R"(,"token":"operator")", R"(,"key_label":"operator")", R"(,"key_id":"00")", R"(,"tenant":"other")"}) {
    EXPECT_EQ(problem_of(ask(post_json("/v1/credentials", acme, credential("x", more)))), "operator-only") << more;
  }
  EXPECT_EQ(problem_of(ask(post_json("/v1/credentials", acme, R"({"id":"x","kind":"tsu"})"))), "operator-only");
  EXPECT_EQ(problem_of(ask(post_json("/v1/credentials:adopt", acme, credential("x")))), "operator-only");
  EXPECT_EQ(problem_of(ask(post_json("/v1/keys", acme, R"({"tenant":"other","label":"x","scopes":["sign"]})"))),
            "operator-only");
}

TEST_F(ApiAdministration, ACertificateThatIsImportedSignsAtOnce) {
  ASSERT_EQ(ask(post_json("/v1/credentials", acme, R"({"id":"fresh","kind":"operator","key_kind":"p-256"})")).status,
            201U);
  const std::string pem = certificate_for("fresh", credentials::CredentialKind::operator_seal);
  const RawAnswer taken = ask({"POST",
                               "/v1/credentials/fresh/certificate",
                               acme,
                               {{"Content-Type", "application/pem-certificate-chain"}},
                               pem});
  ASSERT_EQ(taken.status, 200U) << taken.body;
  const Bytes content = copy_of(bytes_of("content"));
  std::string request = witness_cms(content);
  request.replace(request.find("operator"), 8, "fresh");
  EXPECT_EQ(ask(post_json("/v1/cms", acme, request)).status, 200U);
}

TEST_F(ApiAdministration, ANextKeyIsMadeCertifiedAndTakesOverAtItsTime) {
  const auto import = [&](const std::string& query) {
    return ask({"POST",
                "/v1/credentials/yamada/certificate" + query,
                acme,
                {{"Content-Type", "application/pem-certificate-chain"}},
                certificate_for("yamada", credentials::CredentialKind::party)});
  };
  const auto generations = [&] {
    std::string text;
    const auto credential = json(ask({"GET", "/v1/credentials/yamada", acme}));
    for (const boost::json::value& one : credential.at("generations").as_array()) {
      text += std::string(one.at("status").as_string()) + " ";
    }
    return text;
  };
  const std::string former(
      json(ask({"GET", "/v1/credentials/yamada", acme})).at("certificate").at("sha256").as_string());
  EXPECT_EQ(problem_of(import("?at=2099-01-01T00:00:00Z")), "invalid-request") << "there is no next key";
  for (const char* more :
       {R"({"token":"operator"})", R"({"key_label":"x"})", R"({"key_id":"00"})", R"({"adopt":true})"}) {
    EXPECT_EQ(problem_of(ask(post_json("/v1/credentials/yamada/rotate", acme, more))), "operator-only") << more;
  }
  EXPECT_EQ(problem_of(ask(post_json("/v1/credentials/yamada/rotate", acme, R"({"suite":"ecdsa-sha384"})"))),
            "digest-algorithm-mismatch");
  const RawAnswer made = ask(post_json("/v1/credentials/yamada/rotate", acme, R"({"key_kind":"rsa-2048"})"));
  ASSERT_EQ(made.status, 201U) << made.body;
  EXPECT_EQ(generations(), "current uncertified ");
  EXPECT_EQ(problem_of(ask(post_json("/v1/credentials/yamada/rotate", acme, "{}"))), "already-exists");
  const auto request = json(ask(post_json("/v1/credentials/yamada/csr", acme, R"({"subject":"CN=x"})")));
  EXPECT_EQ(request.at("generation").to_number<int>(), 2);
  EXPECT_EQ(import("?at=soon").status, 400U);
  EXPECT_EQ(problem_of(import("?at=2020-01-01T00:00:00Z")), "invalid-request");
  ASSERT_EQ(import("?at=2029-01-01T00:00:00Z").status, 200U);
  EXPECT_EQ(generations(), "current scheduled ");
  ASSERT_EQ(import("").status, 200U);
  EXPECT_EQ(generations(), "former current ");
  EXPECT_THAT(ask({"GET", "/v1/credentials/yamada", acme}).body, HasSubstr(former)) << "the old one stays findable";
  EXPECT_THAT(ask({"GET", "/v1/credentials/yamada", acme}).body, Not(HasSubstr("key_id")));
  const Bytes content = copy_of(bytes_of("content"));
  const RawAnswer signature = ask(post_json("/v1/cms", acme, party_cms(content, pin_member(kPin))));
  ASSERT_EQ(signature.status, 200U) << signature.body;
  const auto facts = json(signature).at("facts").as_object();
  EXPECT_EQ(facts.at("generation").to_number<int>(), 2);
  EXPECT_EQ(facts.at("certificate").at("value"),
            json(ask({"GET", "/v1/credentials/yamada", acme})).at("certificate").at("sha256"));
}

TEST_F(ApiAdministration, RecordsOfOthersAreWithheldAndNotErased) {
  const Bytes content = copy_of(bytes_of("content"));
  ASSERT_EQ(ask(post_json("/v1/cms", acme, party_cms(content, pin_member(kPin)))).status, 200U);
  const std::uint64_t size = covered();
  for (std::uint64_t index = 0; index < size; ++index) {
    const std::string path = "/v1/audit/entries/" + std::to_string(index);
    const auto local = json(ask_locally({"GET", path}));
    const std::string text = boost::json::serialize(local);
    const auto theirs = json(ask({"GET", path, other}));
    if (text.find("acme") != std::string::npos || text.find("signature.") != std::string::npos) {
      EXPECT_EQ(theirs.at("record").as_string(), "withheld") << text;
      EXPECT_THAT(boost::json::serialize(theirs), Not(HasSubstr("acme")));
    }
  }
  // The intent and the outcome are about 山田, of acme.
  const std::string about = R"({"subject":"山田"})";
  EXPECT_EQ(json(ask(post_json("/v1/audit/erase", other, about))).at("erased").as_array().size(), 0U);
  EXPECT_GE(json(ask(post_json("/v1/audit/erase", acme, about))).at("erased").as_array().size(), 1U);
  EXPECT_TRUE(json(ask(post_json("/v1/audit/verify", acme, "{}"))).at("verified").as_bool());
}

TEST_F(ApiAdministration, AnErasureReachesCachedEvidence) {
  const Bytes content = copy_of(bytes_of("content"));
  ASSERT_EQ(ask(post_json("/v1/cms", acme, party_cms(content, pin_member(kPin)))).status, 200U);
  // A row that memory does not know, and that nobody can read: it may speak of anybody's certificate.
  const auto bytes = std::make_shared<const Bytes>(copy_of(bytes_of("<山田>")));
  ASSERT_THAT(store->change_evidence({{}, {{"ocsp", "", clock.now(), clock.now(), bytes}}}), IsOk());
  const auto cached = [&] { return value_or_throw(store->evidence_keys()).size(); };
  const std::string about = R"({"subject":"山田"})";
  EXPECT_EQ(ask(post_json("/v1/audit/erase", other, about)).status, 200U);
  EXPECT_EQ(cached(), 1U) << "another tenant sees neither records nor credential";
  EXPECT_EQ(ask(post_json("/v1/audit/erase", acme, about)).status, 200U);
  EXPECT_EQ(cached(), 0U);
}

TEST_F(ApiAdministration, ABackupIsTheOperatorsOnTheServersMachine) {
  static_cast<void>(covered());
  const TemporaryFolder to;
  const std::string target = (to.path() / "backup").string();
  const std::string order = R"({"folder":")" + target + "\"}";
  const RawAnswer remote = ask(post_json("/v1/backup", acme, order));
  EXPECT_EQ(problem_of(remote), "operator-only");
  EXPECT_THAT(remote.body, HasSubstr("onto its own machine"));
  EXPECT_EQ(problem_of(ask(post_json("/v1/backup", "", order))), "api-key-missing");
  EXPECT_FALSE(std::filesystem::exists(target));
  for (const char* wrong : {R"({"folder":"backup"})", R"({"folder":"/"})", "{}",
                            R"({"folder":"/tmp/x","with_pins":true})", R"({"folder":"/none-such/backup"})"}) {
    EXPECT_EQ(problem_of(ask_locally(post_json("/v1/backup", "", wrong))), "invalid-request") << wrong;
  }
  EXPECT_EQ(
      problem_of(ask_locally(post_json("/v1/backup", "", R"({"folder":")" + target + R"(","with_tokens":true})"))),
      "invalid-request")
      << "there are none";
  EXPECT_FALSE(std::filesystem::exists(target + ".unfinished"));

  const RawAnswer made = ask_locally(post_json("/v1/backup", "", order));
  ASSERT_EQ(made.status, 200U) << made.body;
  EXPECT_EQ(json(made).at("logs").at("trail").at("origin").as_string(), "test.example/log/trail");
  EXPECT_THAT(content_of(target + "/rakkan.toml"), HasSubstr("# none"));
  EXPECT_THAT(content_of(target + "/SHA256SUMS"), HasSubstr("  backup.json\n"));
  EXPECT_EQ(records_with(target), 1U) << "the trail knows of it";
  EXPECT_EQ(problem_of(ask_locally(post_json("/v1/backup", "", order))), "already-exists");
}

TEST_F(ApiAdministration, AFileOfTheLogIsNoOtherFile) {
  static_cast<void>(covered());
  for (const char* name : {"../../rakkan.db", "tile/../../rakkan.db", "/etc/passwd", "checkpoint/..", "", "lock"}) {
    EXPECT_EQ(ask_locally({"GET", "/v1/audit/logs/trail/file?name=" + std::string(name)}).status, 400U) << name;
  }
  EXPECT_THAT(ask_locally({"GET", "/v1/audit/logs/trail/file?name=checkpoint"}).body,
              testing::StartsWith("test.example/log/trail\n"));
}

}  // namespace
}  // namespace rakkan::test
