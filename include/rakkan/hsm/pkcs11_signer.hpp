// Pkcs11Signer signs with one private key of a token. The digest is computed in this process; 32 to 83 bytes go to the
// HSM.
#pragma once

#include <memory>

#include "rakkan/crypto/message_signer.hpp"
#include "rakkan/crypto/signer.hpp"

namespace rakkan::hsm {

class Pkcs11Signer final : public crypto::Signer, public crypto::MessageSigner {
 public:
  ~Pkcs11Signer() override;
  Pkcs11Signer(const Pkcs11Signer&) = delete;
  Pkcs11Signer& operator=(const Pkcs11Signer&) = delete;

  [[nodiscard]] const crypto::PublicKey& public_key() const noexcept override;
  // Signs by CKM_RSA_PKCS over a DigestInfo, CKM_RSA_PKCS_PSS or CKM_ECDSA, in one C_Sign. Retries by the table in
  // return_codes.hpp; hsm_key_gone while the token does not show the key. Thread-safe; blocks the calling thread, which
  // keeps a session of its own. Not for Ed25519 (unsupported_algorithm).
  [[nodiscard]] Result<Bytes> sign(const crypto::AlgorithmSuite& suite, const crypto::Digest& digest) override;
  // Signs the message itself by CKM_EDDSA (RFC 8032 PureEdDSA), with an Ed25519 key; other keys fail with
  // unsupported_algorithm.
  [[nodiscard]] Result<Bytes> sign_message(ByteView message) override;

  struct Impl;
  explicit Pkcs11Signer(std::unique_ptr<Impl> impl) noexcept;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::hsm
