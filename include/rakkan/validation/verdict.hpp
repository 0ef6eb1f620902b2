// Verdict is what decide (decide.hpp) says about the signatures of a file: EN 319 102-1 V1.4.1 §5, with each step that
// led to it. Plain values; equal facts, policies and times give equal verdicts, byte for byte in JSON
// (verdict_json.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/time.hpp"
#include "rakkan/validation/facts.hpp"

namespace rakkan::validation {

// EN 319 102-1 §5.1.3, Table 5. Of a signature PASSED and FAILED are written TOTAL-PASSED and TOTAL-FAILED; of a
// timestamp, and of a building block, PASSED and FAILED.
enum class Indication : std::uint8_t { passed, indeterminate, failed };

// EN 319 102-1 §5.1.3, Table 6, in the standard's spelling by to_string.
enum class SubIndication : std::uint8_t {
  format_failure,
  hash_failure,
  sig_crypto_failure,
  revoked,
  expired,
  not_yet_valid,
  sig_constraints_failure,
  chain_constraints_failure,
  certificate_chain_general_failure,
  crypto_constraints_failure,
  policy_processing_error,
  signature_policy_not_available,
  timestamp_order_failure,
  no_signing_certificate_found,
  no_certificate_chain_found,
  no_certificate_chain_found_no_poe,
  revoked_no_poe,
  revoked_ca_no_poe,
  out_of_bounds_not_revoked,
  out_of_bounds_no_poe,
  revocation_out_of_bounds_no_poe,
  crypto_constraints_failure_no_poe,
  no_poe,
  try_later,
  signed_data_not_found,
};

[[nodiscard]] std::string_view to_string(SubIndication value) noexcept;    // "NO_CERTIFICATE_CHAIN_FOUND"
[[nodiscard]] std::string_view to_string(Indication value) noexcept;       // "PASSED", of timestamps
[[nodiscard]] std::string_view signature_word(Indication value) noexcept;  // "TOTAL-PASSED", of signatures
[[nodiscard]] std::optional<SubIndication> sub_indication_from(std::string_view text) noexcept;

enum class Severity : std::uint8_t { error, warning, information };
[[nodiscard]] std::string_view to_string(Severity value) noexcept;

// A finding for people, in both languages.
struct Finding {
  std::string code = {};  // "byte-range-malformed"
  Severity severity = Severity::information;
  std::optional<std::uint32_t> revision = {};
  std::string object = {};  // id or PDF object; may be empty
  std::string ja = {};
  std::string en = {};
  std::string detail = {};  // from the facts, English; may be empty

  friend bool operator==(const Finding&, const Finding&) = default;
};

enum class StepResult : std::uint8_t { passed, failed, indeterminate, noted };
[[nodiscard]] std::string_view to_string(StepResult value) noexcept;

// One step of the decision.
struct Step {
  std::string clause = {};  // "EN 319 102-1 §5.2.6.4 (1)"
  std::string check = {};   // "xcv.chain": the block and the check in it
  Id object = {};           // the object that it is about
  StepResult result = StepResult::noted;
  std::optional<SubIndication> sub_indication = {};
  std::string detail = {};  // one line, English

  friend bool operator==(const Step&, const Step&) = default;
};

// The level that is proven, not the one that is claimed. EN 319 142-1 §6 for PDF, EN 319 122-1 §6 for CMS.
enum class Level : std::uint8_t { none, b_b, b_t, b_lt, b_lta };
[[nodiscard]] std::string_view to_string(Level value) noexcept;  // "none", "B-B"

struct TimestampVerdict {
  Id id = {};
  TimestampKind kind = TimestampKind::signature;
  Indication indication = Indication::indeterminate;
  std::optional<SubIndication> sub_indication = {};
  Instant gen_time = {};
  std::optional<Id> signing_certificate = {};
  std::optional<AccreditationFacts> accreditation = {};  // that held at genTime
  std::vector<Step> steps = {};
  std::vector<Finding> findings = {};

  friend bool operator==(const TimestampVerdict&, const TimestampVerdict&) = default;
};

struct SignatureVerdict {
  Id id = {};
  std::string field = {};
  Indication indication = Indication::indeterminate;
  std::optional<SubIndication> sub_indication = {};
  // The verdict on the covered revision alone, without what later revisions changed.
  Indication signed_revision_indication = Indication::indeterminate;
  std::optional<SubIndication> signed_revision_sub_indication = {};
  std::optional<Instant> best_signature_time = {};  // the earliest proof of existence; nothing: none but the clock
  Level level = Level::none;
  // ByteRange well formed, digest and signature verify, signed attributes DER; nothing: cannot be verified here.
  std::optional<bool> cryptographically_valid = {};
  std::optional<Id> signing_certificate = {};
  std::optional<Id> anchor = {};  // where the chain that was judged ends
  std::vector<Id> chain = {};     // of the chain that was judged, the signing certificate first
  std::optional<bool> doc_mdp_ok = {};
  std::vector<Id> timestamps = {};
  std::vector<Step> steps = {};
  std::vector<Finding> findings = {};

  friend bool operator==(const SignatureVerdict&, const SignatureVerdict&) = default;
};

struct Verdict {
  Instant time = {};  // of the judgement
  std::string policy = {};
  // The worst over the signatures; of a token alone, its own. Nothing: there is no signature (finding "no-signature").
  std::optional<Indication> indication = {};
  std::optional<SubIndication> sub_indication = {};
  bool is_timestamp_alone = false;
  std::vector<SignatureVerdict> signatures = {};
  std::vector<TimestampVerdict> timestamps = {};
  std::vector<Finding> findings = {};

  friend bool operator==(const Verdict&, const Verdict&) = default;
};

}  // namespace rakkan::validation
