#include "service/pending_book.hpp"

#include <algorithm>
#include <tuple>

#include "rakkan/base/error_table.hpp"

namespace rakkan::service {
namespace {

constexpr std::string_view kRestart = "restart";
constexpr std::chrono::milliseconds kSoon{1'000};  // while somebody works on it
constexpr unsigned kMostDoublings = 16;

// It waits for somebody who brings the document, not for its source alone.
bool needs_document(const PendingSignature& pending) noexcept { return pending.missing == "document"; }

}  // namespace

void PendingBook::add(const store::KeptSignatureRow& row, std::string source, std::optional<ErrorCode> reason) {
  Entry entry;
  entry.seen.id = row.id;
  entry.seen.tenant = row.tenant;
  entry.seen.credential = row.credential;
  entry.seen.intent = row.intent;
  entry.seen.created = row.created;
  entry.seen.until = row.created + window_;
  entry.seen.level = row.level;
  entry.seen.missing = row.missing;
  entry.seen.reason = kRestart;
  entry.source = std::move(source);
  const std::scoped_lock lock(mutex_);
  const auto [place, is_new] = entries_.try_emplace(row.id, std::move(entry));
  if (reason && is_new) {
    note_failure(place->second, *reason);
  }
  size_.store(entries_.size(), std::memory_order_relaxed);
}

void PendingBook::note_failure(Entry& entry, ErrorCode why) {
  const std::chrono::milliseconds now = monotonic_->elapsed();
  entry.seen.reason = rakkan::row(why).slug;
  entry.tried = now;
  entry.next = now + pause_after(++entry.seen.tries, 5 * kLongestPause);
  if (needs_document(entry.seen)) {
    return;  // whatever was in the way says nothing about the source of timestamps
  }
  Source& source = sources_[entry.source];
  source.next = now + pause_after(++source.failures, kLongestPause);
}

void PendingBook::answers(const std::string& source) {
  if (size_.load(std::memory_order_relaxed) == 0) {
    return;
  }
  const std::scoped_lock lock(mutex_);
  if (const auto found = sources_.find(source); found != sources_.end()) {
    found->second.failures = 0;
    found->second.next = std::chrono::milliseconds(0);
  }
}

// After the first failure a second, twice as long after each further one, a quarter more or less so that many do not
// come back at the same moment.
std::chrono::milliseconds PendingBook::pause_after(unsigned failures, std::chrono::milliseconds longest) {
  const unsigned doublings = std::min(failures - 1, kMostDoublings);
  const auto pause = std::min<std::chrono::milliseconds>(kFirstPause * (1U << doublings), longest);
  std::array<Byte, 2> chance{};
  static_cast<void>(random_->fill(chance));  // without it there is no jitter, and nothing else
  const std::int64_t number = (std::int64_t{chance[0]} << 8) | chance[1];
  return pause * 3 / 4 + std::chrono::milliseconds(pause.count() * number / 2 / 0xFFFF);
}

bool PendingBook::may_be_tried(const Entry& entry, std::chrono::milliseconds now) const {
  if (entry.working) {
    return false;
  }
  if (clock_->now() >= entry.seen.until) {
    return true;  // to be given up, which asks nobody
  }
  if (needs_document(entry.seen)) {
    return entry.next <= now;
  }
  const auto source = sources_.find(entry.source);
  const bool source_may = source == sources_.end() || source->second.failures == 0 ||
                          (source->second.working == 0 && source->second.next <= now);
  return source_may && entry.next <= now;
}

PendingSignature PendingBook::as_seen(const Entry& entry, std::chrono::milliseconds now) const {
  PendingSignature seen = entry.seen;
  seen.working = entry.working;
  std::chrono::milliseconds next = entry.next;
  if (const auto source = sources_.find(entry.source); source != sources_.end() && !needs_document(entry.seen)) {
    next = std::max(next, source->second.next);
  }
  seen.retry_after = entry.working ? kSoon : std::max(kSoon, next - now);
  return seen;
}

Error PendingBook::error_of(const PendingSignature& pending) {
  Error error{ErrorCode::signature_pending,
              pending.id.value() + " is made, waits for its " + pending.missing +
                  " and is not made again: the same request gets it once it is complete",
              "signature " + pending.id.value(),
              pending.retry_after,
              {}};
  error.facts = {
      {"signature_id", pending.id.value()}, {"state", "pending"},       {"level", pending.level},
      {"missing", pending.missing},         {"reason", pending.reason}, {"until", to_rfc3339(pending.until)}};
  return error;
}

PendingBook::Turn PendingBook::take(Entries::iterator entry) {
  entry->second.working = true;
  ++sources_[entry->second.source].working;
  auto& [at_work, last] = tenants_[entry->second.seen.tenant];
  ++at_work;
  last = ++turns_;
  return Turn(*this, entry->first);
}

Result<PendingBook::Turn> PendingBook::claim(const access::Principal& principal, const SignatureId& id, Pace pace) {
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end() || !principal.may_read_signature_of(found->second.seen.tenant)) {
    return fail(ErrorCode::signature_unknown, "there is no pending signature of this id", "signature " + id.value());
  }
  const std::chrono::milliseconds now = monotonic_->elapsed();
  if (pace == Pace::at_once ? found->second.working : !may_be_tried(found->second, now)) {
    return fail(error_of(as_seen(found->second, now)));
  }
  return take(found);
}

// The tenant with the fewest at work, among equals the one whose turn was longest ago; of its signatures the one that
// was tried longest ago.
std::optional<PendingBook::Turn> PendingBook::next() {
  const std::scoped_lock lock(mutex_);
  const std::chrono::milliseconds now = monotonic_->elapsed();
  using Rank = std::tuple<unsigned, std::uint64_t, std::chrono::milliseconds, std::uint64_t>;
  auto best = entries_.end();
  Rank best_rank;
  for (auto one = entries_.begin(); one != entries_.end(); ++one) {
    const PendingSignature& seen = one->second.seen;
    if (!may_be_tried(one->second, now) || (needs_document(seen) && clock_->now() < seen.until)) {
      continue;
    }
    const auto tenant = tenants_.find(one->second.seen.tenant);
    const auto [at_work, last] = tenant != tenants_.end() ? tenant->second : std::pair<unsigned, std::uint64_t>(0, 0);
    const Rank rank(at_work, last, one->second.tried, one->second.seen.intent);
    if (best == entries_.end() || rank < best_rank) {
      best = one;
      best_rank = rank;
    }
  }
  return best != entries_.end() ? std::optional(take(best)) : std::nullopt;
}

Error PendingBook::Turn::failed(ErrorCode why) { return std::exchange(book_, nullptr)->give_back(id_, why); }

void PendingBook::Turn::ended(End how) { std::exchange(book_, nullptr)->remove(id_, how); }

Error PendingBook::give_back(const SignatureId& id, ErrorCode why) {
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) {
    return {ErrorCode::signature_unknown, "there is no signature of this id", "signature " + id.value(), {}, {}};
  }
  Entry& entry = found->second;
  --sources_[entry.source].working;
  --tenants_[entry.seen.tenant].first;
  entry.working = false;
  note_failure(entry, why);
  return error_of(as_seen(entry, monotonic_->elapsed()));
}

