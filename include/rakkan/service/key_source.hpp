// KeySource is where credentials' keys live: tokens of a PKCS#11 module, or memory in tests.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/crypto/message_signer.hpp"
#include "rakkan/crypto/signer.hpp"
#include "rakkan/hsm/token.hpp"
#include "rakkan/service/options.hpp"

namespace rakkan::service {

struct KeyAddress {
  std::string token_label;
  std::string key_label;
  Bytes key_id;  // CKA_ID; empty: by label
};

class KeySource {
 public:
  virtual ~KeySource() = default;
  // Makes a key pair at that address; the token too, when it is missing and may be made. already_exists, hsm_ codes.
  [[nodiscard]] virtual Result<void> generate(const KeyAddress& address, crypto::KeyKind kind) = 0;
  // The one private key that bears the label and the id, as far as they are given, with both as the token has them.
  // key_not_found, also when they are two keys'; hsm_ codes.
  [[nodiscard]] virtual Result<KeyAddress> find(const KeyAddress& address) = 0;
  // The id decides where it is given. key_not_found, key_attributes_unsafe, ed25519_document_key, hsm_ codes.
  // Thread-safe.
  [[nodiscard]] virtual Result<std::shared_ptr<crypto::Signer>> signer(const KeyAddress& address) = 0;
  // The Ed25519 key of the log's checkpoints at that address. It is made (and its token) when it is missing and
  // `make_when_missing`: only for a log that has not begun (audit::Trail::has_begun). key_not_found, hsm_ codes.
  [[nodiscard]] virtual Result<std::shared_ptr<crypto::MessageSigner>> checkpoint_signer(const KeyAddress& address,
                                                                                         bool make_when_missing) = 0;
  // Tokens that cannot be used right now; a device that is gone is tried again, as its breaker allows. Blocks.
  [[nodiscard]] virtual std::vector<Error> troubles() = 0;
};

// Keys in tokens. The module is loaded and each token opened at first use; a token whose PIN was rejected stays shut.
[[nodiscard]] std::unique_ptr<KeySource> make_hsm_keys(hsm::Options hsm, TokenOptions token,
                                                       std::filesystem::path data_dir, RandomSource& random);

// The file that a pattern means for a token ("{data_dir}/pins/{token}.pin").
[[nodiscard]] std::filesystem::path token_file(const std::string& pattern, const std::filesystem::path& data_dir,
                                               const std::string& token_label);

}  // namespace rakkan::service
