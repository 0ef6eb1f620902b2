// Things that can be read: the signatures of a tenant, one credential, the description, the version, where things are.
#include "support/api_fixture.hpp"

namespace rakkan::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ApiLists : public ApiFixture {
 protected:
  ApiLists() { enrol_all(); }

  // Signs a digest of the text; the signature's id.
  std::string sign(const std::string& text) {
    const RawAnswer answer = ask(post_json("/v1/cms", acme, witness_cms(bytes_of(text))));
    EXPECT_EQ(answer.status, 200U) << answer.body;
    clock.advance(std::chrono::seconds(10));
    return answer.field("Rakkan-Signature-Id");
  }
  std::string sign_as_party(const std::string& text) {
    const RawAnswer answer = ask(post_json("/v1/cms", acme, party_cms(bytes_of(text), pin_member(kPin))));
    EXPECT_EQ(answer.status, 200U) << answer.body;
    clock.advance(std::chrono::seconds(10));
    return answer.field("Rakkan-Signature-Id");
  }
  boost::json::object list(const std::string& query, const std::string& api_key) const {
    const RawAnswer answer = ask({"GET", "/v1/signatures" + query, api_key});
    EXPECT_EQ(answer.status, 200U) << answer.body;
    return json(answer);
  }
  static std::vector<std::string> ids(const boost::json::object& page) {
    std::vector<std::string> ids;
    for (const auto& one : page.at("signatures").as_array()) {
      ids.emplace_back(one.at("signature_id").as_string());
    }
    return ids;
  }
  std::vector<std::string> ids(const std::string& query) const { return ids(list(query, acme)); }
};

TEST_F(ApiLists, SignaturesComeInPages) {
  const std::string a = sign("a");
  const std::string b = sign("b");
  const std::string c = sign("c");
  EXPECT_THAT(ids(""), ElementsAre(c, b, a));
  EXPECT_THAT(ids("?order=oldest"), ElementsAre(a, b, c));
  EXPECT_FALSE(list("", acme).contains("next"));
  const auto first = list("?limit=2", acme);
  EXPECT_THAT(ids(first), ElementsAre(c, b));
  const std::string d = sign("d");
  const auto last = list("?limit=2&cursor=" + std::string(first.at("next").as_string()), acme);
  EXPECT_THAT(ids(last), ElementsAre(a)) << "what was signed meanwhile shifts nothing";
  EXPECT_FALSE(last.contains("next"));
  EXPECT_THAT(ids("?limit=1"), ElementsAre(d));
}

TEST_F(ApiLists, SignaturesAreFoundByTimeCredentialAndDigest) {
  const std::string begun = to_rfc3339(clock.now());
  const std::string a = sign("a");
  const std::string later = to_rfc3339(clock.now());
  const std::string b = sign_as_party("b");
  EXPECT_THAT(ids("?to=" + later), ElementsAre(a));
  EXPECT_THAT(ids("?from=" + later), ElementsAre(b));
  EXPECT_THAT(ids("?from=" + begun + "&to=" + later), ElementsAre(a));
  EXPECT_THAT(ids("?from=" + later + "&to=" + later), ElementsAre());
  EXPECT_THAT(ids("?credential=yamada"), ElementsAre(b));
  EXPECT_THAT(ids("?credential=nobody"), ElementsAre());
  const auto digest = [](const std::string& text) {
    return to_hex(crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(text)).view());
  };
  EXPECT_THAT(ids("?document_digest=" + digest("a")), ElementsAre(a));
  EXPECT_THAT(ids("?document_digest=" + digest("b") + "&credential=yamada&from=" + begun), ElementsAre(b));
  EXPECT_THAT(ids("?document_digest=" + digest("c")), ElementsAre());
  const Bytes document = sample_pdf();
  const RawAnswer pdf = ask(form(acme, witness(document), document));
  EXPECT_THAT(ids("?document_digest=" + digest(std::string(text_of(document)))),
              ElementsAre(pdf.field("Rakkan-Signature-Id")));
}

