// A ledger in memory as the audit trail sees it: chunks, records, uses and facts; commits are counted, and one can be
// made to fail. It outlives the trails of a test, as a disk does.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rakkan/store/ledger.hpp"

namespace rakkan::test {

class ChunkLedger final : public store::Ledger {
 public:
  [[nodiscard]] Result<void> commit(const store::Additions& additions) override {
    if (before_commit) {
      before_commit();
    }
    const std::scoped_lock lock(mutex_);
    if (broken) {
      return fail(ErrorCode::store_unavailable, "the disk is gone");
    }
    for (const store::RowChange& change : additions.changes) {
      if (refuse) {
        RAKKAN_CHECK(refuse(change));
      }
      const auto* const use = std::get_if<store::ActivationUse>(&change);
      if (use != nullptr && uses_.contains({use->id, use->digest})) {
        return fail(ErrorCode::already_exists, "the digest was used");
      }
    }
    for (const store::LogChunk& chunk : additions.chunks) {
      std::uint64_t& end = ends_.at(place(chunk.journal));
      if (chunk.first != end || chunk.entries.empty()) {
        return fail(ErrorCode::already_exists, "a gap");
      }
      end += chunk.entries.size();
      chunks_.at(place(chunk.journal)).push_back(chunk);
    }
    for (const store::RecordRow& record : additions.records) {
      records_.emplace(record.index, record);
    }
    for (const store::RowChange& change : additions.changes) {
      if (const auto* const row = std::get_if<store::SignatureRow>(&change)) {
        signature_rows.push_back(*row);
      } else if (const auto* const use = std::get_if<store::ActivationUse>(&change)) {
        uses_.emplace(use->id, use->digest);
      }
    }
    ++commits;
    return {};
  }
  [[nodiscard]] Result<std::vector<store::LogChunk>> unreleased_entries(store::Journal journal) override {
    const std::scoped_lock lock(mutex_);
    return chunks_.at(place(journal));
  }
  [[nodiscard]] Result<void> release_entries(store::Journal journal, std::uint64_t end) override {
    const std::scoped_lock lock(mutex_);
    std::erase_if(chunks_.at(place(journal)),
                  [&](const store::LogChunk& chunk) { return chunk.first + chunk.entries.size() <= end; });
    return {};
  }
  [[nodiscard]] Result<store::RecordRow> record(std::uint64_t index) override {
    const std::scoped_lock lock(mutex_);
    const auto found = records_.find(index);
    return found == records_.end() ? Result<store::RecordRow>(fail(ErrorCode::audit_index_unknown, "no record"))
                                   : found->second;
  }
  [[nodiscard]] Result<std::vector<std::uint64_t>> records_about(std::string_view /*subject*/) override {
    return std::vector<std::uint64_t>{};
  }
  [[nodiscard]] Result<std::vector<Bytes>> certificates_behind(const std::vector<std::uint64_t>& /*indexes*/) override {
    return std::vector<Bytes>();
  }
  [[nodiscard]] Result<void> purge() override { return {}; }
  void erase_records(const std::vector<std::uint64_t>& indexes) {
    const std::scoped_lock lock(mutex_);
    for (const std::uint64_t index : indexes) {
      records_.erase(index);
    }
  }
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
  [[nodiscard]] Result<std::optional<store::IdempotencyRow>> answer(const TenantId& /*tenant*/,
                                                                    std::string_view /*key*/) override {
    return std::optional<store::IdempotencyRow>{};
  }
  [[nodiscard]] Result<std::vector<store::ActivationRow>> activations(Instant /*not_expired_at*/) override {
    return std::vector<store::ActivationRow>{};
  }
  [[nodiscard]] Result<void> forget(Instant /*answers_before*/, Instant /*activations_before*/) override { return {}; }
  [[nodiscard]] Result<std::optional<std::string>> fact(std::string_view name) override {
    const std::scoped_lock lock(mutex_);
    const auto found = facts.find(std::string(name));
    return found == facts.end() ? std::nullopt : std::optional(found->second);
  }
  [[nodiscard]] Result<void> set_fact(std::string_view name, std::string_view value) override {
    const std::scoped_lock lock(mutex_);
    facts[std::string(name)] = value;
    return {};
  }
  [[nodiscard]] Result<std::map<std::string, std::string>> facts_below(std::string_view beginning) override {
    const std::scoped_lock lock(mutex_);
    std::map<std::string, std::string> found;
    for (const auto& [name, value] : facts) {
      if (name.starts_with(beginning)) {
        found.emplace(name.substr(beginning.size()), value);
      }
    }
    return found;
  }

  // The chunks of a journal, so that a test can change what a restart finds.
  std::vector<store::LogChunk>& chunks(store::Journal journal) { return chunks_.at(place(journal)); }

  std::map<std::string, std::string> facts;
  std::vector<store::SignatureRow> signature_rows;
  std::function<void()> before_commit;
  std::function<Result<void>(const store::RowChange&)> refuse;
  std::atomic<bool> broken = false;
  std::atomic<int> commits = 0;

 private:
  static std::size_t place(store::Journal journal) { return static_cast<std::size_t>(journal); }

  std::mutex mutex_;
  std::array<std::vector<store::LogChunk>, 2> chunks_;
  std::array<std::uint64_t, 2> ends_{};
  std::map<std::uint64_t, store::RecordRow> records_;
  std::set<std::pair<Bytes, std::string>> uses_;
};

}  // namespace rakkan::test
