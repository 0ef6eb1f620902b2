// X.509 certificate validation, EN 319 102-1 §5.2.6: everything that stands between a certificate and an anchor at one
// time, as a list, so that later processes can ask of each whether a proof of existence overcomes it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "validation/bbb/rac.hpp"
#include "validation/case.hpp"
#include "validation/conclusion.hpp"
#include "validation/step_log.hpp"

namespace rakkan::validation {

struct Issue {
  enum class Kind : std::uint8_t {
    hard,                     // nothing overcomes it
    sunset,                   // the anchor's trust has ended
    validity,                 // the signing certificate is expired or not yet valid
    ca_validity,              // a CA is
    revoked,                  // the signing certificate is
    on_hold,                  // the signing certificate is
    ca_revoked,               // a CA is, or is on hold
    no_revocation,            // there are no revocation data
    unacceptable,             // there are some, and none is acceptable
    stale,                    // the data are too old
    revocation_signer_ended,  // the certificate of the data's signer has ended
    weak_certificate,         // an algorithm of a certificate does not count
    weak_revocation,          // an algorithm of revocation data
    weak_signature,           // an algorithm of the signature or token itself (bbb/sav.hpp)
  };
  Kind kind = Kind::hard;
  Conclusion conclusion = {};
  std::size_t index = 0;             // of the certificate in the chain
  std::optional<Instant> time = {};  // of revocation, sunset, the end of an algorithm or of the signer
  std::optional<Evidence> evidence = {};
  Id object = {};  // the object that is weak or too old
};

// Revocation data that are too old, which the policy lets pass.
struct OldEvidence {
  const CertificateFacts* about = nullptr;
  const RevocationFacts* data = nullptr;
};

struct XcvResult {
  Conclusion conclusion = {};    // of the first issue, or PASSED
  const Chain* chain = nullptr;  // the chain that was judged; null: none was found
  std::vector<Issue> issues = {};
  std::vector<std::optional<Chosen>> evidence = {};  // of each certificate of the chain
  std::vector<OldEvidence> too_old = {};
};

// Judges `certificate` at `time`: the first chain that passes, else the one with the least grave issues.
[[nodiscard]] XcvResult validate_x509(const Case& facts, const CertificateFacts& certificate, Role role, Instant time,
                                      StepLog& log);

// Judges one chain; revocation data are chosen by what is proven about them.
[[nodiscard]] XcvResult validate_chain(const Case& facts, const Chain& chain, Role role, Instant time,
                                       const PoeSet& poe);

// The chains of the certificate to anchors that serve the role at `time`, the best first.
[[nodiscard]] std::vector<const Chain*> chains_for(const Case& facts, const CertificateFacts& certificate, Role role,
                                                   Instant time);

// The chain's findings and constraints on the certificates, which no time changes; the first that fails.
[[nodiscard]] std::optional<Conclusion> find_chain_fault(const Case& facts, const Chain& chain, Role role);

// True when the anchor serves the role.
[[nodiscard]] bool serves(const Anchor& anchor, Role role) noexcept;

}  // namespace rakkan::validation
