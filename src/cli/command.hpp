// Command is one subcommand: it declares its options, runs, and answers with an Outcome that is printed as text or as
// JSON. To add a command: one file with its class and a make_ function, and one row in commands.cpp.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/error_table.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"

namespace CLI {
class App;
}

namespace rakkan::cli {

// The word for an option's value in help, manual pages and completion: the name of a file or folder is completed.
inline constexpr const char* kFile = "FILE";
inline constexpr const char* kFolder = "FOLDER";

// The options that every command understands.
struct GlobalOptions {
  std::filesystem::path config_file;  // empty: the usual places
  std::vector<std::string> settings;  // key=value over file and environment
  bool json = false;
};

// One file that a command gives out. It is written when the command is over (deliver() in output.hpp): a command that
// wrote by itself could not tell what to do when its result cannot be shown.
struct Document {
  std::filesystem::path to;           // "-": standard output, and the facts go to standard error then
  std::vector<ByteView> parts;        // one after another
  std::shared_ptr<const void> owner;  // of what the parts point into
  bool secret = false;                // its owner's alone

  [[nodiscard]] static Document of(std::filesystem::path to, Bytes content);
  [[nodiscard]] static Document of(std::filesystem::path to, std::string_view content);
  [[nodiscard]] static Document of(std::filesystem::path to, SecureBytes content);  // secret
  // The text and a line break; secret. The caller's copy is the caller's to wipe.
  [[nodiscard]] static Document secret_line(std::filesystem::path to, std::string_view text);
};

// What a command has to say: the same facts for people and for programs.
struct Outcome {
  boost::json::object json;
  std::string text;  // lines for people, each ended by a line break
  ExitCode exit_code = ExitCode::ok;
  std::vector<Document> documents = {};
  // Undoes the command, because its result could not be given out and is nowhere else: a key whose text was to be shown
  // once. Says what it did ("the key k3vq1m7d2s9x4b0c was revoked again").
  std::function<Result<std::string>()> take_back = {};
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
