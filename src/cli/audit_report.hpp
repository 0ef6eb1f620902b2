// What `rakkan audit verify` says: the verdict first, in Japanese and English, then what it rests on.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "rakkan/audit/evidence.hpp"
#include "rakkan/audit/proof.hpp"
#include "rakkan/audit/verify.hpp"

namespace rakkan::cli {

// One log's outcome; an error only of the kind that is a verdict.
struct VerifiedJournal {
  std::string name;                   // "trail", "tokens"
  Result<audit::VerifiedLog> result;  // a log of no entries and without a note has no checkpoint yet
};

// Is the error a verdict (exit code 1), or did the verification not take place?
[[nodiscard]] bool is_verdict(const Error& error) noexcept;

enum class KeyOrigin : std::uint8_t {
  given,        // by whoever asks
  data_folder,  // by the folder itself: proves less
};

[[nodiscard]] Outcome report_logs(const std::vector<VerifiedJournal>& logs, KeyOrigin key);
[[nodiscard]] Outcome report_proof(const Result<audit::ProvenEntry>& proven, const audit::EntryFile& file);
// Indeterminate when a record is missing: only the records say whose signature it is.
[[nodiscard]] Outcome report_evidence(const Result<audit::VerifiedEvidence>& verified, const audit::Evidence& evidence);
// The text of a record as JSON: what is JSON within it stays JSON, and what is none is a string.
[[nodiscard]] boost::json::value nested(const std::string& text);

}  // namespace rakkan::cli
