// The text of docs/api/openapi.yaml, which is put into the program when Rakkan is built (src/cmake/embed_openapi.py).
#pragma once

#include <string_view>

namespace rakkan::api {

[[nodiscard]] std::string_view openapi_document() noexcept;  // as JSON
[[nodiscard]] std::string_view openapi_source() noexcept;    // the file, byte for byte

}  // namespace rakkan::api
