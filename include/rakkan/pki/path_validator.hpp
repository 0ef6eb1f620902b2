// Validation of one certification path by RFC 5280 §6.1, every step of it, with the policies of RFC 9618. The path is
// given, the time is an argument for each certificate, and revocation (§6.3) comes in as a function; nothing is looked
// for. PathBuilder (path_builder.hpp) finds the paths.
//
// All findings are collected, in the order of the path and of the standard's steps, so that a caller can tell a path
// that is good but for its age from one that was never good.
//
// Deviations: an rfc822Name constraint holds for the subject's attributes emailAddress also beside a subjectAltName
// (§4.2.1.10 asks for it only without one), as OpenSSL has it. A certificate of version 1 or 2 is never a CA (§6.1.4
// k).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/path_extensions.hpp"
#include "rakkan/pki/signature_checks.hpp"
#include "rakkan/pki/trust_anchor.hpp"

namespace rakkan::pki {

// The certificates from the one that the anchor issued to the target, which comes last. Without any the target is the
// anchor itself.
struct CertificationPath {
  TrustAnchor anchor;
  std::vector<Certificate> certificates;
};

// The step of path validation that a certificate does not pass.
enum class PathRefusal : std::uint8_t {
  anchor_not_yet,         // the anchor's trust has not begun
  anchor_sunset,          // the anchor's trust has ended
  signature,              // §6.1.3 (a) (1): does not verify with the issuer's key
  algorithm_unsupported,  // §6.1.3 (a) (1): cannot be verified
  not_yet_valid,          // §6.1.3 (a) (2)
  expired,                // §6.1.3 (a) (2)
  revoked,                // §6.1.3 (a) (3)
  revocation_unknown,     // §6.1.3 (a) (3)
  issuer_name,            // §6.1.3 (a) (4)
  name_not_permitted,     // §6.1.3 (b)
  name_excluded,          // §6.1.3 (c)
  name_kind,              // §4.2.1.10: a constraint on a kind of names that is not processed
  no_valid_policy,        // §6.1.3 (f): an explicit policy is required, and none is left
  any_policy_mapped,      // §6.1.4 (a)
  not_a_ca,               // §6.1.4 (k)
  path_length,            // §6.1.4 (l)
  key_usage,              // §6.1.4 (n): keyCertSign
  critical_extension,     // §6.1.4 (o), §6.1.5 (f): unknown
  malformed_extension,    // §6.1.4 (o), §6.1.5 (f): known, and not well formed
  explicit_policy,        // §6.1.5 (g): no policy that the user accepts is left
};

[[nodiscard]] std::string_view to_string(PathRefusal refusal) noexcept;  // "name_excluded"
[[nodiscard]] std::string_view clause_of(PathRefusal refusal) noexcept;  // "RFC 5280 §6.1.3 (c)"

struct PathFinding {
  PathRefusal refusal{};
  std::size_t index = 0;  // into CertificationPath::certificates
  std::string subject;    // of the certificate
  std::string detail;     // one line, English

  friend bool operator==(const PathFinding&, const PathFinding&) = default;
};

struct ValidPolicy {
  der::Oid policy;
  ByteView qualifiers;  // the whole SEQUENCE OF PolicyQualifierInfo; empty when there are none. A view into the path
};

struct PathVerdict {
  std::vector<PathFinding> findings;
  // §6.1.5 (g), §6.1.6: the policies under which the path is valid, for the authorities and for the user's set. With
  // anyPolicy in both, the path is valid for every policy.
  std::vector<ValidPolicy> authority_policies;
  std::vector<ValidPolicy> user_policies;

  [[nodiscard]] bool is_valid() const noexcept { return findings.empty(); }
  [[nodiscard]] bool has(PathRefusal refusal) const noexcept;
};

// §6.1.1 (c), (e), (f), (g).
struct PolicyInputs {
  std::vector<der::Oid> user_initial_policies = {kAnyPolicy};
  bool explicit_policy = false;         // initial-explicit-policy
  bool inhibit_policy_mapping = false;  // initial-policy-mapping-inhibit
  bool inhibit_any_policy = false;      // initial-any-policy-inhibit
};

// The time at which a certificate of the path is judged.
using ControlTime = std::function<Instant(const Certificate&)>;
[[nodiscard]] ControlTime always_at(Instant time);

// §6.1.3 (a) (3), by whoever has revocation data: the refusal (revoked or revocation_unknown) of the certificate at
// `index` and its reason in words; nothing when it is not revoked. The path above that certificate has been judged.
struct RevocationRefusal {
  PathRefusal refusal{};
  std::string detail;
};
using RevocationCheck =
    std::function<Result<std::optional<RevocationRefusal>>(const CertificationPath& path, std::size_t index)>;

struct PathInputs {
  ControlTime at;
  PolicyInputs policy = {};
  NameConstraints initial_names = {};  // §6.1.1 (h), (i); empty: all names
  RevocationCheck revocation = {};     // empty: revocation is not judged
  std::size_t name_comparisons = 250'000;
};

// Judges the path. Fails with certificate_path_limit when signatures or names take more work than allowed, and with the
// errors of `inputs.revocation`.
[[nodiscard]] Result<PathVerdict> validate_path(const CertificationPath& path, const PathInputs& inputs,
                                                SignatureChecks& signatures);

}  // namespace rakkan::pki
