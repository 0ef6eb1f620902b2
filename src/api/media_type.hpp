#pragma once

#include <string>
#include <string_view>

#include "rakkan/http/request.hpp"

namespace rakkan::api {

// Case and parameters do not count. media_type_unsupported.
[[nodiscard]] inline Result<void> require_media_type(const Request& request, std::string_view wanted) {
  if (request.media_type() != wanted) {
    return fail(ErrorCode::media_type_unsupported, "must be " + std::string(wanted), "Content-Type");
  }
  return {};
}

}  // namespace rakkan::api
