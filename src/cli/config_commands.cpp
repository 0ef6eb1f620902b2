// rakkan config check, rakkan config print.
#include <CLI/CLI.hpp>

#include "cli/make_commands.hpp"
#include "cli/runtime.hpp"

namespace rakkan::cli {
namespace {

class ConfigCheckCommand final : public Command {
 public:
  void declare(CLI::App&) override {}

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_CHECK(load_configuration(global).map([](const auto&) {}));
    return Outcome{{{"valid", true}}, "The configuration is valid.\n", ExitCode::ok};
  }
};

class ConfigPrintCommand final : public Command {
 public:
  void declare(CLI::App&) override {}

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const config::Configuration configuration, load_configuration(global));
    std::string toml = config::print(configuration);
    return Outcome{{{"toml", toml}}, std::move(toml), ExitCode::ok};
  }
};

}  // namespace

std::unique_ptr<Command> make_config_check_command() { return std::make_unique<ConfigCheckCommand>(); }
std::unique_ptr<Command> make_config_print_command() { return std::make_unique<ConfigPrintCommand>(); }

}  // namespace rakkan::cli
