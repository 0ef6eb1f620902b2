#include <algorithm>
#include <charconv>
#include <map>
#include <mutex>
#include <system_error>

#include "rakkan/base/file.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/credentials/key_source.hpp"

namespace rakkan::credentials {
namespace {

namespace fs = std::filesystem;

// 96 random bits in hexadecimal: within every token's limits for PINs that we know.
constexpr std::size_t kPinEntropy = 12;

class HsmKeys final : public KeySource {
 public:
  HsmKeys(hsm::Options hsm, TokenOptions token, fs::path data_dir, RandomSource& random, KnownTokens* known)
      : hsm_options_(std::move(hsm)),
        token_options_(std::move(token)),
        data_dir_(std::move(data_dir)),
        random_(&random),
        known_(known) {}

  [[nodiscard]] Result<void> generate(const KeyAddress& address, crypto::KeyKind kind) override;
  [[nodiscard]] Result<KeyAddress> find(const KeyAddress& address) override;
  [[nodiscard]] Result<std::shared_ptr<crypto::Signer>> signer(const KeyAddress& address) override;
  [[nodiscard]] Result<std::shared_ptr<crypto::MessageSigner>> checkpoint_signer(const KeyAddress& address,
                                                                                 bool make_when_missing) override;

  [[nodiscard]] Result<std::vector<TokenSeen>> tokens() override;
  [[nodiscard]] std::vector<Error> troubles() override;

 private:
  [[nodiscard]] Result<std::shared_ptr<hsm::Module>> module();
  [[nodiscard]] Result<std::shared_ptr<hsm::Token>> token(const std::string& label, bool make_when_missing);
  [[nodiscard]] Result<void> make_token_when_missing(const std::string& label);
  [[nodiscard]] Result<SecureBytes> kept_pin(const std::string& pattern, const std::string& label);
  [[nodiscard]] Result<std::string> known_serial(const std::string& label);

  const hsm::Options hsm_options_;
  const TokenOptions token_options_;
  const fs::path data_dir_;
  RandomSource* const random_;
  KnownTokens* const known_;  // may be null

