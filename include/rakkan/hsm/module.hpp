// Module is a loaded PKCS#11 module (2.40, C API). No PKCS#11 type appears in this header. Threads belong to `async`;
// the module is told that it will be called from several (CKF_OS_LOCKING_OK). A child process of fork() cannot use a
// Module that its parent loaded: every call there fails with hsm_module_unusable.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"

namespace rakkan::hsm {

struct Options {
  std::filesystem::path module_path;  // empty: libsofthsm2.so where Debian puts it
  unsigned max_sessions = 0;          // for each token, with the session that keeps the login; 0: as the token allows
  std::chrono::milliseconds breaker_first{100};    // first wait after a device is gone; each further failure doubles it
  std::chrono::milliseconds breaker_last{30'000};  // longest wait
  // Refuses keys whose CKA_ALLOWED_MECHANISMS the module does not know. To be false only for a module without that
  // attribute (docs/operations.md names them); a list that exists is always checked.
  bool require_allowed_mechanisms = true;
};

class Module {
 public:
  // Loads and initialises a module (dlopen, C_Initialize). Modules of the same path share one initialised library.
  // Fails with hsm_module_unusable.
  [[nodiscard]] static Result<std::shared_ptr<Module>> load(Options options);
  ~Module();
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  struct Description {
    std::string label, manufacturer, model, serial;
    std::uint64_t slot;
    bool initialised;
  };
  // Every slot with a token in it.
  [[nodiscard]] Result<std::vector<Description>> tokens() const;
  // Initialises the token of a free slot (C_InitToken, C_InitPIN). The label has at most 32 bytes. Fails with
  // already_exists when a token has that label, hsm_token_not_found when no slot is free, and as keep_softhsm_tokens.
  [[nodiscard]] Result<void> initialise_token(const std::string& label, const SecureBytes& so_pin,
                                              const SecureBytes& user_pin);

  struct Impl;
  [[nodiscard]] const std::shared_ptr<Impl>& impl() const noexcept { return impl_; }

 private:
  explicit Module(std::shared_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

}  // namespace rakkan::hsm
