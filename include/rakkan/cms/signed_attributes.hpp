// SignedAttributes is the DER SET OF Attribute that a signature covers (RFC 5652 §5.3, EN 319 142-1 §6.3, EN 319
// 122-1): contentType, messageDigest, signingCertificateV2 and cmsAlgorithmProtection, never signingTime.
//
//   SignedAttributes ::= SET SIZE (1..MAX) OF Attribute
//   Attribute ::= SEQUENCE { attrType OBJECT IDENTIFIER, attrValues SET OF AttributeValue }
#pragma once

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/crypto/algorithm_suite.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/der/oid.hpp"
#include "rakkan/pki/certificate.hpp"

namespace rakkan::cms {

class SignedAttributes {
 public:
  // `content_type` is id-data for documents and id-ct-TSTInfo for tokens; `message_digest` is the content's, by the
  // suite's algorithm (RFC 8933 §3.1: the same algorithm as for the digest of these attributes).
  [[nodiscard]] static SignedAttributes make(const der::Oid& content_type, const crypto::Digest& message_digest,
                                             const pki::Certificate& signer, const crypto::AlgorithmSuite& suite);

  // Takes up attributes that make() made earlier and der() gave out. malformed_cms when `der` is not one SET.
  [[nodiscard]] static Result<SignedAttributes> restore(Bytes der, const crypto::AlgorithmSuite& suite);

  // The encoding with the tag SET OF (0x31), as it is digested (RFC 5652 §5.4).
  [[nodiscard]] ByteView der() const noexcept { return der_; }
  // The content without that header: SignerInfo writes it behind [0] instead.
  [[nodiscard]] ByteView content() const noexcept { return ByteView(der_).subspan(header_size_); }
  [[nodiscard]] const crypto::AlgorithmSuite& suite() const noexcept { return *suite_; }
  // The digest that the private key signs.
  [[nodiscard]] crypto::Digest digest() const;

 private:
  SignedAttributes(Bytes der, std::size_t header_size, const crypto::AlgorithmSuite& suite) noexcept
      : der_(std::move(der)), header_size_(header_size), suite_(&suite) {}

  Bytes der_;
  std::size_t header_size_;
  const crypto::AlgorithmSuite* suite_;
};

inline constexpr der::Oid kIdData{1, 2, 840, 113549, 1, 7, 1};
inline constexpr der::Oid kIdSignedData{1, 2, 840, 113549, 1, 7, 2};
inline constexpr der::Oid kIdCtTstInfo{1, 2, 840, 113549, 1, 9, 16, 1, 4};
inline constexpr der::Oid kIdContentType{1, 2, 840, 113549, 1, 9, 3};
inline constexpr der::Oid kIdMessageDigest{1, 2, 840, 113549, 1, 9, 4};
inline constexpr der::Oid kIdSigningTime{1, 2, 840, 113549, 1, 9, 5};
inline constexpr der::Oid kIdSigningCertificate{1, 2, 840, 113549, 1, 9, 16, 2, 12};  // by SHA-1 (RFC 2634 §5.4)
inline constexpr der::Oid kIdContentTimeStamp{1, 2, 840, 113549, 1, 9, 16, 2, 20};
inline constexpr der::Oid kIdSigningCertificateV2{1, 2, 840, 113549, 1, 9, 16, 2, 47};
inline constexpr der::Oid kIdSignatureTimeStampToken{1, 2, 840, 113549, 1, 9, 16, 2, 14};
inline constexpr der::Oid kIdCmsAlgorithmProtection{1, 2, 840, 113549, 1, 9, 52};

}  // namespace rakkan::cms
