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

// Publisher brings committed entries into the logs' files on a thread of its own: at most once a checkpoint interval it
// writes the tiles, has a checkpoint signed, publishes it, and has the ledger release the entries that it covers.
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
  // Has the thread look whether the trail is still healthy; if it is not, everybody who waits for a checkpoint is
  // refused.
  void wake() noexcept { wakes_.notify_all(); }
  // As Trail::when_checkpointed, for an entry that is committed.
  void when_checkpointed(Journal journal, std::uint64_t index, std::function<void(Result<void>)> done);
  [[nodiscard]] const Log& log(Journal journal) const { return *logs_.at(place(journal)); }
  // Publishes one more checkpoint over everything and ends the thread; waits that are still open get shutting_down.
  void stop() noexcept;

  // audit_unavailable when an entry has waited for its checkpoint too long. Takes no lock while none has.
  [[nodiscard]] Result<void> ready() const;
  // The members of Load that are known here: uncovered, last_checkpoint_error.
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
  std::chrono::milliseconds first_came_{};       // when the first entry of the inbox came, by that clock
  std::chrono::milliseconds uncovered_since_{};  // when the first entry behind the checkpoint came
  bool lagging_ = false;                         // there are entries behind the checkpoint
  // The earlier of these two times, for callers without the mutex.
  static constexpr std::chrono::milliseconds kNone = std::chrono::milliseconds::min();
  std::atomic<std::chrono::milliseconds> oldest_{kNone};
  bool stopping_ = false;
  bool ended_ = false;
  std::array<Callbacks, std::size(store::kJournals)> waiting_;
  std::string last_error_;

  std::thread thread_;
};

}  // namespace rakkan::audit
