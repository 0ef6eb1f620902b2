#include "rakkan/cli/cli.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <string>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/program.hpp"
#include "rakkan/base/standard_streams.hpp"

namespace rakkan::cli {
namespace {

// True when --json, or --format json, is among the arguments. It is looked for before parsing, so that a usage error is
// JSON too.
bool asks_for_json(int argc, const char* const* argv) {
  const std::vector<std::string_view> words(argv, argv + argc);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool has_value = words[i] == "--format" && i + 1 < words.size();
    if (words[i] == "--json" || words[i] == "--format=json" || words[i] == "--format=ndjson" ||
        (has_value && (words[i + 1] == "json" || words[i + 1] == "ndjson"))) {
      return true;
    }
  }
  return false;
}

CLI::App& chosen(Program& program) {
  CLI::App* app = &program.app;
  while (!app->get_subcommands().empty()) {
    app = app->get_subcommands().front();
  }
  return *app;
}

// The words of a command or group: "keys" for `rakkan keys`, "credentials list" for a command in a group.
std::string words_of(const CLI::App& app) {
  if (app.get_parent() == nullptr) {
    return {};
  }
  const std::string before = words_of(*app.get_parent());
  return before.empty() ? app.get_name() : before + " " + app.get_name();
}

// The error of a wrong command line. It names the unknown word, which says more than what is missing because of that
// word.
Error usage_error(Program& program, const CLI::ParseError& error) {
  std::string detail = error.what();
  const std::vector<std::string> rest = program.app.remaining(true);
  if (!rest.empty()) {
    const CLI::App& at = chosen(program);
    const std::string words = words_of(at);
    const bool wants_command = !at.get_subcommands([](const CLI::App*) { return true; }).empty();
    const bool is_option = rest.front().starts_with("-");
    const std::string help = words.empty() ? "`rakkan --help`" : "`rakkan " + words + " --help`";
    // An option is shown without its value, which may be a secret that was not meant for the screen.
    detail = is_option ? "unknown option " + rest.front().substr(0, rest.front().find('=')) + ": " + help +
                             " lists the options"
             : wants_command ? "unknown command \"" + (words.empty() ? words : words + " ") + rest.front() +
                                   "\": " + help + " lists the commands"
                             : "unexpected word \"" + rest.front() + "\": " + help + " explains the command";
  }
  return Error{ErrorCode::invalid_argument, std::move(detail), "", {}, {}};
}

// --help and --version go to standard output; when they cannot be written, the command fails.
int print_help(const CLI::App& app, const CLI::Success& asked) {
  std::ostringstream text;
  std::ostringstream errors;
  app.exit(asked, text, errors);
  const Result<void> written = write_standard_output(text.str());
  return written ? static_cast<int>(ExitCode::ok) : print(written.error(), false);
}

}  // namespace

int run(int argc, const char* const* argv) {
  Program program;
  try {
    program.app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return print_help(program.app, asked);
  } catch (const CLI::ParseError& error) {
    return print(usage_error(program, error), asks_for_json(argc, argv));
  }
  Command& command = *program.commands.at(&chosen(program));
  const bool json = program.global.json || command.asks_for_json();
  const Result<Outcome> outcome = command.run(program.global);
  if (!outcome) {
    return print(outcome.error(), json);
  }
  const Result<void> delivered = deliver(*outcome, json);
  return delivered ? static_cast<int>(outcome->exit_code) : print(delivered.error(), json);
}

}  // namespace rakkan::cli
