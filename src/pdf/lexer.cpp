#include "rakkan/pdf/lexer.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace rakkan::pdf {
namespace {

constexpr std::array<CharacterClass, 256> character_classes() {
  std::array<CharacterClass, 256> table{};
  for (const std::size_t c : {0x00UL, 0x09UL, 0x0aUL, 0x0cUL, 0x0dUL, 0x20UL}) {
    table[c] = CharacterClass::white_space;
  }
  for (const char c : {'(', ')', '<', '>', '[', ']', '{', '}', '/', '%'}) {
    table[static_cast<unsigned char>(c)] = CharacterClass::delimiter;
  }
  return table;
}

constexpr std::array<CharacterClass, 256> kClasses = character_classes();

bool is_digit(Byte byte) noexcept { return byte >= '0' && byte <= '9'; }

// Digits and white space, by table: a signature's /Contents has tens of thousands of them.
constexpr std::array<bool, 256> in_hex_strings() {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("0123456789ABCDEFabcdef")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  for (std::size_t c = 0; c < table.size(); ++c) {
    table[c] = table[c] || kClasses[c] == CharacterClass::white_space;
  }
  return table;
}

constexpr std::array<bool, 256> kInHexStrings = in_hex_strings();

}  // namespace

CharacterClass character_class(Byte byte) noexcept { return kClasses[byte]; }

Token Lexer::next() noexcept {
  skip_blank();
  if (at_end()) {
    return {TokenKind::end_of_input, input_.size(), input_.size(), 0};
  }
  const Byte first = input_[position_];
  const bool doubled = position_ + 1 < input_.size() && input_[position_ + 1] == first;
  switch (first) {
    case '/':
      return name();
    case '(':
      return literal_string();
    case '<':
      return doubled ? take(TokenKind::dictionary_open, 2) : hex_string();
    case '>':
      return doubled ? take(TokenKind::dictionary_close, 2) : take(TokenKind::invalid, 1);
    case '[':
      return take(TokenKind::array_open, 1);
    case ']':
      return take(TokenKind::array_close, 1);
    case ')':
    case '{':
    case '}':
      return take(TokenKind::invalid, 1);
    default:
      return number_or_keyword();
  }
}

void Lexer::skip_blank() noexcept {
  while (!at_end()) {
    const Byte byte = input_[position_];
    if (byte == '%') {
      while (!at_end() && input_[position_] != '\n' && input_[position_] != '\r') {
        ++position_;
      }
    } else if (is_white_space(byte)) {
      ++position_;
    } else {
      return;
    }
  }
}

Token Lexer::take(TokenKind kind, std::size_t length) noexcept {
  const Token token{kind, position_, position_ + length, 0};
  position_ += length;
  return token;
}

Token Lexer::number_or_keyword() noexcept {
  const std::size_t begin = position_;
  while (!at_end() && character_class(input_[position_]) == CharacterClass::regular) {
    ++position_;
  }
  Token token{TokenKind::keyword, begin, position_, 0};
  // A number (§7.3.3) is a sign, digits, at most one point, at least one digit; no exponent.
  std::size_t at = begin;
  const bool negative = input_[at] == '-';
  if (negative || input_[at] == '+') {
    ++at;
  }
  std::size_t digits = 0;
  std::size_t points = 0;
  std::int64_t value = 0;
  bool overflow = false;
  for (; at < token.end; ++at) {
    const Byte byte = input_[at];
    if (is_digit(byte)) {
      ++digits;
      const std::int64_t digit = byte - '0';
      overflow = overflow || __builtin_mul_overflow(value, std::int64_t{10}, &value) ||
                 __builtin_add_overflow(value, negative ? -digit : digit, &value);
    } else if (byte == '.' && points == 0) {
      ++points;
    } else {
      return token;
    }
  }
  if (digits == 0) {
    return token;
  }
  token.kind = points == 0 && !overflow ? TokenKind::integer : TokenKind::real;
  token.integer = token.kind == TokenKind::integer ? value : 0;
  return token;
}

// A literal string (§7.3.4.2): balanced parentheses need no escape; a backslash hides the byte after it.
Token Lexer::literal_string() noexcept {
  const std::size_t begin = position_;
  std::size_t depth = 0;
  while (!at_end()) {
    const Byte byte = input_[position_++];
    if (byte == '\\') {
      if (at_end()) {
        break;
      }
      ++position_;
    } else if (byte == '(') {
      ++depth;
    } else if (byte == ')' && --depth == 0) {
      return {TokenKind::literal_string, begin, position_, 0};
    }
  }
  return {TokenKind::invalid, begin, position_, 0};
}

Token Lexer::hex_string() noexcept {
  const std::size_t begin = position_;
  const ByteView rest = input_.subspan(begin + 1);
  const auto end = std::find_if(rest.begin(), rest.end(), [](Byte byte) { return !kInHexStrings[byte]; });
  position_ = begin + 1 + static_cast<std::size_t>(end - rest.begin()) + (end == rest.end() ? 0 : 1);
  const bool is_closed = end != rest.end() && *end == '>';
  return {is_closed ? TokenKind::hex_string : TokenKind::invalid, begin, position_, 0};
}

// A name (§7.3.5). A '#' that is not followed by two hexadecimal digits stands for itself, as in PDF 1.1 files and for
// every reader.
Token Lexer::name() noexcept {
  const std::size_t begin = position_++;
  while (!at_end() && character_class(input_[position_]) == CharacterClass::regular) {
    ++position_;
  }
  return {TokenKind::name, begin, position_, 0};
}

}  // namespace rakkan::pdf
