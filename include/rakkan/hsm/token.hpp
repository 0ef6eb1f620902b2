// Module, Token and Pkcs11Signer: one PKCS#11 module (2.40, C API through p11-kit's header), one token of it, one key
// of that. No PKCS#11 type appears here. Threads belong to async: each calling thread gets its own session at its first
// signature and keeps it (rules H1 to H8 in docs/adr). Forking after Module::load is forbidden.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"
#include "rakkan/crypto/algorithm_suite.hpp"
#include "rakkan/crypto/signer.hpp"

namespace rakkan::hsm {

struct Options {
  std::filesystem::path module_path;               // empty: libsofthsm2.so where Debian puts it
  unsigned max_sessions = 0;                       // per token; 0: what the token allows
  std::chrono::milliseconds breaker_first{100};    // circuit breaker after a device is gone: exponential from first …
  std::chrono::milliseconds breaker_last{30'000};  // … to last
};

struct TokenAddress {  // by label or by slot; the label wins
  std::string label;
  std::optional<std::uint64_t> slot;
};

class Module {
 public:
  // dlopen, C_Initialize with OS locking. One per process and path: a second load shares the first.
  // hsm_module_unusable.
  [[nodiscard]] static Result<std::shared_ptr<Module>> load(Options options);
  ~Module();

  struct Description {
    std::string label, manufacturer, model, serial;
    std::uint64_t slot;
    bool initialised;
  };
  [[nodiscard]] Result<std::vector<Description>> tokens() const;
  // Initialises a free slot's token (C_InitToken, C_InitPIN): for `rakkan init` and tests. already_exists when the
  // label is taken.
  [[nodiscard]] Result<void> initialise_token(const std::string& label, const SecureBytes& so_pin,
                                              const SecureBytes& user_pin);

  struct Impl;
  [[nodiscard]] const std::shared_ptr<Impl>& impl() const noexcept { return impl_; }

 private:
  explicit Module(std::shared_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

struct KeyDescription {
  std::string label;
  Bytes id;  // CKA_ID
  crypto::KeyKind kind;
};

class Pkcs11Signer;

class Token {
 public:
  // Finds the token and logs in once; a wrong PIN is hsm_pin_rejected and is never tried again in this process.
  [[nodiscard]] static Result<std::shared_ptr<Token>> open(std::shared_ptr<Module> module, TokenAddress address,
                                                           SecureBytes user_pin);
  ~Token();

  // A key pair that never leaves: TOKEN PRIVATE SENSITIVE, not EXTRACTABLE, SIGN only, ALLOWED_MECHANISMS for its kind.
  [[nodiscard]] Result<KeyDescription> generate(crypto::KeyKind kind, const std::string& label, ByteView id);
  [[nodiscard]] Result<std::vector<KeyDescription>> keys();
  // Loads a key by CKA_ID, or by label when `id` is empty. Checks SENSITIVE, not EXTRACTABLE, LOCAL, ALLOWED_MECHANISMS
  // (key_attributes_unsafe). The caller compares public_key() with the certificate (key_certificate_mismatch).
  // `allow_ed25519`: only the certs program and the log ask for it; a document credential must not
  // (ed25519_document_key).
  [[nodiscard]] Result<std::shared_ptr<Pkcs11Signer>> signer(const std::string& label, ByteView id,
                                                             bool allow_ed25519 = false);

  struct Impl;
  explicit Token(std::shared_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<Impl> impl_;
};

class Pkcs11Signer final : public crypto::Signer {
 public:
  ~Pkcs11Signer() override;
  [[nodiscard]] const crypto::PublicKey& public_key() const noexcept override;
  // CKM_RSA_PKCS over DigestInfo, CKM_RSA_PKCS_PSS, CKM_ECDSA: the digest is made here, 32 to 64 bytes go to the HSM.
  // Retries by the return-code table (docs/operations.md). Thread-safe; blocks the calling thread.
  [[nodiscard]] Result<Bytes> sign(const crypto::AlgorithmSuite& suite, const crypto::Digest& digest) override;

  struct Impl;
  explicit Pkcs11Signer(std::unique_ptr<Impl> impl) noexcept;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::hsm
