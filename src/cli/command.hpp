// Command is one subcommand: it declares its options, runs, and answers with an Outcome that is printed as text or as
// JSON. To add a command: one file with its class and a make_ function, and one row in commands.cpp.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/error_table.hpp"
#include "rakkan/base/result.hpp"

namespace CLI {
class App;
}

namespace rakkan::cli {

// The options that every command understands.
struct GlobalOptions {
  std::filesystem::path config_file;  // empty: the usual places
  std::vector<std::string> settings;  // key=value over file and environment
  bool json = false;
};

// What a command has to say: the same facts for people and for programs.
struct Outcome {
  boost::json::object json;
  std::string text;  // lines for people, each ended by a line break
  ExitCode exit_code = ExitCode::ok;
};

class Command {
 public:
  virtual ~Command() = default;
  Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  virtual void declare(CLI::App& app) = 0;
  [[nodiscard]] virtual Result<Outcome> run(const GlobalOptions& global) = 0;
};

struct CommandRow {
  std::string_view group;  // "credentials" for `rakkan credentials list`; empty for a command of its own
  std::string_view name;
  std::string_view summary;  // one line, English
  std::unique_ptr<Command> (*make)();
};

[[nodiscard]] std::span<const CommandRow> commands() noexcept;

struct GroupRow {
  std::string_view name;
  std::string_view summary;
};

[[nodiscard]] std::span<const GroupRow> groups() noexcept;

}  // namespace rakkan::cli
