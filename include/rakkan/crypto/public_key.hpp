// PublicKey verifies signatures. It owns an OpenSSL key made by EVP_PKEY_fromdata from a SubjectPublicKeyInfo that our
// own DER reader has taken apart. Immutable and shareable between threads; copying shares the key.
//
//   SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING }   (RFC 5280 §4.1)
#pragma once

#include <memory>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/crypto/algorithm_suite.hpp"

namespace rakkan::crypto {

class PublicKey {
 public:
  // `spki` is one complete SubjectPublicKeyInfo (RFC 5280 §4.1). RSA keys need the OID rsaEncryption, an odd modulus of
  // 2048, 3072 or 4096 bits and an odd exponent from 65537 to 2^64; EC keys a named curve and an uncompressed point on
  // it. Fails with malformed_der or unsupported_algorithm.
  [[nodiscard]] static Result<PublicKey> from_spki(ByteView spki);

  [[nodiscard]] KeyKind kind() const noexcept { return kind_; }
  [[nodiscard]] ByteView spki() const noexcept { return *spki_; }

  // Verifies that `signature` is this key's signature of the data with that digest. ECDSA values are DER
  // Ecdsa-Sig-Value (RFC 3279 §2.2.3). Fails with signature_invalid, or unsupported_algorithm when the suite is not for
  // this key.
  [[nodiscard]] Result<void> verify(const AlgorithmSuite& suite, const Digest& digest, ByteView signature) const;
  // Verifies a signature over the data itself; the only way for Ed25519 (RFC 8032 PureEdDSA).
  [[nodiscard]] Result<void> verify_message(const AlgorithmSuite& suite, ByteView message, ByteView signature) const;

  friend bool operator==(const PublicKey& a, const PublicKey& b) noexcept { return equal(a.spki(), b.spki()); }

 private:
  PublicKey() = default;

  KeyKind kind_{};
  std::shared_ptr<const Bytes> spki_;
  std::shared_ptr<void> key_;  // EVP_PKEY
};

}  // namespace rakkan::crypto
