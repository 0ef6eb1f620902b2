#include "rakkan/pki/signature_checks.hpp"

#include <deque>
#include <mutex>
#include <string_view>
#include <unordered_set>

namespace rakkan::pki {
namespace {

// The identities of key and object, one after the other: 64 octets.
std::string pair_of(const crypto::VerificationKey& key, const crypto::Digest& object) {
  std::string pair(text_of(key.identity().view()));
  return pair.append(text_of(object.view()));
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

bool VerifiedSignatures::contains(const crypto::VerificationKey& issuer, const crypto::Digest& object) const {
  const std::string pair = pair_of(issuer, object);
  const std::scoped_lock lock(state_->mutex);
  return state_->pairs.contains(pair);
}

void VerifiedSignatures::insert(const crypto::VerificationKey& issuer, const crypto::Digest& object) {
  std::string pair = pair_of(issuer, object);
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

template <class Verification>
Result<void> SignatureChecks::verify_once(const crypto::VerificationKey& key, const crypto::Digest& object,
                                          Verification&& verification) {
  std::string pair = pair_of(key, object);
  if (const auto answer = answers_.find(pair); answer != answers_.end()) {
    return answer->second;
  }
  if (known_ != nullptr && known_->contains(key, object)) {
    answers_.emplace(std::move(pair), Result<void>());
    return {};
  }
  if (!budget_.take(key.cost())) {
    return fail(ErrorCode::certificate_path_limit,
                "the search for a path takes more than " + std::to_string(made()) + " signature verifications");
  }
  Result<void> answer = std::forward<Verification>(verification)();
  if (answer && known_ != nullptr) {
    known_->insert(key, object);
  }
  answers_.emplace(std::move(pair), answer);
  return answer;
}

Result<void> SignatureChecks::verify(const crypto::VerificationKey& issuer, const Certificate& certificate) {
  return verify_once(issuer, certificate.fingerprint(), [&] { return certificate.verify_signature_with(issuer); });
}

Result<void> SignatureChecks::verify(const crypto::VerificationKey& signer, const SignedObject& object) {
  return verify_once(signer, object.fingerprint, [&]() -> Result<void> {
    if (object.signature.empty()) {
      return fail(ErrorCode::signature_invalid, "the signature is not of whole octets");
    }
    RAKKAN_TRY(const crypto::VerificationAlgorithm algorithm, crypto::VerificationAlgorithm::parse(object.algorithm));
    return signer.verify_message(algorithm, object.tbs, object.signature);
  });
}

}  // namespace rakkan::pki
