// The one table of errors, with a row for each code. docs/errors.md is generated from it; the HTTP problem documents,
// PKIFailureInfo (RFC 3161 §2.4.2), CLI exit codes and log levels are all looked up here and nowhere else.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "rakkan/base/error_code.hpp"

namespace rakkan {

// RFC 3161 §2.4.2 PKIFailureInfo: the value is the bit number of the BIT STRING.
enum class PkiFailureInfo : std::uint8_t {
  bad_alg = 0,
  bad_request = 2,
  bad_data_format = 5,
  time_not_available = 14,
  unaccepted_policy = 15,
  unaccepted_extension = 16,
  add_info_not_available = 17,
  system_failure = 25,
};

// The standard's name of the bit: "badAlg".
std::string_view name(PkiFailureInfo info) noexcept;

// Exit codes of the CLI, the same for every command.
enum class ExitCode : std::uint8_t {
  ok = 0,
  verification_failed = 1,
  indeterminate = 2,
  usage = 3,    // usage, configuration, local input and output
  refused = 4,  // the network, a server, or Rakkan itself refused
  hsm = 5,
};

enum class LogLevel : std::uint8_t { debug, info, warning, error, critical };

struct ErrorRow {
  ErrorCode code;
  std::uint16_t http_status;
  std::string_view slug;  // last path segment of the problem type, also the name in JSON output; [a-z-]+
  std::string_view title_en;
  std::string_view title_ja;
  PkiFailureInfo failure_info;
  ExitCode exit_code;
  LogLevel log_level;
  bool retryable;  // the same request may succeed later, unchanged
};

// Never fails: a static_assert holds the table complete and in the order of the enumeration.
const ErrorRow& row(ErrorCode code) noexcept;

// All rows in the order of ErrorCode.
std::span<const ErrorRow> error_table() noexcept;

std::optional<ErrorCode> error_code_from_slug(std::string_view slug) noexcept;

}  // namespace rakkan
