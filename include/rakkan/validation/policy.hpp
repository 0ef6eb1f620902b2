// Policy is the signature validation policy of EN 319 102-1 §5.1.4: the constraints that a decision applies. Policies
// are JSON files (docs/validation.md); three are compiled in, and a file may take their place.
//
//   RAKKAN_TRY(const Policy policy, Policy::parse(text));
//   const Verdict verdict = decide(facts, policy, time);
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/pki/algorithm_policy.hpp"
#include "rakkan/validation/facts.hpp"

namespace rakkan::validation {

// The consequence of a check that does not hold.
enum class Weight : std::uint8_t {
  fail,           // the verdict that the standard gives
  indeterminate,  // at best INDETERMINATE (SIG_CONSTRAINTS_FAILURE)
  warn,           // a finding of severity warning
  inform,         // a finding of severity information
  ignore,         // nothing
};
[[nodiscard]] std::string_view to_string(Weight value) noexcept;

// Whether a certificate needs revocation data.
enum class RevocationNeed : std::uint8_t {
  required,    // without usable data the certificate's status is not known: TRY_LATER
  if_present,  // acceptable data that are there count; without any the certificate passes
  none,        // not looked at
};
[[nodiscard]] std::string_view to_string(RevocationNeed value) noexcept;

// The part that a certificate plays (EN 319 102-1 §5.1.4.2: constraints may differ by it).
enum class Role : std::uint8_t { signer, timestamp, revocation };
[[nodiscard]] std::string_view to_string(Role value) noexcept;

// The constraints on the chains of one role.
struct RolePolicy {
  RevocationNeed revocation = RevocationNeed::required;     // of the certificate at the chain's end
  RevocationNeed ca_revocation = RevocationNeed::required;  // of the CAs below the anchor
  std::vector<std::string> key_usage = {};                  // one of them is needed; empty: any will do
  Weight key_usage_weight = Weight::fail;
  std::vector<std::string> extended_key_usage = {};  // one of them is needed; empty: any will do
  Weight extended_key_usage_weight = Weight::fail;
};

struct Policy {
  std::string name = {};
  std::string description = {};

  // Cryptographic constraints (§5.1.4.3).
  pki::AlgorithmPolicy algorithms = pki::AlgorithmPolicy::ts_119_312();
  // Ends of algorithms after this moment are warnings; nothing: every end counts.
  std::optional<Instant> algorithm_ends_count_until = {};

  // X.509 validation constraints (§5.1.4.2).
  RolePolicy signer = {};
  RolePolicy timestamp = {};
  RolePolicy responder = {};
  std::map<std::string, Weight, std::less<>> chain = {};  // by ChainFinding::code; what is not listed fails
  // The greatest age of revocation data against the time of checking (§5.2.5.4); nothing: nextUpdate - thisUpdate.
  std::optional<std::chrono::milliseconds> freshness = {};
  Weight responder_loop = Weight::fail;  // an OCSP responder that vouches for its own certificate
  // Whether fresh data are needed at all; when not, any usable data will do.
  bool freshness_is_needed = true;
  // Data about the certificates of a timestamp that are too old at the time of judgement (not at a proof of existence).
  Weight timestamp_freshness = Weight::fail;

  // Signature elements constraints (§5.1.4.4) and format.
  std::map<std::string, Weight, std::less<>> structure = {};  // by StructureFinding::code; what is not listed fails
  std::map<ModificationLevel, Weight> modification = {};      // of later revisions; what is not listed fails
  Weight permissions = Weight::fail;                          // changes that DocMDP, FieldMDP or a lock forbids
  Weight reference_absent = Weight::warn;                     // no signingCertificate(V2)
  Weight reference_ambiguous = Weight::warn;
  Weight reference_mismatch = Weight::fail;
  Weight timestamp_reference_absent = Weight::fail;
  Weight claimed_time_absent = Weight::warn;
  Weight claimed_time_outside_certificate = Weight::warn;
  Weight policy_unavailable = Weight::inform;  // the signature policy that the signature names
  Weight policy_mismatch = Weight::fail;
  Weight timestamp_order = Weight::fail;  // TIMESTAMP_ORDER_FAILURE
  // The longest time from the claimed signing time to the best signature time; nothing: any.
  std::optional<std::chrono::milliseconds> timestamp_delay = {};

  // Reads a policy: at most 1 MiB. Members that are absent have the defaults above; unknown ones are refused. Fails
  // with validation_policy_invalid and the member's path.
  [[nodiscard]] static Result<Policy> parse(std::string_view json);
  // The policies that are compiled in: "rakkan" (the default), "compare-pyhanko", "compare-dss". Nothing for other
  // names.
  [[nodiscard]] static const Policy* builtin(std::string_view name);
  [[nodiscard]] static const Policy& rakkan();

  [[nodiscard]] const RolePolicy& of(Role role) const noexcept;
  [[nodiscard]] Weight structure_weight(std::string_view code) const;
  [[nodiscard]] Weight chain_weight(std::string_view code) const;
  [[nodiscard]] Weight modification_weight(ModificationLevel level) const;
};

}  // namespace rakkan::validation
