// Log writes lines, each of them one JSON object, from a thread of its own: a caller formats its line and goes on. When
// the output is slow, the oldest waiting lines are dropped and counted; no caller waits.
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

// RequestLine describes one answered request. Empty texts are left out.
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
  // Fails when open() would refuse the options, without making a file: configuration_invalid, file_unwritable, with the
  // option in `where`.
  [[nodiscard]] static Result<void> check(const LogOptions& options);
  // Opens the log. The clock outlives it. configuration_invalid (level), file_unwritable.
  [[nodiscard]] static Result<std::unique_ptr<Log>> open(const LogOptions& options, const Clock& clock);
  ~Log();  // writes the waiting lines
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  [[nodiscard]] bool writes(LogLevel level) const noexcept { return level >= least_; }
  // Writes a line. Bytes that are not UTF-8 become U+FFFD. Thread-safe.
  void write(LogLevel level, std::string_view message, std::initializer_list<Field> fields = {}) noexcept;
  void request(const RequestLine& line) noexcept;
  // Writes a line with the error's slug and detail, at the level of its row.
  void failure(std::string_view message, const Error& error, std::string_view request_id = {}) noexcept;

  [[nodiscard]] std::uint64_t dropped() const noexcept;  // lines dropped since the start
  void flush() noexcept;                                 // asks for the waiting lines to be written; does not wait

 private:
  struct Impl;
  explicit Log(std::unique_ptr<Impl> impl, LogLevel least) noexcept;
  std::unique_ptr<Impl> impl_;
  LogLevel least_;
};

}  // namespace rakkan::telemetry
