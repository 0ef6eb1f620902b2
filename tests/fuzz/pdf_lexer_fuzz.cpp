// PDF syntax from outside: tokens go forward and cover what they say; a value that was read reads again from its own
// bytes.
#include <cstdlib>

#include "rakkan/pdf/lexer.hpp"
#include "rakkan/pdf/object.hpp"
#include "rakkan/pdf/text_string.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rakkan::pdf;
  const rakkan::ByteView input(data, size);
  Lexer lexer(input);
  std::size_t end = 0;
  for (Token token = lexer.next(); token.kind != TokenKind::end_of_input; token = lexer.next()) {
    if (token.begin < end || token.end <= token.begin || token.end > size) {
      std::abort();
    }
    end = token.end;
  }
  const auto object = Object::parse_value(input, 0, 50, Reference{1, 0}, Location{});
  if (object) {
    const Value value = (*object)->value();
    const auto again = Object::parse_value(value.bytes(), 0, 50, Reference{1, 0}, Location{});
    if (!again || (*again)->value().kind() != value.kind() || (*again)->value().size() != value.size()) {
      std::abort();
    }
    static_cast<void>(decode_text_string(value.string().value_or(rakkan::Bytes{})));
  }
  static_cast<void>(Object::parse_object(input, 0, 50));
  return 0;
}
