// The rules that verify_signer_info, signer_facts and bare_signature_facts share.
#pragma once

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/crypto/verification_budget.hpp"
#include "rakkan/der/oid.hpp"
#include "rakkan/pki/certificate.hpp"

namespace rakkan::cms {

// SignerIdentifier (RFC 5652 §5.3): issuer with serial number, or the key identifier.
struct SignerName {
  ByteView issuer;
  ByteView serial_number;
  ByteView subject_key_identifier;

  [[nodiscard]] bool names(const pki::Certificate& certificate) const;
};

// RFC 5652 §11.1: the value of contentType is that OBJECT IDENTIFIER. Fails with malformed_der.
[[nodiscard]] Result<der::Oid> read_content_type(ByteView value);
// RFC 5652 §11.2: the octets of messageDigest. Fails with malformed_der.
[[nodiscard]] Result<ByteView> read_message_digest(ByteView value);
// RFC 6211 §3: both identifiers of CMSAlgorithmProtection "MUST be the same" as the SignerInfo's: the digest's OBJECT
// IDENTIFIER, and the complete AlgorithmIdentifier of the signature. Fails with malformed_der.
[[nodiscard]] Result<bool> protects_algorithms(ByteView value, const der::Oid& digest, ByteView signature_algorithm);
// The header with which signed attributes are digested: that of an explicit SET OF in place of [0] (RFC 5652 §5.4).
[[nodiscard]] Bytes signed_attributes_header(std::size_t content_size);
// Takes a verification from the budget, if there is one. Fails with unsupported_algorithm when it is used up.
[[nodiscard]] Result<void> spend(crypto::VerificationBudget* budget, std::size_t cost);

}  // namespace rakkan::cms
