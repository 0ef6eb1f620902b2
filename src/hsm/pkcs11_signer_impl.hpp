#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "hsm/key_objects.hpp"
#include "hsm/mechanism.hpp"
#include "hsm/token_impl.hpp"
#include "rakkan/hsm/pkcs11_signer.hpp"

namespace rakkan::hsm {

struct Pkcs11Signer::Impl {
  std::shared_ptr<Token::Impl> token;
  KeyAddress address;
  crypto::PublicKey public_key;
  bool always_authenticate;

  // Rule H4: the key is looked up once a login. The handle is shared by all threads; 0 when it must be looked up.
  std::atomic<std::uint64_t> handle_generation{0};
  std::atomic<CK_OBJECT_HANDLE> handle{0};
  std::mutex lookup_mutex{};
  std::atomic<bool> missed{false};  // the token did not show the key when it was last looked for

  Impl(std::shared_ptr<Token::Impl> of, KeyAddress at, crypto::PublicKey key, bool authenticate)
      : token(std::move(of)), address(std::move(at)), public_key(std::move(key)), always_authenticate(authenticate) {}
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] Result<Bytes> sign(const SignatureInput& input);
  [[nodiscard]] Outcome<Bytes> sign_once(const Token::Impl::Session& session, const SignatureInput& input);
  [[nodiscard]] Outcome<CK_OBJECT_HANDLE> key_handle(const Token::Impl::Session& session);
};

}  // namespace rakkan::hsm
