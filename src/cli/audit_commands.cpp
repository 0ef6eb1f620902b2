// The commands `rakkan audit key|prove|show|erase|export`.
#include <CLI/CLI.hpp>

#include "cli/administration.hpp"
#include "cli/audit_report.hpp"
#include "cli/input.hpp"
#include "cli/log_files.hpp"
#include "cli/make_commands.hpp"
#include "cli/output.hpp"
#include "rakkan/audit/entry.hpp"
#include "rakkan/audit/proof.hpp"
#include "rakkan/audit/snapshot.hpp"
#include "rakkan/audit/trail.hpp"
#include "rakkan/audit/verify.hpp"

namespace rakkan::cli {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

void declare_journal(CLI::App& app, std::string& journal) {
  app.add_option("--journal", journal, "trail, or tokens: the timestamp unit's log")
      ->check(CLI::IsMember({"trail", "tokens"}))
      ->capture_default_str();
}

// The query of a request for a journal: "?journal=tokens".
std::string in_journal(const std::string& name) { return "?journal=" + name; }

struct ShownEntry {
  audit::EntryFile file;
  std::string record;  // "shown", "erased", "withheld", "none"
};

Result<ShownEntry> read_entry(const Administration& administration, const std::string& journal, std::uint64_t index) {
  RAKKAN_TRY(const json::object answer,
             administration.ask_json("GET", "/v1/audit/entries/" + std::to_string(index) + in_journal(journal)));
  ShownEntry shown;
  RAKKAN_TRY(shown.file, audit::EntryFile::parse(json::serialize(object_member(answer, "entry"))));
  shown.record = text_member(answer, "record");
  return shown;
}

class KeyCommand final : public Command {
 public:
  void declare(CLI::App& app) override { remote_.declare(app); }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const auto administration, Administration::open(global, remote_, Administration::Needs::log));
    RAKKAN_TRY(const json::object answer, administration->ask_json("GET", "/v1/audit/key"));
    json::array keys = array_member(answer, "keys");
    std::string text;
    for (const json::value& key : keys) {
      text += key.is_string() ? std::string(key.get_string()) + "\n" : std::string();
    }
    return Outcome{{{"keys", std::move(keys)}}, std::move(text), ExitCode::ok};
  }

 private:
  RemoteOptions remote_;
};

class ProveCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("index", index_, "Number of the entry in its log")->required();
    app.add_option("-o,--output", output_, "The proof (.tlog-proof); - is standard output")
        ->type_name(kFile)
        ->required();
    app.add_option("--record", record_,
                   "Also writes the entry with its record here, for `audit verify --record`; - is standard output")
        ->type_name(kFile);
    declare_journal(app, journal_);
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const auto administration, Administration::open(global, remote_));
    RAKKAN_TRY(const WipedBytes proof,
               administration->ask(
                   {"GET", "/v1/audit/proofs/" + std::to_string(index_) + in_journal(journal_), "", "text/plain", {}}));
    Outcome made = outcome();
    if (!record_.empty()) {
      RAKKAN_TRY(const ShownEntry entry, read_entry(*administration, journal_, index_));
      made.documents.push_back(Document::of(record_, SecureBytes(bytes_of(entry.file.encode()))));
    }
    made.documents.push_back(Document::of(output_, text_of(ByteView(proof))));
    return made;
  }

 private:
  [[nodiscard]] Outcome outcome() const {
    boost::json::object json{{"index", index_}, {"journal", journal_}, {"output", output_.string()}};
    std::string text = shown(output_) + ": proof of entry " + std::to_string(index_) + " of " + journal_ + "\n";
    if (!record_.empty()) {
      json["record"] = record_.string();
      text += shown(record_) + ": the entry with its record; it may name persons\n";
    }
    return {std::move(json), std::move(text), ExitCode::ok};
  }

  std::uint64_t index_ = 0;
  fs::path output_;
  fs::path record_;
  std::string journal_ = "trail";
  RemoteOptions remote_;
};

class ShowCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("index", index_, "Number of the entry in its log")->required();
    declare_journal(app, journal_);
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const auto administration, Administration::open(global, remote_, Administration::Needs::log));
    RAKKAN_TRY(const ShownEntry shown, read_entry(*administration, journal_, index_));
    const audit::EntryFile& file = shown.file;
    RAKKAN_TRY(const audit::Entry entry, audit::Entry::parse(bytes_of(file.entry)));
    boost::json::object json{
        {"index", index_}, {"journal", journal_}, {"event", entry.event}, {"at", to_rfc3339(entry.at)}};
    std::string text =
        std::to_string(index_) + "  " + entry.event + "  " + to_rfc3339(entry.at) + "\n  entry   " + file.entry + "\n";
    if (file.record) {
      json["record"] = nested(file.record->body);
      text += "  record  " + file.record->body + "\n";
    } else if (shown.record == "withheld") {
      json["withheld"] = true;
      text += "  record  withheld: another tenant's, or the operator's\n";
    } else if (const std::string* body = entry.body()) {
      json["body"] = nested(*body);
    } else if (entry.commitment() != nullptr) {
      json["erased"] = true;
      text += "  record  erased\n";
    }
    return Outcome{std::move(json), std::move(text), ExitCode::ok};
  }

 private:
  std::uint64_t index_ = 0;
  std::string journal_ = "trail";
  RemoteOptions remote_;
};

class EraseCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    auto* whose =
        app.add_option("--subject", subject_, "Erases every record about this person (the id in the records)");
    app.add_option("--index", indexes_, "Erases the record of this entry of the trail; may be repeated")
        ->allow_extra_args(false)
        ->excludes(whose);
    app.add_flag("--yes", yes_, "Yes, for good: neither record nor signature can be fetched again");
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    if (subject_.empty() && indexes_.empty()) {
      return fail(ErrorCode::invalid_argument, "the records are missing: --subject ID or --index N");
    }
    if (!yes_) {
      return fail(ErrorCode::invalid_argument, "erasing cannot be undone: say --yes");
    }
    json::object request;
    if (!subject_.empty()) {
      request["subject"] = subject_;
    }
    for (const std::uint64_t index : indexes_) {
      json::value& list = request["indexes"];
      (list.is_array() ? list.get_array() : list.emplace_array()).emplace_back(std::to_string(index));
    }
    RAKKAN_TRY(const auto administration, Administration::open(global, remote_));
    RAKKAN_TRY(const json::object answer, administration->ask_json("POST", "/v1/audit/erase", request));
    json::array erased = array_member(answer, "erased");
    std::string text = std::to_string(erased.size()) + " records erased; the log still verifies\n";
    return Outcome{{{"erased", std::move(erased)}}, std::move(text), ExitCode::ok};
  }

 private:
  std::string subject_;
  std::vector<std::uint64_t> indexes_;
  bool yes_ = false;
  RemoteOptions remote_;
};

class ExportCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("-o,--output", output_, "Folder; a second export into it adds the new files")
        ->type_name(kFolder)
        ->required();
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const auto administration, Administration::open(global, remote_, Administration::Needs::log));
    boost::json::object json{{"output", output_.string()}};
    std::string text;
    for (const audit::Journal journal : {audit::Journal::trail, audit::Journal::tokens}) {
      const std::string name(store::name(journal));
      RAKKAN_TRY(const audit::Checkpoint checkpoint, copy(*administration, name));
      json[name] = {{"size", checkpoint.tree.size}, {"origin", checkpoint.origin}};
      text += (output_ / name).string() + ": " + std::to_string(checkpoint.tree.size) + " entries of " +
              checkpoint.origin + "\n";
    }
    return Outcome{std::move(json), std::move(text), ExitCode::ok};
  }

 private:
  // Copies a journal. A server may be writing a timestamp just now, of which only some files exist yet; so a failure is
  // tried again.
  [[nodiscard]] Result<audit::Checkpoint> copy(const Administration& administration, const std::string& journal) const {
    constexpr int kTries = 5;
    for (int tried = 1;; ++tried) {
      LogFiles files(administration);
      RAKKAN_TRY(const audit::LogSnapshot snapshot, audit::LogSnapshot::take({files, journal}));
      Result<audit::Checkpoint> copied = audit::export_log(snapshot.folder(), {posix_file_system(), output_ / journal});
      if (copied || tried == kTries || copied.error().code != ErrorCode::audit_log_corrupt) {
        return copied;
      }
    }
  }

  fs::path output_;
  RemoteOptions remote_;
};

}  // namespace

std::unique_ptr<Command> make_audit_key_command() { return std::make_unique<KeyCommand>(); }
std::unique_ptr<Command> make_audit_prove_command() { return std::make_unique<ProveCommand>(); }
std::unique_ptr<Command> make_audit_show_command() { return std::make_unique<ShowCommand>(); }
std::unique_ptr<Command> make_audit_erase_command() { return std::make_unique<EraseCommand>(); }
std::unique_ptr<Command> make_audit_export_command() { return std::make_unique<ExportCommand>(); }

}  // namespace rakkan::cli
