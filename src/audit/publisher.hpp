#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "audit/group_commit.hpp"
#include "audit/log.hpp"

namespace rakkan::audit {

using Logs = std::array<std::unique_ptr<Log>, std::size(store::kJournals)>;

// Publisher brings committed entries into the logs' files behind the recorder's back: at most once a checkpoint
// interval it writes the tiles, has a checkpoint signed, gives it out, and lets the ledger forget what it covers.
class Publisher {
 public:
  // `published`: called on this class's thread after each checkpoint.
  Publisher(const Options& options, const Environment& environment, Logs logs, Health& health,
            std::function<void()> published);
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  // Thread-safe, as the rest.
  void take(std::vector<store::LogChunk> chunks);
  // Looks whether the trail is still healthy, and refuses who waits if it is not.
  void wake() noexcept { wakes_.notify_all(); }
  // For an entry that is committed.
  void when_checkpointed(Journal journal, std::uint64_t index, std::function<void(Result<void>)> done);
  [[nodiscard]] const Log& log(Journal journal) const { return *logs_.at(place(journal)); }
  // One more checkpoint over everything, and the end of the thread; who waits still gets shutting_down.
  void stop() noexcept;

  // audit_unavailable: an entry has waited for its checkpoint too long. Without a lock while all is well.
  [[nodiscard]] Result<void> ready() const;
  // The part of it that is known here: uncovered, last_checkpoint_error.
  [[nodiscard]] Trail::Load load() const;

 private:
  using Callbacks = std::multimap<std::uint64_t, std::function<void(Result<void>)>>;

  void run();
  void publish_all(const std::vector<store::LogChunk>& chunks);
  [[nodiscard]] Result<void> publish(Journal journal);
  [[nodiscard]] Result<void> bring_out(Journal journal);
  [[nodiscard]] static Result<void> released(Result<void> result);
  void answer(Journal journal);
  void refuse_all(const Error& error);
  [[nodiscard]] bool uncovered() const;
  void note_oldest();
  [[nodiscard]] std::chrono::milliseconds uncovered_for() const noexcept;

  const Options options_;
  const SteadyClock steady_clock_;
  const MonotonicClock& clock_;  // of the environment, or the one above
  store::Ledger& ledger_;
  crypto::MessageSigner& key_;
  const Logs logs_;
  Health& health_;
  const std::function<void()> published_;

  mutable std::mutex mutex_;
  std::condition_variable wakes_;
  std::vector<store::LogChunk> inbox_;
  std::chrono::milliseconds first_came_{};       // of the inbox, by that clock
  std::chrono::milliseconds uncovered_since_{};  // of the entries behind the checkpoint
  bool lagging_ = false;                         // there are such
  // Of those two the one that counts, for who asks without the mutex.
  static constexpr std::chrono::milliseconds kNone = std::chrono::milliseconds::min();
  std::atomic<std::chrono::milliseconds> oldest_{kNone};
  bool stopping_ = false;
  bool ended_ = false;
  std::array<Callbacks, std::size(store::kJournals)> waiting_;
  std::string last_error_;

  std::thread thread_;
};

}  // namespace rakkan::audit
