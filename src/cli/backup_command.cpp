// rakkan backup FOLDER: a copy of the data folder, beside a running server too.
#include <CLI/CLI.hpp>

#include "cli/administration.hpp"
#include "cli/make_commands.hpp"
#include "cli/output.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/crypto/digest.hpp"

namespace rakkan::cli {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::uint64_t kLargestSums = 1ULL << 30;  // bytes; a line a file

std::uint64_t number_member(const json::object& object, std::string_view member) {
  const json::value* const value = object.if_contains(member);
  json::error_code none;
  const auto number = value != nullptr ? value->to_number<std::uint64_t>(none) : 0;
  return none ? 0 : number;
}

std::string line_of_log(const json::object& logs, std::string_view name) {
  const json::object log = object_member(logs, name);
  return "  " + std::string(name) + (name.size() < 6 ? "   " : "  ") +
         (log.empty()
              ? std::string("has not begun\n")
              : std::to_string(number_member(log, "size")) + " entries, root " + text_member(log, "root") + "\n");
}

// The server may have another view of the file system than whoever asks it.
Result<void> check_is_here(const fs::path& folder, const std::string& sums) {
  const Result<Bytes> content = read_file(folder / "SHA256SUMS", kLargestSums);
  if (!content || to_hex(crypto::digest(crypto::DigestAlgorithm::sha256, *content).view()) != sums) {
    return fail(ErrorCode::file_unreadable,
                "the server has written the backup, and it is not there for this command: the service sees another "
                "folder under that name (PrivateTmp= of its unit, a container)",
                folder.string());
  }
  return {};
}

class BackupCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("folder", folder_,
                   "Folder for the copy, on this machine: not there yet, or empty; the folder that it lies in is there")
        ->type_name(kFolder)
        ->required();
    app.add_flag("--with-tokens", with_tokens_,
                 "With SoftHSM's tokens: private keys, which whoever has their PINs too can use");
    remote_.declare(app);
    for (const char* option : {"--server", "--api-key-file", "--server-ca"}) {
      app.get_option(option)->group("");  // only to be refused
    }
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    if (remote_.chosen()) {
      return fail(ErrorCode::invalid_argument,
                  "a server writes its backup onto its own machine: run `rakkan backup` there, without --server");
    }
    const fs::path folder = fs::absolute(folder_ / "").lexically_normal().parent_path();
    RAKKAN_TRY(const auto administration, Administration::open(global, {}));
    progress("backing up to " + folder.string());
    const json::object order{{"folder", folder.string()}, {"with_tokens", with_tokens_}};
    RAKKAN_TRY(json::object made, administration->change("/v1/backup", json::serialize(order)));
    RAKKAN_CHECK(check_is_here(folder, text_member(made, "sums")));
    return outcome(folder, std::move(made));
  }

 private:
  [[nodiscard]] Outcome outcome(const fs::path& folder, json::object made) const {
    const json::object logs = object_member(made, "logs");
    std::string text = folder.string() + ": a backup of " + text_member(made, "made") + ", " +
                       std::to_string(number_member(made, "files")) + " files, " +
                       std::to_string(number_member(made, "bytes")) + " bytes\n" + line_of_log(logs, "trail") +
                       line_of_log(logs, "tokens");
    text += with_tokens_ ? "  with the tokens of SoftHSM: keep their PINs elsewhere\n"
                         : "  without keys: tokens and PINs are backed up by their own means\n";
    return {std::move(made), std::move(text), ExitCode::ok};
  }

  fs::path folder_;
  bool with_tokens_ = false;
  RemoteOptions remote_;
};

}  // namespace

std::unique_ptr<Command> make_backup_command() { return std::make_unique<BackupCommand>(); }

}  // namespace rakkan::cli
