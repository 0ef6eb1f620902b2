// WatchedClock records in the trail when the unit's clock gate shuts and when it opens again (EN 319 421 §7.7.2: every
// loss of synchronisation is audited).
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "rakkan/audit/trail_writer.hpp"
#include "rakkan/tsp/clock_gate.hpp"

namespace rakkan::service {

class WatchedClock final : public tsp::ClockGate {
 public:
  WatchedClock(std::unique_ptr<tsp::ClockGate> gate, audit::TrailWriter& trail)
      : gate_(std::move(gate)), trail_(&trail) {}

  [[nodiscard]] Result<Instant> trusted_time() override {
    Result<Instant> time = gate_->trusted_time();
    if (shut_.exchange(!time) != !time) {
      audit::Submission change;
      change.event = time ? "clock.trusted" : "clock.refused";
      change.body = "{}";
      trail_->record(std::move(change), [](const Result<audit::Receipt>&) {});
    }
    return time;
  }

 private:
  std::unique_ptr<tsp::ClockGate> gate_;
  audit::TrailWriter* trail_;
  std::atomic<bool> shut_{false};
};

}  // namespace rakkan::service
