// RevocationProcessor finds out whether certificates of a path are revoked: CRLs by RFC 5280 §6.3 whole (distribution
// points, indirect CRLs, delta CRLs, reasons, CRL issuers with paths of their own) and OCSP by RFC 6960 §3.2.
//
//   const RevocationSources sources(certificates, lists, responses);
//   RevocationProcessor processor(sources);
//   inputs.revocation = processor.check_at(inputs.at);        // for validate_path and find_path
//   RAKKAN_TRY(const auto facts, processor.facts(path, 1));   // for whoever judges time himself
//
// Its words do not depend on the order of certificates, lists and responses. The work is bounded: signatures,
// steps and the depth of signers whose status takes another signer's word have budgets, over the life of the processor.
//
// Deviations from RFC 5280 §6.3: information of a time after the control time counts too, since it says whether the
// certificate was revoked by then (EN 319 102-1 §5.2.5); a certificate that ended before it may be forgotten, unless
// the object says that it is not. A revocation in a list that is not current any more counts, unless it is a hold. All
// lists at hand are looked at, not the first ones that cover all reasons, so that their order does not matter: a
// revocation in any of them counts, a hold until a later list without it. A certificate that names its own CRL issuer
// in its distribution points may be that issuer itself; no other certificate is proven good by its own signature.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/pki/path_builder.hpp"
#include "rakkan/pki/path_validator.hpp"
#include "rakkan/pki/revocation_facts.hpp"
#include "rakkan/pki/revocation_sources.hpp"
#include "rakkan/pki/signature_checks.hpp"

namespace rakkan::pki {

struct RevocationLimits {
  std::size_t signature_checks = 4096;  // that no cache answers, in units of VerificationKey::cost
  std::size_t steps = 30'000;           // candidates for signers, combinations and judgements
  std::size_t objects = 256;            // lists and responses that may be about one certificate
  std::size_t depth = 8;                // signers whose status is proven by another signer
  PathLimits signer_paths = {.length = 16, .paths = 8, .signature_checks = 512, .steps = 10'000};
};

// An object that did not help, and why.
struct RevocationObjection {
  RevocationSource source{};
  std::size_t index = 0;  // into RevocationSources::lists() or responses()
  RevocationFlaw flaw{};
  std::string detail;

  friend bool operator==(const RevocationObjection&, const RevocationObjection&) = default;
};

struct RevocationVerdict {
  RevocationState state = RevocationState::unknown;  // at the control time
  std::optional<Revocation> revocation = {};         // exactly when revoked
  // Good without any information: id-pkix-ocsp-nocheck of a responder, noRevAvail (RFC 9608), validity assured short
  // term (EN 319 412-1 §5.2.2).
  bool is_exempt = false;
  std::vector<RevocationFact> proofs = {};           // that made it good or revoked
  std::vector<RevocationObjection> objections = {};  // in an order of their own, not that of the sources
  std::string detail = {};                           // one line, English

  [[nodiscard]] bool has(RevocationFlaw flaw) const noexcept;
};

class RevocationProcessor {
 public:
  // `sources` and `known` outlive the processor; `known` may be null. Not to be shared between threads.
  explicit RevocationProcessor(const RevocationSources& sources, const RevocationLimits& limits = {},
                               VerifiedSignatures* known = nullptr);
  ~RevocationProcessor();
  RevocationProcessor(const RevocationProcessor&) = delete;
  RevocationProcessor& operator=(const RevocationProcessor&) = delete;

  // The facts about path.certificates[index], without a time: every list of its issuer and of the CRL
  // issuers that it names, every response about its serial number, and combinations (a list with a delta; lists that
  // together are about all reasons). Usable facts come first, newer before older ones. The signatures of the path
  // itself are not verified. Fails with certificate_path_limit, then and ever after, or with invalid_argument.
  [[nodiscard]] Result<std::vector<RevocationFact>> facts(const CertificationPath& path, std::size_t index);

  // Whether path.certificates[index] is revoked at a time. Signers other than the certificate's issuer are judged with
  // their own paths; what stands above the certificate in the path is the caller's business. Fails as facts().
  [[nodiscard]] Result<RevocationVerdict> status_at(const CertificationPath& path, std::size_t index, Instant time);

  // RFC 5280 §6.1.3 (a) (3) for validate_path, at a control time for each certificate. The processor outlives it.
  [[nodiscard]] RevocationCheck check_at(ControlTime at);

  [[nodiscard]] std::size_t signature_checks() const noexcept;  // verifications made so far

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

}  // namespace rakkan::pki
