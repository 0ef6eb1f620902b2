// KeySource is where credentials' keys live: tokens of a PKCS#11 module, or memory in tests.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/credentials/options.hpp"
#include "rakkan/crypto/message_signer.hpp"
#include "rakkan/crypto/signer.hpp"
#include "rakkan/hsm/token.hpp"

namespace rakkan::credentials {

struct KeyAddress {
  std::string token_label;
  std::string key_label;
  Bytes key_id;  // CKA_ID; empty: by label
};

// A token as its module shows it.
struct TokenSeen {
  std::string label;
  std::string serial;
  std::uint64_t slot = 0;
};

// KnownTokens is a data folder's list of the tokens that it ever used: the serial number of each, by the label under
// which credentials name it. Thread-safe.
class KnownTokens {
 public:
  virtual ~KnownTokens() = default;
  // The token's serial number; empty when the folder has not used that token yet. store_unavailable, store_corrupt.
  [[nodiscard]] virtual Result<std::string> serial_of(const std::string& token_label) = 0;
  // Keeps the serial number, durably when it returns. store_unavailable, store_corrupt.
  [[nodiscard]] virtual Result<void> remember(const std::string& token_label, const std::string& serial) = 0;
};

class KeySource {
 public:
  virtual ~KeySource() = default;
  // Makes a key pair at that address; the token too, when it is missing and may be made. already_exists, hsm_ codes.
  [[nodiscard]] virtual Result<void> generate(const KeyAddress& address, crypto::KeyKind kind) = 0;
  // The address of the one private key that bears the label and the id, as far as they are given, with both as the
  // token has them. key_not_found, also when label and id belong to different keys; hsm_ codes.
  [[nodiscard]] virtual Result<KeyAddress> find(const KeyAddress& address) = 0;
  // A signer with the key at that address; where an id is given, it decides and not the label. key_not_found,
  // key_attributes_unsafe, ed25519_document_key, hsm_ codes. Thread-safe.
  [[nodiscard]] virtual Result<std::shared_ptr<crypto::Signer>> signer(const KeyAddress& address) = 0;
  // The Ed25519 key of the log's checkpoints at that address. It is made (and its token) when it is missing and
  // `make_when_missing`: only for a log that has not begun (audit::Trail::has_begun). key_not_found, hsm_ codes.
  [[nodiscard]] virtual Result<std::shared_ptr<crypto::MessageSigner>> checkpoint_signer(const KeyAddress& address,
                                                                                         bool make_when_missing) = 0;
  // The tokens that are there; none where keys are in memory. hsm_ codes.
  [[nodiscard]] virtual Result<std::vector<TokenSeen>> tokens() { return std::vector<TokenSeen>{}; }
  // Tokens that cannot be used right now; a device that is gone is tried again, as its breaker allows. Blocks.
  [[nodiscard]] virtual std::vector<Error> troubles() = 0;
};

// Keys in tokens. The module is loaded and each token opened at first use; a token whose PIN was rejected stays shut.
// Only the token whose serial number `known` has for the label is used; another one of that label is hsm_token_lost.
// Null `known`: any token that has the label. `known` and `random` outlive the keys.
[[nodiscard]] std::unique_ptr<KeySource> make_hsm_keys(hsm::Options hsm, TokenOptions token,
                                                       std::filesystem::path data_dir, RandomSource& random,
                                                       KnownTokens* known = nullptr);

// The configured module; an error names the key hsm.module in `where`. hsm_module_unusable.
[[nodiscard]] Result<std::shared_ptr<hsm::Module>> load_module(const hsm::Options& options);

// The address that a credential's token label means: a label, or "slot:3" for a module whose tokens have no labels to
// go by.
[[nodiscard]] hsm::TokenAddress token_address(const std::string& token_label);

// The file that a pattern ("{data_dir}/pins/{token}.pin") means for a token.
[[nodiscard]] std::filesystem::path token_file(const std::string& pattern, const std::filesystem::path& data_dir,
                                               const std::string& token_label);

}  // namespace rakkan::credentials
