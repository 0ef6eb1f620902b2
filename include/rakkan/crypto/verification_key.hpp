// VerificationKey verifies signatures of others: any kind of key that such a signature may have. PublicKey
// (public_key.hpp) stays the type of the keys that Rakkan signs with, a closed list. It owns an OpenSSL key made by
// EVP_PKEY_fromdata from a SubjectPublicKeyInfo that our own DER reader has taken apart. Immutable and shareable
// between threads; copying shares the key.
//
//   SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING }   (RFC 5280 §4.1)
//
// Deviations: an RSA exponent has at most 256 bits (FIPS 186-5 §A.1.1), and at most 64 with a modulus above 3072, the
// limit of OpenSSL; a modulus has at most 16384.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/crypto/hash_algorithm.hpp"
#include "rakkan/crypto/verification_algorithm.hpp"
#include "rakkan/der/oid.hpp"

namespace rakkan::crypto {

class VerificationKey {
 public:
  enum class Type : std::uint8_t { rsa, rsa_pss, dsa, ec, ed25519, ed448 };

  // `spki` is one complete SubjectPublicKeyInfo: RSA of 1024 bits or more with an odd exponent from 3, also with the
  // identifier id-RSASSA-PSS (RFC 4055 §1.2), whose parameters then bind every signature; P-224 to P-521, secp256k1 and
  // brainpool by name, the point compressed or not; Ed25519, Ed448; DSA. A DSA key without parameters has those of its
  // issuer's key (RFC 3279 §2.3.2, RFC 5280 §6.1.4 e): without `issuer` it is unsupported_algorithm. Fails with
  // malformed_der or unsupported_algorithm.
  [[nodiscard]] static Result<VerificationKey> from_spki(ByteView spki, const VerificationKey* issuer = nullptr);

  [[nodiscard]] Type type() const noexcept;
  // The size by which a policy judges the key: of the RSA modulus, of DSA's p, of the curve's order. In bits.
  [[nodiscard]] std::size_t bits() const noexcept;
  [[nodiscard]] std::size_t subgroup_bits() const noexcept;  // of DSA's q; 0 for other keys
  [[nodiscard]] const der::Oid& curve() const noexcept;      // of an EC key; empty for other keys
  [[nodiscard]] std::string name() const;                    // "RSA-2048", "P-521", "Ed448"
  [[nodiscard]] ByteView spki() const noexcept;
  // The work of one verification by this key, in verifications by P-256 (about 80 us of one core, as RSA with 4096 bits
  // and the exponent 65537): 1, except for larger RSA keys and long exponents (up to 60), DSA (up to 89), Ed448, and
  // the curves that OpenSSL has no special code for (up to 16).
  [[nodiscard]] std::size_t cost() const noexcept;
  // SHA-256 of the key with its inherited parameters: two keys with one identity verify the same signatures.
  [[nodiscard]] const Digest& identity() const noexcept;

  // Verifies that `signature` is this key's signature over data with that hash. ECDSA and DSA values are DER (RFC 3279
  // §2.2.2, §2.2.3). Fails with signature_invalid, or with unsupported_algorithm when the algorithm is not for this
  // key.
  [[nodiscard]] Result<void> verify(const VerificationAlgorithm& algorithm, const HashValue& hash,
                                    ByteView signature) const;
  // Verifies a signature over the data itself; the only way for Ed25519 and Ed448 (RFC 8032, without a context).
  [[nodiscard]] Result<void> verify_message(const VerificationAlgorithm& algorithm, ByteView message,
                                            ByteView signature) const;

 private:
  struct Parts;
  explicit VerificationKey(std::shared_ptr<const Parts> parts) noexcept : parts_(std::move(parts)) {}
  std::shared_ptr<const Parts> parts_;
};

// True for a SubjectPublicKeyInfo of a DSA key without parameters.
[[nodiscard]] bool inherits_parameters(ByteView spki) noexcept;

}  // namespace rakkan::crypto
