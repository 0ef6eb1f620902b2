// VerificationAlgorithm is the signature algorithm of a signature that others made, as its AlgorithmIdentifier says it.
// The closed list of AlgorithmSuite (algorithm_suite.hpp) is what Rakkan signs with; nothing here can be signed with.
//
//   AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY DEFINED BY algorithm OPTIONAL }
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/crypto/hash_algorithm.hpp"
#include "rakkan/der/oid.hpp"

namespace rakkan::crypto {

enum class VerificationScheme : std::uint8_t { rsa_pkcs1, rsa_pss, dsa, ecdsa, ed25519, ed448 };

// RSASSA-PSS-params (RFC 4055 §3.1) with the defaults of the standard.
struct PssParameters {
  HashAlgorithm hash = HashAlgorithm::sha1;
  HashAlgorithm mask_hash = HashAlgorithm::sha1;  // of MGF1
  std::uint32_t salt_length = 20;                 // octets

  friend bool operator==(const PssParameters& a, const PssParameters& b) = default;
};

struct VerificationAlgorithm {
  VerificationScheme scheme{};
  std::optional<HashAlgorithm> hash;  // nothing for EdDSA, which takes the message itself
  std::optional<PssParameters> pss;   // RSASSA-PSS alone

  // Reads an AlgorithmIdentifier of X.509 (RFC 3279 §2.2, RFC 4055, RFC 5758, RFC 8410, RFC 8692 for ECDSA) or of CMS
  // (RFC 5754 §3). `given`, the SignerInfo's digestAlgorithm, decides where the identifier names a key alone
  // (rsaEncryption, id-dsa, id-ecPublicKey), and must be the same where it names a hash. Parameters of PKCS#1 v1.5, DSA
  // and ECDSA may be NULL or absent. Fails with unsupported_algorithm.
  [[nodiscard]] static Result<VerificationAlgorithm> parse(ByteView algorithm_identifier,
                                                           std::optional<HashAlgorithm> given = std::nullopt);

  // The object identifier that X.509 has for the algorithm, and so a catalogue of algorithms: sha256WithRSAEncryption
  // also where CMS wrote rsaEncryption.
  [[nodiscard]] der::Oid identifier() const noexcept;
  [[nodiscard]] std::string name() const;  // "RSA PKCS#1 v1.5 with SHA-1", "Ed448"
};

// Reads RSASSA-PSS-params; every member may be absent. Fails with malformed_der or unsupported_algorithm.
[[nodiscard]] Result<PssParameters> read_pss_parameters(der::Reader& reader);

}  // namespace rakkan::crypto
