#include "rakkan/console/language.hpp"

#include <algorithm>
#include <string>

#include "rakkan/base/environment.hpp"

namespace rakkan::console {
namespace {

bool is_utf8(std::string_view codeset) {
  std::string plain;
  for (const char c : codeset) {
    if (c != '-') {
      plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  return plain == "utf8";
}

}  // namespace

// A locale's name is language[_territory][.codeset][@modifier] (POSIX.1, 8.2).
Language language_of(std::string_view locale) noexcept {
  const std::string_view name = locale.substr(0, locale.find('@'));
  const std::size_t dot = name.find('.');
  const std::string_view place = name.substr(0, dot);
  const bool shows_utf8 = dot == std::string_view::npos || is_utf8(name.substr(dot + 1));
  return place.substr(0, place.find('_')) == "ja" && shows_utf8 ? Language::ja : Language::en;
}

Language language() noexcept {
  for (const char* variable : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    if (const std::string_view locale = environment_variable(variable); !locale.empty()) {
      return language_of(locale);
    }
  }
  return Language::en;
}

}  // namespace rakkan::console
