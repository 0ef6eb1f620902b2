#include "rakkan/credentials/activation_book.hpp"

#include "rakkan/base/hex.hpp"

namespace rakkan::credentials {
namespace {

// How long an expired token is still answered with activation_expired and not with activation_unknown.
constexpr std::chrono::minutes kRemembered{10};

}  // namespace

std::string text_of_digest(const crypto::Digest& digest) {
  return std::string(crypto::info(digest.algorithm()).name) + ":" + to_hex(digest.view());
}

Bytes activation_id(const SecureBytes& token) {
  return copy_of(crypto::digest(crypto::DigestAlgorithm::sha256, token.view()).view());
}

ActivationBook::Claim::~Claim() {
  if (book_ != nullptr) {
    book_->set(use_, recorded_ ? Use::reopened : Use::open);
  }
}

void ActivationBook::Claim::keep() noexcept { std::exchange(book_, nullptr)->set(use_, Use::used); }

void ActivationBook::load(const std::vector<store::ActivationRow>& rows) {
  for (const store::ActivationRow& row : rows) {
    add(row);
  }
}

Result<void> ActivationBook::make_room(Instant now) {
  const std::scoped_lock lock(mutex_);
  if (activations_.size() >= capacity_) {
    std::erase_if(activations_, [&](const auto& entry) { return entry.second.expires + kRemembered < now; });
  }
  if (activations_.size() >= capacity_) {
    return fail(ErrorCode::overloaded, std::to_string(capacity_) + " activations are open");
  }
  return {};
}

void ActivationBook::add(const store::ActivationRow& row) {
  Activation activation{row.tenant, row.credential, row.expires, {}};
  for (const std::string& digest : row.digests) {
    activation.digests.emplace(digest, Use::open);
  }
  for (const std::string& digest : row.used) {
    activation.digests.insert_or_assign(digest, Use::used);
  }
  const std::scoped_lock lock(mutex_);
  activations_.insert_or_assign(row.id, std::move(activation));
}

Result<ActivationBook::Known> ActivationBook::find(const Bytes& id, const access::Principal& principal) {
  const std::scoped_lock lock(mutex_);
  const auto found = activations_.find(id);
  if (found == activations_.end() || !principal.may_read_signature_of(found->second.tenant)) {
    return fail(ErrorCode::activation_unknown, "there is no such activation");
  }
  return Known{found->second.tenant, found->second.credential};
}

void ActivationBook::remove(const Bytes& id) {
  const std::scoped_lock lock(mutex_);
  activations_.erase(id);
}

Result<ActivationBook::Claim> ActivationBook::claim(const SecureBytes& token, const access::Principal& principal,
                                                    const CredentialId& credential, const crypto::Digest& digest,
                                                    Instant now) {
  store::ActivationUse use{activation_id(token), text_of_digest(digest)};
  const std::scoped_lock lock(mutex_);
  const auto found = activations_.find(use.id);
  if (found == activations_.end() || !principal.may_read_signature_of(found->second.tenant) ||
      found->second.credential != credential) {
    return fail(ErrorCode::activation_unknown, "there is no such activation for this credential");
  }
  Activation& activation = found->second;
  if (now >= activation.expires) {
    return fail(ErrorCode::activation_expired, "the activation was good until " + to_rfc3339(activation.expires));
  }
  const auto named = activation.digests.find(use.digest);
  if (named == activation.digests.end()) {
    return fail(ErrorCode::activation_digest_mismatch, "the activation is for other documents");
  }
  if (named->second == Use::taken || named->second == Use::used) {
    return fail(ErrorCode::activation_used, "this document was signed with the activation, or is being signed");
  }
  const bool recorded = named->second == Use::reopened;
  named->second = Use::taken;
  return Claim(*this, std::move(use), recorded);
}

void ActivationBook::set(const store::ActivationUse& use, Use state) noexcept {
  const std::scoped_lock lock(mutex_);
  if (const auto found = activations_.find(use.id); found != activations_.end()) {
    if (const auto named = found->second.digests.find(use.digest); named != found->second.digests.end()) {
      named->second = state;
    }
  }
}

}  // namespace rakkan::credentials
