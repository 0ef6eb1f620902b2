#include "rakkan/json/writer.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace rakkan::json {

void append_quoted(std::string& to, std::string_view text) {
  const bool plain = std::none_of(text.begin(), text.end(),
                                  [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; });
  if (plain) {
    to += '"';
    to += text;
    to += '"';
  } else {
    to += boost::json::serialize(boost::json::string_view(text.data(), text.size()));
  }
}

std::string quote(std::string_view text) {
  std::string quoted;
  append_quoted(quoted, text);
  return quoted;
}

}  // namespace rakkan::json
