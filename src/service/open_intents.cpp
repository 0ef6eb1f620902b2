#include "service/open_intents.hpp"

#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "service/records.hpp"

namespace rakkan::service {
namespace {

constexpr std::string_view kMark = "intents_settled_below";

Result<std::uint64_t> read_mark(store::Ledger& ledger) {
  RAKKAN_TRY(const std::optional<std::string> text, ledger.fact(kMark));
  std::uint64_t mark = 0;
  if (text) {
    const auto [rest, error] = std::from_chars(text->data(), text->data() + text->size(), mark);
    if (error != std::errc{} || rest != text->data() + text->size()) {
      return fail(ErrorCode::store_corrupt, "not a number", std::string(kMark));
    }
  }
  return mark;
}

}  // namespace

Result<void> OpenIntents::settle_interrupted(const std::vector<store::KeptSignatureRow>& kept) {
  std::map<std::uint64_t, SignatureId> open;
  RAKKAN_TRY(marked_, read_mark(*ledger_));
  for (std::uint64_t index = marked_; index < trail_->size(); ++index) {
    const Result<store::RecordRow> record = ledger_->record(index);
    if (!record && record.error().code == ErrorCode::audit_index_unknown) {
      continue;  // the record was erased, or the entry never had one
    }
    RAKKAN_CHECK(record);
    const records::Trace trace = records::trace(record->body);
    if (trace.is_intent) {
      open.emplace(index, trace.signature);
    } else if (trace.closes) {
      open.erase(*trace.closes);
    }
  }
  for (const store::KeptSignatureRow& row : kept) {
    open.erase(row.intent);
  }
  for (const auto& [index, signature] : open) {
    audit::Submission outcome;
    outcome.event = "signature.interrupted";
    outcome.body = records::interrupted(index, signature);
    RAKKAN_CHECK(trail_->write_and_wait(std::move(outcome)));
  }
  return move_mark();
}

Result<void> OpenIntents::move_mark() {
  const std::scoped_lock one_at_a_time(move_mutex_);
  const std::uint64_t next = mark();
  if (next != marked_) {
    RAKKAN_CHECK(ledger_->set_fact(kMark, std::to_string(next)));
    marked_ = next;
  }
  return {};
}

std::uint64_t OpenIntents::mark() {
  const std::scoped_lock lock(mutex_);
  return lower_bounds_.empty() ? trail_->size() : *lower_bounds_.begin();
}

OpenIntents::Guard::Guard(OpenIntents& all) : all_(all) {
  const std::scoped_lock lock(all.mutex_);
  place_ = all.lower_bounds_.insert(all.trail_->size());
}

void OpenIntents::Guard::close() {
  const std::scoped_lock lock(all_.mutex_);
  all_.lower_bounds_.erase(place_);
}

void OpenIntents::count(async::BoundedPool& pool, async::Deadline deadline) {
  if (++intents_ % kIntentsToAMark == 0) {
    // A mark that is not moved costs a later start a longer look, nothing else.
    static_cast<void>(pool.submit(
        [this](const Result<void>& started) {
          if (started) {
            static_cast<void>(move_mark());
          }
        },
        deadline));
  }
}

}  // namespace rakkan::service
