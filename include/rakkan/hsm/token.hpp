// Token is one token of a Module, logged in; it makes, lists and loads keys. Each thread that works with it gets a
// session at its first call and keeps it until it ends or the session is lost (rules H1 to H8 in docs/operations.md).
// Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"
#include "rakkan/crypto/algorithm_suite.hpp"
#include "rakkan/hsm/module.hpp"
#include "rakkan/hsm/pkcs11_signer.hpp"

namespace rakkan::hsm {

struct TokenAddress {  // by label or by slot; the label wins
  std::string label;
  std::optional<std::uint64_t> slot;
  // The serial number of the wanted token; empty: any token at that address. A token of another serial number never
  // gets the PIN.
  std::string serial = {};
};

struct KeyDescription {
  std::string label;
  Bytes id;  // CKA_ID
  crypto::KeyKind kind;
};

class Token {
 public:
  // Finds the token and logs in once. A rejected PIN stops the token for this process, also when it is opened again:
  // hsm_pin_rejected. Fails also with hsm_token_not_found (none, or several of that label), hsm_token_lost (none of the
  // serial number that the address names; also later, when another token has come to that address) and hsm_device_gone.
  [[nodiscard]] static Result<std::shared_ptr<Token>> open(std::shared_ptr<Module> module, TokenAddress address,
                                                           SecureBytes user_pin);
  ~Token();
  Token(const Token&) = delete;
  Token& operator=(const Token&) = delete;

  // Makes a key pair that can never leave the token: TOKEN PRIVATE SENSITIVE, not EXTRACTABLE, SIGN only,
  // ALLOWED_MECHANISMS for its kind; the attributes are read back and checked. Fails with already_exists when the label
  // or id is taken.
  [[nodiscard]] Result<KeyDescription> generate(crypto::KeyKind kind, const std::string& label, ByteView id);
  // The private keys of the kinds in crypto::KeyKind.
  [[nodiscard]] Result<std::vector<KeyDescription>> keys();
  // The one private key with that label and that CKA_ID; an empty one of the two is not compared. key_not_found when
  // there is none, more than one, or when label and id belong to different keys; unsupported_algorithm for a key of
  // another kind.
  [[nodiscard]] Result<KeyDescription> find(const std::string& label, ByteView id);
  // Loads a key by CKA_ID, or by label when `id` is empty; key_not_found when there is none, or more than one. (Signing
  // with a key that goes away after it was loaded fails with hsm_key_gone.) Checks SENSITIVE, ALWAYS_SENSITIVE, not
  // EXTRACTABLE, NEVER_EXTRACTABLE, LOCAL, SIGN and ALLOWED_MECHANISMS (key_attributes_unsafe). The caller compares
  // public_key() with the certificate (key_certificate_mismatch). `allow_ed25519` is for the certs program and the log
  // only; a key of a document credential must not be one (ed25519_document_key).
  [[nodiscard]] Result<std::shared_ptr<Pkcs11Signer>> signer(const std::string& label, ByteView id,
                                                             bool allow_ed25519 = false);

  struct Status {
    bool stopped;            // a PIN was rejected
    bool breaker_open;       // the device is gone; calls are refused until its wait is over
    unsigned sessions;       // sessions that are open now, without the one that keeps the login
    unsigned session_limit;  // threads that can sign at once (size the hsm pool by it); the largest unsigned: no limit
    std::uint64_t generation;  // counts logins: grows when sessions were lost or the module was re-initialised
  };
  [[nodiscard]] Status status() const noexcept;
  // The serial number in the token's CK_TOKEN_INFO, without the blanks at its end; may be empty.
  [[nodiscard]] std::string serial() const;
  // Looks again, as the breaker allows, for loaded keys that were not found when they were last used; returns an error
  // for each that is still missing: hsm_key_gone, other hsm_ codes. Touches the token only when a key is missed.
  [[nodiscard]] std::vector<Error> look_for_missed_keys();

  struct Impl;
  explicit Token(std::shared_ptr<Impl> impl) noexcept;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace rakkan::hsm
