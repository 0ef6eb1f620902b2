// Base64 from outside: what the strict reader accepts, it writes again the same.
#include <cstdlib>
#include <string_view>

#include "rakkan/base/base64.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = rakkan::text_of({data, size});
  if (const auto bytes = rakkan::from_base64(text); bytes.has_value() && rakkan::to_base64(*bytes) != text) {
    std::abort();
  }
  static_cast<void>(rakkan::from_base64_lines(text));
  return 0;
}
