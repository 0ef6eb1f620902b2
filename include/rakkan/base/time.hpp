// Time is an argument: the core takes an Instant, the edge asks a Clock. An Instant is UTC in milliseconds since 1970,
// without leap seconds, valid from year 1 to 9999.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace rakkan {

using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
};

// SystemClock is the machine's wall clock. Thread-safe.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override;
};

// MonotonicClock only moves forward and is never set: it measures durations.
class MonotonicClock {
 public:
  virtual ~MonotonicClock() = default;
  // The time since a moment that stays the same while the process lives.
  [[nodiscard]] virtual std::chrono::milliseconds elapsed() const = 0;
};

// SteadyClock is the machine's monotonic clock. Thread-safe.
class SteadyClock final : public MonotonicClock {
 public:
  [[nodiscard]] std::chrono::milliseconds elapsed() const override;
};

struct UtcFields {
  int year, month, day, hour, minute, second, millisecond;
};

[[nodiscard]] UtcFields utc_fields(Instant instant) noexcept;
// The instant of these fields; nothing when one is out of range (31 February, second 60, year 0).
[[nodiscard]] std::optional<Instant> instant_from_utc(const UtcFields& fields) noexcept;

// RFC 3339, always with Z: "2026-11-24T01:02:03.004Z". Parsing accepts an optional fraction and any numeric offset.
[[nodiscard]] std::string to_rfc3339(Instant instant);
[[nodiscard]] std::optional<Instant> parse_rfc3339(std::string_view text) noexcept;

}  // namespace rakkan
