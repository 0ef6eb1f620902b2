#include "rakkan/pki/signature_checks.hpp"

#include <deque>
#include <mutex>
#include <string_view>
#include <unordered_set>

namespace rakkan::pki {
namespace {

// The identity of key and certificate, one after the other: 64 octets.
std::string pair_of(const crypto::VerificationKey& issuer, const Certificate& certificate) {
  std::string pair(text_of(issuer.identity().view()));
  return pair.append(text_of(certificate.fingerprint().view()));
}

}  // namespace

struct VerifiedSignatures::State {
  std::size_t capacity;
  std::mutex mutex;
  std::unordered_set<std::string> pairs;
  std::deque<std::string> oldest_first;
};

VerifiedSignatures::VerifiedSignatures(std::size_t capacity) : state_(std::make_unique<State>()) {
  state_->capacity = capacity;
}
VerifiedSignatures::~VerifiedSignatures() = default;

bool VerifiedSignatures::contains(const crypto::VerificationKey& issuer, const Certificate& certificate) const {
  const std::string pair = pair_of(issuer, certificate);
  const std::scoped_lock lock(state_->mutex);
  return state_->pairs.contains(pair);
}

void VerifiedSignatures::insert(const crypto::VerificationKey& issuer, const Certificate& certificate) {
  std::string pair = pair_of(issuer, certificate);
  const std::scoped_lock lock(state_->mutex);
  if (state_->capacity == 0 || !state_->pairs.insert(pair).second) {
    return;
  }
  state_->oldest_first.push_back(std::move(pair));
  if (state_->oldest_first.size() > state_->capacity) {
    state_->pairs.erase(state_->oldest_first.front());
    state_->oldest_first.pop_front();
  }
}

std::size_t VerifiedSignatures::size() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->pairs.size();
}

Result<void> SignatureChecks::verify(const crypto::VerificationKey& issuer, const Certificate& certificate) {
  std::string pair = pair_of(issuer, certificate);
  if (const auto answer = answers_.find(pair); answer != answers_.end()) {
    return answer->second;
  }
  if (known_ != nullptr && known_->contains(issuer, certificate)) {
    answers_.emplace(std::move(pair), Result<void>());
    return {};
  }
  if (left_ == 0) {
    return fail(ErrorCode::certificate_path_limit,
                "the search for a path takes more than " + std::to_string(made_) + " signature verifications");
  }
  --left_;
  ++made_;
  Result<void> answer = certificate.verify_signature_with(issuer);
  if (answer && known_ != nullptr) {
    known_->insert(issuer, certificate);
  }
  answers_.emplace(std::move(pair), answer);
  return answer;
}

}  // namespace rakkan::pki
