// A trail without log files: records go to the store as audit::Trail's do, entries are kept for the test to look at,
// and the test says when the disk fails.
#pragma once

#include <algorithm>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/audit/trail_writer.hpp"
#include "support/eventually.hpp"

namespace rakkan::test {

class FakeTrail final : public audit::TrailWriter {
 public:
  struct Entry {
    audit::Journal journal{};
    std::string event;
    std::string body;
    std::string subject;
  };

  FakeTrail(store::Ledger& ledger, const Clock& clock) : ledger_(&ledger), clock_(&clock) {}

  void record(audit::Submission submission, audit::Trail::Done done) override {
    auto kept = std::make_shared<audit::Submission>(std::move(submission));
    auto answer = std::make_shared<audit::Trail::Done>(std::move(done));
    const Instant at = clock_->now();  // here, since the test moves it while this thread works
    const auto take = [&]() -> Result<void> {
      const std::scoped_lock order(order_mutex_);
      if (kept->condition != nullptr) {
        RAKKAN_CHECK(kept->condition->holds(at));
      }
      return thread_.submit(
          [this, kept, answer, at](const Result<void>& started) {
            (*answer)(started ? commit(std::move(*kept), at) : Result<audit::Receipt>(fail(started.error())));
          },
          async::deadline_in(kPatience));
    };
    if (const Result<void> accepted = take(); !accepted) {
      (*answer)(fail(accepted.error()));
    }
  }
  [[nodiscard]] Result<void> ready() const override {
    const std::scoped_lock lock(mutex_);
    return down_ ? Result<void>(fail(ErrorCode::audit_unavailable, "the disk failed")) : Result<void>();
  }
  [[nodiscard]] std::uint64_t size() const noexcept override {
    const std::scoped_lock lock(mutex_);
    return sizes_[0];
  }

  // Makes every commit fail from the next entry of this event on.
  void fail_at(std::string event) {
    const std::scoped_lock lock(mutex_);
    fails_at_ = std::move(event);
  }
  // Called before an entry is committed, with its event. Set while nothing is recorded.
  std::function<void(const std::string& event)> before;
  // Takes entries again, as after a restart.
  void repair() {
    const std::scoped_lock lock(mutex_);
    fails_at_.clear();
    down_ = false;
  }

  [[nodiscard]] std::vector<Entry> entries() const {
    const std::scoped_lock lock(mutex_);
    return entries_;
  }
  // The bodies of the entries of that event, in order.
  [[nodiscard]] std::vector<std::string> bodies(std::string_view event) const {
    std::vector<std::string> found;
    for (const Entry& entry : entries()) {
      if (entry.event == event) {
        found.push_back(entry.body);
      }
    }
    return found;
  }
  [[nodiscard]] std::vector<std::string> events() const {
    std::vector<std::string> names;
    for (const Entry& entry : entries()) {
      names.push_back(entry.event);
    }
    return names;
  }
  // Commits that succeeded.
  [[nodiscard]] std::size_t commits() const {
    const std::scoped_lock lock(mutex_);
    return commits_;
  }
  void forget() {
    const std::scoped_lock lock(mutex_);
    entries_.clear();
  }

 private:
  [[nodiscard]] Result<audit::Receipt> commit(audit::Submission submission, Instant at) {
    if (before) {
      before(submission.event);
    }
    const std::scoped_lock lock(mutex_);
    down_ = down_ || (!fails_at_.empty() && submission.event == fails_at_);
    if (down_) {
      return fail(ErrorCode::audit_unavailable, "failed by the test");
    }
    std::uint64_t& size = sizes_[submission.journal == audit::Journal::trail ? 0 : 1];
    const bool has_entry = !submission.event.empty();
    store::Additions additions;
    if (has_entry && submission.journal == audit::Journal::trail) {
      additions.records.push_back({size, Bytes(16, 7), submission.body, submission.subject});
    }
    for (store::RowChange& change : submission.changes) {
      if (auto* const signature = std::get_if<store::SignatureRow>(&change)) {
        signature->outcome = size;
      }
    }
    additions.changes = std::move(submission.changes);
    RAKKAN_CHECK(ledger_->commit(additions));
    ++commits_;
    if (!has_entry) {
      return audit::Receipt{0, at};
    }
    entries_.push_back({submission.journal, submission.event, submission.body, submission.subject});
    return audit::Receipt{size++, at};
  }

  store::Ledger* ledger_;
  const Clock* clock_;
  std::mutex order_mutex_;  // while a submission takes its place
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
  std::uint64_t sizes_[2] = {0, 0};
  std::size_t commits_ = 0;
  std::string fails_at_;
  bool down_ = false;
  async::BoundedPool thread_{{"trail", 1, 4096}};
};

}  // namespace rakkan::test
