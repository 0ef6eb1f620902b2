// rakkan audit key|prove|show|erase|export: the log as its operator uses it.
#include <CLI/CLI.hpp>

#include "cli/audit_report.hpp"
#include "cli/input.hpp"
#include "cli/make_commands.hpp"
#include "cli/output.hpp"
#include "cli/runtime.hpp"
#include "rakkan/audit/verify.hpp"
#include "rakkan/service/erasure.hpp"

namespace rakkan::cli {
namespace {

namespace fs = std::filesystem;

void declare_journal(CLI::App& app, std::string& journal) {
  app.add_option("--journal", journal, "trail, or tokens: the timestamp unit's log")
      ->check(CLI::IsMember({"trail", "tokens"}))
      ->capture_default_str();
}

audit::Journal journal_of(const std::string& name) {
  return name == store::name(audit::Journal::tokens) ? audit::Journal::tokens : audit::Journal::trail;
}

class KeyCommand final : public Command {
 public:
  void declare(CLI::App&) override {}

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const auto archive, open_archive(global));
    RAKKAN_TRY(const std::vector<audit::VerifierKey> keys, archive->own_keys());
    boost::json::array rows;
    std::string text;
    for (const audit::VerifierKey& key : keys) {
      rows.emplace_back(key.text());
      text += key.text() + "\n";
    }
    return Outcome{{{"keys", std::move(rows)}}, std::move(text), ExitCode::ok};
  }
};

class ProveCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("index", index_, "Number of the entry in its log")->required();
    app.add_option("-o,--output", output_, "The proof (.tlog-proof); - is standard output")
        ->type_name(kFile)
        ->required();
    app.add_option(
           "--record", record_,
           "Also writes the entry with its record here: what `audit verify --proof` takes; - is standard output")
        ->type_name(kFile);
    declare_journal(app, journal_);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const std::string proof, prove(global));
    Outcome made = outcome();
    if (!record_.empty()) {
      RAKKAN_TRY(const auto archive, open_archive(global));
      RAKKAN_TRY(const audit::EntryFile entry, archive->entry(journal_of(journal_), index_));
      made.documents.push_back(Document::of(record_, SecureBytes(bytes_of(entry.encode()))));
    }
    made.documents.push_back(Document::of(output_, proof));
    return made;
  }

 private:
  // The data folder is let go of when it returns.
  [[nodiscard]] Result<std::string> prove(const GlobalOptions& global) const {
    RAKKAN_TRY(const auto runtime, Runtime::open(global));
    return runtime->trail().prove(journal_of(journal_), index_);
  }

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
};

class ShowCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("index", index_, "Number of the entry in its log")->required();
    declare_journal(app, journal_);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const auto archive, open_archive(global));
    RAKKAN_TRY(const audit::EntryFile file, archive->entry(journal_of(journal_), index_));
    RAKKAN_TRY(const audit::Entry entry, audit::Entry::parse(bytes_of(file.entry)));
    boost::json::object json{
        {"index", index_}, {"journal", journal_}, {"event", entry.event}, {"at", to_rfc3339(entry.at)}};
    std::string text =
        std::to_string(index_) + "  " + entry.event + "  " + to_rfc3339(entry.at) + "\n  entry   " + file.entry + "\n";
    if (file.record) {
      json["record"] = nested(file.record->body);
      text += "  record  " + file.record->body + "\n";
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
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    if (subject_.empty() && indexes_.empty()) {
      return fail(ErrorCode::invalid_argument, "whose record? --subject ID or --index N");
    }
    if (!yes_) {
      return fail(ErrorCode::invalid_argument, "erasing cannot be undone: say --yes");
    }
    RAKKAN_TRY(const auto runtime, Runtime::open(global));
    RAKKAN_TRY(const std::vector<std::uint64_t> erased,
               service::erase_records(runtime->trail(), runtime->ledger(), runtime->principal(), subject_, indexes_));
    std::string text = std::to_string(erased.size()) + " records erased; the log still verifies\n";
    return Outcome{{{"erased", boost::json::value_from(erased)}}, std::move(text), ExitCode::ok};
  }

 private:
  std::string subject_;
  std::vector<std::uint64_t> indexes_;
  bool yes_ = false;
};

class ExportCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("-o,--output", output_, "Folder; a second export into it adds what is new")
        ->type_name(kFolder)
        ->required();
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const auto archive, open_archive(global));
    boost::json::object json{{"output", output_.string()}};
    std::string text;
    for (const audit::Journal journal : store::kJournals) {
      const std::string name(store::name(journal));
      RAKKAN_TRY(const audit::Checkpoint checkpoint,
                 audit::export_log(archive->log(journal), {posix_file_system(), output_ / name}));
      json[name] = {{"size", checkpoint.tree.size}, {"origin", checkpoint.origin}};
      text += (output_ / name).string() + ": " + std::to_string(checkpoint.tree.size) + " entries of " +
              checkpoint.origin + "\n";
    }
    return Outcome{std::move(json), std::move(text), ExitCode::ok};
  }

 private:
  fs::path output_;
};

}  // namespace

std::unique_ptr<Command> make_audit_key_command() { return std::make_unique<KeyCommand>(); }
std::unique_ptr<Command> make_audit_prove_command() { return std::make_unique<ProveCommand>(); }
std::unique_ptr<Command> make_audit_show_command() { return std::make_unique<ShowCommand>(); }
std::unique_ptr<Command> make_audit_erase_command() { return std::make_unique<EraseCommand>(); }
std::unique_ptr<Command> make_audit_export_command() { return std::make_unique<ExportCommand>(); }

}  // namespace rakkan::cli
