// ObjectWriter appends PDF syntax (ISO 32000-2 §7.3) to a buffer that it owns, one token after another, separated where
// the syntax needs it. It does not check that the tokens make sense together.
//
//   ObjectWriter writer;
//   writer.begin_dictionary().key("Type").name("Sig").key("M").date(now).end_dictionary();
#pragma once

#include <cstdint>
#include <string_view>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/pdf/object.hpp"

namespace rakkan::pdf {

class ObjectWriter {
 public:
  ObjectWriter() = default;
  explicit ObjectWriter(std::size_t capacity) { buffer_.reserve(capacity); }

  ObjectWriter& begin_dictionary() { return raw("<<"); }
  ObjectWriter& end_dictionary() { return raw("\n>>"); }
  ObjectWriter& begin_array() { return raw("["); }
  ObjectWriter& end_array() { return raw("]"); }
  // Writes a key on a line of its own; its value has to follow.
  ObjectWriter& key(std::string_view name);
  ObjectWriter& name(std::string_view name);  // any bytes but 0; escaped with #xx where needed (§7.3.5)
  ObjectWriter& integer(std::int64_t value);
  ObjectWriter& reference(Reference reference);  // "12 0 R"
  ObjectWriter& text(std::string_view utf8);     // a text string: literal for ASCII, else UTF-16BE in hexadecimal
  ObjectWriter& hex_string(ByteView bytes);
  ObjectWriter& date(Instant instant);  // (D:YYYYMMDDHHmmSSZ), §7.9.4
  ObjectWriter& raw(std::string_view syntax) { return raw(bytes_of(syntax)); }
  ObjectWriter& raw(ByteView syntax);                // syntax as it is
  ObjectWriter& fill(std::size_t count, char with);  // room that patch() fills later

  [[nodiscard]] std::size_t size() const noexcept { return buffer_.size(); }
  [[nodiscard]] ByteView view() const noexcept { return buffer_; }
  [[nodiscard]] Bytes take() && noexcept { return std::move(buffer_); }
  // Overwrites room that fill() made; the buffer never grows.
  void patch(std::size_t offset, std::string_view syntax);

 private:
  void separate();  // writes a blank where two tokens would run together

  Bytes buffer_;
};

}  // namespace rakkan::pdf
