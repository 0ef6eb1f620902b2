// Writing JSON by appending members to a text, without building a tree. JSON that exists already goes in as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace rakkan::json {

// Appends the text as a JSON string, with its quotation marks (RFC 8259 §7). UTF-8 is not checked.
void append_quoted(std::string& to, std::string_view text);
[[nodiscard]] std::string quote(std::string_view text);

class ObjectWriter {
 public:
  explicit ObjectWriter(std::size_t expected = kUsual) { text_.reserve(expected); }  // bytes
  ObjectWriter& text(std::string_view name, std::string_view value) {
    add_name(name);
    append_quoted(text_, value);
    return *this;
  }
  // Adds a text that needs no escapes, like digits or Base64.
  ObjectWriter& plain(std::string_view name, std::string_view value) {
    add_name(name);
    text_.reserve(text_.size() + value.size() + 3);
    text_ += '"';
    text_ += value;
    text_ += '"';
    return *this;
  }
  ObjectWriter& number(std::string_view name, std::uint64_t value) { return raw(name, std::to_string(value)); }
  ObjectWriter& flag(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
  ObjectWriter& null(std::string_view name) { return raw(name, "null"); }
  // Adds a member whose value is the JSON text `json`; `name` needs no escapes.
  ObjectWriter& raw(std::string_view name, std::string_view json) {
    add_name(name);
    text_ += json;
    return *this;
  }
  // Adds an object as a member; `write(ObjectWriter&)` adds that object's members. The text is not copied.
  template <class Write>
  ObjectWriter& object(std::string_view name, const Write& write) {
    add_name(name);
    return nested(write);
  }
  // Adds an array of objects; `write(ObjectWriter&, element)` adds the members of one.
  template <class Range, class Write>
  ObjectWriter& objects(std::string_view name, const Range& range, const Write& write) {
    add_name(name);
    text_ += '[';
    bool is_first = true;
    for (const auto& one : range) {
      text_ += std::exchange(is_first, false) ? "" : ",";
      nested([&](ObjectWriter& json) { write(json, one); });
    }
    text_ += ']';
    return *this;
  }
  // A writer that goes on behind the members of `object`, which another one finished.
  [[nodiscard]] static ObjectWriter after(std::string object) {
    object.pop_back();
    return ObjectWriter(std::move(object));
  }
  [[nodiscard]] std::string finish() && { return std::move(text_ += '}'); }

 private:
  static constexpr std::size_t kUsual = 240;  // bytes: most objects of records and answers grow once at most
  explicit ObjectWriter(std::string text) noexcept : text_(std::move(text)) {}
  template <class Write>
  ObjectWriter& nested(const Write& write) {
    ObjectWriter inner(std::move(text_ += '{'));
    write(inner);
    text_ = std::move(inner).finish();
    return *this;
  }
  void add_name(std::string_view name) {
    text_ += text_.back() == '{' ? "\"" : ",\"";  // no value ends with a brace that opens
    text_ += name;
    text_ += "\":";
  }
  std::string text_ = "{";
};

// The array "[a,b]" of the texts that `write` makes of the elements.
template <class Range, class Write>
[[nodiscard]] std::string array_of(const Range& range, const Write& write) {
  std::string text = "[";
  for (const auto& one : range) {
    text += text.size() > 1 ? "," : "";
    text += write(one);
  }
  return text + "]";
}

}  // namespace rakkan::json
