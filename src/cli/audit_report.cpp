#include "cli/audit_report.hpp"

#include <algorithm>

#include "cli/certificate_facts.hpp"
#include "cli/output.hpp"
#include "rakkan/base/base64.hpp"

namespace rakkan::cli {
namespace {

constexpr std::string_view kLogsHold =
    "監査ログは完全です。 / The audit log is whole: nothing changed, nothing missing.\n";
constexpr std::string_view kLogsFail =
    "監査ログは記録時のままではありません。 / The audit log is NOT as it was written.\n";
constexpr std::string_view kProofHolds =
    "証明は有効です。この記録はログに含まれています。 / The proof holds: the entry is in the log.\n";
constexpr std::string_view kProofFails = "証明は無効です。 / The proof does NOT hold.\n";
constexpr std::string_view kEvidenceHolds =
    "証拠は有効です。この署名はログに記録されています。 / The evidence holds: the log has this signature's intent and "
    "outcome.\n";
constexpr std::string_view kEvidenceFails = "証拠は無効です。 / The evidence does NOT hold.\n";
constexpr std::string_view kErasedEvidence =
    "エントリーはログに含まれていますが、記録が消去されたため、どの署名のものかは確認できません。 / The entries are in "
    "the "
    "log, but a record was erased: only the evidence's own word says which signature they are of.\n";
constexpr std::string_view kOwnKey =
    "  注意: 検証鍵はこのデータフォルダー自身のものです。手元の鍵は --key で指定してください。\n"
    "  note: the key is the data folder's own; check with the one that you keep: --key\n";
constexpr std::string_view kOwnUnit =
    "  注意: チェックポイントの時刻は自局のタイムスタンプのみで、証明力は限られます。\n"
    "  note: checkpoints were timestamped by the operator's own unit alone, which proves less than another "
    "authority's\n"
    "        word: whoever runs the log also sets that clock\n";
constexpr std::string_view kNoTimestamp =
    "  注意: チェックポイントにタイムスタンプがありません。\n"
    "  note: no checkpoint was timestamped: the log's times are the operator's word\n";

std::string line_of(const Error& error) {
  std::string text = error.detail;
  if (!error.where.empty()) {
    text += " (" + error.where + ")";
  }
  return text + " [" + std::string(row(error.code).slug) + "]";
}

boost::json::object to_json(const audit::VerifiedLog& log) {
  boost::json::array timestamps;
  for (const audit::VerifiedTimestamp& timestamp : log.timestamps) {
    timestamps.push_back({{"size", timestamp.size},
                          {"time", to_rfc3339(timestamp.time)},
                          {"authority", timestamp.authority},
                          {"own", timestamp.own}});
  }
  return {{"origin", log.checkpoint.origin},
          {"size", log.checkpoint.tree.size},
          {"root", to_base64(log.checkpoint.tree.root)},
          {"checkpoint", log.note},
          {"records", log.records},
          {"erased", boost::json::value_from(log.erased)},
          {"timestamps", std::move(timestamps)}};
}

bool by_others(const audit::VerifiedTimestamp& timestamp) noexcept { return !timestamp.own; }

std::string to_text(const audit::VerifiedLog& log) {
  if (log.note.empty()) {
    return "no checkpoint: nothing was recorded yet, or the log was removed; only --against can tell";
  }
  std::string text = std::to_string(log.checkpoint.tree.size) + " entries, root " +
                     to_base64(log.checkpoint.tree.root) + "\n          " + log.checkpoint.origin;
  if (log.records != 0 || !log.erased.empty()) {
    text += ", " + std::to_string(log.records) + " records match, " + std::to_string(log.erased.size()) + " erased";
  }
  if (!log.timestamps.empty()) {
    // A timestamp of another authority counts more than a newer one.
    const auto outside = std::find_if(log.timestamps.rbegin(), log.timestamps.rend(), by_others);
    const auto& newest = outside == log.timestamps.rend() ? log.timestamps.back() : *outside;
    text += "\n          the first " + std::to_string(newest.size) + " existed at " + to_rfc3339(newest.time) + " (" +
            newest.authority + (newest.own ? ", own unit)" : ")");
  }
  return text;
}

// A note on the limits of the proof: whose word the times of verified logs are.
std::string_view note_on_time(const std::vector<VerifiedJournal>& logs) {
  bool any = false;
  std::vector<audit::VerifiedTimestamp> all;
  for (const VerifiedJournal& log : logs) {
    if (log.result && !log.result->note.empty()) {
      any = true;
      all.insert(all.end(), log.result->timestamps.begin(), log.result->timestamps.end());
    }
  }
  if (all.empty()) {
    return any ? kNoTimestamp : "";
  }
  return std::any_of(all.begin(), all.end(), by_others) ? "" : kOwnUnit;
}

// Describes a proven entry, with its record if there is one.
void describe(const audit::ProvenEntry& proven, const audit::EntryFile& file, boost::json::object& json,
              std::string& text) {
  const audit::Checkpoint& checkpoint = proven.checkpoint;
  json["index"] = proven.index;
  json["event"] = proven.entry.event;
  json["at"] = to_rfc3339(proven.entry.at);
  json["origin"] = checkpoint.origin;
  json["size"] = checkpoint.tree.size;
  json["root"] = to_base64(checkpoint.tree.root);
  json["record_shown"] = file.record.has_value();
  text += "  entry   " + std::to_string(proven.index) + ", " + proven.entry.event + ", " + to_rfc3339(proven.entry.at) +
          "\n  log     " + checkpoint.origin + ", checkpoint of " + std::to_string(checkpoint.tree.size) + " entries\n";
  if (file.record) {
    json["record"] = nested(file.record->body);
    text += "  record  " + file.record->body + "\n";
  } else if (const std::string* body = proven.entry.body()) {
    json["record"] = nested(*body);
    text += "  entry   " + *body + "\n";
  } else {
    text += "  record  not shown: erased, or left out\n";
  }
}

}  // namespace

bool is_verdict(const Error& error) noexcept { return row(error.code).exit_code == ExitCode::verification_failed; }

Outcome report_logs(const std::vector<VerifiedJournal>& logs, KeyOrigin key) {
  const bool whole = std::all_of(logs.begin(), logs.end(), [](const auto& log) { return log.result.has_value(); });
  boost::json::array rows;
  std::string text(whole ? kLogsHold : kLogsFail);
  for (const VerifiedJournal& log : logs) {
    boost::json::object row = log.result ? to_json(*log.result) : boost::json::object{};
    row["journal"] = log.name;
    row["verified"] = log.result.has_value();
    if (!log.result) {
      row["error"] = cli::to_json(log.result.error());
    }
    rows.push_back(std::move(row));
    text += "  " + log.name + std::string(8 - std::min<std::size_t>(log.name.size(), 7), ' ') +
            (log.result ? to_text(*log.result) : "FAILED: " + line_of(log.result.error())) + "\n";
  }
  text += key == KeyOrigin::data_folder ? kOwnKey : "";
  text += whole ? note_on_time(logs) : "";
  return {{{"verified", whole}, {"key", key == KeyOrigin::given ? "given" : "data folder"}, {"logs", std::move(rows)}},
          std::move(text),
          whole ? ExitCode::ok : ExitCode::verification_failed};
}

boost::json::value nested(const std::string& text) {
  boost::json::error_code broken;
  boost::json::value value = boost::json::parse(text, broken);
  return broken ? boost::json::value(text) : value;
}

Outcome report_proof(const Result<audit::ProvenEntry>& proven, const audit::EntryFile& file) {
  if (!proven) {
    return {{{"verified", false}, {"error", cli::to_json(proven.error())}},
            std::string(kProofFails) + "  " + line_of(proven.error()) + "\n",
            ExitCode::verification_failed};
  }
  boost::json::object json{{"verified", true}};
  std::string text(kProofHolds);
  describe(*proven, file, json, text);
  return {std::move(json), std::move(text), ExitCode::ok};
}

Outcome report_evidence(const Result<audit::VerifiedEvidence>& verified, const audit::Evidence& evidence) {
  boost::json::object json{{"verified", verified.has_value()}, {"signature_id", evidence.signature.value()}};
  if (!verified) {
    json["error"] = cli::to_json(verified.error());
    return {std::move(json), std::string(kEvidenceFails) + "  " + line_of(verified.error()) + "\n",
            ExitCode::verification_failed};
  }
  const bool linked = evidence.intent.entry.record && evidence.outcome.entry.record;
  std::string text(linked ? kEvidenceHolds : kErasedEvidence);
  text += "  " + printable(evidence.signature.value()) + "\n";
  boost::json::object intent;
  describe(verified->intent, evidence.intent.entry, intent, text);
  boost::json::object outcome;
  describe(verified->outcome, evidence.outcome.entry, outcome, text);
  json["records_shown"] = linked;
  json["intent"] = std::move(intent);
  json["outcome"] = std::move(outcome);
  return {std::move(json), std::move(text), linked ? ExitCode::ok : ExitCode::indeterminate};
}

}  // namespace rakkan::cli
