// The right to sign OCSP responses (RFC 6960 §4.2.2.2), and finding the signer of one.
#include <algorithm>

#include "pki/key_purpose.hpp"
#include "pki/object_identifiers.hpp"
#include "pki/same_authority.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/pki/ocsp_response.hpp"

namespace rakkan::pki {
namespace {

// Bounds the signatures that a hostile response can have verified.
constexpr std::size_t kMaxCandidates = 16;

tl::unexpected<Error> unauthorized(std::string why, const Certificate& responder) {
  return fail(ErrorCode::revocation_signer_unauthorized, std::move(why), responder.subject().text());
}

std::string description_of(const OcspResponderId& id) {
  return id.name ? id.name->text() : "the key with the SHA-1 name " + to_hex(id.key_hash);
}

// The certificates that responderID names, the issuer first.
std::vector<Certificate> candidates(const OcspResponse& response, const Certificate& issuer,
                                    std::span<const Certificate> others) {
  std::vector<Certificate> found;
  const auto add = [&](const Certificate& one) {
    if (found.size() < kMaxCandidates && response.names_responder(one) &&
        std::find(found.begin(), found.end(), one) == found.end()) {
      found.push_back(one);
    }
  };
  add(issuer);
  for (const ByteView der : response.certificates()) {
    if (const auto certificate = Certificate::parse(der)) {
      add(*certificate);
    }
  }
  std::for_each(others.begin(), others.end(), add);
  return found;
}

}  // namespace

Result<OcspAuthorization> authorize_responder(const Certificate& responder, const Certificate& issuer,
                                              Instant produced_at) {
  if (is_same_ca(responder, issuer)) {
    return OcspAuthorization::issuer;
  }
  if (!names_purpose(responder, kEkuOcspSigning)) {
    return unauthorized("its certificate does not have the purpose OCSPSigning", responder);
  }
  if (!responder.has_key_usage(KeyUsage::digital_signature) && !responder.has_key_usage(KeyUsage::content_commitment)) {
    return unauthorized("its keyUsage does not allow signatures", responder);
  }
  if (!responder.unknown_critical_extensions().empty()) {
    return unauthorized(
        "its certificate has the unknown critical extension " + responder.unknown_critical_extensions()[0].dotted(),
        responder);
  }
  if (produced_at < responder.validity().not_before || produced_at > responder.validity().not_after) {
    return unauthorized("its certificate was not valid when it signed", responder);
  }
  auto issued = responder.verify_signed_by(issuer);
  if (!issued && issued.error().code != ErrorCode::unsupported_algorithm) {
    return fail(Error{
        ErrorCode::revocation_signer_unauthorized,
        "its certificate is not by the issuer of the certificate",
        responder.subject().text(),
        std::nullopt,
        {}}.because(std::move(issued).error()));
  }
  if (!issued) {
    return fail(std::move(issued).error());
  }
  return OcspAuthorization::delegated;
}

// The signature is verified first: of several certificates of one responder only one has the key, and the authorization
// of that one is what matters.
Result<OcspResponder> find_responder(const OcspResponse& response, const Certificate& issuer,
                                     std::span<const Certificate> others) {
  std::optional<Error> furthest;
  for (const Certificate& candidate : candidates(response, issuer, others)) {
    auto verified = response.verify_signature(candidate);
    if (!verified) {
      if (!furthest) {
        furthest = std::move(verified).error().at(candidate.subject().text());
      }
      continue;
    }
    auto authorized = authorize_responder(candidate, issuer, response.produced_at());
    if (authorized) {
      return OcspResponder{candidate, *authorized, candidate.find_extension(kOcspNoCheck) != nullptr};
    }
    furthest = std::move(authorized).error();
  }
  if (!furthest) {
    return fail(ErrorCode::ocsp_responder_unknown,
                "no certificate is given of " + description_of(response.responder_id()));
  }
  return fail(*std::move(furthest));
}

}  // namespace rakkan::pki
