#include "audit/group_commit.hpp"

#include <pthread.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <variant>

#include "rakkan/audit/entry.hpp"
#include "rakkan/audit/tiles.hpp"

namespace rakkan::audit {
namespace {

// A shortage is waited out for at most this long, with pauses that double; then the callers, who have deadlines, get
// the error.
constexpr std::chrono::milliseconds kPatience{5'000};
constexpr std::chrono::milliseconds kFirstPause{10};
constexpr std::chrono::milliseconds kLongestPause{500};

}  // namespace

CommitFailure meaning_of(ErrorCode code) noexcept {
  if (code == ErrorCode::store_unavailable || code == ErrorCode::store_corrupt) {
    return CommitFailure::medium;
  }
  return code == ErrorCode::resource_shortage ? CommitFailure::shortage : CommitFailure::row;
}

GroupCommit::GroupCommit(const Options& options, const Environment& environment, JournalSizes sizes, Health& health,
                         Committed committed, std::chrono::milliseconds quiet)
    : options_(options),
      ledger_(environment.ledger),
      clock_(environment.clock),
      random_(environment.random),
      health_(health),
      committed_(std::move(committed)),
      quiet_(quiet),
      shared_(std::make_shared<Shared>()),
      sizes_(sizes),
      thread_([this] { run(); }) {}

GroupCommit::~GroupCommit() { stop(); }

void GroupCommit::record(Submission submission, Trail::Done done) {
  Result<Waiting> prepared = health_.ok() ? prepare(std::move(submission)) : fail(health_.error());
  if (!prepared) {
    done(fail(std::move(prepared).error()));
    return;
  }
  prepared->done = std::move(done);
  std::optional<Error> refusal;
  {
    const std::scoped_lock lock(shared_->mutex);
    if (stopping_) {
      refusal = Error{ErrorCode::shutting_down, "the audit trail is closed", {}, {}, {}};
    } else if (waiting_.size() >= options_.waiting) {
      refusal = Error{ErrorCode::overloaded, "too many entries wait for the audit trail", {}, {}, {}};
    } else if (Result<void> holds = condition_of(*prepared); !holds) {
      refusal = std::move(holds).error();
    } else {
      if (waiting_.empty()) {
        first_came_ = std::chrono::steady_clock::now();
      }
      shared_->lines_waiting += prepared->submission.line.announced_ != nullptr ? 1U : 0U;
      ++shared_->waiting;
      waiting_.push_back(std::move(*prepared));
      if (idle_ || (shared_->lines_awaited && shared_->enough_wait())) {
        shared_->wakes.notify_one();
      }
      return;
    }
  }
  prepared->done(fail(std::move(*refusal)));
}

Line GroupCommit::begin_line() {
  {
    const std::scoped_lock lock(shared_->mutex);
    ++shared_->under_way;
  }
  return Line(std::shared_ptr<const void>(shared_.get(), [shared = shared_](const void*) { shared->end_line(); }));
}

void GroupCommit::Shared::end_line() noexcept {
  const std::scoped_lock lock(mutex);
  --under_way;
  if (lines_awaited && enough_wait()) {
    wakes.notify_one();
  }
}

void GroupCommit::stop() noexcept {
  {
    const std::scoped_lock lock(shared_->mutex);
    stopping_ = true;
  }
  shared_->wakes.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

std::uint64_t GroupCommit::size(Journal journal) const {
  const std::scoped_lock lock(shared_->mutex);
  return sizes_.at(place(journal));
}

Trail::Load GroupCommit::load() const {
  const std::scoped_lock lock(shared_->mutex);
  Trail::Load load;
  load.entries = entries_;
  load.commits = commits_;
  load.waiting = waiting_.size();
  return load;
}

Result<void> GroupCommit::condition_of(const Waiting& one) {
  const Condition* condition = one.submission.condition;
  return condition != nullptr ? condition->holds(one.receipt.at) : Result<void>();
}

// Makes salt, hash and the entry's line, on the caller's thread.
Result<GroupCommit::Waiting> GroupCommit::prepare(Submission submission) {
  const bool has_entry = !submission.event.empty() || !submission.body.empty();
  if (has_entry &&
      (!is_event_name(submission.event) || !is_body(submission.body) || submission.body.size() > kMaxRecordSize)) {
    return fail(ErrorCode::invalid_argument, "not an event with a body that the audit trail takes");
  }
  Waiting waiting;
  waiting.receipt.at = clock_.now();
  if (!has_entry) {
    waiting.submission = std::move(submission);
    return waiting;
  }
  Entry entry{submission.event, waiting.receipt.at, TreeHash{}};
  if (submission.journal == Journal::trail) {
    waiting.salt.resize(kSaltSize);
    RAKKAN_CHECK(random_.fill(waiting.salt));
    entry.content = commitment_of(waiting.salt, submission.body);
  } else {
    entry.content = std::move(submission.body);
  }
  const std::string line = entry.encode();
  if (line.size() > kMaxEntrySize) {
    return fail(ErrorCode::invalid_argument, "the entry is longer than a log takes");
  }
  waiting.entry = copy_of(bytes_of(line));
  waiting.submission = std::move(submission);
  return waiting;
}

void GroupCommit::run() {
  ::pthread_setname_np(::pthread_self(), "audit-commit");
  Group group;
  bool busy = false;
  std::unique_lock lock(shared_->mutex);
  for (;;) {
    idle_ = true;
    shared_->wakes.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
    idle_ = false;
    if (waiting_.empty()) {
      return;
    }
    if (busy) {
      wait_for_others(lock);
    }
    group.swap(waiting_);
    shared_->lines_waiting = 0;
    shared_->waiting = 0;
    lock.unlock();
    commit(group);
    group.clear();  // ends lines whose last step this was, which takes the lock
    lock.lock();
    busy = !waiting_.empty();
  }
}

// A commit costs the same for one entry as for a hundred, so entries wait for each other: while more lines are on their
// way than entries wait, until the window is over or no entry came for a while.
void GroupCommit::wait_for_others(std::unique_lock<std::mutex>& lock) {
  const auto over = [&] { return stopping_ || shared_->enough_wait(); };
  const auto end = first_came_ + options_.commit_window;
  shared_->lines_awaited = true;
  for (;;) {
    const std::size_t before = waiting_.size();
    const auto look = std::min<std::chrono::steady_clock::time_point>(end, std::chrono::steady_clock::now() + quiet_);
    shared_->wakes.wait_until(lock, look, over);
    if (over() || look == end || waiting_.size() == before) {
      break;
    }
  }
  shared_->lines_awaited = false;
}

// Commits a group. A transaction that fails because of one row is halved until the submission with that row stands
// alone.
void GroupCommit::commit(std::span<Waiting> group) {
  Result<void> committed = health_.ok() ? commit_patiently(group) : fail(health_.error());
  if (!committed && group.size() > 1 && health_.ok() && meaning_of(committed.error().code) == CommitFailure::row) {
    commit(group.first(group.size() / 2));
    commit(group.subspan(group.size() / 2));
    return;
  }
  for (Waiting& one : group) {
    one.done(committed ? Result<Receipt>(one.receipt) : fail(committed.error()));
  }
}

Result<void> GroupCommit::commit_patiently(std::span<Waiting> group) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  for (std::chrono::milliseconds pause = kFirstPause;; pause = std::min(2 * pause, kLongestPause)) {
    Result<void> done = commit_once(group);
    if (done || meaning_of(done.error().code) != CommitFailure::shortage) {
      health_.went_on(Health::Part::commits);
      return done;
    }
    health_.delayed(Health::Part::commits, done.error());
    if (std::chrono::steady_clock::now() >= end || !rest_for(pause)) {
      return done;
    }
  }
}

// Waits for `pause`; false when the trail is about to end, so that waiting is over.
bool GroupCommit::rest_for(std::chrono::milliseconds pause) {
  std::unique_lock lock(shared_->mutex);
  return !shared_->wakes.wait_for(lock, pause, [&] { return stopping_; });
}

Result<void> GroupCommit::commit_once(std::span<Waiting> group) {
  JournalSizes sizes = sizes_;
  store::Additions additions = take(group, sizes);
  if (Result<void> done = ledger_.commit(additions); !done) {
    if (meaning_of(done.error().code) != CommitFailure::medium) {
      give_back(std::move(additions), group);
      return done;
    }
    health_.failed(done.error());
    return fail(health_.error());
  }
  {
    const std::scoped_lock lock(shared_->mutex);
    for (const Journal journal : store::kJournals) {
      entries_ += sizes.at(place(journal)) - sizes_.at(place(journal));
    }
    sizes_ = sizes;
    ++commits_;
  }
  if (!additions.chunks.empty()) {
    committed_(std::move(additions.chunks));
  }
  return {};
}

// Moves the rows out of the group, so that nothing is copied on the way to the store.
store::Additions GroupCommit::take(std::span<Waiting> group, JournalSizes& sizes) {
  store::Additions additions;
  std::size_t changes = 0;
  for (const Waiting& one : group) {
    changes += one.submission.changes.size();
  }
  additions.records.reserve(group.size());
  additions.changes.reserve(changes);
  std::array<store::LogChunk, std::size(store::kJournals)> chunks;
  for (Waiting& one : group) {
    if (one.has_entry()) {
      const Journal journal = one.submission.journal;
      one.receipt.index = sizes.at(place(journal))++;
      store::LogChunk& chunk = chunks.at(place(journal));
      if (chunk.entries.empty()) {
        chunk.journal = journal;
        chunk.first = one.receipt.index;
        chunk.entries.reserve(group.size());
      }
      chunk.entries.push_back(std::move(one.entry));
      if (journal == Journal::trail) {
        additions.records.push_back({one.receipt.index, std::move(one.salt), std::move(one.submission.body),
                                     std::move(one.submission.subject)});
      }
    }
    for (store::RowChange& change : one.submission.changes) {
      if (auto* const signature = std::get_if<store::SignatureRow>(&change)) {
        signature->outcome = one.receipt.index;
      }
      additions.changes.push_back(std::move(change));
    }
  }
  for (store::LogChunk& chunk : chunks) {
    if (!chunk.entries.empty()) {
      additions.chunks.push_back(std::move(chunk));
    }
  }
  return additions;
}

void GroupCommit::give_back(store::Additions additions, std::span<Waiting> group) {
  JournalSizes entries{};
  std::size_t records = 0;
  std::size_t changes = 0;
  for (Waiting& one : group) {
    for (store::RowChange& change : one.submission.changes) {
      change = std::move(additions.changes.at(changes++));
    }
    if (!one.has_entry()) {
      continue;
    }
    const Journal journal = one.submission.journal;
    const auto chunk = std::find_if(additions.chunks.begin(), additions.chunks.end(),
                                    [&](const store::LogChunk& made) { return made.journal == journal; });
    one.entry = std::move(chunk->entries.at(entries.at(place(journal))++));
    if (journal == Journal::trail) {
      store::RecordRow& record = additions.records.at(records++);
      one.salt = std::move(record.salt);
      one.submission.body = std::move(record.body);
      one.submission.subject = std::move(record.subject);
    }
  }
}

}  // namespace rakkan::audit
