// The fields Content-Type and Accept of a request (RFC 9110 §8.3, §12.5.1).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "rakkan/http/request.hpp"

namespace rakkan::api {

// Succeeds when Content-Type is `wanted`; case and parameters do not count. media_type_unsupported.
[[nodiscard]] inline Result<void> require_media_type(const Request& request, std::string_view wanted) {
  if (request.media_type() != wanted) {
    return fail(not_among(ErrorCode::media_type_unsupported, {std::string(wanted)}, "Content-Type"));
  }
  return {};
}

// Chooses the type of the answer among the offered ones by Accept. not_acceptable.
[[nodiscard]] inline Result<std::string_view> choose_media_type(const Request& request,
                                                                std::span<const std::string_view> offered) {
  const auto type = request.preferred(offered);
  if (!type) {
    return fail(not_among(ErrorCode::not_acceptable, {offered.begin(), offered.end()}, "Accept"));
  }
  return *type;
}

}  // namespace rakkan::api
