// Decryption is the standard security handler (ISO 32000-2 §7.6.4) of one document, revisions 2 to 6, for reading
// alone: permissions are facts that nobody asks for here.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"
#include "rakkan/pdf/object.hpp"

namespace rakkan::pdf {

class Document;

// How a crypt filter encrypts (§7.6.6 table 25).
enum class CryptMethod : std::uint8_t { none, rc4, aes_v2, aes_v3 };

class Decryption {
 public:
  // EncryptionDictionary is §7.6.4.2 table 21, checked: O and U have the sizes of their revision.
  struct Dictionary {
    int revision = 0;
    std::size_t key_size = 5;  // octets
    std::uint32_t permissions = 0;
    bool encrypt_metadata = true;
    Bytes owner, user, owner_key, user_key;  // O U OE UE
    CryptMethod strings = CryptMethod::rc4;
    CryptMethod streams = CryptMethod::rc4;
  };

  // Reads the dictionary; its values are direct. Fails with pdf_encrypted for a security handler that is not read, or
  // with pdf_malformed.
  [[nodiscard]] static Result<Dictionary> read(Value dictionary);
  // Finds the key: by the password as user's and as owner's; nothing: the empty one. `identifier` is the first string
  // of /ID, `own_object` the number of the object that holds the dictionary, or 0. Fails with pdf_password_needed or
  // pdf_password_wrong.
  [[nodiscard]] static Result<std::shared_ptr<const Decryption>> open(const Dictionary& dictionary, ByteView identifier,
                                                                      std::optional<std::string_view> password,
                                                                      std::uint32_t own_object);

  // The decrypted bytes of a string of the object; empty when they cannot be decrypted.
  [[nodiscard]] Bytes string(Reference object, ByteView encrypted) const;
  // The decrypted bytes of a stream whose first filter is `crypt_filter` (§7.4.10), or that has no such filter.
  [[nodiscard]] Result<Bytes> stream(const Object& stream, std::optional<std::string_view> crypt_filter,
                                     ByteView encrypted) const;
  // False for the encryption dictionary itself and for cross-reference streams.
  [[nodiscard]] bool applies_to(const Object& object) const;

 private:
  Decryption(const Dictionary& dictionary, ByteView key, std::uint32_t own_object);
  [[nodiscard]] Result<Bytes> decrypt(CryptMethod method, Reference object, ByteView encrypted) const;
  [[nodiscard]] Result<Bytes> object_key(CryptMethod method, Reference object) const;

  CryptMethod strings_;
  CryptMethod streams_;
  bool encrypt_metadata_;
  SecureBytes key_;
  std::uint32_t own_object_;
};

}  // namespace rakkan::pdf
