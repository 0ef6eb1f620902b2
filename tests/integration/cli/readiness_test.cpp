// A real rakkand on a data folder with a certificate that today's rules would not take: it starts, signs, and says so.
#include <stdlib.h>

#include <fstream>
#include <sstream>

#include "integration/cli/cli_fixture.hpp"
#include "support/eventually.hpp"
#include "support/free_port.hpp"
#include "support/server_process.hpp"

namespace rakkan::test {
namespace {

using ::testing::HasSubstr;

class ReadinessWarnings : public CliTest {
 protected:
  static Result<ServerProcess> start(std::uint16_t port) {
    ::setenv("RAKKAN_HTTP_PORT", std::to_string(port).c_str(), 1);
    ::setenv("RAKKAN_METRICS_PORT", "0", 1);
    auto started =
        ServerProcess::start(RAKKAND_PROGRAM, {"--config", path("data/rakkan.toml")}, port, path("warned.log"));
    ::unsetenv("RAKKAN_HTTP_PORT");
    ::unsetenv("RAKKAN_METRICS_PORT");
    return started;
  }
  static std::string log() {
    std::ifstream in(path("warned.log"));
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
};

TEST_F(ReadinessWarnings, TheStartLineSaysWhatRunsAndWhere) {
  const std::uint16_t port = free_port();
  auto server = start(port);
  ASSERT_TRUE(server.has_value()) << to_string(server.error());
  ASSERT_TRUE(eventually([&] { return log().find("rakkand serves") != std::string::npos; }));
  std::istringstream lines(log());
  std::string line;
  while (std::getline(lines, line) && line.find("rakkand serves") == std::string::npos) {
  }
  const boost::json::value start_line = boost::json::parse(line);
  EXPECT_EQ(std::string(start_line.at("version").as_string()) + "\n",
            run_command({RAKKAND_PROGRAM, "--version"}).output);
  EXPECT_EQ(start_line.at("address").as_string(), "127.0.0.1");
  EXPECT_EQ(start_line.at("port").to_number<int>(), port);
  EXPECT_FALSE(start_line.at("tls").as_bool());
  EXPECT_EQ(start_line.at("data_folder").as_string(), path("data"));
  EXPECT_EQ(start_line.at("profile").as_string(), "development");
  EXPECT_EQ(server->stop(), 0);
}

TEST_F(ReadinessWarnings, ACertificateWithoutItsChainIsToldOfAndHindersNothing) {
  issue("warned", {"--kind", "operator", "--key", "p-256"}, "CN=warned", "keyUsage=critical,digitalSignature\n", 0);
  answer({"credentials", "import", "warned", path("warned.pem"), "--allow-incomplete-chain"});
  answer({"keys", "create", "--tenant", "acme", "--label", "warned", "--scope", "sign", "-o", path("warned.key")});
  const std::uint16_t port = free_port();
  auto server = start(port);
  ASSERT_TRUE(server.has_value()) << to_string(server.error());
  const std::string url = "http://127.0.0.1:" + std::to_string(port);

  const CommandOutcome ready = run_command({"curl", "--silent", "--fail", url + "/readyz"});
  ASSERT_EQ(ready.exit_code, 0) << ready.output;
  const boost::json::value body = boost::json::parse(ready.output);
  EXPECT_EQ(body.at("status").as_string(), "ready");
  EXPECT_TRUE(body.at("problems").as_array().empty());
  ASSERT_EQ(body.at("warnings").as_array().size(), 1U) << ready.output;
  EXPECT_EQ(body.at("warnings").at(0).at("code").as_string(), "certificate-chain-incomplete");
  EXPECT_TRUE(eventually([&] { return log().find("to be mended") != std::string::npos; }));
  EXPECT_THAT(log(), HasSubstr("credential warned"));

  answer(sign(contract(), path("warned.pdf"),
              {"--credential", "warned", "--type", "witness", "--instruction", instruction_for(contract(), "w.json"),
               "--level", "B-B", "--server", url, "--api-key-file", path("warned.key")}));
  EXPECT_THAT(run_command({"pdfsig", "-nocert", path("warned.pdf")}).output,
              HasSubstr("Signature Validation: Signature is Valid."));
  EXPECT_EQ(server->stop(), 0);
  answer({"credentials", "disable", "warned"});
}

}  // namespace
}  // namespace rakkan::test
