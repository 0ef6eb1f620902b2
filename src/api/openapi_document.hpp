// docs/api/openapi.yaml as JSON, made when Rakkan is built (src/cmake/embed_openapi.py).
#pragma once

#include <string_view>

namespace rakkan::api {

[[nodiscard]] std::string_view openapi_document() noexcept;

}  // namespace rakkan::api
