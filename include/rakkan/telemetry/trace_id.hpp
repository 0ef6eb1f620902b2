// Identifiers that join the log lines of a request with those of its caller: W3C Trace Context (traceparent, version
// 00).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::telemetry {

struct TraceParent {
  std::string trace_id;   // 32 lower-case hexadecimal digits, not all zero
  std::string parent_id;  // 16 likewise
  bool sampled = false;
};

// Reads a traceparent by Trace Context §3.2, nothing when it is malformed; a later version is read by its first four
// parts.
[[nodiscard]] std::optional<TraceParent> parse_traceparent(std::string_view header);

// Makes an id of 32 hexadecimal digits for a request, which is its trace's id too when the caller sent none.
[[nodiscard]] Result<std::string> make_request_id(RandomSource& random);

}  // namespace rakkan::telemetry
