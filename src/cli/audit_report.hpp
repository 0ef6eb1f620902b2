// The report of `rakkan audit verify`: the verdict first, in Japanese and English, then the facts behind it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "rakkan/audit/evidence.hpp"
#include "rakkan/audit/proof.hpp"
#include "rakkan/audit/verify.hpp"

namespace rakkan::cli {

// VerifiedJournal is the result for one log; its error is always one that is a verdict.
struct VerifiedJournal {
  std::string name;                   // "trail", "tokens"
  Result<audit::VerifiedLog> result;  // a log of no entries and without a note has no checkpoint yet
};

// True when the error is a verdict (exit code 1); false when the verification did not take place.
[[nodiscard]] bool is_verdict(const Error& error) noexcept;

enum class KeyOrigin : std::uint8_t {
  given,        // the user gave the key
  data_folder,  // the key is the data folder's own, which proves less
};

[[nodiscard]] Outcome report_logs(const std::vector<VerifiedJournal>& logs, KeyOrigin key);
[[nodiscard]] Outcome report_proof(const Result<audit::ProvenEntry>& proven, const audit::EntryFile& file);
// The report on evidence: indeterminate when a record is missing, since only the records name the signature.
[[nodiscard]] Outcome report_evidence(const Result<audit::VerifiedEvidence>& verified, const audit::Evidence& evidence);
// The text of a record as a JSON value: JSON text becomes its value, and any other text a string.
[[nodiscard]] boost::json::value nested(const std::string& text);

}  // namespace rakkan::cli
