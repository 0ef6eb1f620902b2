// A data folder of one test's own, made by `rakkan init`.
#pragma once

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::test {

class OwnFolder : public ::testing::Test {
 protected:
  using Path = std::filesystem::path;

  [[nodiscard]] Path path(const std::string& name) const { return temporary_.path() / name; }
  [[nodiscard]] Path data() const { return path("data"); }

  void init(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{RAKKAN_PROGRAM, "init", data().string()};
    words.insert(words.end(), more.begin(), more.end());
    const CommandOutcome made = run_command(words);
    ASSERT_EQ(made.exit_code, 0) << made.output;
  }

  // Runs `rakkan` with the configuration in that folder.
  static CommandOutcome rakkan(const Path& folder, const std::vector<std::string>& arguments) {
    std::vector<std::string> words{RAKKAN_PROGRAM, "--config", (folder / "rakkan.toml").string()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return run_command(words);
  }
  // Runs `rakkand` with that configuration, without a listener for metrics, until it refuses to start: a minute at
  // most.
  static CommandOutcome rakkand(const Path& configuration) {
    return run_command(
        {"env", "RAKKAN_METRICS_PORT=0", "timeout", "60", RAKKAND_PROGRAM, "--config", configuration.string()});
  }
  // The document of a command that must succeed.
  static boost::json::object answer(const Path& folder, std::vector<std::string> arguments) {
    arguments.emplace_back("--json");
    const CommandOutcome outcome = rakkan(folder, arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    const std::size_t begin = outcome.output.find('{');
    boost::json::error_code error;
    const boost::json::value value =
        begin == std::string::npos
            ? boost::json::value()
            : boost::json::parse(outcome.output.substr(begin, outcome.output.find('\n', begin) - begin), error);
    EXPECT_TRUE(!error && value.is_object()) << outcome.output;
    return value.is_object() ? value.get_object() : boost::json::object{};
  }
  static void expect_refused(const CommandOutcome& outcome, int exit_code, const std::string& slug) {
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.output;
    EXPECT_THAT(outcome.output, ::testing::HasSubstr(slug));
  }
  // Runs sh(1) with the arguments as $0, $1 and so on.
  static CommandOutcome shell(const std::string& script, const std::vector<std::string>& arguments = {}) {
    std::vector<std::string> words{"sh", "-c", script};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return run_command(words);
  }
  static std::string text_in(const Path& file) {
    std::ostringstream all;
    all << std::ifstream(file, std::ios::binary).rdbuf();
    return all.str();
  }
  static void write_text(const Path& file, const std::string& text) { std::ofstream(file) << text; }

 private:
  TemporaryFolder temporary_{memory_folder()};
};

}  // namespace rakkan::test
