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

// What a failed commit of the ledger means.
enum class CommitFailure : std::uint8_t {
  medium,    // a write or sync failed, a file is full or damaged: nothing is written until a restart
  shortage,  // no descriptor or memory just now, and nothing was written: tried again
  row,       // one submission's own error: its caller is told, and the others are none the worse for it
};
[[nodiscard]] CommitFailure meaning_of(ErrorCode code) noexcept;

// GroupCommit makes submissions durable, many in one transaction. One that comes while nothing is going on is committed
// at once; those that come meanwhile go together: as soon as they are as many as the lines that are still on their way,
// or nobody came for a while, or the first of them has waited for the commit window.
class GroupCommit {
 public:
  // What was committed, in order; called on this class's thread before anybody is answered.
  using Committed = std::function<void(std::vector<store::LogChunk>)>;

  // When nobody came for so long, nobody will soon.
  static constexpr std::chrono::milliseconds kQuiet{1};

  // `quiet` is a test's, whose pauses pass at once or never.
  GroupCommit(const Options& options, const Environment& environment, JournalSizes sizes, Health& health,
              Committed committed, std::chrono::milliseconds quiet = kQuiet);
  ~GroupCommit();
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  // Thread-safe, as the rest.
  void record(Submission submission, Trail::Done done);
  [[nodiscard]] Line begin_line();
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

  // What this class shares with the lines, which may outlive it.
  struct Shared {
    std::mutex mutex;
    std::condition_variable wakes;
    std::size_t under_way = 0;      // lines that have not ended
    std::size_t lines_waiting = 0;  // of those, in the group that waits
    std::size_t waiting = 0;        // entries of that group, of lines and others
    bool lines_awaited = false;     // the thread waits for lines

    // Those that wait are what the key and the callers have to do next: waiting for the last of many would leave them
    // idle. Half at a time works while the other half is committed.
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

  const std::shared_ptr<Shared> shared_;  // its mutex guards what follows
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
