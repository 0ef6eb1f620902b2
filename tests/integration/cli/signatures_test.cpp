// `rakkan signatures`: on the folder, and over the socket of the server that has it.
#include "integration/cli/beside_server.hpp"

namespace rakkan::test {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> kDead{"--set", "tsa.outside.url=http://127.0.0.1:1/"};  // nothing listens on port 1
const std::vector<std::string> kAlive{"--set", "tsa.outside.url=internal"};

class Signatures : public BesideAServer {
 protected:
  static std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  static boost::json::array pending() { return answer({"signatures", "list"}).at("signatures").as_array(); }
  // Other suites on the same folder may have left some, too.
  static bool is_pending(const std::string& id) {
    const auto all = pending();
    return std::any_of(all.begin(), all.end(),
                       [&](const auto& one) { return one.as_object().at("signature_id").as_string() == id; });
  }
  // Has a party sign with a timestamp of an authority that is not there. The id of the signature.
  static std::string left_pending() {
    const auto before = pending().size();
    const auto arguments =
        with(sign(contract(), path("never.pdf"),
                  {"--credential", "party-a", "--type", "party", "--pin-file", path("a.pin"), "--tsa", "outside"}),
             kDead);
    EXPECT_EQ(refusal(arguments, 4), "signature-pending");
    EXPECT_FALSE(std::filesystem::exists(path("never.pdf")));
    const auto now = pending();
    EXPECT_EQ(now.size(), before + 1);
    return std::string(now.back().as_object().at("signature_id").as_string());
  }
};

TEST_F(Signatures, OneIsCompletedOnTheFolderWithoutItsPin) {
  const std::string id = left_pending();
  EXPECT_THAT(rakkan({"signatures", "list"}).output, HasSubstr(id + "  B-T by party-a"));
  EXPECT_EQ(refusal(with({"signatures", "finish", id}, kDead), 4), "signature-pending");
  const std::string other = write("other.pdf", "%PDF another document");
  EXPECT_EQ(refusal(with({"signatures", "finish", id, "--document", other, "-o", path("x.pdf")}, kAlive), 1),
            "digest-mismatch");
  EXPECT_FALSE(std::filesystem::exists(path("x.pdf")));
  answer(with({"signatures", "finish", id, "--document", contract(), "-o", path("whole.pdf")}, kAlive));
  EXPECT_THAT(run_command({"pdfsig", path("whole.pdf")}).output, HasSubstr("Signature is Valid"));
  answer(with({"signatures", "finish", id, "-o", path("tail")}, kAlive));
  EXPECT_EQ(std::filesystem::file_size(path("tail")) + std::filesystem::file_size(contract()),
            std::filesystem::file_size(path("whole.pdf")));
  EXPECT_FALSE(is_pending(id));
  EXPECT_EQ(refusal({"signatures", "finish", id, "--document", contract()}, 3), "invalid-argument");
}

TEST_F(Signatures, OneIsGivenUp) {
  const std::string id = left_pending();
  EXPECT_EQ(answer({"signatures", "abandon", id}).at("state").as_string(), "abandoned");
  EXPECT_EQ(refusal({"signatures", "abandon", id}, 3), "signature-unknown");
  EXPECT_EQ(refusal(with({"signatures", "finish", id}, kAlive), 3), "signature-unknown");
  EXPECT_FALSE(is_pending(id));
}

TEST_F(Signatures, AServerThatHasTheFolderAnswersTheSame) {
  const std::string id = left_pending();
  start();
  ASSERT_TRUE(server_.has_value());
  EXPECT_TRUE(is_pending(id)) << "a server that does not know the profile keeps it all the same";
  EXPECT_EQ(refusal({"signatures", "finish", id}, 4), "signature-pending");
  EXPECT_TRUE(answer({"signatures", "list", "--server", url_, "--api-key-file", path("week-acme.key")})
                  .at("signatures")
                  .as_array()
                  .empty())
      << "it is no tenant's";
  EXPECT_EQ(refusal({"signatures", "abandon", id, "--server", url_, "--api-key-file", path("week-acme.key")}, 3),
            "signature-unknown");
  EXPECT_EQ(answer({"signatures", "abandon", id}).at("state").as_string(), "abandoned");
  EXPECT_FALSE(is_pending(id));
  stop();
}

}  // namespace
}  // namespace rakkan::test
