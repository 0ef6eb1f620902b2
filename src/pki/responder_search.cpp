#include "pki/responder_search.hpp"

#include <algorithm>

#include "pki/key_purpose.hpp"
#include "pki/object_identifiers.hpp"
#include "pki/same_authority.hpp"
#include "pki/signer_search.hpp"

namespace rakkan::pki {
namespace {

// The certificates that the response may name: the issuer, then those of the sources, then those in the response.
Result<std::vector<Certificate>> responders_of(const RevocationMeans& means, const RevocationQuestion& about,
                                               const OcspResponse& response) {
  std::vector<Certificate> candidates;
  const auto add = [&](const Certificate& each) {
    if (candidates.size() < kMostCandidates && response.names_responder(each) &&
        std::find(candidates.begin(), candidates.end(), each) == candidates.end()) {
      candidates.push_back(each);
    }
  };
  add(about.issuer);
  const std::vector<Certificate> given = means.sources.responders_of(about.issuer.subject());
  RAKKAN_CHECK(means.steps.take(given.size() + 1));
  std::for_each(given.begin(), given.end(), add);
  const auto& inside = response.certificates();
  for (std::size_t i = 0; i < inside.size() && i < kMostCandidates; ++i) {
    if (const auto certificate = Certificate::parse(inside[i])) {
      add(*certificate);
    }
  }
  return candidates;
}

Result<void> authorize(const RevocationMeans& means, const RevocationQuestion& about, Instant produced_at,
                       const Certificate& responder, RevocationFact& fact) {
  const std::string name = responder.subject().text();
  const auto refuse = [&](RevocationFlaw flaw, const std::string& why) {
    refuse_authority(fact, flaw, name + " " + why, responder);
    return Result<void>();
  };
  CertificationPath own = about.path_to_issuer();
  if (is_same_ca(responder, about.issuer)) {
    accept_authority(fact, RevocationRight::issuer, about.issuer, {std::move(own)});
    return {};
  }
  if (!names_purpose(responder, kEkuOcspSigning)) {
    return refuse(RevocationFlaw::not_delegated, "does not have the purpose OCSPSigning");
  }
  if (!responder.issuer().matches(about.issuer.subject()) || !about.issuer_key) {
    return refuse(RevocationFlaw::not_delegated, "is not certified by the issuer of the certificate");
  }
  auto issued = means.signatures.verify(*about.issuer_key, responder);
  if (!issued && issued.error().code == ErrorCode::certificate_path_limit) {
    return issued;
  }
  if (!issued) {
    return refuse(RevocationFlaw::not_delegated, "is not certified with the key that certified the certificate");
  }
  if (!responder.has_key_usage(KeyUsage::digital_signature) && !responder.has_key_usage(KeyUsage::content_commitment)) {
    return refuse(RevocationFlaw::responder_key_usage, "may not sign by its keyUsage");
  }
  if (!responder.unknown_critical_extensions().empty()) {
    return refuse(RevocationFlaw::responder_extension,
                  "has the unknown critical extension " + responder.unknown_critical_extensions()[0].dotted());
  }
  if (produced_at < responder.validity().not_before || produced_at > responder.validity().not_after) {
    return refuse(RevocationFlaw::responder_validity, "was not valid when the response was made");
  }
  if (responder == about.certificate) {
    return refuse(RevocationFlaw::own_word, "signed about itself");
  }
  fact.no_check = responder.find_extension(kOcspNoCheck) != nullptr;
  own.certificates.push_back(responder);
  accept_authority(fact, RevocationRight::delegated_responder, responder, {std::move(own)});
  return {};
}

}  // namespace

Result<void> search_responder(const RevocationMeans& means, const RevocationQuestion& about,
                              const RevocationSources::HeldResponse& held, RevocationFact& fact) {
  const OcspResponse& response = held.response;
  refuse_authority(fact, RevocationFlaw::signer_unknown, "no certificate of its responder is given");
  RAKKAN_TRY(const std::vector<Certificate> candidates, responders_of(means, about, response));
  const auto authorize_each = [&](const Certificate& each) {
    return authorize(means, about, response.produced_at(), each, fact);
  };
  const SoughtSigner sought{SignedObject(response, held.fingerprint), "responder"};
  return search_signer(means, about, sought, candidates, authorize_each, fact);
}

}  // namespace rakkan::pki