TEST_F(ApiLists, ASignatureInAListSaysWhatItSaysAlone) {
  const std::string id = sign("a");
  auto alone = json(ask({"GET", "/v1/signatures/" + id, acme}));
  alone.erase("tail_size");
  EXPECT_EQ(list("", acme).at("signatures").at(0), boost::json::value(alone));
  EXPECT_EQ(alone.at("facts").at("document_digest").at("alg").as_string(), "SHA-256");
}

TEST_F(ApiLists, NobodySeesAnotherTenantsSignatures) {
  const std::string id = sign("a");
  EXPECT_THAT(ids(list("", other)), ElementsAre());
  const std::string digest = to_hex(crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of("a")).view());
  EXPECT_THAT(ids(list("?document_digest=" + digest, other)), ElementsAre());
  EXPECT_EQ(ask({"GET", "/v1/signatures", ""}).status, 401U);
  EXPECT_EQ(ask({"GET", "/v1/signatures", key("acme", {access::Scope::audit})}).status, 403U);
}

TEST_F(ApiLists, OneCredentialIsThatOfTheList) {
  const auto all = json(ask({"GET", "/v1/credentials", acme})).at("credentials").as_array();
  ASSERT_GT(all.size(), 1U);
  for (const auto& one : all) {
    const RawAnswer alone = ask({"GET", "/v1/credentials/" + std::string(one.at("id").as_string()), acme});
    EXPECT_EQ(alone.status, 200U);
    EXPECT_EQ(boost::json::value(json(alone)), one);
  }
  const RawAnswer foreign = ask({"GET", "/v1/credentials/sato", acme});
  const RawAnswer nobody = ask({"GET", "/v1/credentials/nobody", acme});
  EXPECT_EQ(foreign.status, 404U);
  EXPECT_EQ(problem_of(foreign), "credential-unknown");
  const auto without_id = [](const RawAnswer& answer) {
    auto problem = json(answer);
    problem.erase("instance");
    return problem;
  };
  EXPECT_EQ(without_id(foreign), without_id(nobody)) << "in the same words";
  EXPECT_EQ(ask({"GET", "/v1/credentials/operator", key("acme", {access::Scope::admin})}).status, 200U);
  EXPECT_EQ(ask({"GET", "/v1/credentials/operator", key("acme", {access::Scope::audit})}).status, 403U);
}

TEST_F(ApiLists, TheServerSaysWhereThingsAre) {
  const RawAnswer index = ask({"GET", "/"});
  ASSERT_EQ(index.status, 200U) << index.body;
  const auto paths = json(index).at("paths").as_object();
  EXPECT_FALSE(paths.empty());
  const http::Router router = api->router();
  for (const auto& place : paths) {
    const std::string_view path = place.value().as_string();
    EXPECT_FALSE(router.allowed(path).empty()) << path << " leads nowhere";
  }
  const RawAnswer page = ask({"GET", "/", "", {{"Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}}});
  EXPECT_EQ(page.field("Content-Type"), "text/html; charset=utf-8");
  EXPECT_THAT(page.body, HasSubstr("<a href=\"/openapi.yaml\">"));
  EXPECT_EQ(ask({"GET", "/", "", {{"Accept", "image/png"}}}).status, 406U);
  const auto version = json(ask({"GET", "/v1/version"}));
  EXPECT_EQ(version.at("version"), json(index).at("version"));
  EXPECT_EQ(version.at("api").as_string(), "v1");
}

TEST_F(ApiLists, TheDescriptionIsTheFile) {
  const RawAnswer yaml = ask({"GET", "/openapi.yaml"});
  EXPECT_EQ(yaml.field("Content-Type"), "application/yaml");
  EXPECT_EQ(yaml.body, content_of(std::filesystem::path(RAKKAN_SOURCE_FOLDER) / "docs" / "api" / "openapi.yaml"));
}

}  // namespace
}  // namespace rakkan::test
