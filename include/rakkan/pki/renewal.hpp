// When a document's newest timestamp has to be covered by another one, before it can be proven no longer.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rakkan/base/time.hpp"
#include "rakkan/pki/algorithm_policy.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/path_validator.hpp"

namespace rakkan::pki {

// An algorithm on which the newest timestamp rests.
struct AlgorithmInUse {
  std::string use;  // "signature of the timestamp token"
  AlgorithmStanding standing;
};

// The algorithms of the certificates of a path: the signature on each, by the key above it. A signature of an algorithm
// that cannot be read has a standing that is not listed.
[[nodiscard]] std::vector<AlgorithmInUse> algorithms_of(const CertificationPath& path, const AlgorithmPolicy& policy);

// The facts that a renewal depends on; all of them about the newest document timestamp, or the signature timestamp when
// there is no document timestamp.
struct RenewalFacts {
  Instant unit_certificate_end;                 // notAfter of the time-stamping unit's certificate
  std::vector<AlgorithmInUse> algorithms = {};  // of token signature, imprint and chain
  // The last moment for which revocation data about the unit can be had; nothing when it can be had as long as the
  // certificate lasts.
  std::optional<Instant> last_revocation_data = {};
  std::optional<Instant> anchor_sunset = {};  // the last moment at which the unit's anchor is trusted
  std::chrono::milliseconds margin{};         // how long before the first of these ends
};

enum class RenewalReason : std::uint8_t {
  unit_certificate_ends,
  algorithm_ends,
  algorithm_not_listed,
  revocation_data_ends,
  trust_ends
};
[[nodiscard]] std::string_view to_string(RenewalReason reason) noexcept;  // "algorithm-ends"

struct Renewal {
  Instant by;     // `limit` less the margin; the first moment of time for an algorithm that is not listed
  Instant limit;  // the end that comes first
  RenewalReason reason{};
  std::string detail;  // "signature of the timestamp token: RSA PKCS#1 v1.5 with SHA-256 by RSA-2048"
};

// The first of all ends, less the margin. Ends at the same moment: the certificate's before an algorithm's before the
// revocation data's before the anchor's.
[[nodiscard]] Renewal renewal_due(const RenewalFacts& facts);

}  // namespace rakkan::pki
