// AlgorithmPolicy says until when an algorithm of a signature counts: a catalogue in the JSON form of TS 119 322, by
// default that of TS 119 312 V1.5.1 (src/pki/ts_119_312.json), which a user may replace. An algorithm that is not
// listed is not acceptable at any time.
//
//   const AlgorithmStanding standing = AlgorithmPolicy::ts_119_312().signature(algorithm, facts_of(key));
//   if (!standing.acceptable_at(time)) { … standing.limit … }
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/algorithm_suite.hpp"
#include "rakkan/crypto/verification_key.hpp"
#include "rakkan/der/oid.hpp"

namespace rakkan::pki {

// TS 119 322: Parameter, a range of the key's size ("moduluslength", "plength", "qlength"), both ends inclusive.
struct AlgorithmParameter {
  std::string name;
  std::optional<std::uint64_t> least;
  std::optional<std::uint64_t> most;
};

// TS 119 322: Evaluation. It holds when all parameters fit.
struct AlgorithmEvaluation {
  std::vector<AlgorithmParameter> parameters;
  std::optional<Instant> start;  // inclusive; nothing: always
  std::optional<Instant> end;    // inclusive; nothing: no end is known
  std::string usage;             // URI of AlgorithmUsage: it counts for questions about that use alone; empty: for all
};

struct AlgorithmRow {
  std::string name;
  der::Oid identifier;
  std::vector<AlgorithmEvaluation> evaluations;
  std::vector<std::string> information;
};

// The size and kind of a key, as far as a policy asks.
struct KeyFacts {
  crypto::VerificationKey::Type type{};
  std::size_t bits = 0;
  std::size_t subgroup_bits = 0;  // DSA
  der::Oid curve = {};            // EC
};
[[nodiscard]] KeyFacts facts_of(const crypto::VerificationKey& key);
[[nodiscard]] KeyFacts facts_of(crypto::KeyKind kind);
[[nodiscard]] std::string name_of(const KeyFacts& key);  // "RSA-2048", "P-256"

// The stretch of time in which an algorithm counts, and the part of it that sets the limit.
struct AlgorithmStanding {
  bool listed = false;           // false: never acceptable
  std::optional<Instant> from;   // inclusive
  std::optional<Instant> until;  // inclusive; nothing: no end is known
  std::string limit;  // "SHA-1", "RSA PKCS#1 v1.5 with SHA-256 by RSA-2048": what ends first or is not listed

  [[nodiscard]] bool acceptable_at(Instant time) const noexcept {
    return listed && (!from || *from <= time) && (!until || time <= *until);
  }
};

class AlgorithmPolicy {
 public:
  // Reads a catalogue: SecuritySuitabilityPolicyType of TS 119 322 V1.2.1 in JSON, at most 1 MiB. Dates without a time
  // count to their end, in UTC. Unknown members, an identifier that occurs twice and an end before its start are
  // refused. Fails with algorithm_catalogue_invalid and the member's path.
  [[nodiscard]] static Result<AlgorithmPolicy> parse(std::string_view text);
  // The catalogue that is compiled in.
  [[nodiscard]] static const AlgorithmPolicy& ts_119_312();

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] Instant issued() const noexcept { return issued_; }
  [[nodiscard]] const std::vector<AlgorithmRow>& rows() const noexcept { return rows_; }

  // Of a hash by itself: an imprint, a messageDigest. `usage` is a URI of AlgorithmUsage, or empty.
  [[nodiscard]] AlgorithmStanding hash(crypto::HashAlgorithm algorithm, std::string_view usage = {}) const;
  // Of a signature: its hash (and that of the mask generation), its algorithm with the key's size, and the curve; for
  // DSA, Ed25519 and Ed448 the key's algorithm instead of the signature's.
  [[nodiscard]] AlgorithmStanding signature(const crypto::VerificationAlgorithm& algorithm, const KeyFacts& key,
                                            std::string_view usage = {}) const;
  [[nodiscard]] AlgorithmStanding signature(const crypto::AlgorithmSuite& suite, crypto::KeyKind kind) const;

 private:
  [[nodiscard]] AlgorithmStanding standing_of(const der::Oid& identifier, const KeyFacts* key, std::string_view usage,
                                              std::string words) const;

  std::string name_;
  Instant issued_{};
  std::vector<AlgorithmRow> rows_;
};

// Refuses a suite that is not acceptable for a signature made at `now` with such a key. Fails with
// algorithm_not_acceptable.
[[nodiscard]] Result<void> require_acceptable(const AlgorithmPolicy& policy, const crypto::AlgorithmSuite& suite,
                                              crypto::KeyKind kind, Instant now);

}  // namespace rakkan::pki
