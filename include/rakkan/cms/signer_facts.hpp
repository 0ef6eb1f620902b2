// The facts about one SignerInfo of a Message, each found by itself: none hides another, and nothing is decided. A
// certification path, a policy and time are not looked at. find_signer_certificate and verify_signer_info
// (signed_data.hpp) stay what Rakkan's own signing asks, and stop at their first failure.
//
//   const Message message = …;
//   const SignerFacts facts = signer_facts(message, message.signers().front(), SignedContent::of(spans), dss);
//   facts.value.as_der == ValueCheck::valid && facts.message_digest == AttributeFact::match
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/cms/message.hpp"
#include "rakkan/crypto/verification_algorithm.hpp"
#include "rakkan/crypto/verification_budget.hpp"
#include "rakkan/pki/certificate.hpp"

namespace rakkan::cms {

// The statement of a signed attribute that has to occur once with one value, compared with the one it should make.
enum class AttributeFact : std::uint8_t {
  absent,
  match,
  mismatch,
  repeated,     // more than one attribute of the type, or more or less than one value
  malformed,    // the value cannot be read
  no_content,   // messageDigest: the content is not there
  unsupported,  // messageDigest: the content's hash cannot be computed here
};

enum class ValueCheck : std::uint8_t {
  valid,
  invalid,
  unsupported,     // the algorithm or the key is not supported by this OpenSSL, or by Rakkan, or the budget is used up:
                   // nothing is known
  no_certificate,  // there is no key to verify with
  no_content,      // without signed attributes the value covers the content, and that is not there
};

// The signature value, verified with the key of the chosen certificate over the signed attributes, or over the content
// when there are none.
struct ValueFacts {
  ValueCheck as_der = ValueCheck::no_certificate;  // RFC 5652 §5.4: over the attributes in DER
  // Over the attributes as they came, which is what some signers sign and some verifiers verify; the same as as_der
  // where both are the same bytes.
  ValueCheck as_encoded = ValueCheck::no_certificate;
  std::string reason;  // of what is unsupported, or invalid in its form; one line
};

// Attributes that name the signer's certificate by its hash (RFC 5035 §3, §4; RFC 2634 §5.4).
//
//   SigningCertificateV2 ::= SEQUENCE { certs SEQUENCE OF ESSCertIDv2, policies … OPTIONAL }
//   SigningCertificate ::= SEQUENCE { certs SEQUENCE OF ESSCertID, policies … OPTIONAL }     -- by SHA-1
enum class EssVersion : std::uint8_t { signing_certificate, signing_certificate_v2 };

enum class EssMatch : std::uint8_t {
  match,
  hash_mismatch,           // the hash is another certificate's
  issuer_serial_mismatch,  // the hash is that of the certificate, but issuerSerial names another one
  unsupported_hash,        // a hash that cannot be computed here
  no_certificate,          // no certificate was found to compare with
};

struct EssCertificateId {
  der::Oid hash_identifier;                             // SHA-1 for ESSCertID
  std::optional<crypto::HashAlgorithm> hash_algorithm;  // nothing: one that cannot be computed here
  ByteView hash;
  bool has_issuer_serial = false;
  ByteView issuer;         // the first directoryName of issuerSerial, complete Name; empty: it has another form
  ByteView serial_number;  // INTEGER content octets

