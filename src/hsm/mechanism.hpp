// Conversion of a suite to a PKCS#11 mechanism with its input, and of the module's answer to a signature value.
#pragma once

#include <optional>

#include "hsm/cryptoki.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/crypto/algorithm_suite.hpp"

namespace rakkan::hsm {

// SignatureInput is the input of C_SignInit and C_Sign. It owns the parameters that CK_MECHANISM points to, so it
// cannot be moved.
class SignatureInput {
 public:
  // The suite must suit the kind, have the digest's algorithm, and not be Ed25519.
  SignatureInput(const crypto::AlgorithmSuite& suite, crypto::KeyKind kind, const crypto::Digest& digest);
  // The input of CKM_EDDSA, which signs the message itself.
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

// The number of octets that C_Sign returns for such a key.
[[nodiscard]] std::size_t raw_signature_size(crypto::KeyKind kind) noexcept;
// The signature value for CMS and X.509: ECDSA's r || s (PKCS#11 2.40 §2.3.1) becomes an Ecdsa-Sig-Value (RFC 3279
// §2.2.3); other values stay as they are.
[[nodiscard]] Bytes encode_signature(crypto::KeyKind kind, Bytes raw);

}  // namespace rakkan::hsm
