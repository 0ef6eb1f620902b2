// adbe.x509.rsa_sha1 (ISO 32000-1 §12.8.3.2, deprecated in ISO 32000-2): no CMS. /Contents is the DER OCTET STRING of a
// PKCS #1 v1.5 signature over the bytes of the ByteRange, /Cert the signer's certificate, or an array that begins with
// it; other certificates of the array help to build its path.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rakkan/cms/message.hpp"
#include "rakkan/cms/signer_facts.hpp"
#include "rakkan/pki/certificate.hpp"

namespace rakkan::cms {

struct BareSignatureFacts {
  EncodingFacts encoding;  // of /Contents
  Bytes signature;         // the octets of the string
  // The hash that the signature value names, of SHA-1, SHA-256, SHA-384 and SHA-512 (ISO 32000-1 table 257). Nothing:
  // it verifies with none of them.
  std::optional<crypto::HashAlgorithm> hash_algorithm;
  ValueCheck value = ValueCheck::no_certificate;
  std::optional<pki::Certificate> certificate;  // the first of /Cert
  std::vector<pki::Certificate> others;         // the rest of /Cert
  std::size_t unreadable = 0;                   // strings of /Cert that are no certificate
  std::string reason;                           // of what is unsupported
};

// Reads /Contents and verifies with the first certificate of /Cert, as far as the budget allows; null: there is none.
// Fails with malformed_cms when `contents` begins with no OCTET STRING.
[[nodiscard]] Result<BareSignatureFacts> bare_signature_facts(ByteView contents, std::span<const ByteView> cert,
                                                              const SignedContent& content,
                                                              crypto::VerificationBudget* budget = nullptr);

}  // namespace rakkan::cms
