#include "rakkan/cli/cli.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "cli/command.hpp"
#include "cli/output.hpp"

namespace rakkan::cli {
namespace {

constexpr std::string_view kVersion = RAKKAN_VERSION;

constexpr std::string_view kFooter =
    "Exit codes: 0 ok, 1 verification failed, 2 indeterminate, 3 usage, configuration or local input and output,\n"
    "4 network or refusal, 5 HSM. `rakkan COMMAND --help` explains a command.";

struct Program {
  CLI::App app{"Rakkan signs and timestamps electronic contracts with keys in an HSM.", "rakkan"};
  GlobalOptions global;
  std::map<CLI::App*, std::unique_ptr<Command>> commands;
};

void declare_global_options(CLI::App& app, GlobalOptions& global) {
  app.add_option("--config", global.config_file,
                 "Configuration file (default: $RAKKAN_CONFIG, ./rakkan.toml, /etc/rakkan/rakkan.toml)");
  app.add_option("--set", global.settings, "KEY=VALUE over the configuration file; may be repeated")
      ->allow_extra_args(false);
  app.add_flag("--json", global.json, "One JSON document on standard output");
}

void build(Program& program) {
  program.app.set_version_flag("--version", std::string(kVersion));
  program.app.footer(std::string(kFooter));
  program.app.require_subcommand(1);
  program.app.fallthrough();  // global options may stand behind the command too
  declare_global_options(program.app, program.global);

  std::map<std::string_view, CLI::App*> parents{{"", &program.app}};
  for (const GroupRow& group : groups()) {
    CLI::App* parent = program.app.add_subcommand(std::string(group.name), std::string(group.summary));
    parent->require_subcommand(1);
    parents[group.name] = parent;
  }
  for (const CommandRow& row : commands()) {
    CLI::App* app = parents.at(row.group)->add_subcommand(std::string(row.name), std::string(row.summary));
    auto command = row.make();
    command->declare(*app);
    program.commands[app] = std::move(command);
  }
}

// --json is looked for before parsing, so that a usage error is JSON too where JSON was asked for.
bool asks_for_json(int argc, const char* const* argv) {
  return std::find(argv, argv + argc, std::string_view("--json")) != argv + argc;
}

Command& chosen_command(Program& program) {
  CLI::App* app = &program.app;
  while (!app->get_subcommands().empty()) {
    app = app->get_subcommands().front();
  }
  return *program.commands.at(app);
}

}  // namespace

int run(int argc, const char* const* argv) {
  Program program;
  build(program);
  try {
    program.app.parse(argc, argv);
  } catch (const CLI::Success& help) {  // --help, --version
    return program.app.exit(help);
  } catch (const CLI::ParseError& error) {
    return print(Error{ErrorCode::invalid_argument, error.what(), "", {}, {}}, asks_for_json(argc, argv));
  }
  const Result<Outcome> outcome = chosen_command(program).run(program.global);
  return outcome ? print(*outcome, program.global.json) : print(outcome.error(), program.global.json);
}

}  // namespace rakkan::cli
