// Comparing names of algorithms as people write them: "SHA-256", "sha-256" and "sha256" are the same.
#pragma once

#include <cstddef>
#include <string_view>

namespace rakkan::crypto {

// True when `given` is the standard name with or without its capitals and hyphens.
constexpr bool same_name(std::string_view standard, std::string_view given) noexcept {
  std::size_t at = 0;
  for (const char c : standard) {
    if (at < given.size() && given[at] == c) {
      ++at;
    } else if (at < given.size() && c >= 'A' && c <= 'Z' && given[at] == c - 'A' + 'a') {
      ++at;
    } else if (c != '-') {
      return false;
    }
  }
  return at == given.size();
}

}  // namespace rakkan::crypto
