// Content-Type and Accept of a request.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "rakkan/http/request.hpp"

namespace rakkan::api {

// Case and parameters do not count. media_type_unsupported.
[[nodiscard]] inline Result<void> require_media_type(const Request& request, std::string_view wanted) {
  if (request.media_type() != wanted) {
    return fail(not_among(ErrorCode::media_type_unsupported, {std::string(wanted)}, "Content-Type"));
  }
  return {};
}

// Which of the offered types the answer gets. not_acceptable.
[[nodiscard]] inline Result<std::string_view> choose_media_type(const Request& request,
                                                                std::span<const std::string_view> offered) {
  const auto type = request.preferred(offered);
  if (!type) {
    return fail(not_among(ErrorCode::not_acceptable, {offered.begin(), offered.end()}, "Accept"));
  }
  return *type;
}

}  // namespace rakkan::api
