// The command `rakkan audit verify`, for the log in the data folder, an exported log, or, without any log, one proof or
// the evidence of one signature.
#include <CLI/CLI.hpp>

#include "cli/administration.hpp"
#include "cli/audit_report.hpp"
#include "cli/input.hpp"
#include "cli/make_commands.hpp"
#include "cli/output.hpp"
#include "cli/verified_journals.hpp"
#include "rakkan/audit/evidence.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/base/standard_streams.hpp"

namespace rakkan::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLargestKeyFile = 64 * 1024;

// Adds the keys of a text, one on each line; empty lines and those that begin with # are skipped. A file may have keys
// of other kinds too, such as a witness's: they sign no log of Rakkan, and are passed over as long as there is a key
// that does.
Result<void> add_keys(std::string_view text, std::vector<audit::VerifierKey>& keys) {
  std::optional<Error> other_kind;
  const std::size_t before = keys.size();
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    if (line.empty() || line.starts_with('#')) {
      continue;
    }
    Result<audit::VerifierKey> key = audit::VerifierKey::parse(line);
    if (key) {
      keys.push_back(*std::move(key));
    } else if (key.error().code == ErrorCode::unsupported_algorithm) {
      other_kind = std::move(key).error();
    } else {
      return fail(std::move(key).error());
    }
  }
  if (keys.size() == before) {
    return fail(other_kind.value_or(Error{ErrorCode::malformed_note, "holds no verifier key", {}, {}, {}}));
  }
  return {};
}

// Each option is a key, or the name of a file of keys.
Result<std::vector<audit::VerifierKey>> keys_of(const std::vector<std::string>& options) {
  std::vector<audit::VerifierKey> keys;
  for (const std::string& option : options) {
    std::string text = option;
    if (std::error_code ignored; option == kStandardStream || fs::is_regular_file(option, ignored)) {
      RAKKAN_TRY(const Bytes content, read_input(option, kLargestKeyFile));
      text = text_of(content);
    }
    if (Result<void> added = add_keys(text, keys); !added) {
      return fail(std::move(added).error().at("--key " + option));
    }
  }
  return keys;
}

Result<audit::VerifierKey> key_of(const audit::LogFolder& log, const std::vector<audit::VerifierKey>& keys) {
  RAKKAN_TRY(const Bytes note, read_file(log.path / "checkpoint", audit::Note::kMaxSize));
  return audit::key_for(text_of(note), keys).map_error([&](Error error) {
    return std::move(error).at(log.path.string());
  });
}

class VerifyCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    auto* folder = app.add_option("--dir", folder_, "An exported log (one journal) instead of the data folder's")
                       ->type_name(kFolder);
    app.add_option("--against", against_,
                   "Earlier checkpoint that was kept: the log must continue it; - is standard input")
        ->type_name(kFile);
    app.add_option(
           "--key", keys_,
           "The log's public key (vkey), or a file of keys, one a line, or - for standard input; may be repeated, the "
           "log's name chooses; default: the data folder's own")
        ->type_name("KEY|FILE")
        ->allow_extra_args(false);
    auto* proof =
        app.add_option("--proof", proof_, "Checks one proof (.tlog-proof), without any log; - is standard input")
            ->type_name(kFile);
    proof->excludes(folder);
    app.add_option("--record", record_, "The entry with its record, as `audit prove --record` wrote it")
        ->type_name(kFile)
        ->needs(proof);
    app.add_option(
           "--evidence", evidence_,
           "Checks the evidence of one signature, the answer of GET /v1/signatures/ID/evidence as it is, without any "
           "log; - is standard input")
        ->type_name(kFile)
        ->excludes(folder)
        ->excludes(proof);
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const std::vector<audit::VerifierKey> keys, keys_of(keys_));
    if (!proof_.empty()) {
      return verify_one(keys);
    }
    if (!evidence_.empty()) {
      return verify_evidence(keys);
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
    if (keys.empty() || record_.empty()) {
      return fail(ErrorCode::invalid_argument, "a proof is checked with --record FILE and --key VKEY");
    }
    RAKKAN_TRY(const Bytes proof_text, read_input(proof_, audit::Proof::kMaxSize));
    RAKKAN_TRY(const Bytes file_text, read_input(record_, audit::EntryFile::kMaxSize));
    RAKKAN_TRY(const audit::Proof proof, audit::Proof::parse(text_of(proof_text)));
    RAKKAN_TRY(const audit::EntryFile file, audit::EntryFile::parse(text_of(file_text)));
    const auto key = audit::key_for(proof.checkpoint, keys);
    const auto proven = key ? audit::verify_proof(proof, file, *key) : Result<audit::ProvenEntry>(fail(key.error()));
    if (!proven && !is_verdict(proven.error())) {
      return fail(proven.error());
    }
    return report_proof(proven, file);
  }

  [[nodiscard]] Result<Outcome> verify_evidence(const std::vector<audit::VerifierKey>& keys) const {
    if (keys.empty()) {
      return fail(ErrorCode::invalid_argument, "evidence is checked with --key VKEY");
    }
    RAKKAN_TRY(const Bytes text, read_input(evidence_, audit::Evidence::kMaxSize));
    RAKKAN_TRY(const audit::Evidence evidence, audit::Evidence::parse(text_of(text)));
    const auto verified = audit::verify_evidence(evidence, keys);
    if (!verified && !is_verdict(verified.error())) {
      return fail(verified.error());
    }
    return report_evidence(verified, evidence);
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

  // Verifies the log where the folder is: in this process, or by its server.
  [[nodiscard]] Result<Outcome> verify_data_folder(const GlobalOptions& global,
                                                   const std::vector<audit::VerifierKey>& given,
                                                   const audit::Verification& how) const {
    boost::json::object request;
    if (!given.empty()) {
      boost::json::array keys;
      for (const audit::VerifierKey& key : given) {
        keys.emplace_back(key.text());
      }
      request["keys"] = std::move(keys);
    }
    if (!how.against.empty()) {
      request["against"] = to_base64(bytes_of(how.against));
    }
    RAKKAN_TRY(const auto administration, Administration::open(global, remote_, Administration::Needs::log));
    RAKKAN_TRY(const boost::json::object answer, administration->ask_json("POST", "/v1/audit/verify", request));
    RAKKAN_TRY(const std::vector<VerifiedJournal> logs, journals_of(answer));
    return report_logs(logs, text_member(answer, "key") == "given" ? KeyOrigin::given : KeyOrigin::data_folder);
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
        return fail(ErrorCode::audit_log_mismatch, "there is no log, although a checkpoint of it was given",
                    log.path.string());
      }
      RAKKAN_TRY(const audit::VerifierKey key, key_of(log, keys));
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
  fs::path evidence_;
  RemoteOptions remote_;
};

}  // namespace

std::unique_ptr<Command> make_audit_verify_command() { return std::make_unique<VerifyCommand>(); }

}  // namespace rakkan::cli
