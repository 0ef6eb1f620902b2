// RevocationFactFinder finds what CRLs and OCSP responses say about a certificate of a path, without a time: RFC 5280
// §6.3.3 (b) to (j), RFC 6960 §3.2. Of one processor and one thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/pki/revocation_processing.hpp"

namespace rakkan::pki {

// The steps that a processor may still take.
class RevocationSteps {
 public:
  explicit RevocationSteps(std::size_t most) noexcept : most_(most), left_(most) {}
  // Fails with certificate_path_limit, then and ever after.
  [[nodiscard]] Result<void> take(std::size_t count = 1);

 private:
  std::size_t most_;
  std::size_t left_;
};

// The identity of the certificate of a path in that path: of the anchor and of all certificates down to it.
[[nodiscard]] std::string key_of(const CertificationPath& path, std::size_t index);
[[nodiscard]] const Certificate& issuer_in(const CertificationPath& path, std::size_t index);
// The path down to that certificate, inclusive.
[[nodiscard]] CertificationPath path_to(const CertificationPath& path, std::size_t index);

class RevocationFactFinder {
 public:
  RevocationFactFinder(const RevocationSources& sources, const RevocationLimits& limits, VerifiedSignatures* known,
                       RevocationSteps& steps, SignatureChecks& signatures)
      : sources_(sources), limits_(limits), known_(known), steps_(steps), signatures_(signatures) {}

  // The facts about path.certificates[index], made once; valid as long as the finder. Fails with
  // certificate_path_limit.
  [[nodiscard]] Result<const std::vector<RevocationFact>*> facts(const CertificationPath& path, std::size_t index);

 private:
  struct Question;
  using Facts = std::vector<RevocationFact>;

  [[nodiscard]] Result<Facts> find(const CertificationPath& path, std::size_t index);

  [[nodiscard]] Result<void> add_lists(Facts& to, const Question& about);
  [[nodiscard]] Result<RevocationFact> fact_of_list(const Question& about, std::size_t index);
  [[nodiscard]] Result<void> find_list_signer(RevocationFact& fact, const Question& about, bool by_crl_issuer);
  [[nodiscard]] Result<void> authorize_list_signer(RevocationFact& fact, const Question& about,
                                                   const Certificate& signer, bool by_crl_issuer);
  [[nodiscard]] Result<void> add_deltas(Facts& to, const Question& about, const std::vector<std::size_t>& deltas);
  [[nodiscard]] Result<bool> verify_delta(const RevocationFact& base, const Question& about, std::size_t delta);
  void add_unions(Facts& to) const;

  [[nodiscard]] Result<void> add_responses(Facts& to, const Question& about);
  [[nodiscard]] Result<void> add_response(Facts& to, const Question& about, std::size_t index);
  [[nodiscard]] Result<void> find_responder(RevocationFact& fact, const Question& about, const OcspResponse& response);
  [[nodiscard]] Result<void> authorize_responder(RevocationFact& fact, const Question& about,
                                                 const Certificate& responder, Instant produced_at);

  [[nodiscard]] Result<std::vector<CertificationPath>> paths_to(const Question& about, const Certificate& signer);
  [[nodiscard]] Result<bool> is_signed_by(const Certificate& candidate, const SignedObject& object,
                                          const Question& about, std::string_view role, RevocationFact& fact);
  [[nodiscard]] Result<RevocationSignature> verify(const crypto::VerificationKey& key, const SignedObject& object);
  [[nodiscard]] Result<std::optional<CrlEntry>> entry_of(const Certificate& certificate, std::size_t list);

  const RevocationSources& sources_;
  const RevocationLimits& limits_;
  VerifiedSignatures* known_;
  RevocationSteps& steps_;
  SignatureChecks& signatures_;
  std::map<std::string, Facts> facts_;
  std::map<std::string, std::optional<CrlEntry>> entries_;              // of a certificate in a list
  std::map<std::string, std::vector<CertificationPath>> signer_paths_;  // of an anchor and a signer
};

}  // namespace rakkan::pki
