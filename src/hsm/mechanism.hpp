// How a suite becomes a PKCS#11 mechanism with its input, and the module's answer a signature value.
#pragma once

#include <optional>

#include "hsm/cryptoki.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/crypto/algorithm_suite.hpp"

namespace rakkan::hsm {

// What C_SignInit and C_Sign are given. Owns the parameters that CK_MECHANISM points to, so it stays where it is made.
class SignatureInput {
 public:
  // The suite suits the kind, its digest is the digest's, and it is not Ed25519.
  SignatureInput(const crypto::AlgorithmSuite& suite, crypto::KeyKind kind, const crypto::Digest& digest);
  // CKM_EDDSA over the message itself.
  explicit SignatureInput(ByteView message);
  SignatureInput(const SignatureInput&) = delete;
  SignatureInput& operator=(const SignatureInput&) = delete;

  [[nodiscard]] CK_MECHANISM mechanism() const noexcept;
  [[nodiscard]] ByteView data() const noexcept { return data_; }

 private:
  CK_MECHANISM_TYPE type_;
  std::optional<CK_RSA_PKCS_PSS_PARAMS> pss_;
  Bytes data_;
};

// Octets that C_Sign answers with for such a key.
[[nodiscard]] std::size_t raw_signature_size(crypto::KeyKind kind) noexcept;
// PKCS#11 2.40 §2.3.1: ECDSA answers r || s, CMS and X.509 want RFC 3279 §2.2.3 Ecdsa-Sig-Value. Other values stay as
// they are.
[[nodiscard]] Bytes encode_signature(crypto::KeyKind kind, Bytes raw);

}  // namespace rakkan::hsm
