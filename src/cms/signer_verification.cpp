// Signature verification by RFC 5652 §5.6 with the attributes that CAdES and PAdES require. Everything is decided on
// signed bytes; values in unsigned places (certificates, unsigned attributes) are only candidates.
#include <algorithm>
#include <array>

#include "cms/encoding.hpp"
#include "cms/signing_certificate.hpp"
#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/cms/signed_data.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::cms {
namespace {

using der::Reader;
using der::Tag;

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
  if (!signer.subject_key_identifier.empty()) {
    const auto key_identifier = certificate.subject_key_identifier();
    return key_identifier && equal(*key_identifier, signer.subject_key_identifier);
  }
  return is_issuer_of(signer.issuer, certificate) && equal(signer.serial_number, certificate.serial_number());
}

// RFC 5652 §11.1: the value of contentType is the eContentType.
Result<void> check_content_type(const SignedData& data, const SignerInfo& signer) {
  RAKKAN_TRY(const ByteView value, required_attribute(signer, kIdContentType, "contentType"));
  Reader reader(value);
  const auto type = reader.oid();
  if (!type || !reader.at_end() || *type != data.content_type()) {
    return fail(ErrorCode::signature_invalid, "the contentType attribute is not the content's type");
  }
  return {};
}

// RFC 5652 §11.2 and RFC 8933 §3.1: messageDigest is the content's digest by the SignerInfo's digestAlgorithm.
Result<void> check_message_digest(const SignerInfo& signer, const crypto::Digest& content_digest) {
  RAKKAN_TRY(const ByteView value, required_attribute(signer, kIdMessageDigest, "messageDigest"));
  Reader reader(value);
  const auto digest = reader.octet_string();
  if (!digest || !reader.at_end()) {
    return fail(ErrorCode::signature_invalid, "the messageDigest attribute is not an OCTET STRING");
  }
  if (content_digest.algorithm() != signer.digest_algorithm || !equal(*digest, content_digest.view())) {
    return fail(ErrorCode::digest_mismatch, "the content is not what was signed");
  }
  return {};
}

// RFC 6211 §3: where CMSAlgorithmProtection is present, both of its identifiers "MUST be the same" as the SignerInfo's.
Result<void> check_algorithm_protection(const SignerInfo& signer) {
  const auto has_type = [](const Attribute& attribute) { return attribute.type == kIdCmsAlgorithmProtection; };
  if (std::none_of(signer.signed_attributes.begin(), signer.signed_attributes.end(), has_type)) {
    return {};
  }
  RAKKAN_TRY(const ByteView value, required_attribute(signer, kIdCmsAlgorithmProtection, "CMSAlgorithmProtection"));
  const auto matches = [&]() -> Result<bool> {
    Reader top(value);
    RAKKAN_TRY(Reader protection, top.enter(Tag::sequence));
    RAKKAN_CHECK(top.end());
    RAKKAN_TRY(Reader digest_identifier, protection.enter(Tag::sequence));
    RAKKAN_TRY(const der::Oid digest_oid, digest_identifier.oid());
    RAKKAN_TRY(const ByteView signature_identifier, protection.content(der::context_constructed(1)));
    RAKKAN_CHECK(protection.end());
    Reader declared(signer.signature_algorithm);
    RAKKAN_TRY(const ByteView declared_identifier, declared.content(Tag::sequence));
    return digest_oid == crypto::info(signer.digest_algorithm).oid && equal(signature_identifier, declared_identifier);
  }();
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
  // RFC 5652 §5.4: the attributes are digested with the tag of an explicit SET OF in place of [0].
  Bytes header;
  append_header(header, Tag::set, signer.signed_attributes_content.size());
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
