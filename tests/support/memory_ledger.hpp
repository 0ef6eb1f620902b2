// A ledger in memory with the functions that unit tests of the service need. It can be made to fail.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "rakkan/store/api_key_store.hpp"
#include "rakkan/store/ledger.hpp"

namespace rakkan::test {

class MemoryLedger final : public store::Ledger {
 public:
  [[nodiscard]] Result<void> commit(const store::Additions& additions) override {
    const std::scoped_lock lock(mutex_);
    RAKKAN_CHECK(usable());
    for (const store::RowChange& change : additions.changes) {
      if (const auto* const row = std::get_if<store::IdempotencyRow>(&change)) {
        answers_.emplace(std::pair(row->tenant, row->key), *row);
      }
    }
    return {};
  }
  [[nodiscard]] Result<std::vector<store::LogChunk>> unreleased_entries(store::Journal /*journal*/) override {
    return std::vector<store::LogChunk>{};
  }
  [[nodiscard]] Result<void> release_entries(store::Journal /*journal*/, std::uint64_t /*end*/) override { return {}; }
  [[nodiscard]] Result<store::RecordRow> record(std::uint64_t /*index*/) override {
    return fail(ErrorCode::audit_index_unknown, "no record");
  }
  [[nodiscard]] Result<std::vector<std::uint64_t>> records_about(std::string_view /*subject*/) override {
    return std::vector<std::uint64_t>{};
  }
  [[nodiscard]] Result<std::vector<Bytes>> certificates_behind(const std::vector<std::uint64_t>& /*indexes*/) override {
    return std::vector<Bytes>();
  }
  [[nodiscard]] Result<void> purge() override { return {}; }
  [[nodiscard]] Result<store::SignatureRow> signature(const SignatureId& /*id*/) override {
    return fail(ErrorCode::signature_unknown, "no signature");
  }
  [[nodiscard]] Result<store::SignaturePage> signatures(const store::SignatureQuery& /*query*/) override {
    return store::SignaturePage{};
  }
  [[nodiscard]] Result<store::KeptSignatureRow> kept_signature(const SignatureId& /*id*/) override {
    return fail(ErrorCode::signature_unknown, "nothing is kept");
  }
  [[nodiscard]] Result<std::vector<store::KeptSignatureRow>> kept_signatures() override {
    return std::vector<store::KeptSignatureRow>{};
  }
  [[nodiscard]] Result<std::optional<store::IdempotencyRow>> answer(const TenantId& tenant,
                                                                    std::string_view key) override {
    const std::scoped_lock lock(mutex_);
    RAKKAN_CHECK(usable());
    const auto found = answers_.find(std::pair(tenant, std::string(key)));
    return found == answers_.end() ? std::nullopt : std::optional(found->second);
  }
  [[nodiscard]] Result<std::vector<store::ActivationRow>> activations(Instant /*not_expired_at*/) override {
    return std::vector<store::ActivationRow>{};
  }
  [[nodiscard]] Result<void> forget(Instant answers_before, Instant activations_before) override {
    const std::scoped_lock lock(mutex_);
    activations_forgotten_before = activations_before;
    std::erase_if(answers_, [&](const auto& one) { return one.second.created < answers_before; });
    return {};
  }
  [[nodiscard]] Result<std::optional<std::string>> fact(std::string_view name) override {
    const auto found = facts.find(std::string(name));
    return found == facts.end() ? std::nullopt : std::optional(found->second);
  }
  [[nodiscard]] Result<void> set_fact(std::string_view name, std::string_view value) override {
    facts[std::string(name)] = value;
    return {};
  }

  [[nodiscard]] Result<std::map<std::string, std::string>> facts_below(std::string_view beginning) override {
    std::map<std::string, std::string> found;
    for (const auto& [name, value] : facts) {
      if (name.starts_with(beginning)) {
        found.emplace(name.substr(beginning.size()), value);
      }
    }
    return found;
  }

  std::map<std::string, std::string> facts;
  Instant activations_forgotten_before;
  bool broken = false;

 private:
  [[nodiscard]] Result<void> usable() const {
    return broken ? Result<void>(fail(ErrorCode::store_unavailable, "the disk is gone")) : Result<void>();
  }
  std::mutex mutex_;
  std::map<std::pair<TenantId, std::string>, store::IdempotencyRow> answers_;
};

class MemoryApiKeyStore final : public store::ApiKeyStore {
 public:
  [[nodiscard]] Result<std::vector<store::ApiKeyRow>> api_keys() override { return rows; }
  // Applies one change, as the ledger's commit does.
  [[nodiscard]] Result<void> apply(const store::RowChange& change) {
    if (const auto* const row = std::get_if<store::ApiKeyRow>(&change)) {
      rows.push_back(*row);
    } else if (const auto* const revoked = std::get_if<store::ApiKeyRevocation>(&change)) {
      const auto is_it = [&](const store::ApiKeyRow& one) { return one.id == revoked->id; };
      const auto found = std::find_if(rows.begin(), rows.end(), is_it);
      if (found == rows.end()) {
        return fail(ErrorCode::api_key_unknown, "no such key");
      }
      found->revoked = revoked->at;
    }
    return {};
  }

  std::vector<store::ApiKeyRow> rows;
};

}  // namespace rakkan::test
