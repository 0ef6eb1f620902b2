// Signers with a key in memory, for benchmarks, tests and comparison, never for a credential or a log.
#pragma once

#include <memory>

#include "rakkan/crypto/message_signer.hpp"
#include "rakkan/crypto/signer.hpp"

namespace rakkan::crypto {

class SoftwareSigner final : public Signer {
 public:
  // Makes a fresh key.
  [[nodiscard]] static Result<SoftwareSigner> generate(KeyKind kind);
  // Reads an unencrypted PKCS#8 PrivateKeyInfo (RFC 5208 §5) in PEM.
  [[nodiscard]] static Result<SoftwareSigner> from_pem(std::string_view pem);

  [[nodiscard]] const PublicKey& public_key() const noexcept override { return public_key_; }
  [[nodiscard]] Result<Bytes> sign(const AlgorithmSuite& suite, const Digest& digest) override;

 private:
  SoftwareSigner(PublicKey public_key, std::shared_ptr<void> key)
      : public_key_(std::move(public_key)), key_(std::move(key)) {}

  PublicKey public_key_;
  std::shared_ptr<void> key_;  // EVP_PKEY
};

// SoftwareMessageSigner signs messages themselves, by Ed25519.
class SoftwareMessageSigner final : public MessageSigner {
 public:
  // Makes a fresh key.
  [[nodiscard]] static Result<SoftwareMessageSigner> generate();
  // Reads an unencrypted PKCS#8 PrivateKeyInfo in PEM; unsupported_algorithm when its key is no Ed25519 key.
  [[nodiscard]] static Result<SoftwareMessageSigner> from_pem(std::string_view pem);

  [[nodiscard]] const PublicKey& public_key() const noexcept override { return public_key_; }
  [[nodiscard]] Result<Bytes> sign_message(ByteView message) override;

 private:
  SoftwareMessageSigner(PublicKey public_key, std::shared_ptr<void> key)
      : public_key_(std::move(public_key)), key_(std::move(key)) {}

  PublicKey public_key_;
  std::shared_ptr<void> key_;  // EVP_PKEY
};

}  // namespace rakkan::crypto
