// Private keys of a token: making them, checking their attributes, and reading their public half.
#pragma once

#include <string>

#include "hsm/objects.hpp"
#include "rakkan/crypto/algorithm_suite.hpp"
#include "rakkan/crypto/public_key.hpp"

namespace rakkan::hsm {

// KeyAddress names a key by its CKA_ID, or by its label when `id` is empty.
struct KeyAddress {
  std::string label;
  Bytes id;

  [[nodiscard]] std::string text() const;  // for Error::where
};

// The error hsm_key_gone, which key_not_found becomes for a key that was loaded before.
[[nodiscard]] Error key_gone(Error not_found);

// The one private key at that address; key_not_found when there is none, or more than one.
[[nodiscard]] Outcome<CK_OBJECT_HANDLE> find_private_key(const Objects& objects, const KeyAddress& address);

// Checks SENSITIVE, ALWAYS_SENSITIVE, not EXTRACTABLE, NEVER_EXTRACTABLE, LOCAL, SIGN and ALLOWED_MECHANISMS:
// key_attributes_unsafe.
[[nodiscard]] Outcome<void> check_key_attributes(const Objects& objects, CK_OBJECT_HANDLE key, crypto::KeyKind kind,
                                                 bool require_allowed_mechanisms, const std::string& where);

// Reads the public key from the private object where that has it (RSA, CKA_PUBLIC_KEY_INFO), else from the public
// object of the same CKA_ID.
[[nodiscard]] Outcome<crypto::PublicKey> read_public_key(const Objects& objects, CK_OBJECT_HANDLE key,
                                                         const std::string& where);

// Makes a key pair in a read-write session. The returned handle is the private key's.
[[nodiscard]] Outcome<CK_OBJECT_HANDLE> generate_key_pair(const Objects& objects, crypto::KeyKind kind,
                                                          const KeyAddress& address, bool require_allowed_mechanisms);

}  // namespace rakkan::hsm
