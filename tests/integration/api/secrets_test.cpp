// A secret of a request is nowhere afterwards: not in the log, not in the store, not in the audit log.
#include "support/api_fixture.hpp"

namespace rakkan::test {
namespace {

namespace fs = std::filesystem;

class ApiSecrets : public ApiFixture {
 protected:
  // The files of the data folder and the log that hold the text.
  std::vector<std::string> files_with(const std::string& text) {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
      if (entry.is_regular_file() && content_of(entry.path()).find(text) != std::string::npos) {
        found.push_back(entry.path().filename().string());
      }
    }
    return found;
  }
};

TEST_F(ApiSecrets, PinsTokensKeysAndDocumentsLeaveNoTrace) {
  enrol_all();
  const Bytes content = copy_of(bytes_of("content"));
  Bytes document = sample_pdf();
  const std::string marker = "MARKER-IN-THE-DOCUMENT-4711";
  append(document, "\n% " + marker + "\n");

  const RawAnswer activated =
      ask(post_json("/v1/activations", acme,
                    R"({"credential":"yamada","digests":[)" + digest_json(content) + "]," + pin_member(kPin) + "}"));
  ASSERT_EQ(activated.status, 201U) << activated.body;
  const std::string token(json(activated).at("activation").as_string());
  EXPECT_EQ(ask(post_json("/v1/cms", acme, party_cms(content, R"("activation":")" + token + "\""))).status, 200U);
  EXPECT_EQ(ask(post_json("/v1/cms", acme, party_cms(content, R"("activation":")" + token + "\""))).status, 403U);
  EXPECT_EQ(ask(post_json("/v1/cms", acme, party_cms(content, pin_member(kPin)))).status, 200U);
  EXPECT_EQ(ask(post_json("/v1/cms", acme, party_cms(content, pin_member("wrong-secret-pin")))).status, 403U);
  EXPECT_EQ(ask(post_json("/v1/cms", acme, R"({"pin":"broken-json-pin)")).status, 400U);
  ASSERT_EQ(ask(form(acme, witness(document), document)).status, 200U);
  EXPECT_EQ(ask({"GET", "/v1/credentials", acme.substr(0, acme.size() - 1) + (acme.back() == 'A' ? "E" : "A")}).status,
            401U);
  EXPECT_EQ(ask({"GET", "/v1/credentials?key=" + acme, ""}).status, 401U);
  stop();

  ASSERT_FALSE(files_with("\"route\":\"/v1/cms\"").empty()) << "the search finds what is there";
  EXPECT_FALSE(files_with("signature.intent").empty());
  for (const std::string& secret : {std::string(kPin), std::string("wrong-secret-pin"), std::string("broken-json-pin"),
                                    token, acme, acme.substr(21), acme.substr(21, 42), marker}) {
    EXPECT_THAT(files_with(secret), testing::IsEmpty()) << secret;
  }
}

}  // namespace
}  // namespace rakkan::test
