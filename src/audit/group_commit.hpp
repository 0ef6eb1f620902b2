#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "audit/health.hpp"
#include "rakkan/audit/trail.hpp"

namespace rakkan::audit {

using JournalSizes = std::array<std::uint64_t, std::size(store::kJournals)>;

[[nodiscard]] constexpr std::size_t place(Journal journal) noexcept { return static_cast<std::size_t>(journal); }

// What a failed commit of the ledger means.
enum class CommitFailure : std::uint8_t {
  medium,    // a write or sync failed, a file is full or damaged: nothing is written until a restart
  shortage,  // no descriptor or memory just now, and nothing was written: tried again
  row,       // one submission's own error: its caller is told, and the others are none the worse for it
};
[[nodiscard]] CommitFailure meaning_of(ErrorCode code) noexcept;

// GroupCommit makes submissions durable, many in one transaction. One that comes while nothing is going on is committed
// at once; those that come meanwhile go together, as soon as nobody came for a while or the first of them has waited
// for the commit window.
class GroupCommit {
 public:
  // What was committed, in order; called on this class's thread before anybody is answered.
  using Committed = std::function<void(std::vector<store::LogChunk>)>;

  GroupCommit(const Options& options, const Environment& environment, JournalSizes sizes, Health& health,
              Committed committed);
  ~GroupCommit();
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  // Thread-safe, as the rest.
  void record(Submission submission, Trail::Done done);
  // Commits what waits and ends the thread. Again is harmless.
  void stop() noexcept;

  [[nodiscard]] std::uint64_t size(Journal journal) const;
  // The part of it that is known here: entries, commits, waiting.
  [[nodiscard]] Trail::Load load() const;

 private:
  struct Waiting {
    Submission submission;
    Bytes entry;
    Bytes salt;
    Receipt receipt;
    Trail::Done done;
  };
  using Group = std::vector<Waiting>;

  [[nodiscard]] Result<Waiting> prepare(Submission submission);
  [[nodiscard]] static Result<void> condition_of(const Waiting& one);
  void run();
  void wait_for_others(std::unique_lock<std::mutex>& lock);
  void commit(std::span<Waiting> group);
  [[nodiscard]] Result<void> commit_patiently(std::span<Waiting> group);
  [[nodiscard]] Result<void> commit_once(std::span<Waiting> group);
  [[nodiscard]] bool rest_for(std::chrono::milliseconds pause);
  [[nodiscard]] store::Additions take(std::span<Waiting> group, JournalSizes& sizes);
  static void give_back(store::Additions additions, std::span<Waiting> group);

  const Options options_;
  store::Ledger& ledger_;
  const Clock& clock_;
  RandomSource& random_;
  Health& health_;
  const Committed committed_;

  mutable std::mutex mutex_;
  std::condition_variable wakes_;
  Group waiting_;
  std::chrono::steady_clock::time_point first_came_;
  bool idle_ = false;  // the thread waits for a first entry
  bool stopping_ = false;
  JournalSizes sizes_;
  std::uint64_t entries_ = 0;
  std::uint64_t commits_ = 0;

  std::thread thread_;
};

}  // namespace rakkan::audit
