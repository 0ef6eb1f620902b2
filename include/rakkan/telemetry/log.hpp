// Log writes one JSON object a line, from a thread of its own: a caller formats its line and goes on, and when the
// output is slow the oldest waiting lines are dropped and counted; nobody waits.
//
//   {"ts":"2026-11-24T01:02:03.004Z","level":"info","msg":"request","request_id":"4f…","method":"POST",…}
//
// Lines never hold document content, PINs, tokens, keys, names of persons or query strings: callers pass identifiers,
// codes and numbers.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "rakkan/base/error.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/telemetry/options.hpp"

namespace rakkan::telemetry {

struct Field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool> value;
};

[[nodiscard]] std::string_view name(LogLevel level) noexcept;  // "warning"
[[nodiscard]] std::optional<LogLevel> log_level_from_name(std::string_view name) noexcept;

// One answered request. Empty texts are left out.
struct RequestLine {
  std::string_view request_id{};
  std::string_view trace_id{};
  std::string_view method{};
  std::string_view route{};  // the pattern, not the path: "/v1/signatures/{id}"
  unsigned status = 0;
  std::chrono::microseconds duration{};
  std::string_view peer{};  // address of the caller
  std::string_view key_id{};
  std::string_view tenant{};
  std::optional<ErrorCode> error{};  // sets the line's level; without it the line is info
};

class Log {
 public:
  // What open() would refuse, without making a file: configuration_invalid, file_unwritable, with the key in `where`.
  [[nodiscard]] static Result<void> check(const LogOptions& options);
  // configuration_invalid (level), file_unwritable. The clock outlives the log.
  [[nodiscard]] static Result<std::unique_ptr<Log>> open(const LogOptions& options, const Clock& clock);
  ~Log();  // writes what waits
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  [[nodiscard]] bool writes(LogLevel level) const noexcept { return level >= least_; }
  // Thread-safe. Text that is not UTF-8 is replaced piece by piece with U+FFFD.
  void write(LogLevel level, std::string_view message, std::initializer_list<Field> fields = {}) noexcept;
  void request(const RequestLine& line) noexcept;
  // The error's slug and detail, at the level of its row.
  void failure(std::string_view message, const Error& error, std::string_view request_id = {}) noexcept;

  [[nodiscard]] std::uint64_t dropped() const noexcept;  // lines, since the start
  void flush() noexcept;                                 // asks for it; does not wait

 private:
  struct Impl;
  explicit Log(std::unique_ptr<Impl> impl, LogLevel least) noexcept;
  std::unique_ptr<Impl> impl_;
  LogLevel least_;
};

}  // namespace rakkan::telemetry
