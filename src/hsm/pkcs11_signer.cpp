#include "rakkan/hsm/pkcs11_signer.hpp"

#include <utility>

#include "hsm/pkcs11_signer_impl.hpp"

namespace rakkan::hsm {

Pkcs11Signer::Pkcs11Signer(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}

Pkcs11Signer::~Pkcs11Signer() = default;

const crypto::PublicKey& Pkcs11Signer::public_key() const noexcept { return impl_->public_key; }

Result<Bytes> Pkcs11Signer::sign(const crypto::AlgorithmSuite& suite, const crypto::Digest& digest) {
  const crypto::KeyKind kind = impl_->public_key.kind();
  if (!crypto::suits(suite, kind) || suite.digest != digest.algorithm() ||
      suite.scheme == crypto::SignatureScheme::eddsa) {
    return fail(
        ErrorCode::unsupported_algorithm,
        "a key of kind " + std::string(name(kind)) + " does not sign such a digest as " + std::string(suite.name),
        impl_->address.text());
  }
  return impl_->sign(SignatureInput(suite, kind, digest));
}

Result<Bytes> Pkcs11Signer::sign_message(ByteView message) {
  if (impl_->public_key.kind() != crypto::KeyKind::ed25519) {
    return fail(ErrorCode::unsupported_algorithm, "only an Ed25519 key signs the message itself",
                impl_->address.text());
  }
  return impl_->sign(SignatureInput(message));
}

Result<Bytes> Pkcs11Signer::Impl::sign(const SignatureInput& input) {
  Result<Bytes> raw =
      token->perform_with_key([&](const Token::Impl::Session& session) { return sign_once(session, input); });
  if (!raw && raw.error().code == ErrorCode::key_not_found) {
    missed = true;
    token->miss(this, address);
    return fail(key_gone(std::move(raw).error()));
  }
  if (!raw) {
    return raw;
  }
  if (missed.load(std::memory_order_relaxed)) {
    missed = false;
    token->miss_no_more(this);
  }
  return encode_signature(public_key.kind(), *std::move(raw));
}

Pkcs11Signer::Impl::~Impl() { token->miss_no_more(this); }

Outcome<Bytes> Pkcs11Signer::Impl::sign_once(const Token::Impl::Session& session, const SignatureInput& input) {
  const CK_FUNCTION_LIST& functions = token->functions();
  RAKKAN_HSM_TRY(const CK_OBJECT_HANDLE key, key_handle(session));
  Bytes signature(raw_signature_size(public_key.kind()));
  CK_ULONG length = signature.size();
  const auto call = [&]() -> Outcome<void> {
    CK_MECHANISM mechanism = input.mechanism();
    RAKKAN_HSM_CALL(functions, C_SignInit, session.handle, &mechanism, key);
    if (always_authenticate) {
      const SecureBytes& pin = token->pin();
      RAKKAN_HSM_CALL(functions, C_Login, session.handle, CKU_CONTEXT_SPECIFIC, pin_pointer(pin), pin_length(pin));
    }
    const ByteView data = input.data();
    RAKKAN_HSM_CALL(functions, C_Sign, session.handle, const_cast<Byte*>(data.data()), data.size(), signature.data(),
                    &length);
    return {};
  };
  Outcome<void> called = call();
  if (!called) {
    if (called.error().return_class() == ReturnClass::stale_handle) {
      CK_OBJECT_HANDLE stale = key;
      handle.compare_exchange_strong(stale, 0);
    }
    return tl::unexpected<Failure>(std::move(called).error());
  }
  if (length != signature.size()) {
    return failed(Error{
        ErrorCode::hsm_failed, "C_Sign answered with a signature of another length", address.text(), std::nullopt, {}});
  }
  return signature;
}

Outcome<CK_OBJECT_HANDLE> Pkcs11Signer::Impl::key_handle(const Token::Impl::Session& session) {
  const auto cached = [&] {
    return handle_generation.load(std::memory_order_acquire) == session.generation ? handle.load()
                                                                                   : CK_OBJECT_HANDLE{0};
  };
  if (const CK_OBJECT_HANDLE known = cached(); known != 0) {
    return known;
  }
  const std::lock_guard lock(lookup_mutex);
  if (const CK_OBJECT_HANDLE known = cached(); known != 0) {
    return known;
  }
  RAKKAN_HSM_TRY(const CK_OBJECT_HANDLE found, find_private_key({token->functions(), session.handle}, address));
  handle.store(found);
  handle_generation.store(session.generation, std::memory_order_release);
  return found;
}

}  // namespace rakkan::hsm
