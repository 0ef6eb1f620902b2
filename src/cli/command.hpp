// Command is one subcommand: it declares its options, runs, and returns an Outcome that is printed as text or as JSON.
// A new command is a file with its class and a make_ function, and a row in commands.cpp (CONTRIBUTING.md).
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
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

class InputFile;

// The words for an option's value in help, manual pages and completion, which completes the names of files and folders.
inline constexpr const char* kFile = "FILE";
inline constexpr const char* kFolder = "FOLDER";

// The options that every command understands.
struct GlobalOptions {
  std::filesystem::path config_file;  // empty: the usual places
  std::vector<std::string> settings;  // KEY=VALUE, over file and environment
  bool json = false;
};

// Document is one file that a command gives out. It is written when the command is over (deliver() in output.hpp), so
// that the command can be taken back when its result cannot be written.
struct Document {
  std::filesystem::path to;           // "-": standard output, and the facts go to standard error then
  std::vector<ByteView> parts;        // one after another
  std::shared_ptr<const void> owner;  // keeps the bytes that the parts point to
  bool secret = false;                // the file is readable by its owner alone

  [[nodiscard]] static Document of(std::filesystem::path to, Bytes content);
  // The base, and the tail behind it.
  [[nodiscard]] static Document of(std::filesystem::path to, std::shared_ptr<const InputFile> base, Bytes tail);
  [[nodiscard]] static Document of(std::filesystem::path to, std::string_view content);
  [[nodiscard]] static Document of(std::filesystem::path to, SecureBytes content);  // secret
  // A secret document of the text and a line break. The caller has to wipe its own copy of the text.
  [[nodiscard]] static Document secret_line(std::filesystem::path to, std::string_view text);
};

// Outcome is the result of a command: the same facts for people and for programs.
struct Outcome {
  boost::json::object json;
  std::string text;  // lines for people, each ended by a line break
  ExitCode exit_code = ExitCode::ok;
  std::vector<Document> documents = {};
  // Undoes the command when its result could not be given out and exists nowhere else, such as a key whose text was to
  // be shown once. Returns a text about the undoing ("the key k3vq1m7d2s9x4b0c was revoked again").
  std::function<Result<std::string>()> take_back = {};
  // The facts as the command has written them by itself, ended by a line break, instead of `json` and `text`.
  std::optional<std::string> written = {};
};

class Command {
 public:
  virtual ~Command() = default;
  Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  virtual void declare(CLI::App& app) = 0;
  [[nodiscard]] virtual Result<Outcome> run(const GlobalOptions& global) = 0;
  // True when the command's own options ask for JSON, as --json does: errors are JSON too, then.
  [[nodiscard]] virtual bool asks_for_json() const noexcept { return false; }
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
