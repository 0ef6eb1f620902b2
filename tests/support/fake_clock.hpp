// Clocks that stand where a test puts them, and randomness that stands still.
#pragma once

#include <atomic>

#include "rakkan/base/random.hpp"
#include "rakkan/base/time.hpp"

namespace rakkan::test {

struct FakeClock final : Clock {
  explicit FakeClock(Instant at) : time(at) {}
  [[nodiscard]] Instant now() const override { return time; }
  Instant time;
};

struct FakeMonotonicClock final : MonotonicClock {
  [[nodiscard]] std::chrono::milliseconds elapsed() const override { return time; }
  std::chrono::milliseconds time{1000};
};

// The same clock for tests whose threads read it while it is moved.
struct SharedMonotonicClock final : MonotonicClock {
  [[nodiscard]] std::chrono::milliseconds elapsed() const override {
    return std::chrono::milliseconds(milliseconds.load());
  }
  void advance(std::chrono::milliseconds by) { milliseconds += by.count(); }
  std::atomic<std::int64_t> milliseconds{1'000};
};

// Randomness that gives the same octet for ever, or fails.
struct StuckRandom final : RandomSource {
  explicit StuckRandom(Byte octet = 0x55) : value(octet) {}
  [[nodiscard]] Result<void> fill(ByteSpan out) override {
    if (broken) {
      return fail(ErrorCode::internal, "no entropy");
    }
    for (Byte& octet : out) {
      octet = value;
    }
    return {};
  }
  Byte value;
  bool broken = false;
};

}  // namespace rakkan::test
