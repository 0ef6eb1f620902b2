// Signature verification by RFC 5652 §5.6 with the attributes that CAdES and PAdES require. Everything is decided on
// signed bytes; values in unsigned places (certificates, unsigned attributes) are only candidates.
#include <algorithm>
#include <array>

#include "cms/signer_rules.hpp"
#include "cms/signing_certificate.hpp"
#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/cms/signed_data.hpp"

namespace rakkan::cms {
namespace {

Result<ByteView> required_attribute(const SignerInfo& signer, const der::Oid& type, std::string_view name) {
  const auto value = signer.signed_attribute(type);
  if (!value) {
    return fail(ErrorCode::signature_invalid, "no signed attribute " + std::string(name) + " with exactly one value");
  }
  return *value;
}

// The signer's certificate by signingCertificateV2 (RFC 5035 §3). Deviations: the SHA-1 attribute signingCertificate
// (RFC 2634 §5.4) names no certificate here, since no suite has SHA-1.
Result<EssCertIdV2> signing_certificate(const SignerInfo& signer) {
  RAKKAN_TRY(const ByteView value, required_attribute(signer, kIdSigningCertificateV2, "signingCertificateV2"));
  return parse_signing_certificate_v2(value);
}

// True when signingCertificateV2 must be looked at: always when it occurs, in whatever number.
bool is_bound(const SignerInfo& signer, CertificateBinding binding) {
  const auto has_type = [](const Attribute& attribute) { return attribute.type == kIdSigningCertificateV2; };
  return binding == CertificateBinding::signing_certificate_v2 ||
         std::any_of(signer.signed_attributes.begin(), signer.signed_attributes.end(), has_type);
}

bool identifies(const SignerInfo& signer, const pki::Certificate& certificate) {
  return SignerName{signer.issuer, signer.serial_number, signer.subject_key_identifier}.names(certificate);
}

// RFC 5652 §11.1: the value of contentType is the eContentType.
Result<void> check_content_type(const SignedData& data, const SignerInfo& signer) {
  RAKKAN_TRY(const ByteView value, required_attribute(signer, kIdContentType, "contentType"));
  const auto type = read_content_type(value);
  if (!type || *type != data.content_type()) {
    return fail(ErrorCode::signature_invalid, "the contentType attribute is not the content's type");
  }
  return {};
}

// RFC 5652 §11.2 and RFC 8933 §3.1: messageDigest is the content's digest by the SignerInfo's digestAlgorithm.
Result<void> check_message_digest(const SignerInfo& signer, const crypto::Digest& content_digest) {
  RAKKAN_TRY(const ByteView value, required_attribute(signer, kIdMessageDigest, "messageDigest"));
  const auto digest = read_message_digest(value);
  if (!digest) {
    return fail(ErrorCode::signature_invalid, "the messageDigest attribute is not an OCTET STRING");
  }
  if (content_digest.algorithm() != signer.digest_algorithm || !equal(*digest, content_digest.view())) {
    return fail(ErrorCode::digest_mismatch, "the content is not what was signed");
  }
  return {};
}

// RFC 6211 §3, where CMSAlgorithmProtection is present.
Result<void> check_algorithm_protection(const SignerInfo& signer) {
  const auto has_type = [](const Attribute& attribute) { return attribute.type == kIdCmsAlgorithmProtection; };
  if (std::none_of(signer.signed_attributes.begin(), signer.signed_attributes.end(), has_type)) {
    return {};
  }
  RAKKAN_TRY(const ByteView value, required_attribute(signer, kIdCmsAlgorithmProtection, "CMSAlgorithmProtection"));
  const auto matches =
      protects_algorithms(value, crypto::info(signer.digest_algorithm).oid, signer.signature_algorithm);
  if (!matches || !*matches) {
    return fail(ErrorCode::signature_invalid, "CMSAlgorithmProtection names other algorithms than the SignerInfo");
  }
  return {};
}

Result<void> verify_value(const SignerInfo& signer, const pki::Certificate& certificate) {
  RAKKAN_TRY(const crypto::AlgorithmSuite* suite,
             crypto::suite_from_identifier(signer.signature_algorithm, signer.digest_algorithm));
  if (suite->digest != signer.digest_algorithm) {
    return fail(ErrorCode::signature_invalid, "the signature algorithm uses another digest than the SignerInfo");
  }
  RAKKAN_TRY(const crypto::PublicKey key, certificate.public_key());
  Bytes header = signed_attributes_header(signer.signed_attributes_content.size());
  if (suite->scheme == crypto::SignatureScheme::eddsa) {
    append(header, signer.signed_attributes_content);
    return key.verify_message(*suite, header, signer.signature);
  }
  return key.verify(*suite, crypto::digest(suite->digest, {header, signer.signed_attributes_content}),
                    signer.signature);
}

Result<pki::Certificate> find_identified(const SignedData& data, const SignerInfo& signer) {
  for (const ByteView der : data.certificates()) {
    auto certificate = pki::Certificate::parse(der);
    if (certificate && identifies(signer, *certificate)) {
      return certificate;
    }
  }
  return fail(ErrorCode::signature_invalid, "the certificate that the signature names is not embedded");
}

}  // namespace

Result<pki::Certificate> find_signer_certificate(const SignedData& data, const SignerInfo& signer,
                                                 CertificateBinding binding) {
  if (!is_bound(signer, binding)) {
    return find_identified(data, signer);
  }
  RAKKAN_TRY(const EssCertIdV2 named, signing_certificate(signer));
  for (const ByteView der : data.certificates()) {
    // Hashes are compared first, so that only the named certificate has to parse.
    if (!equal(named.hash, crypto::digest(named.hash_algorithm, der).view())) {
      continue;
    }
    RAKKAN_TRY(pki::Certificate certificate, pki::Certificate::parse(der));
    if (!identifies(signer, certificate) || !named.names(certificate)) {
      return fail(ErrorCode::signature_invalid, "the identifiers of the signer name different certificates");
    }
    return certificate;
  }
  return fail(ErrorCode::signature_invalid, "the certificate that the signature names is not embedded");
}

Result<void> verify_signer_info(const SignedData& data, const SignerInfo& signer, const crypto::Digest& content_digest,
                                const pki::Certificate& certificate, CertificateBinding binding) {
  if (signer.signed_attributes.empty()) {
    return fail(ErrorCode::signature_invalid, "no signed attributes");
  }
  RAKKAN_CHECK(check_content_type(data, signer));
  RAKKAN_CHECK(check_message_digest(signer, content_digest));
  if (!identifies(signer, certificate)) {
    return fail(ErrorCode::signature_invalid, "the signature names another certificate");
  }
  if (is_bound(signer, binding)) {
    RAKKAN_TRY(const EssCertIdV2 named, signing_certificate(signer));
    if (!named.names(certificate)) {
      return fail(ErrorCode::signature_invalid, "the signature names another certificate");
    }
  }
  RAKKAN_CHECK(check_algorithm_protection(signer));
  return verify_value(signer, certificate);
}

}  // namespace rakkan::cms