  std::mutex mutex_;  // over opening: signing goes through a loaded signer and never takes it
  std::shared_ptr<hsm::Module> module_;
  std::map<std::string, std::shared_ptr<hsm::Token>> tokens_;
};

Result<void> HsmKeys::generate(const KeyAddress& address, crypto::KeyKind kind) {
  const std::scoped_lock lock(mutex_);
  RAKKAN_TRY(const auto opened, token(address.token_label, true));
  RAKKAN_CHECK(opened->generate(kind, address.key_label, address.key_id));
  return {};
}

Result<KeyAddress> HsmKeys::find(const KeyAddress& address) {
  const std::scoped_lock lock(mutex_);
  RAKKAN_TRY(const auto opened, token(address.token_label, false));
  RAKKAN_TRY(hsm::KeyDescription found, opened->find(address.key_label, address.key_id));
  return KeyAddress{address.token_label, std::move(found.label), std::move(found.id)};
}

Result<std::shared_ptr<crypto::Signer>> HsmKeys::signer(const KeyAddress& address) {
  const std::scoped_lock lock(mutex_);
  RAKKAN_TRY(const auto opened, token(address.token_label, false));
  RAKKAN_TRY(std::shared_ptr<crypto::Signer> signer, opened->signer(address.key_label, address.key_id));
  return signer;
}

Result<std::shared_ptr<crypto::MessageSigner>> HsmKeys::checkpoint_signer(const KeyAddress& address,
                                                                          bool make_when_missing) {
  const std::scoped_lock lock(mutex_);
  RAKKAN_TRY(const auto opened, token(address.token_label, make_when_missing));
  constexpr bool kAllowEd25519 = true;
  Result<std::shared_ptr<hsm::Pkcs11Signer>> signer = opened->signer(address.key_label, address.key_id, kAllowEd25519);
  if (!signer && signer.error().code == ErrorCode::key_not_found && make_when_missing) {
    const ByteView id = address.key_id.empty() ? bytes_of(address.key_label) : ByteView(address.key_id);
    RAKKAN_CHECK(opened->generate(crypto::KeyKind::ed25519, address.key_label, id));
    signer = opened->signer(address.key_label, address.key_id, kAllowEd25519);
  }
  RAKKAN_TRY(std::shared_ptr<crypto::MessageSigner> found, std::move(signer));
  if (found->public_key().kind() != crypto::KeyKind::ed25519) {
    return fail(ErrorCode::unsupported_algorithm, "the key of the log's checkpoints is not Ed25519");
  }
  return found;
}

std::vector<Error> HsmKeys::troubles() {
  const std::scoped_lock lock(mutex_);
  std::vector<Error> wrong;
  for (const auto& [label, token] : tokens_) {
    const hsm::Token::Status status = token->status();
    if (status.stopped) {
      wrong.push_back({ErrorCode::hsm_pin_rejected, "its PIN was rejected", "token " + label, {}, {}});
      continue;
    }
    if (status.breaker_open) {
      if (auto listed = token->keys(); !listed) {
        wrong.push_back(std::move(listed).error().at("token " + label));
        continue;
      }
    }
    for (Error& gone : token->look_for_missed_keys()) {
      gone.where = "token " + label + ", " + gone.where;
      wrong.push_back(std::move(gone));
    }
  }
  return wrong;
}

Result<std::vector<TokenSeen>> HsmKeys::tokens() {
  const std::scoped_lock lock(mutex_);
  RAKKAN_TRY(const auto loaded, module());
  RAKKAN_TRY(const auto described, loaded->tokens());
  std::vector<TokenSeen> seen;
  for (const hsm::Module::Description& token : described) {
    if (token.initialised) {
      seen.push_back({token.label, token.serial, token.slot});
    }
  }
  return seen;
}

Result<std::string> HsmKeys::known_serial(const std::string& label) {
  return known_ == nullptr ? Result<std::string>() : known_->serial_of(label);
}

Result<std::shared_ptr<hsm::Module>> HsmKeys::module() {
  if (module_ == nullptr) {
    RAKKAN_TRY(module_, load_module(hsm_options_));
  }
  return module_;
}

// A token that could not be opened is tried again at the next call, but never with a PIN that it rejected: hsm
// remembers that.
Result<std::shared_ptr<hsm::Token>> HsmKeys::token(const std::string& label, bool make_when_missing) {
  if (const auto found = tokens_.find(label); found != tokens_.end()) {
    return found->second;
  }
  RAKKAN_TRY(const auto loaded, module());
  hsm::TokenAddress address = token_address(label);
  RAKKAN_TRY(address.serial, known_serial(label));
  // A token that the folder has used before is lost, not missing: making another one in its place would hide the loss.
  if (make_when_missing && token_options_.create && address.serial.empty()) {
    RAKKAN_CHECK(make_token_when_missing(label));
  }
  RAKKAN_TRY(SecureBytes pin, read_secret_file(token_file(token_options_.pin_file, data_dir_, label)));
  const bool is_new = address.serial.empty();
  Result<std::shared_ptr<hsm::Token>> opened = hsm::Token::open(loaded, std::move(address), std::move(pin));
  if (!opened && opened.error().code == ErrorCode::hsm_token_lost) {
    opened.error().detail += "; the token's HSM or its backup brings it back, `rakkan data adopt` goes on without it";
  }
  RAKKAN_CHECK(opened);
  if (is_new && known_ != nullptr && !(*opened)->serial().empty()) {
    RAKKAN_CHECK(known_->remember(label, (*opened)->serial()));
  }
  tokens_.emplace(label, *opened);
  return opened;
}

Result<void> HsmKeys::make_token_when_missing(const std::string& label) {
  if (token_address(label).slot) {
    return {};  // a slot's token is its owner's to make
  }
  RAKKAN_TRY(const auto tokens, module_->tokens());
  if (std::any_of(tokens.begin(), tokens.end(), [&](const auto& t) { return t.initialised && t.label == label; })) {
    return {};
  }
  // The PINs are on the disk before the token knows them: a crash in between leaves files that the next try uses.
  RAKKAN_TRY(const SecureBytes so_pin, kept_pin(token_options_.so_pin_file, label));
  RAKKAN_TRY(const SecureBytes user_pin, kept_pin(token_options_.pin_file, label));
  return module_->initialise_token(label, so_pin, user_pin);
}

// The PIN in the token's file; a fresh random one is written when there is no such file.
Result<SecureBytes> HsmKeys::kept_pin(const std::string& pattern, const std::string& label) {
  const fs::path file = token_file(pattern, data_dir_, label);
  std::error_code error;
  if (fs::exists(file, error)) {
    return read_secret_file(file);
  }
  RAKKAN_CHECK(make_private_folder(file.parent_path()));
  Bytes entropy(kPinEntropy);
  RAKKAN_CHECK(random_->fill(entropy));
  std::string digits = to_hex(entropy);
  const Result<void> written = write_file_atomically(file, {bytes_of(digits)}, true);
  SecureBytes pin(bytes_of(digits));
  secure_wipe(entropy);
  secure_wipe({reinterpret_cast<Byte*>(digits.data()), digits.size()});
  RAKKAN_CHECK(written);
  return pin;
}

}  // namespace

std::unique_ptr<KeySource> make_hsm_keys(hsm::Options hsm, TokenOptions token, fs::path data_dir, RandomSource& random,
                                         KnownTokens* known) {
  return std::make_unique<HsmKeys>(std::move(hsm), std::move(token), std::move(data_dir), random, known);
}

Result<std::shared_ptr<hsm::Module>> load_module(const hsm::Options& options) {
  return hsm::Module::load(options).map_error([](Error error) {
    if (!error.where.empty()) {
      error.detail = error.where + ": " + error.detail;
    }
    return std::move(error).at("hsm.module");
  });
}

hsm::TokenAddress token_address(const std::string& token_label) {
  constexpr std::string_view kSlot = "slot:";
  std::uint64_t slot = 0;
  const char* const end = token_label.data() + token_label.size();
  if (token_label.starts_with(kSlot)) {
    const auto [rest, error] = std::from_chars(token_label.data() + kSlot.size(), end, slot);
    if (error == std::errc{} && rest == end) {
      return {"", slot};
    }
  }
  return {token_label, std::nullopt};
}

fs::path token_file(const std::string& pattern, const fs::path& data_dir, const std::string& token_label) {
  constexpr std::string_view kDataDir = "{data_dir}";
  constexpr std::string_view kToken = "{token}";
  std::string path;
  for (std::string_view rest = pattern; !rest.empty();) {
    if (rest.starts_with(kDataDir)) {
      path += data_dir.string();
      rest.remove_prefix(kDataDir.size());
    } else if (rest.starts_with(kToken)) {
      path += token_label;
      rest.remove_prefix(kToken.size());
    } else {
      path += rest.front();
      rest.remove_prefix(1);
    }
  }
  return path;
}

}  // namespace rakkan::credentials
