// rakkan-manual FOLDER: writes the manual pages and the completion scripts of the programs, when they are built. It is
// not installed.
#include <filesystem>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "arguments.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/cli/program_facts.hpp"
#include "rakkan/config/configuration.hpp"
#include "rakkan/console/error_report.hpp"
#include "rakkan/manual/bash_completion.hpp"
#include "rakkan/manual/pages.hpp"

namespace {

using namespace rakkan;

cli::CommandFacts server_facts() {
  cli::CommandFacts facts{"rakkand", std::string(apps::kSummary)};
  for (const apps::Option& option : apps::options()) {
    facts.options.push_back({{std::string(option.name)}, std::string(option.value), {}, std::string(option.summary)});
  }
  return facts;
}

std::vector<std::string> keys_of(const std::vector<config::OptionRow>& options) {
  std::vector<std::string> keys;
  for (const config::OptionRow& option : options) {
    if (option.key.find(".NAME.") == std::string::npos) {  // the user chooses the name, so it cannot be completed
      keys.push_back(option.key);
    }
  }
  return keys;
}

Result<void> write_all(const std::filesystem::path& folder) {
  const cli::CommandFacts program = cli::program_facts();
  const cli::CommandFacts server = server_facts();
  const std::vector<config::OptionRow> options = config::option_table();
  const std::vector<std::pair<std::string, std::string>> files{
      {"rakkan.1", manual::commands_page(program, RAKKAN_VERSION)},
      {"rakkand.8", manual::server_page(server, RAKKAN_VERSION)},
      {"rakkan.toml.5", manual::configuration_page(options, RAKKAN_VERSION)},
      {"rakkan.bash", manual::bash_completion(program, keys_of(options))},
      {"rakkand.bash", manual::bash_completion(server, {})},
  };
  for (const auto& [name, content] : files) {
    RAKKAN_CHECK(write_file_atomically(folder / name, {bytes_of(content)}));
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: rakkan-manual FOLDER\n";
    return 3;
  }
  const auto written = write_all(argv[1]);
  return written ? 0 : console::report("rakkan-manual", written.error(), false);
}
