#include "rakkan/hsm/token.hpp"

#include "hsm/key_objects.hpp"
#include "hsm/pkcs11_signer_impl.hpp"
#include "hsm/token_impl.hpp"

namespace rakkan::hsm {
namespace {

constexpr std::size_t kMostKeys = 10'000;  // keys of one token that are listed

Error taken(const KeyAddress& address) {
  return Error{
      ErrorCode::already_exists, "the token holds a key of that name already", address.text(), std::nullopt, {}};
}

// Checks that neither the id nor the label is taken, since both name a key.
Outcome<void> check_free(const Objects& objects, const KeyAddress& address) {
  RAKKAN_HSM_TRY(const auto same_id, objects.find({attribute(CKA_ID, address.id)}, 1));
  RAKKAN_HSM_TRY(const auto same_label, objects.find({attribute(CKA_LABEL, bytes_of(address.label))}, 1));
  if (!same_id.empty() || !same_label.empty()) {
    return failed(taken(address));
  }
  return {};
}

// Describes the key at that address, with its label and id as the token has them.
Outcome<KeyDescription> describe(const Objects& objects, const KeyAddress& address) {
  RAKKAN_HSM_TRY(const CK_OBJECT_HANDLE handle, find_private_key(objects, address));
  RAKKAN_HSM_TRY(const std::optional<Bytes> label, objects.bytes(handle, CKA_LABEL));
  RAKKAN_HSM_TRY(const std::optional<Bytes> id, objects.bytes(handle, CKA_ID));
  RAKKAN_HSM_TRY(const crypto::PublicKey public_key, read_public_key(objects, handle, address.text()));
  return KeyDescription{std::string(text_of(label.value_or(Bytes{}))), id.value_or(Bytes{}), public_key.kind()};
}

struct LoadedKey {
  CK_OBJECT_HANDLE handle;
  std::uint64_t generation;
  crypto::PublicKey public_key;
  bool always_authenticate;
};

Outcome<LoadedKey> load(const Token::Impl& token, const Token::Impl::Session& session, const KeyAddress& address,
                        bool allow_ed25519) {
  const Objects objects{token.functions(), session.handle};
  RAKKAN_HSM_TRY(const CK_OBJECT_HANDLE handle, find_private_key(objects, address));
  RAKKAN_HSM_TRY(crypto::PublicKey public_key, read_public_key(objects, handle, address.text()));
  if (public_key.kind() == crypto::KeyKind::ed25519 && !allow_ed25519) {
    return failed(Error{
        ErrorCode::ed25519_document_key, "an Ed25519 key cannot sign documents", address.text(), std::nullopt, {}});
  }
  RAKKAN_HSM_CHECK(check_key_attributes(objects, handle, public_key.kind(), token.options().require_allowed_mechanisms,
                                        address.text()));
  RAKKAN_HSM_TRY(const std::optional<bool> always_authenticate, objects.flag(handle, CKA_ALWAYS_AUTHENTICATE));
  return LoadedKey{handle, session.generation, std::move(public_key), always_authenticate.value_or(false)};
}

}  // namespace

Token::Token(std::shared_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}

Token::~Token() = default;

Result<std::shared_ptr<Token>> Token::open(std::shared_ptr<Module> module, TokenAddress address, SecureBytes user_pin) {
  if (address.label.empty() && !address.slot) {
    return fail(ErrorCode::invalid_argument, "a token is addressed by its label or its slot");
  }
  auto impl = std::make_shared<Impl>(std::move(module), std::move(address), std::move(user_pin));
  RAKKAN_CHECK(impl->start());
  return std::make_shared<Token>(std::move(impl));
}

Result<KeyDescription> Token::generate(crypto::KeyKind kind, const std::string& label, ByteView id) {
  if (label.empty() || id.empty()) {
    return fail(ErrorCode::invalid_argument, "a key needs a label and an id");
  }
  const KeyAddress address{label, copy_of(id)};
  const std::lock_guard one_at_a_time(impl_->library().administration());
  RAKKAN_CHECK(impl_->perform(
      [&](const Impl::Session& session) { return check_free({impl_->functions(), session.handle}, address); }));
  // The call is not repeated: one whose answer was lost may have made the key.
  std::optional<Outcome<void>> generated;
  RAKKAN_TRY(const LoadedKey made, impl_->perform([&](const Impl::Session& session) -> Outcome<LoadedKey> {
    if (!generated) {
      generated = impl_->in_read_write_session([&](CK_SESSION_HANDLE writable) -> Outcome<void> {
        RAKKAN_HSM_CHECK(generate_key_pair({impl_->functions(), writable}, kind, address,
                                           impl_->options().require_allowed_mechanisms));
        return {};
      });
      RAKKAN_HSM_CHECK(*generated);
    }
    if (!*generated) {
      return failed(to_error(generated->error()));
    }
    return load(*impl_, session, address, true);
  }));
  return KeyDescription{label, address.id, made.public_key.kind()};
}

Result<std::vector<KeyDescription>> Token::keys() {
  return impl_->perform([&](const Impl::Session& session) -> Outcome<std::vector<KeyDescription>> {
    const Objects objects{impl_->functions(), session.handle};
    const CK_OBJECT_CLASS wanted = CKO_PRIVATE_KEY;
    RAKKAN_HSM_TRY(const std::vector<CK_OBJECT_HANDLE> found,
                   objects.find({attribute_of(CKA_CLASS, wanted)}, kMostKeys));
    std::vector<KeyDescription> keys;
    for (const CK_OBJECT_HANDLE handle : found) {
      RAKKAN_HSM_TRY(const std::optional<Bytes> label, objects.bytes(handle, CKA_LABEL));
      RAKKAN_HSM_TRY(const std::optional<Bytes> id, objects.bytes(handle, CKA_ID));
      Outcome<crypto::PublicKey> public_key = read_public_key(objects, handle, "key");
      if (!public_key && !public_key.error().error) {
        return tl::unexpected<Failure>(std::move(public_key).error());
      }
      if (public_key) {  // the key is of a kind in crypto::KeyKind
        keys.push_back({std::string(text_of(label.value_or(Bytes{}))), id.value_or(Bytes{}), public_key->kind()});
      }
    }
    return keys;
  });
}

Result<KeyDescription> Token::find(const std::string& label, ByteView id) {
  const KeyAddress address{label, copy_of(id)};
  Result<KeyDescription> found = impl_->perform_with_key(
      [&](const Impl::Session& session) { return describe({impl_->functions(), session.handle}, address); });
  if (!found && found.error().code == ErrorCode::key_not_found) {
    found.error().retry_after.reset();  // as in signer()
  }
  if (found && !label.empty() && found->label != label) {
    return fail(ErrorCode::key_not_found, "the private key of that id does not bear the label " + label,
                address.text());
  }
  return found;
}

Result<std::shared_ptr<Pkcs11Signer>> Token::signer(const std::string& label, ByteView id, bool allow_ed25519) {
  const KeyAddress address{label, copy_of(id)};
  Result<LoadedKey> key = impl_->perform_with_key(
      [&](const Impl::Session& session) { return load(*impl_, session, address, allow_ed25519); });
  if (!key) {
    if (key.error().code == ErrorCode::key_not_found) {
      key.error().retry_after.reset();  // the key was never seen, so it may not exist at all
    }
    return fail(std::move(key).error());
  }
  auto signer =
      std::make_unique<Pkcs11Signer::Impl>(impl_, address, std::move(key->public_key), key->always_authenticate);
  signer->handle = key->handle;
  signer->handle_generation = key->generation;
  return std::make_shared<Pkcs11Signer>(std::move(signer));
}

std::vector<Error> Token::look_for_missed_keys() {
  std::vector<Error> still_gone;
  for (const auto& [signer, address] : impl_->missed()) {
    Result<CK_OBJECT_HANDLE> found = impl_->perform_with_key(
        [&](const Impl::Session& session) { return find_private_key({impl_->functions(), session.handle}, address); });
    if (found) {
      impl_->miss_no_more(signer);
    } else {
      const bool gone = found.error().code == ErrorCode::key_not_found;
      still_gone.push_back(gone ? key_gone(std::move(found).error()) : std::move(found).error());
    }
  }
  return still_gone;
}

Token::Status Token::status() const noexcept { return impl_->status(); }

std::string Token::serial() const { return impl_->serial(); }

}  // namespace rakkan::hsm
