#include "rakkan/crypto/software_signer.hpp"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <string>

#include "crypto/openssl.hpp"
#include "crypto/signature_operation.hpp"

namespace rakkan::crypto {
namespace {

using Pkey = std::unique_ptr<EVP_PKEY, OpenSslFree<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, OpenSslFree<BIO_free_all>>;

Pkey generate_key(KeyKind kind) {
  switch (kind) {
    case KeyKind::rsa_2048:
      return Pkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048}));
    case KeyKind::rsa_3072:
      return Pkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{3072}));
    case KeyKind::rsa_4096:
      return Pkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{4096}));
    case KeyKind::ec_p256:
      return Pkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    case KeyKind::ec_p384:
      return Pkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-384"));
    case KeyKind::ed25519:
      return Pkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  }
  return nullptr;
}

Result<PublicKey> public_key_of(const EVP_PKEY* key) {
  unsigned char* encoding = nullptr;
  const int size = i2d_PUBKEY(key, &encoding);
  if (size <= 0) {
    return fail(openssl_error("no public key"));
  }
  const std::unique_ptr<unsigned char, decltype([](unsigned char* memory) { OPENSSL_free(memory); })> owner(encoding);
  return PublicKey::from_spki({encoding, static_cast<std::size_t>(size)});
}

Result<Pkey> read_pem(std::string_view pem) {
  const auto size = checked_cast<int>(pem.size());
  const Bio input(size ? BIO_new_mem_buf(pem.data(), *size) : nullptr);
  // Without this callback OpenSSL would ask on the terminal for the passphrase of an encrypted key.
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  Pkey key(input ? PEM_read_bio_PrivateKey(input.get(), nullptr, no_passphrase, nullptr) : nullptr);
  if (!key) {
    Error error = openssl_error("not an unencrypted private key in PEM");
    error.code = ErrorCode::invalid_argument;
    return fail(std::move(error));
  }
  return key;
}

std::shared_ptr<void> shared(Pkey key) {
  return {key.release(), [](void* owned) { EVP_PKEY_free(static_cast<EVP_PKEY*>(owned)); }};
}

}  // namespace

Result<SoftwareSigner> SoftwareSigner::generate(KeyKind kind) {
  Pkey key = generate_key(kind);
  if (!key) {
    return fail(openssl_error("no key generated"));
  }
  RAKKAN_TRY(PublicKey public_key, public_key_of(key.get()));
  return SoftwareSigner(std::move(public_key), shared(std::move(key)));
}

Result<SoftwareSigner> SoftwareSigner::from_pem(std::string_view pem) {
  RAKKAN_TRY(Pkey key, read_pem(pem));
  RAKKAN_TRY(PublicKey public_key, public_key_of(key.get()));
  return SoftwareSigner(std::move(public_key), shared(std::move(key)));
}

Result<Bytes> SoftwareSigner::sign(const AlgorithmSuite& suite, const Digest& digest) {
  if (!suits(suite, public_key_.kind()) || suite.digest != digest.algorithm() ||
      suite.scheme == SignatureScheme::eddsa) {
    return fail(ErrorCode::unsupported_algorithm,
                std::string(suite.name) + " with a key of kind " + std::string(name(public_key_.kind())));
  }
  RAKKAN_TRY(const PkeyContext context, begin_operation(Operation::sign, static_cast<EVP_PKEY*>(key_.get()), suite));
  Bytes signature(max_signature_size(public_key_.kind()));
  std::size_t size = signature.size();
  const ByteView value = digest.view();
  if (EVP_PKEY_sign(context.get(), signature.data(), &size, value.data(), value.size()) != 1) {
    return fail(openssl_error("signing failed"));
  }
  signature.resize(size);
  return signature;
}

Result<SoftwareMessageSigner> SoftwareMessageSigner::generate() {
  Pkey key = generate_key(KeyKind::ed25519);
  if (!key) {
    return fail(openssl_error("no key generated"));
  }
  RAKKAN_TRY(PublicKey public_key, public_key_of(key.get()));
  return SoftwareMessageSigner(std::move(public_key), shared(std::move(key)));
}

Result<SoftwareMessageSigner> SoftwareMessageSigner::from_pem(std::string_view pem) {
  RAKKAN_TRY(Pkey key, read_pem(pem));
  RAKKAN_TRY(PublicKey public_key, public_key_of(key.get()));
  if (public_key.kind() != KeyKind::ed25519) {
    return fail(ErrorCode::unsupported_algorithm, "only an Ed25519 key signs the message itself");
  }
  return SoftwareMessageSigner(std::move(public_key), shared(std::move(key)));
}

Result<Bytes> SoftwareMessageSigner::sign_message(ByteView message) {
  const DigestContext context(EVP_MD_CTX_new());
  Bytes signature(max_signature_size(KeyKind::ed25519));
  std::size_t size = signature.size();
  if (!context ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, static_cast<EVP_PKEY*>(key_.get())) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) != 1) {
    return fail(openssl_error("signing failed"));
  }
  signature.resize(size);
  return signature;
}

}  // namespace rakkan::crypto
