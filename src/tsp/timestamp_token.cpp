#include "rakkan/tsp/timestamp_token.hpp"

#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/pki/certificate_profile.hpp"
#include "tsp/encodings.hpp"
#include "tsp/malformed.hpp"

namespace rakkan::tsp {

Result<TimestampToken> TimestampToken::parse(ByteView encoding) { return read_also_ber(encoding, parse_der); }

Result<TimestampToken> TimestampToken::parse_der(ByteView der) {
  auto signed_data = cms::SignedData::parse(der);
  if (!signed_data) {
    return malformed_as(ErrorCode::malformed_timestamp_response, std::move(signed_data).error());
  }
  if (signed_data->content_type() != cms::kIdCtTstInfo || !signed_data->content()) {
    return fail(ErrorCode::malformed_timestamp_response, "the signed content is not a TSTInfo");
  }
  // RFC 3161 §2.4.2: "The time-stamp token MUST NOT contain any signatures other than the signature of the TSA."
  if (signed_data->signer_infos().size() != 1) {
    return fail(ErrorCode::malformed_timestamp_response, "a token has exactly one SignerInfo");
  }
  RAKKAN_TRY(TstInfo info, TstInfo::parse(*signed_data->content()));
  return TimestampToken(*std::move(signed_data), std::move(info));
}

namespace {

// Finds the certificate that the token names, in the token or else among `extra` (when certReq was false). Its extended
// key usage is checked only afterwards, so that an injected certificate is never chosen for its purpose.
Result<pki::Certificate> find_certificate(const cms::SignedData& data, const std::vector<pki::Certificate>& extra,
                                          const crypto::Digest& content_digest, cms::CertificateBinding binding) {
  const cms::SignerInfo& signer = data.signer_infos().front();
  auto embedded = cms::find_signer_certificate(data, signer, binding);
  if (embedded || embedded.error().code != ErrorCode::signature_invalid) {
    return embedded;
  }
  for (const pki::Certificate& candidate : extra) {
    if (cms::verify_signer_info(data, signer, content_digest, candidate, binding)) {
      return candidate;
    }
  }
  return embedded;
}

}  // namespace

Result<pki::Certificate> TimestampToken::verify_signature(const std::vector<pki::Certificate>& extra,
                                                          cms::CertificateBinding binding) const {
  const cms::SignerInfo& signer = signed_data_.signer_infos().front();
  const crypto::Digest content_digest = crypto::digest(signer.digest_algorithm, *signed_data_.content());
  RAKKAN_TRY(pki::Certificate certificate, find_certificate(signed_data_, extra, content_digest, binding));
  RAKKAN_CHECK(cms::verify_signer_info(signed_data_, signer, content_digest, certificate, binding));
  RAKKAN_CHECK(pki::require_profile(certificate, pki::kTokenSignerProfile));
  RAKKAN_CHECK(pki::check_validity(certificate, info_.generation_time));
  return certificate;
}

Result<void> TimestampToken::matches(const TimestampRequest& request) const {
  if (!(info_.message_imprint == request.message_imprint)) {
    return fail(ErrorCode::tsa_response_mismatch, "the token is for another imprint");
  }
  if (info_.nonce != request.nonce) {
    return fail(ErrorCode::tsa_response_mismatch, "the token has another nonce");
  }
  if (request.policy && info_.policy != *request.policy) {
    return fail(ErrorCode::tsa_response_mismatch, "the token has another policy");
  }
  return {};
}

}  // namespace rakkan::tsp
