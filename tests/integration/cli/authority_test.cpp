// The program that answers for the development PKI's authorities, beside a server with that PKI's keys.
#include <gmock/gmock.h>

#include "support/result_matchers.hpp"
#include "support/run_command.hpp"
#include "support/server_folder.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr int kUsage = 3;

TEST(DevelopmentAuthority, AnswersBesideAServerThatUsesTheSameTokens) {
  const TemporaryFolder temporary;
  const fs::path programs = fs::path(RAKKAN_PROGRAM).parent_path();
  const ServerFolder folder(programs, temporary.path() / "data");
  ServerProcess server = folder.start();
  ServerProcess authority = folder.start_authority();
  const auto certificate = [&](const std::string& name) {
    return (folder.path() / "certificates" / (name + ".pem")).string();
  };
  const CommandOutcome chain = run_command({"sh", "-c", "cat \"$1\" \"$2\" > \"$3\"", "sh", certificate("issuing-ca"),
                                            certificate("root-ca"), (temporary.path() / "chain.pem").string()});
  ASSERT_EQ(chain.exit_code, 0) << chain.output;
  const auto ocsp = [&](const std::string& name) {
    return run_command({"openssl", "ocsp", "-issuer", certificate("issuing-ca"), "-cert", certificate(name), "-url",
                        folder.authority() + "/ocsp", "-CAfile", (temporary.path() / "chain.pem").string()})
        .output;
  };
  EXPECT_THAT(ocsp("operator"), AllOf(HasSubstr("Response verify OK"), HasSubstr("operator.pem: good")));
  EXPECT_THAT(ocsp("lie-revoked"), HasSubstr("lie-revoked.pem: revoked"));
  const CommandOutcome second = run_command({programs / "rakkan-dev-authority", folder.path()});
  EXPECT_EQ(second.exit_code, kUsage) << second.output;
  EXPECT_THAT(second.output, HasSubstr("address-in-use"));
  EXPECT_EQ(authority.stop(), 0);
  EXPECT_EQ(server.stop(), 0);
}

TEST(DevelopmentAuthority, RefusesWhatIsNoDevelopmentPki) {
  const TemporaryFolder empty;
  const fs::path program = fs::path(RAKKAN_PROGRAM).parent_path() / "rakkan-dev-authority";
  EXPECT_EQ(run_command({program}).exit_code, kUsage);
  EXPECT_EQ(run_command({program, "--help"}).exit_code, kUsage);
  EXPECT_EQ(run_command({program, empty.path()}).exit_code, kUsage);
  const CommandOutcome outside =
      run_command({program.parent_path() / "rakkan-dev-pki", empty.path(), "--authority", "http://192.0.2.1:8889"});
  EXPECT_EQ(outside.exit_code, kUsage);
  EXPECT_THAT(outside.output, HasSubstr("this machine alone"));
}

}  // namespace
}  // namespace rakkan::test
