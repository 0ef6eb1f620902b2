#include "rakkan/pdf/object_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "rakkan/pdf/lexer.hpp"
#include "rakkan/pdf/text_string.hpp"

namespace rakkan::pdf {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

bool is_regular(Byte byte) { return character_class(byte) == CharacterClass::regular; }

}  // namespace

void ObjectWriter::separate() {
  if (!buffer_.empty() && is_regular(buffer_.back())) {
    buffer_.push_back(' ');
  }
}

ObjectWriter& ObjectWriter::raw(ByteView syntax) {
  append(buffer_, syntax);
  return *this;
}

ObjectWriter& ObjectWriter::key(std::string_view name_) {
  buffer_.push_back('\n');
  return name(name_);
}

ObjectWriter& ObjectWriter::name(std::string_view name) {
  buffer_.push_back('/');
  for (const char c : name) {
    const auto byte = static_cast<Byte>(c);
    if (byte > 0x20 && byte < 0x7F && byte != '#' && is_regular(byte)) {
      buffer_.push_back(byte);
      continue;
    }
    buffer_.push_back('#');
    buffer_.push_back(static_cast<Byte>(kHexDigits[byte >> 4]));
    buffer_.push_back(static_cast<Byte>(kHexDigits[byte & 0xF]));
  }
  return *this;
}

ObjectWriter& ObjectWriter::integer(std::int64_t value) {
  separate();
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return raw(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

ObjectWriter& ObjectWriter::reference(Reference reference) {
  return integer(reference.number).integer(reference.generation).raw(" R");
}

ObjectWriter& ObjectWriter::text(std::string_view utf8) {
  const Bytes text = encode_text_string(utf8);
  if (text.size() >= 2 && text[0] == 0xFE && text[1] == 0xFF) {
    return hex_string(text);
  }
  buffer_.push_back('(');
  for (const Byte byte : text) {
    if (byte == '(' || byte == ')' || byte == '\\') {
      buffer_.push_back('\\');
    }
    buffer_.push_back(byte);
  }
  buffer_.push_back(')');
  return *this;
}

ObjectWriter& ObjectWriter::hex_string(ByteView bytes) {
  buffer_.push_back('<');
  for (const Byte byte : bytes) {
    buffer_.push_back(static_cast<Byte>(kHexDigits[byte >> 4]));
    buffer_.push_back(static_cast<Byte>(kHexDigits[byte & 0xF]));
  }
  buffer_.push_back('>');
  return *this;
}

ObjectWriter& ObjectWriter::date(Instant instant) {
  const UtcFields utc = utc_fields(instant);
  std::array<char, 18> text = {'D', ':', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'Z', 0};
  std::size_t at = 2;
  const auto put = [&text, &at](int value, std::size_t digits) {
    for (std::size_t i = digits; i > 0; --i) {
      text.at(at + i - 1) = static_cast<char>('0' + value % 10);
      value /= 10;
    }
    at += digits;
  };
  put(utc.year, 4);
  for (const int field : {utc.month, utc.day, utc.hour, utc.minute, utc.second}) {
    put(field, 2);
  }
  return raw("(").raw(std::string_view(text.data(), at + 1)).raw(")");
}

ObjectWriter& ObjectWriter::fill(std::size_t count, char with) {
  buffer_.insert(buffer_.end(), count, static_cast<Byte>(with));
  return *this;
}

void ObjectWriter::patch(std::size_t offset, std::string_view syntax) {
  const ByteSpan room = ByteSpan(buffer_).subspan(offset, syntax.size());
  std::copy(syntax.begin(), syntax.end(), room.begin());
}

}  // namespace rakkan::pdf
