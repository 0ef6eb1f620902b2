// The search for the signer of a CRL or an OCSP response among candidates: whose key verifies it (RFC 5280 §6.3.3 (g),
// RFC 6960 §3.2 (2)), and who of those may sign it, which is told by the kind of object.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pki/revocation_means.hpp"
#include "pki/revocation_question.hpp"
#include "rakkan/pki/revocation_facts.hpp"

namespace rakkan::pki {

inline constexpr std::size_t kMostCandidates = 32;  // for the signer of a list or a response

void refuse_coverage(RevocationFact& fact, RevocationFlaw flaw, std::string detail);
// The candidate that came furthest is told: a flaw of one whose key verifies the signature says more than a key that
// does not.
void refuse_authority(RevocationFact& fact, RevocationFlaw flaw, std::string detail,
                      const std::optional<Certificate>& signer = std::nullopt);
void accept_authority(RevocationFact& fact, RevocationRight right, const Certificate& signer,
                      std::vector<CertificationPath> paths);

// Fails with certificate_path_limit alone, as everything below.
[[nodiscard]] Result<RevocationSignature> outcome_of(const RevocationMeans& means, const crypto::VerificationKey& key,
                                                     const SignedObject& object);

// A signed object, and the word for its signer.
struct SoughtSigner {
  SignedObject object;
  std::string_view role;
};

// Calls `authorize` for each candidate whose key verifies the object, in their order, until it accepts one: it accepts
// or refuses the authority of the fact. The outcome of the signatures, and refusals, are written into the fact.
[[nodiscard]] Result<void> search_signer(const RevocationMeans& means, const RevocationQuestion& about,
                                         const SoughtSigner& sought, const std::vector<Certificate>& candidates,
                                         const std::function<Result<void>(const Certificate&)>& authorize,
                                         RevocationFact& fact);

}  // namespace rakkan::pki
