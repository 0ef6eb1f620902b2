// Private keys of a token as we demand them: how they are made, what their attributes must be, and their public half.
#pragma once

#include <string>

#include "hsm/objects.hpp"
#include "rakkan/crypto/algorithm_suite.hpp"
#include "rakkan/crypto/public_key.hpp"

namespace rakkan::hsm {

// How a key is addressed: by CKA_ID, or by label when `id` is empty.
struct KeyAddress {
  std::string label;
  Bytes id;

  [[nodiscard]] std::string text() const;  // for Error::where
};

// What key_not_found means for a key that was loaded before: hsm_key_gone.
[[nodiscard]] Error key_gone(Error not_found);

// The one private key at that address; key_not_found when there is none, or more than one.
[[nodiscard]] Outcome<CK_OBJECT_HANDLE> find_private_key(const Objects& objects, const KeyAddress& address);

// SENSITIVE, ALWAYS_SENSITIVE, not EXTRACTABLE, NEVER_EXTRACTABLE, LOCAL, SIGN, ALLOWED_MECHANISMS:
// key_attributes_unsafe.
[[nodiscard]] Outcome<void> check_key_attributes(const Objects& objects, CK_OBJECT_HANDLE key, crypto::KeyKind kind,
                                                 bool require_allowed_mechanisms, const std::string& where);

// From the private object where it tells (RSA, CKA_PUBLIC_KEY_INFO), else from the public object of the same CKA_ID.
[[nodiscard]] Outcome<crypto::PublicKey> read_public_key(const Objects& objects, CK_OBJECT_HANDLE key,
                                                         const std::string& where);

// In a read-write session. The returned handle is the private key's.
[[nodiscard]] Outcome<CK_OBJECT_HANDLE> generate_key_pair(const Objects& objects, crypto::KeyKind kind,
                                                          const KeyAddress& address, bool require_allowed_mechanisms);

}  // namespace rakkan::hsm
