#include "rakkan/telemetry/trace_id.hpp"

#include <algorithm>
#include <array>

#include "rakkan/base/hex.hpp"

namespace rakkan::telemetry {
namespace {

bool is_hex(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '0'; });
}

}  // namespace

// traceparent (Trace Context §3.2) is version "-" trace-id "-" parent-id "-" trace-flags, all in lower-case
// hexadecimal. §3.2.4: a version above 00 may go on after a dash; ff is forbidden.
std::optional<TraceParent> parse_traceparent(std::string_view header) {
  constexpr std::size_t kLength = 55;
  if (header.size() < kLength || header[2] != '-' || header[35] != '-' || header[52] != '-') {
    return std::nullopt;
  }
  const std::string_view version = header.substr(0, 2);
  const std::string_view trace_id = header.substr(3, 32);
  const std::string_view parent_id = header.substr(36, 16);
  const std::string_view flags = header.substr(53, 2);
  if (!is_hex(version) || version == "ff" || !is_hex(trace_id) || is_zero(trace_id) || !is_hex(parent_id) ||
      is_zero(parent_id) || !is_hex(flags)) {
    return std::nullopt;
  }
  const bool ends_here = header.size() == kLength;
  if (!ends_here && (version == "00" || header[kLength] != '-')) {
    return std::nullopt;
  }
  const bool sampled = std::string_view("13579bdf").find(flags[1]) != std::string_view::npos;
  return TraceParent{std::string(trace_id), std::string(parent_id), sampled};
}

Result<std::string> make_request_id(RandomSource& random) {
  std::array<Byte, 16> bytes{};
  RAKKAN_CHECK(random.fill(bytes));
  return to_hex(bytes);
}

}  // namespace rakkan::telemetry
