// JSON answers are written, not built: members appended to a text. JSON that exists already (facts) goes in as it is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rakkan::http {

void append_quoted(std::string& to, std::string_view text);

class JsonObject {
 public:
  JsonObject& text(std::string_view name, std::string_view value) {
    member(name);
    append_quoted(text_, value);
    return *this;
  }
  JsonObject& number(std::string_view name, std::uint64_t value) { return raw(name, std::to_string(value)); }
  JsonObject& flag(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
  JsonObject& null(std::string_view name) { return raw(name, "null"); }
  // `json` is JSON.
  JsonObject& raw(std::string_view name, std::string_view json) {
    member(name);
    text_ += json;
    return *this;
  }
  [[nodiscard]] std::string finish() && { return std::move(text_ += '}'); }

 private:
  void member(std::string_view name) {
    text_ += text_.size() > 1 ? ",\"" : "\"";
    text_ += name;
    text_ += "\":";
  }
  std::string text_ = "{";
};

// "[a,b]" of what `write` makes of each.
template <class Range, class Write>
[[nodiscard]] std::string json_array(const Range& range, const Write& write) {
  std::string text = "[";
  for (const auto& one : range) {
    text += text.size() > 1 ? "," : "";
    text += write(one);
  }
  return text + "]";
}

}  // namespace rakkan::http
