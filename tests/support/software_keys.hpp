// Keys of credentials in memory, each of which a test can bend.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rakkan/credentials/key_source.hpp"
#include "rakkan/crypto/software_signer.hpp"
#include "support/test_tsu.hpp"

namespace rakkan::test {

class SoftwareKeys final : public credentials::KeySource {
 public:
  [[nodiscard]] Result<void> generate(const credentials::KeyAddress& address, crypto::KeyKind kind) override {
    RAKKAN_TRY(auto key, crypto::SoftwareSigner::generate(kind));
    auto bent = std::make_shared<BentSigner>(std::make_shared<crypto::SoftwareSigner>(std::move(key)));
    if (!keys_.emplace(place(address), std::move(bent)).second) {
      return fail(ErrorCode::already_exists, "the label is taken");
    }
    ids_[place(address)] = address.key_id;
    return {};
  }
  [[nodiscard]] Result<credentials::KeyAddress> find(const credentials::KeyAddress& address) override {
    for (const auto& [where, id] : ids_) {
      const bool there = where.first == address.token_label &&
                         (address.key_label.empty() || where.second == address.key_label) &&
                         (address.key_id.empty() || id == address.key_id);
      if (there) {
        return credentials::KeyAddress{where.first, where.second, id};
      }
    }
    return fail(ErrorCode::key_not_found, "no such key");
  }
  [[nodiscard]] Result<std::shared_ptr<crypto::Signer>> signer(const credentials::KeyAddress& address) override {
    ++opened;
    const auto found = keys_.find(place(address));
    if (found == keys_.end() || hidden_.contains(place(address))) {
      return fail(ErrorCode::key_not_found, "no such key");
    }
    return std::shared_ptr<crypto::Signer>(found->second);
  }

  [[nodiscard]] Result<std::shared_ptr<crypto::MessageSigner>> checkpoint_signer(const credentials::KeyAddress& address,
                                                                                 bool make_when_missing) override {
    const auto found = message_keys_.find(place(address));
    if (found != message_keys_.end()) {
      return std::shared_ptr<crypto::MessageSigner>(found->second);
    }
    if (!make_when_missing) {
      return fail(ErrorCode::key_not_found, "no such key");
    }
    RAKKAN_TRY(auto key, crypto::SoftwareMessageSigner::generate());
    auto kept = std::make_shared<crypto::SoftwareMessageSigner>(std::move(key));
    message_keys_.emplace(place(address), kept);
    return std::shared_ptr<crypto::MessageSigner>(std::move(kept));
  }

  [[nodiscard]] std::vector<Error> troubles() override { return wrong; }
  std::vector<Error> wrong;

  // The key of the credential whose token and key bear its id.
  [[nodiscard]] BentSigner& at(const std::string& id) { return *keys_.at({id, id}); }
  // Puts another key in its place.
  void replace(const std::string& id, crypto::KeyKind kind) {
    at(id).inner = std::make_shared<crypto::SoftwareSigner>(value_or_throw(crypto::SoftwareSigner::generate(kind)));
  }

  // Nobody opens that key, until it is shown again.
  void hide(const credentials::KeyAddress& address) { hidden_.insert(place(address)); }
  void show(const credentials::KeyAddress& address) { hidden_.erase(place(address)); }

  std::atomic<int> opened = 0;

 private:
  using Place = std::pair<std::string, std::string>;
  static Place place(const credentials::KeyAddress& address) { return {address.token_label, address.key_label}; }
  std::map<Place, std::shared_ptr<BentSigner>> keys_;
  std::map<Place, Bytes> ids_;
  std::set<Place> hidden_;
  std::map<Place, std::shared_ptr<crypto::SoftwareMessageSigner>> message_keys_;
};

}  // namespace rakkan::test
