// The command `rakkan audit find FILE.pdf`, which finds the trail's entries of the signatures in a PDF.
#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/administration.hpp"
#include "cli/certificate_facts.hpp"
#include "cli/input.hpp"
#include "cli/make_commands.hpp"
#include "cli/runtime.hpp"
#include "rakkan/audit/entry.hpp"
#include "rakkan/audit/proof.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/pades/signature_integrity.hpp"
#include "rakkan/pdf/acro_form.hpp"
#include "rakkan/pdf/document.hpp"

namespace rakkan::cli {
namespace {

namespace json = boost::json;

// FoundEntry is one entry of the trail with its record, if that was not erased.
struct FoundEntry {
  std::uint64_t index = 0;
  audit::Entry entry;
  std::optional<json::object> record;
};
struct FoundEntries {
  FoundEntry intent;
  FoundEntry outcome;
};

Result<FoundEntry> read_entry(std::uint64_t index, const audit::EntryFile& file) {
  FoundEntry found;
  found.index = index;
  RAKKAN_TRY(found.entry, audit::Entry::parse(bytes_of(file.entry)));
  if (file.record) {
    json::error_code broken;
    const json::value body = json::parse(file.record->body, broken);
    if (!broken && body.is_object()) {
      found.record = body.get_object();
    }
  }
  return found;
}

// The member object.outer.inner; null when there is none.
const json::value* member(const json::object& object, std::string_view outer, std::string_view inner) {
  const json::value* const between = object.if_contains(outer);
  return between != nullptr && between->is_object() ? between->get_object().if_contains(inner) : nullptr;
}

// Trail is the trail in the data folder, or behind a server.
class Trail {
 public:
  virtual ~Trail() = default;
  // The entries of a signature. signature_unknown.
  [[nodiscard]] virtual Result<FoundEntries> entries_of(const std::string& signature_id) = 0;
};

class TrailHere final : public Trail {
 public:
  explicit TrailHere(std::unique_ptr<service::OpenArchive> archive) : archive_(std::move(archive)) {}

  [[nodiscard]] Result<FoundEntries> entries_of(const std::string& signature_id) override {
    RAKKAN_TRY(const service::SignatureEntries at, archive_->signature(SignatureId(signature_id)));
    FoundEntries found;
    RAKKAN_TRY(found.intent, read(at.intent));
    RAKKAN_TRY(found.outcome, read(at.outcome));
    return found;
  }

 private:
  [[nodiscard]] Result<FoundEntry> read(std::uint64_t index) {
    RAKKAN_TRY(const audit::EntryFile file, archive_->entry(audit::Journal::trail, index));
    return read_entry(index, file);
  }

  std::unique_ptr<service::OpenArchive> archive_;
};

class TrailThere final : public Trail {
 public:
  explicit TrailThere(std::unique_ptr<Administration> server) : server_(std::move(server)) {}

  [[nodiscard]] Result<FoundEntries> entries_of(const std::string& signature_id) override {
    RAKKAN_TRY(const json::object signature, server_->ask_json("GET", "/v1/signatures/" + signature_id));
    RAKKAN_TRY(const json::object evidence, server_->ask_json("GET", "/v1/signatures/" + signature_id + "/evidence"));
    FoundEntries found;
    RAKKAN_TRY(found.intent, read(signature, evidence, "intent"));
    RAKKAN_TRY(found.outcome, read(signature, evidence, "outcome"));
    return found;
  }

 private:
  [[nodiscard]] static Result<FoundEntry> read(const json::object& signature, const json::object& evidence,
                                               const std::string& which) {
    const json::value* const index = member(signature, "audit", which);
    const json::value* const entry = member(evidence, which, "entry");
    json::error_code no_number;
    const auto number = index != nullptr ? index->to_number<std::uint64_t>(no_number) : 0;
    if (index == nullptr || no_number || entry == nullptr) {
      return fail(ErrorCode::malformed_server_answer, "the answers do not say where the " + which + " stands");
    }
    RAKKAN_TRY(const audit::EntryFile file, audit::EntryFile::parse(json::serialize(*entry)));
    return read_entry(number, file);
  }

  std::unique_ptr<Administration> server_;
};

// True for text in the form of the ids that Rakkan makes: any other text from a file is no id, and goes into no query.
bool is_signature_id(std::string_view text) {
  constexpr std::string_view kBeginning = "sig_";
  constexpr std::size_t kDigits = 32;
  return text.starts_with(kBeginning) && text.size() == kBeginning.size() + kDigits &&
         text.find_first_not_of("0123456789abcdef", kBeginning.size()) == std::string_view::npos;
}

std::string digest_text(const json::object& record, std::string_view member) {
  const json::value* const digest = record.if_contains(member);
  if (digest == nullptr || !digest->is_object()) {
    return {};
  }
  const json::value* const algorithm = digest->get_object().if_contains("alg");
  const json::value* const value = digest->get_object().if_contains("value");
  if (algorithm == nullptr || value == nullptr || !algorithm->is_string() || !value->is_string()) {
    return {};
  }
  return std::string(algorithm->get_string()) + " " + std::string(value->get_string());
}

std::string digest_text(const crypto::Digest& digest) {
  return std::string(crypto::info(digest.algorithm()).name) + " " + to_hex(digest.view());
}

enum class Match : std::uint8_t { matches, differs, erased, unknown, no_id };

struct MatchRow {
  std::string_view word;  // the verdict in JSON
  std::string_view text;
};

MatchRow words_of(Match match) {
  switch (match) {
    case Match::matches:
      return {"matches", "記録と一致します / the recorded digest and signature value are those of this file"};
    case Match::differs:
      return {"differs", "記録と一致しません / DIFFERENT: the trail recorded another document or signature"};
    case Match::erased:
      return {"erased", "記録は消去されています / the record was erased: nothing to compare with"};
    case Match::unknown:
      return {"unknown", "この監査ログにはありません / this trail knows no signature of that id"};
    case Match::no_id:
      break;
  }
  return {"no-id", "署名IDがありません / the signature has no id"};
}

// Compares the digest of the ByteRange's spans and the signature value with the records.
Match compare(const pades::SignatureIntegrity& file, const FoundEntries& found) {
  if (!found.intent.record || !found.outcome.record) {
    return Match::erased;
  }
  const bool same_document = file.digest.outcome == pades::Check::passed && file.signed_digest &&
                             digest_text(*found.intent.record, "message_digest") == digest_text(*file.signed_digest);
  const bool same_value = file.signature_value &&
                          digest_text(*found.outcome.record, "signature_value") == digest_text(*file.signature_value);
  return same_document && same_value ? Match::matches : Match::differs;
}

class FindCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("file", file_, "Signed PDF; - is standard input")->type_name(kFile)->required();
    remote_.declare(app);
  }

