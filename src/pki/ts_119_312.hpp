// The catalogue of algorithms that is compiled in, src/pki/ts_119_312.json.
#pragma once

#include <string_view>

namespace rakkan::pki {

[[nodiscard]] std::string_view ts_119_312_text() noexcept;

}  // namespace rakkan::pki