void PendingBook::remove(const SignatureId& id, Turn::End how) {
  const std::scoped_lock lock(mutex_);
  finished_ += how == Turn::End::made ? 1U : 0U;
  abandoned_ += how == Turn::End::abandoned ? 1U : 0U;
  const auto found = entries_.find(id);
  if (found == entries_.end()) {
    return;
  }
  Source& source = sources_[found->second.source];
  if (found->second.working) {
    --source.working;
    --tenants_[found->second.seen.tenant].first;
  }
  if (how == Turn::End::made) {  // the source answers
    source.failures = 0;
    source.next = std::chrono::milliseconds(0);
  }
  entries_.erase(found);
  size_.store(entries_.size(), std::memory_order_relaxed);
}

void PendingBook::forget(const SignatureId& id) { remove(id, Turn::End::abandoned); }

std::optional<PendingSignature> PendingBook::find(const access::Principal& principal, const SignatureId& id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end() || !principal.may_read_signature_of(found->second.seen.tenant)) {
    return std::nullopt;
  }
  return as_seen(found->second, monotonic_->elapsed());
}

std::vector<PendingSignature> PendingBook::list(const access::Principal& principal) const {
  std::vector<PendingSignature> all;
  {
    const std::scoped_lock lock(mutex_);
    const std::chrono::milliseconds now = monotonic_->elapsed();
    for (const auto& [id, entry] : entries_) {
      if (principal.may_read_signature_of(entry.seen.tenant)) {
        all.push_back(as_seen(entry, now));
      }
    }
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.intent < b.intent; });
  return all;
}

std::optional<SignatureId> PendingBook::with_intent(std::uint64_t intent) const {
  const std::scoped_lock lock(mutex_);
  const auto is_it = [intent](const auto& one) { return one.second.seen.intent == intent; };
  const auto found = std::find_if(entries_.begin(), entries_.end(), is_it);
  return found != entries_.end() ? std::optional(found->first) : std::nullopt;
}

PendingBook::Counts PendingBook::counts() const {
  const std::scoped_lock lock(mutex_);
  Counts counts{0, 0, finished_, abandoned_};
  for (const auto& [id, entry] : entries_) {
    ++(entry.working ? counts.working : counts.waiting);
  }
  return counts;
}

}  // namespace rakkan::service