  Result<Outcome> run(const GlobalOptions& global) override {
    RAKKAN_TRY(const config::Configuration configuration, load_configuration(global));
    RAKKAN_TRY(const auto file, InputFile::open(file_, configuration.service.limits.document));
    RAKKAN_TRY(const pdf::Document document, pdf::Document::open(file->view(), configuration.service.limits.pdf));
    RAKKAN_TRY(const auto form, pdf::AcroForm::read(document));
    std::vector<pdf::Signature> signatures;
    if (form) {
      RAKKAN_TRY(signatures, pdf::signatures(document, *form));
    }
    RAKKAN_TRY(const std::unique_ptr<Trail> trail, open_trail(global));
    for (const pdf::Signature& signature : signatures) {
      RAKKAN_CHECK(look_up(document, signature, *trail));
    }
    return outcome();
  }

 private:
  [[nodiscard]] Result<std::unique_ptr<Trail>> open_trail(const GlobalOptions& global) const {
    RAKKAN_TRY(std::unique_ptr<Administration> server, Administration::of_server(global, remote_));
    if (server != nullptr) {
      return std::make_unique<TrailThere>(std::move(server));
    }
    RAKKAN_TRY(auto archive, open_archive(global));
    return std::make_unique<TrailHere>(std::move(archive));
  }

  [[nodiscard]] Result<void> look_up(const pdf::Document& document, const pdf::Signature& signature, Trail& trail) {
    const std::string id = pades::signature_id(signature);
    json::object row{{"field", signature.field_name},
                     {"signature_id", id.empty() ? json::value(nullptr) : json::value(id)}};
    std::string text = "  " + printable(signature.field_name) + "  " + (id.empty() ? "no id" : printable(id)) + "\n";
    Match match = id.empty() ? Match::no_id : Match::unknown;
    if (is_signature_id(id)) {
      const auto found = trail.entries_of(id);
      if (found) {
        match = compare(pades::check_integrity(document, signature), *found);
        describe(*found, row, text);
      } else if (found.error().code != ErrorCode::signature_unknown) {
        return fail(found.error());
      }
    }
    row["recorded"] = words_of(match).word;
    text += "    recorded  " + std::string(words_of(match).text) + "\n";
    rows_.push_back(std::move(row));
    text_ += text;
    matches_.push_back(match);
    return {};
  }

  static void describe(const FoundEntries& found, json::object& row, std::string& text) {
    const auto one = [&](const char* which, const FoundEntry& entry) {
      json::object facts{{"index", entry.index}, {"event", entry.entry.event}, {"at", to_rfc3339(entry.entry.at)}};
      facts["record"] = entry.record ? json::value(*entry.record) : json::value(nullptr);
      row[which] = std::move(facts);
      text += "    " + std::string(which) + std::string(10 - std::string_view(which).size(), ' ') + "entry " +
              std::to_string(entry.index) + ", " + entry.entry.event + ", " + to_rfc3339(entry.entry.at) + "\n";
    };
    one("intent", found.intent);
    one("outcome", found.outcome);
  }

  // The exit code is 1 when one signature differs from its record, 2 when the trail does not know a signature that has
  // an id or no signature has one.
  [[nodiscard]] Outcome outcome() {
    const auto any = [&](Match wanted) {
      return std::find(matches_.begin(), matches_.end(), wanted) != matches_.end();
    };
    ExitCode exit_code = ExitCode::ok;
    if (any(Match::differs)) {
      exit_code = ExitCode::verification_failed;
    } else if (any(Match::unknown) || any(Match::erased) || !any(Match::matches)) {
      exit_code = ExitCode::indeterminate;
    }
    std::string text = file_.string() + ": signatures: " + std::to_string(matches_.size()) + "\n" + text_;
    return {{{"file", file_.string()}, {"signatures", std::move(rows_)}}, std::move(text), exit_code};
  }

  std::filesystem::path file_;
  RemoteOptions remote_;
  json::array rows_;
  std::string text_;
  std::vector<Match> matches_;
};

}  // namespace

std::unique_ptr<Command> make_audit_find_command() { return std::make_unique<FindCommand>(); }

}  // namespace rakkan::cli
