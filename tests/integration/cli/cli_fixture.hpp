// An operator's data folder with the program `rakkan`, made once for all tests of a suite: an operator's, a party's and
// the timestamp unit's credential, certified by an authority that the openssl program plays.
#pragma once

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::test {

class CliTest : public ::testing::Test {
 public:
  static void SetUpTestSuite();
  static void TearDownTestSuite();

 protected:
  // Runs `rakkan --config FOLDER/rakkan.toml ARGUMENTS`.
  static CommandOutcome rakkan(std::vector<std::string> arguments);
  // Runs the same with --json, which must succeed, and returns its document.
  static boost::json::object answer(std::vector<std::string> arguments);
  // Runs the same with --json, which must fail, and returns the slug of its error.
  static std::string refusal(std::vector<std::string> arguments, int exit_code);

  static std::filesystem::path folder() { return home().path(); }
  static std::string path(std::string_view name) { return (folder() / name).string(); }
  static std::string write(std::string_view name, std::string_view content, bool secret = false);
  // The paths of a small PDF, and of an instruction to sign it that was given so long ago.
  static std::string contract();
  static std::string instruction_for(std::string_view document, std::string_view name = "instruction.json",
                                     const std::string& who = "u-1",
                                     std::chrono::seconds ago = std::chrono::seconds(5));
  static std::vector<std::string> sign(std::string document, std::string output, std::vector<std::string> more);

  // Makes a key in the token, a request for it, and a certificate of 30 days by the test authority in ID.pem.
  static void issue(const std::string& id, std::vector<std::string> generate, const std::string& subject,
                    const std::string& extensions, int issued_days_ago);
  // The file with that certificate and the authority's.
  static std::string chain_of(const std::string& id);
  // Does the same and registers the certificate.
  static void certify(const std::string& id, std::vector<std::string> generate, const std::string& subject,
                      const std::string& extensions);

 private:
  static TemporaryFolder& home();
};

}  // namespace rakkan::test
