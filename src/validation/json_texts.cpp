#include "validation/json_texts.hpp"

namespace rakkan::validation {

std::string clean(std::string_view text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string result;
  result.reserve(text.size());
  for (const char each : text) {
    const auto octet = static_cast<unsigned char>(each);
    if (octet < 0x20 || octet == 0x7F) {
      result += kReplacement;
    } else {
      result += each;
    }
  }
  if (result.size() > kLongestText) {
    std::size_t size = kLongestText;
    while (size > 0 && (static_cast<unsigned char>(result[size]) & 0xC0U) == 0x80) {
      --size;
    }
    result.resize(size);
  }
  return result;
}

}  // namespace rakkan::validation
