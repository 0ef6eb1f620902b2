#include "audit/publisher.hpp"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace rakkan::audit {
namespace {

using SteadyTime = std::chrono::steady_clock;

Health::Part files_of(Journal journal) noexcept {
  return journal == Journal::trail ? Health::Part::trail_files : Health::Part::tokens_files;
}

}  // namespace

Publisher::Publisher(const Options& options, const Environment& environment, Logs logs, Health& health,
                     std::function<void()> published)
    : options_(options),
      clock_(environment.monotonic != nullptr ? *environment.monotonic : steady_clock_),
      ledger_(environment.ledger),
      key_(*environment.checkpoint_key),
      logs_(std::move(logs)),
      health_(health),
      published_(std::move(published)) {
  lagging_ = uncovered();
  uncovered_since_ = clock_.elapsed();
  note_oldest();
  thread_ = std::thread([this] { run(); });
}

Publisher::~Publisher() { stop(); }

void Publisher::take(std::vector<store::LogChunk> chunks) {
  {
    const std::scoped_lock lock(mutex_);
    if (inbox_.empty()) {
      first_came_ = clock_.elapsed();
    }
    std::move(chunks.begin(), chunks.end(), std::back_inserter(inbox_));
    note_oldest();
  }
  wakes_.notify_one();
}

void Publisher::when_checkpointed(Journal journal, std::uint64_t index, std::function<void(Result<void>)> done) {
  Result<void> verdict;
  {
    const std::scoped_lock lock(mutex_);
    if (log(journal).published_size() <= index) {
      if (!ended_ && health_.ok()) {
        waiting_.at(place(journal)).emplace(index, std::move(done));
        return;
      }
      verdict =
          ended_ && health_.ok() ? fail(ErrorCode::shutting_down, "the audit trail is closed") : fail(health_.error());
    }
  }
  done(std::move(verdict));
}

void Publisher::stop() noexcept {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wakes_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

Result<void> Publisher::ready() const {
  if (uncovered_for() <= options_.longest_uncovered) {
    return {};
  }
  const std::scoped_lock lock(mutex_);
  return fail(ErrorCode::audit_unavailable,
              "no checkpoint has been signed for " + std::to_string(options_.longest_uncovered.count()) + " s",
              last_error_.empty() ? "the key of the checkpoints does not answer" : last_error_);
}

Trail::Load Publisher::load() const {
  const std::scoped_lock lock(mutex_);
  Trail::Load load;
  load.last_checkpoint_error = last_error_;
  load.uncovered = uncovered_for();
  return load;
}

// Called with the mutex held.
void Publisher::note_oldest() {
  const std::chrono::milliseconds since = lagging_ ? uncovered_since_ : first_came_;
  oldest_ = lagging_ || !inbox_.empty() ? since : kNone;
}

std::chrono::milliseconds Publisher::uncovered_for() const noexcept {
  const std::chrono::milliseconds since = oldest_.load(std::memory_order_relaxed);
  return since == kNone ? std::chrono::milliseconds::zero() : clock_.elapsed() - since;
}

bool Publisher::uncovered() const {
  return std::any_of(logs_.begin(), logs_.end(), [](const auto& log) { return log->size() > log->published_size(); });
}

void Publisher::run() {
  ::pthread_setname_np(::pthread_self(), "audit-files");
  std::unique_lock lock(mutex_);
  auto next = SteadyTime::now();  // earliest time of the next checkpoint
  for (;;) {
    wakes_.wait(lock, [&] { return stopping_ || lagging_ || !inbox_.empty() || !health_.ok(); });
    wakes_.wait_until(lock, next, [&] { return stopping_ || !health_.ok(); });
    const bool last = stopping_;
    const std::vector<store::LogChunk> chunks = std::exchange(inbox_, {});
    if (!lagging_) {
      uncovered_since_ = first_came_;
    }
    lagging_ = lagging_ || !chunks.empty();
    note_oldest();
    lock.unlock();
    if (health_.ok()) {
      publish_all(chunks);
    }
    lock.lock();
    lagging_ = health_.ok() && uncovered();
    note_oldest();
    next = SteadyTime::now() + options_.checkpoint_interval;
    if (!health_.ok() || last) {
      ended_ = true;
      lock.unlock();
      refuse_all(health_.ok() ? Error{ErrorCode::shutting_down, "the audit trail is closed", {}, {}, {}}
                              : health_.error());
      return;
    }
  }
}

void Publisher::publish_all(const std::vector<store::LogChunk>& chunks) {
  for (const store::LogChunk& chunk : chunks) {
    for (const Bytes& entry : chunk.entries) {
      logs_.at(place(chunk.journal))->append(entry);
    }
  }
  for (const Journal journal : store::kJournals) {
    if (log(journal).size() == log(journal).published_size()) {
      continue;
    }
    if (const Result<void> done = publish(journal); !done) {
      health_.failed(done.error());
      return;
    }
    answer(journal);
  }
  published_();
}

// Publishes a checkpoint; fails when a file cannot be written. A key that does not sign now is asked again at the next
// interval, and a shortage of descriptors or memory delays a checkpoint likewise: its files are written again then.
Result<void> Publisher::publish(Journal journal) {
  Result<void> done = bring_out(journal);
  if (!done && done.error().code == ErrorCode::resource_shortage) {
    health_.delayed(files_of(journal), done.error());
    const std::scoped_lock lock(mutex_);
    last_error_ = to_string(done.error());
    return {};
  }
  return done;
}

Result<void> Publisher::bring_out(Journal journal) {
  Log& log = *logs_.at(place(journal));
  RAKKAN_CHECK(log.write());
  Result<std::string> note = sign_note(log.checkpoint_text(), log.key(), key_);
  {
    const std::scoped_lock lock(mutex_);
    last_error_ = note ? std::string() : to_string(note.error());
  }
  if (note) {
    RAKKAN_CHECK(log.publish(*std::move(note)));
  }
  health_.went_on(files_of(journal));
  if (!note) {
    return {};
  }
  // The chunk with the last entry stays: when the log is opened again, it shows that store and files belong together.
  return released(ledger_.release_entries(journal, log.size() - 1));
}

// Entries that the ledger could not release now are released with the next checkpoint, unless the ledger's medium
// failed.
Result<void> Publisher::released(Result<void> result) {
  return !result && meaning_of(result.error().code) == CommitFailure::medium ? result : Result<void>();
}

void Publisher::answer(Journal journal) {
  Callbacks covered;
  {
    const std::scoped_lock lock(mutex_);
    Callbacks& waiting = waiting_.at(place(journal));
    const auto end = waiting.lower_bound(log(journal).published_size());
    for (auto one = waiting.begin(); one != end;) {
      covered.insert(waiting.extract(one++));
    }
  }
  for (auto& [index, done] : covered) {
    done({});
  }
}

void Publisher::refuse_all(const Error& error) {
  for (const Journal journal : store::kJournals) {
    Callbacks left;
    {
      const std::scoped_lock lock(mutex_);
      left.swap(waiting_.at(place(journal)));
    }
    for (auto& [index, done] : left) {
      done(fail(error));
    }
  }
}

}  // namespace rakkan::audit
