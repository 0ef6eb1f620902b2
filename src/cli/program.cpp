#include "cli/program.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace rakkan::cli {
namespace {

constexpr std::string_view kFooter =
    "Exit codes: 0 ok, 1 verification failed, 2 indeterminate, 3 usage, configuration or local input and output,\n"
    "4 network or refusal, 5 HSM. `rakkan COMMAND --help` explains a command.";

void declare_global_options(CLI::App& app, GlobalOptions& global) {
  app.add_option("--config", global.config_file,
                 "Configuration file (default: $RAKKAN_CONFIG, ./rakkan.toml, /etc/rakkan/rakkan.toml)")
      ->type_name(kFile);
  app.add_option("--set", global.settings, "KEY=VALUE over the configuration file; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  app.add_flag("--json", global.json, "One JSON document on standard output");
}

}  // namespace

Program::Program() : app("Rakkan signs and timestamps electronic contracts with keys in an HSM.", "rakkan") {
  app.set_version_flag("--version", std::string(RAKKAN_VERSION));
  app.footer(std::string(kFooter));
  app.require_subcommand(1);
  app.fallthrough();  // global options may be given behind the command too
  declare_global_options(app, global);

  std::map<std::string_view, CLI::App*> parents{{"", &app}};
  for (const GroupRow& group : groups()) {
    CLI::App* parent = app.add_subcommand(std::string(group.name), std::string(group.summary));
    parent->require_subcommand(1);
    parents[group.name] = parent;
  }
  for (const CommandRow& row : cli::commands()) {
    CLI::App* command_app = parents.at(row.group)->add_subcommand(std::string(row.name), std::string(row.summary));
    auto command = row.make();
    command->declare(*command_app);
    commands[command_app] = std::move(command);
  }
}

}  // namespace rakkan::cli
