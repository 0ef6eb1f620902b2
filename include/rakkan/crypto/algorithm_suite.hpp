// The one table of signature algorithms. To add one: a row in src/crypto/algorithm_suite.cpp and its vectors.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/der/oid.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::crypto {

// The kinds of keys. A key of another size is unsupported_algorithm.
enum class KeyKind : std::uint8_t { rsa_2048, rsa_3072, rsa_4096, ec_p256, ec_p384, ed25519 };

enum class SignatureScheme : std::uint8_t { rsa_pkcs1, rsa_pss, ecdsa, eddsa };

// AlgorithmSuite is a signature scheme with its digest: the content of a SignerInfo's two AlgorithmIdentifiers (RFC
// 5652 §10.1).
//
//   AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY DEFINED BY algorithm OPTIONAL }
struct AlgorithmSuite {
  std::string_view name;  // "rsa-pkcs1-sha256", "rsa-pss-sha384", "ecdsa-sha256", "ed25519"; also in configuration
  SignatureScheme scheme;
  DigestAlgorithm digest;
  // SignerInfo.signatureAlgorithm as complete DER. CMS writes rsaEncryption (1.2.840.113549.1.1.1, RFC 3370 §3.2) for
  // PKCS#1 v1.5 and id-RSASSA-PSS with its parameters; X.509 writes sha256WithRSAEncryption for PKCS#1 v1.5.
  ByteView cms_signature_algorithm;
  ByteView x509_signature_algorithm;
  // SignerInfo.digestAlgorithm as complete DER: parameters absent (RFC 5754 §2).
  ByteView digest_algorithm;
};

[[nodiscard]] std::span<const AlgorithmSuite> algorithm_suites() noexcept;
[[nodiscard]] const AlgorithmSuite* suite_from_name(std::string_view name) noexcept;
[[nodiscard]] const AlgorithmSuite* find_suite(SignatureScheme scheme, DigestAlgorithm digest) noexcept;
// The suite that an AlgorithmIdentifier means, in either its CMS or its X.509 form; for rsaEncryption and other forms
// that do not name the digest, `digest` (SignerInfo.digestAlgorithm) decides. Fails with unsupported_algorithm.
[[nodiscard]] Result<const AlgorithmSuite*> suite_from_identifier(ByteView algorithm_identifier,
                                                                  std::optional<DigestAlgorithm> digest);
// Reads a digest's AlgorithmIdentifier, with NULL or without parameters (RFC 4055 §2.1, RFC 5754 §2). Fails with
// malformed_der or unsupported_algorithm.
[[nodiscard]] Result<DigestAlgorithm> read_digest_algorithm(der::Reader& reader);
// The suite with which a key of that kind signs by default: PKCS#1 v1.5 with SHA-256, ECDSA with a digest of the
// curve's size.
[[nodiscard]] const AlgorithmSuite& default_suite(KeyKind kind) noexcept;
[[nodiscard]] bool suits(const AlgorithmSuite& suite, KeyKind kind) noexcept;

[[nodiscard]] std::string_view name(KeyKind kind) noexcept;  // "RSA-2048", "P-256", "Ed25519"
[[nodiscard]] std::optional<KeyKind> key_kind_from_name(std::string_view name) noexcept;  // also "rsa2048", "p256"
// The largest signature value such a key makes, in bytes: RSA the modulus, ECDSA the DER SEQUENCE of two full integers.
[[nodiscard]] std::size_t max_signature_size(KeyKind kind) noexcept;

}  // namespace rakkan::crypto
