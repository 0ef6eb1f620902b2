// OpenIntents knows where intents without outcome can be: it keeps a mark in the store below which every intent has
// one. After a crash the records from the mark on are looked through, and each intent without outcome gets the outcome
// "interrupted", but for those whose value is kept.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <set>
#include <vector>

#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/audit/trail_writer.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/store/ledger.hpp"

namespace rakkan::service {

class OpenIntents {
 public:
  // Ledger and trail outlive the OpenIntents.
  OpenIntents(store::Ledger& ledger, audit::TrailWriter& trail) noexcept : ledger_(&ledger), trail_(&trail) {}

  // Gives intents that a crash left open their outcome, and sets the mark. Blocks; before the first intent of this
  // process. `kept`: the signatures that are completed later.
  [[nodiscard]] Result<void> settle_interrupted(const std::vector<store::KeptSignatureRow>& kept);
  // Durably moves the mark up. Blocks; failing costs the next start a longer look.
  [[nodiscard]] Result<void> move_mark();

  // Counts one more recorded intent; after kIntentsToAMark of them moves the mark up, on that pool.
  void count(async::BoundedPool& pool, async::Deadline deadline);

  // A Guard is made before an intent is recorded. One that is never closed, because the outcome could not be recorded,
  // holds the mark back.
  class Guard {
   public:
    explicit Guard(OpenIntents& all);
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    void close();

   private:
    OpenIntents& all_;
    std::multiset<std::uint64_t>::iterator place_;
  };

 private:
  [[nodiscard]] std::uint64_t mark();

  // The intents after which the mark moves up; a start after a crash looks through about as many records.
  static constexpr std::uint64_t kIntentsToAMark = 4'096;

  store::Ledger* ledger_;
  audit::TrailWriter* trail_;
  std::atomic<std::uint64_t> intents_{0};
  std::mutex move_mutex_;
  std::uint64_t marked_ = 0;  // the mark in the store
  std::mutex mutex_;
  std::multiset<std::uint64_t> lower_bounds_;  // of the indexes of the intents that are open
};

}  // namespace rakkan::service
