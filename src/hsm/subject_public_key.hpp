// Conversion of PKCS#11's public key attributes to SubjectPublicKeyInfo (RFC 5280 §4.1), and of curves to
// CKA_EC_PARAMS.
//
//   SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING }
#pragma once

#include "rakkan/base/bytes.hpp"
#include "rakkan/crypto/algorithm_suite.hpp"

namespace rakkan::hsm {

[[nodiscard]] Bytes rsa_spki(ByteView modulus, ByteView exponent);
// The SubjectPublicKeyInfo of an EC key. `parameters` is CKA_EC_PARAMS; `point` is CKA_EC_POINT, a DER OCTET STRING or,
// from some modules, its bare content.
[[nodiscard]] Bytes ec_spki(ByteView parameters, ByteView point);
[[nodiscard]] Bytes ed25519_spki(ByteView point);

// The CKA_EC_PARAMS for generating a key; empty for RSA.
[[nodiscard]] Bytes curve_parameters(crypto::KeyKind kind);

}  // namespace rakkan::hsm