  // Compares it with a certificate.
  [[nodiscard]] EssMatch compare(const pki::Certificate& certificate) const;
};

// One value of one such attribute.
struct EssAttribute {
  EssVersion version{};
  std::vector<EssCertificateId> ids;  // the first one names the signer's certificate, others its path
  std::string malformed;              // the reason for which not all of the value could be read; empty: it could
  EssMatch match = EssMatch::no_certificate;  // of the first id with the chosen certificate
};

enum class CertificateSource : std::uint8_t { message, outside };

enum class IdentifiedBy : std::uint8_t {
  nothing,                 // no certificate was found
  ess_hash,                // the hash of the first ESSCertID(v2)
  issuer_and_serial,       // sid; there is no usable ESS attribute, or no certificate has its hash
  subject_key_identifier,  // sid, likewise
};

// The certificate that is taken as the signer's. Certificates of the message and from outside are candidates on equal
// terms, and their order does not matter: those with the hash of the first ESSCertID(v2); else those that sid names. Of
// several the one whose key verifies the signature, then the one with the smallest SHA-256.
struct SignerCertificate {
  std::optional<pki::Certificate> certificate;
  IdentifiedBy identified_by = IdentifiedBy::nothing;
  CertificateSource source = CertificateSource::message;
  std::size_t candidates = 0;  // different certificates that fit equally well before the signature was tried; 2 or
                               // more: ambiguous
  bool sid_match = false;      // sid names the certificate too
  std::size_t unreadable = 0;  // certificates of the message that cannot be read
};

struct AlgorithmFacts {
  der::Oid digest_identifier;
  std::optional<crypto::HashAlgorithm> digest;  // of SignerInfo.digestAlgorithm
  der::Oid signature_identifier;
  std::optional<crypto::VerificationAlgorithm> signature;  // with its parameters; nothing: not supported
  // The signature algorithm names a hash other than digestAlgorithm's (RFC 5652 §5.4, RFC 8933 §3.1).
  bool hashes_differ = false;
  std::string unsupported;                 // the reason for which `signature` is absent
  [[nodiscard]] std::string name() const;  // for people: "RSA PKCS#1 v1.5 with SHA-256", or the OID
};

struct SignerFacts {
  bool has_signed_attributes = false;
  SignedAttributeFacts attributes;
  AttributeFact content_type = AttributeFact::absent;  // with eContentType (RFC 5652 §11.1)
  std::optional<der::Oid> content_type_value;
  AttributeFact message_digest = AttributeFact::absent;        // with the content's hash by digestAlgorithm (§11.2)
  AttributeFact algorithm_protection = AttributeFact::absent;  // with the SignerInfo's algorithms (RFC 6211 §3)
  AlgorithmFacts algorithms;
  ValueFacts value;
  SignerCertificate certificate;
  // The values of both attributes, signingCertificateV2 before signingCertificate; at most 16, of which the first two
  // are looked for.
  std::vector<EssAttribute> ess;
  // The content is itself the DER of a SET OF Attribute: with a signature without signed attributes, these may be the
  // signed attributes of another one, whose content this one pretends to be ("ForgedAttributes").
  bool content_is_attributes = false;

  // The least that a signature needs to count as cryptographically valid: the value verifies over the attributes as
  // DER, which they are, and messageDigest matches; or without signed attributes the value over the content.
  [[nodiscard]] bool is_cryptographically_valid() const noexcept;
};

// Finds the facts. `content` is what the signature covers; `outside` are certificates from elsewhere (the DSS of a PDF,
// a user's file). Verifications are taken from the budget; without one all are made. Views in the result point into
// `message`.
[[nodiscard]] SignerFacts signer_facts(const Message& message, const MessageSigner& signer,
                                       const SignedContent& content, std::span<const pki::Certificate> outside = {},
                                       crypto::VerificationBudget* budget = nullptr);

// True when the bytes are the DER of a SET OF Attribute with a messageDigest: the signed attributes of somebody.
[[nodiscard]] bool looks_like_signed_attributes(ByteView bytes);

// adbe.pkcs7.sha1 (ISO 32000-1 §12.8.3.3.1): the eContent of `message` is the SHA-1 of the document's bytes, which the
// signature covers that way. `document` is the ByteRange; pass SignedContent::of(message) to signer_facts.
[[nodiscard]] AttributeFact encapsulated_sha1(const Message& message, const SignedContent& document);

[[nodiscard]] std::string_view to_string(AttributeFact value) noexcept;
[[nodiscard]] std::string_view to_string(ValueCheck value) noexcept;
[[nodiscard]] std::string_view to_string(EssMatch value) noexcept;
[[nodiscard]] std::string_view to_string(IdentifiedBy value) noexcept;

}  // namespace rakkan::cms
