// Signed notes (C2SP signed-note): a text for people, signed lines for machines.
//
//   <text, UTF-8, ends in a newline>
//   <empty line>
//   — <key name> <base64(4-octet key id ‖ signature)>        one or more
//
// The key id is SHA-256(name ‖ 0x0A ‖ type ‖ public key)[:4]. Made and verified: type 0x01, Ed25519 over the text.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/crypto/message_signer.hpp"
#include "rakkan/crypto/public_key.hpp"

namespace rakkan::audit {

using KeyHash = std::array<Byte, 4>;

// The public half of a log's key under the log's name; its text is "<name>+<hex key id>+<base64(type ‖ key)>" (vkey).
class VerifierKey {
 public:
  // Reads the text of a verifier key. Fails with malformed_note; unsupported_algorithm for another type than Ed25519.
  [[nodiscard]] static Result<VerifierKey> parse(std::string_view text);
  // Makes the verifier key of a name, which must not be empty nor have blanks or '+', and an Ed25519 key.
  // invalid_argument, unsupported_algorithm.
  [[nodiscard]] static Result<VerifierKey> create(std::string name, const crypto::PublicKey& key);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const KeyHash& id() const noexcept { return id_; }
  [[nodiscard]] const crypto::PublicKey& key() const noexcept { return key_; }
  [[nodiscard]] std::string text() const;

 private:
  VerifierKey(std::string name, KeyHash id, crypto::PublicKey key)
      : name_(std::move(name)), id_(id), key_(std::move(key)) {}

  std::string name_;
  KeyHash id_;
  crypto::PublicKey key_;
};

struct NoteSignature {
  std::string name;
  KeyHash id{};
  Bytes signature;
};

struct Note {
  static constexpr std::size_t kMaxSize = 65'536;
  static constexpr std::size_t kMaxSignatures = 100;

  // Parses a note without verifying its signatures: malformed_note.
  [[nodiscard]] static Result<Note> parse(std::string_view note);
  [[nodiscard]] std::string encode() const;

  // Verifies the signature by this key. Signatures of other keys are passed over; one that claims this key and fails
  // spoils the note. signature_invalid.
  [[nodiscard]] Result<void> verify(const VerifierKey& key) const;

  std::string text;
  std::vector<NoteSignature> signatures;
};

// Makes a note of the text with one signature, which is verified before it is given out (self_check_failed). The
// signer's key is `key`. Fails also with invalid_argument for a text that no note can hold, and with the signer's
// errors.
[[nodiscard]] Result<std::string> sign_note(std::string_view text, const VerifierKey& key,
                                            crypto::MessageSigner& signer);

}  // namespace rakkan::audit
