// TrailWriter is the interface through which the use cases record durably. Programs use audit::Trail behind it; tests
// and benchmarks bring implementations of their own.
#pragma once

#include <cstdint>
#include <utility>

#include "rakkan/async/owner.hpp"
#include "rakkan/async/task_fwd.hpp"
#include "rakkan/audit/trail.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::audit {

class TrailWriter {
 public:
  virtual ~TrailWriter() = default;
  // As audit::Trail::record.
  virtual void record(audit::Submission submission, audit::Trail::Done done) = 0;
  // As audit::Trail::begin_line; the default announces nothing.
  [[nodiscard]] virtual audit::Line begin_line() { return {}; }
  // As audit::Trail::ready.
  [[nodiscard]] virtual Result<void> ready() const = 0;
  // As audit::Trail::shortage.
  [[nodiscard]] virtual std::optional<Error> shortage() const { return std::nullopt; }
  // The number of durable entries of the trail: an index that is given later is not smaller.
  [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;

  // Record a submission and wait for the answer: write() without blocking a thread, in a turn of the owner's (see
  // async/turns.hpp), write_and_wait() on the caller's.
  [[nodiscard]] async::Task<Result<audit::Receipt>> write(audit::Submission submission, async::Owner owner);
  [[nodiscard]] Result<audit::Receipt> write_and_wait(audit::Submission submission);
};

// The TrailWriter of programs; the trail outlives it.
class AuditTrailWriter final : public TrailWriter {
 public:
  explicit AuditTrailWriter(audit::Trail& trail) noexcept : trail_(&trail) {}
  void record(audit::Submission submission, audit::Trail::Done done) override {
    trail_->record(std::move(submission), std::move(done));
  }
  [[nodiscard]] audit::Line begin_line() override { return trail_->begin_line(); }
  [[nodiscard]] Result<void> ready() const override { return trail_->ready(); }
  [[nodiscard]] std::optional<Error> shortage() const override { return trail_->shortage(); }
  [[nodiscard]] std::uint64_t size() const noexcept override { return trail_->size(audit::Journal::trail); }

 private:
  audit::Trail* trail_;
};

}  // namespace rakkan::audit
