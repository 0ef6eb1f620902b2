// rakkan audit verify: the log in the data folder, an exported one, or one proof without any log.
#include <CLI/CLI.hpp>

#include "cli/audit_report.hpp"
#include "cli/input.hpp"
#include "cli/make_commands.hpp"
#include "cli/output.hpp"
#include "cli/runtime.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/base/standard_streams.hpp"

namespace rakkan::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLargestKeyFile = 64 * 1024;

// The keys that a text or a file of that name holds, one a line.
Result<std::vector<audit::VerifierKey>> keys_of(const std::vector<std::string>& options) {
  std::vector<audit::VerifierKey> keys;
  for (const std::string& option : options) {
    std::string text = option;
    if (std::error_code ignored; option == kStandardStream || fs::is_regular_file(option, ignored)) {
      RAKKAN_TRY(const Bytes content, read_input(option, kLargestKeyFile));
      text = text_of(content);
    }
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      if (end > begin) {
        RAKKAN_TRY(audit::VerifierKey key,
                   audit::VerifierKey::parse(std::string_view(text).substr(begin, end - begin)));
        keys.push_back(std::move(key));
      }
      begin = end + 1;
    }
  }
  return keys;
}

// A log's name is the first line of its checkpoint; nobody is trusted for it: it only chooses the key.
Result<audit::VerifierKey> key_for(const audit::LogFolder& log, const std::vector<audit::VerifierKey>& keys) {
  RAKKAN_TRY(const Bytes note, read_file(log.path / "checkpoint", audit::Note::kMaxSize));
  const std::string_view text = text_of(note);
  const std::string_view name = text.substr(0, text.find('\n'));
  for (const audit::VerifierKey& key : keys) {
    if (key.name() == name) {
      return key;
    }
  }
  return fail(ErrorCode::audit_log_mismatch,
              "this is the log \"" + std::string(name) + "\", for which no key was given", log.path.string());
}

// Does the checkpoint's first line name this journal? Which one it really is, its signature says.
bool is_of(std::string_view checkpoint, std::string_view journal) {
  return checkpoint.substr(0, checkpoint.find('\n')).ends_with("/" + std::string(journal));
}

class VerifyCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    auto* folder = app.add_option("--dir", folder_, "An exported log (one journal) instead of the data folder's")
                       ->type_name(kFolder);
    app.add_option("--against", against_,
                   "Checkpoint that somebody kept: the log must continue it; - is standard input")
        ->type_name(kFile);
    app.add_option(
           "--key", keys_,
           "The log's public key (vkey), or a file of such, or - for standard input; default: the data folder's own")
        ->type_name("KEY|FILE")
        ->allow_extra_args(false);
    auto* proof =
        app.add_option("--proof", proof_, "Checks one proof (.tlog-proof), without any log; - is standard input")
            ->type_name(kFile);
    proof->excludes(folder);
    app.add_option("--record", record_, "The entry with its record, as `audit prove --record` wrote it")
        ->type_name(kFile)
        ->needs(proof);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const std::vector<audit::VerifierKey> keys, keys_of(keys_));
    if (!proof_.empty()) {
      return verify_one(keys);
    }
    audit::Verification how;
    if (!against_.empty()) {
      RAKKAN_TRY(const Bytes note, read_input(against_, audit::Note::kMaxSize));
      how.against = text_of(note);
    }
    return folder_.empty() ? verify_data_folder(global, keys, how) : verify_export(keys, how);
  }

 private:
  [[nodiscard]] Result<Outcome> verify_one(const std::vector<audit::VerifierKey>& keys) const {
    if (keys.size() != 1 || record_.empty()) {
      return fail(ErrorCode::invalid_argument, "a proof is checked with --record FILE and one --key VKEY");
    }
    RAKKAN_TRY(const Bytes proof_text, read_input(proof_, audit::Proof::kMaxSize));
    RAKKAN_TRY(const Bytes file_text, read_input(record_, audit::EntryFile::kMaxSize));
    RAKKAN_TRY(const audit::Proof proof, audit::Proof::parse(text_of(proof_text)));
    RAKKAN_TRY(const audit::EntryFile file, audit::EntryFile::parse(text_of(file_text)));
    const auto proven = audit::verify_proof(proof, file, keys.front());
    if (!proven && !is_verdict(proven.error())) {
      return fail(proven.error());
    }
    return report_proof(proven, file);
  }

  [[nodiscard]] Result<Outcome> verify_export(const std::vector<audit::VerifierKey>& keys,
                                              const audit::Verification& how) const {
    if (keys.empty()) {
      return fail(ErrorCode::invalid_argument, "an exported log is checked with --key VKEY");
    }
    std::vector<VerifiedJournal> logs;
    RAKKAN_CHECK(verify_into(logs, folder_.filename().string(), {posix_file_system(), folder_}, keys, how));
    return report_logs(logs, KeyOrigin::given);
  }

  [[nodiscard]] static Result<Outcome> verify_data_folder(const GlobalOptions& global,
                                                          const std::vector<audit::VerifierKey>& given,
                                                          const audit::Verification& how) {
    RAKKAN_TRY(const auto archive, open_archive(global));
    std::vector<audit::VerifierKey> keys = given;
    if (keys.empty()) {
      RAKKAN_TRY(keys, archive->own_keys());
    }
    if (!how.against.empty() && !is_of(how.against, "trail") && !is_of(how.against, "tokens")) {
      return fail(ErrorCode::malformed_note, "not a checkpoint of a trail or of tokens", "--against");
    }
    std::vector<VerifiedJournal> logs;
    for (const audit::Journal journal : store::kJournals) {
      const std::string name(store::name(journal));
      audit::Verification here = how;
      if (journal == audit::Journal::trail) {
        here.record = [&](std::uint64_t index) { return archive->record(index); };
      }
      if (!is_of(how.against, name)) {
        here.against.clear();  // a checkpoint of the other log
      }
      RAKKAN_CHECK(verify_into(logs, name, archive->log(journal), keys, here));
    }
    return report_logs(logs, given.empty() ? KeyOrigin::data_folder : KeyOrigin::given);
  }

  [[nodiscard]] static Result<void> verify_into(std::vector<VerifiedJournal>& logs, std::string name,
                                                const audit::LogFolder& log,
                                                const std::vector<audit::VerifierKey>& keys,
                                                const audit::Verification& how) {
    const auto verify = [&]() -> Result<audit::VerifiedLog> {
      RAKKAN_TRY(const bool begun, log.files.exists(log.path / "checkpoint"));
      if (!begun && how.against.empty()) {
        return audit::VerifiedLog{};
      }
      if (!begun) {
        return fail(ErrorCode::audit_log_mismatch, "there is no log, and somebody has a checkpoint of it",
                    log.path.string());
      }
      RAKKAN_TRY(const audit::VerifierKey key, key_for(log, keys));
      return audit::verify_log(log, key, how);
    };
    Result<audit::VerifiedLog> verified = verify();
    if (!verified && !is_verdict(verified.error())) {
      return fail(std::move(verified).error());
    }
    logs.push_back({std::move(name), std::move(verified)});
    return {};
  }

  fs::path folder_;
  fs::path against_;
  std::vector<std::string> keys_;
  fs::path proof_;
  fs::path record_;
};

}  // namespace

std::unique_ptr<Command> make_audit_verify_command() { return std::make_unique<VerifyCommand>(); }

}  // namespace rakkan::cli
