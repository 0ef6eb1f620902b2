// Identifiers that join a request's lines here with those of the caller: W3C Trace Context (traceparent, version 00).
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

// Nothing when it is not as Trace Context §3.2 says; a later version is read by its first four parts.
[[nodiscard]] std::optional<TraceParent> parse_traceparent(std::string_view header);

// 32 hexadecimal digits: the id of a request, and its trace's when the caller has none.
[[nodiscard]] Result<std::string> make_request_id(RandomSource& random);

}  // namespace rakkan::telemetry
