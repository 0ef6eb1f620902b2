#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "audit/health.hpp"
#include "rakkan/audit/trail.hpp"

namespace rakkan::audit {

using JournalSizes = std::array<std::uint64_t, std::size(store::kJournals)>;

[[nodiscard]] constexpr std::size_t place(Journal journal) noexcept { return static_cast<std::size_t>(journal); }

// The meaning of a failed commit of the ledger.
enum class CommitFailure : std::uint8_t {
  medium,    // a write or sync failed, a file is full or damaged: nothing is written until a restart
  shortage,  // no descriptor or memory just now, and nothing was written: the commit is tried again
  row,       // the error of one submission: its caller gets it, and the other submissions are committed
};
[[nodiscard]] CommitFailure meaning_of(ErrorCode code) noexcept;

// GroupCommit makes submissions durable, many in one transaction. A submission that comes while no commit runs is
// committed at once; those that come during a commit are committed together: as soon as they are as many as the lines
// that are still on their way, or none came for a while, or the first of them has waited for the commit window.
class GroupCommit {
 public:
  // Gets the committed chunks, in order; called on this class's thread before any caller is answered.
  using Committed = std::function<void(std::vector<store::LogChunk>)>;

  // When no submission came for this long, none is expected soon.
  static constexpr std::chrono::milliseconds kQuiet{1};

  // `quiet` is for tests, whose pauses pass at once or never.
  GroupCommit(const Options& options, const Environment& environment, JournalSizes sizes, Health& health,
              Committed committed, std::chrono::milliseconds quiet = kQuiet);
  ~GroupCommit();
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  // Thread-safe, as the rest.
  void record(Submission submission, Trail::Done done);
  [[nodiscard]] Line begin_line();
  // Commits the waiting submissions and ends the thread. Stopping again is harmless.
  void stop() noexcept;

  [[nodiscard]] std::uint64_t size(Journal journal) const;
  // The members of Load that are known here: entries, commits, waiting.
  [[nodiscard]] Trail::Load load() const;

 private:
  struct Waiting {
    Submission submission;
    Bytes entry;
    Bytes salt;
    Receipt receipt;
    Trail::Done done;
    [[nodiscard]] bool has_entry() const noexcept { return !submission.event.empty(); }
  };
  using Group = std::vector<Waiting>;

  // The state that this class shares with the lines, which may outlive it.
  struct Shared {
    std::mutex mutex;
    std::condition_variable wakes;
    std::size_t under_way = 0;      // lines that have not ended
    std::size_t lines_waiting = 0;  // lines that have an entry in the waiting group
    std::size_t waiting = 0;        // entries of the waiting group, those of lines and others
    bool lines_awaited = false;     // the thread waits for lines

    // True when the group need not wait for the remaining lines. Waiting for the last of many lines would leave the
    // signing key and the callers idle; with half of them at a time, one half works while the other is committed.
    [[nodiscard]] bool enough_wait() const noexcept { return under_way <= lines_waiting + waiting; }
    void end_line() noexcept;
  };

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
  const std::chrono::milliseconds quiet_;

  const std::shared_ptr<Shared> shared_;  // its mutex guards the members that follow
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
