// The commands `rakkan config check`, which finds what a start of the server would refuse, and `rakkan config print`.
#include <CLI/CLI.hpp>

#include "cli/make_commands.hpp"
#include "cli/runtime.hpp"
#include "rakkan/preflight/preflight.hpp"

namespace rakkan::cli {
namespace {

class ConfigCheckCommand final : public Command {
 public:
  void declare(CLI::App&) override {}

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const config::Configuration configuration, load_configuration(global));
    preflight::Report report = preflight::check(configuration);
    if (std::optional<Error> wrong = config::summary(configuration, std::move(report.findings))) {
      return fail(*std::move(wrong));
    }
    Outcome outcome{{{"valid", true}, {"profile", configuration.profile}},
                    "The configuration is valid (" + configuration.profile + ").\n",
                    ExitCode::ok};
    if (!report.not_looked_at.empty()) {
      outcome.json["not_looked_at"] = report.not_looked_at;
      outcome.text += "Not looked at: " + report.not_looked_at + ".\n";
    }
    return outcome;
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
