// Lexer splits PDF syntax into tokens (ISO 32000-2 §7.2, §7.3). It remembers the position of each token and decodes
// nothing.
#pragma once

#include <cstdint>
#include <string_view>

#include "rakkan/base/bytes.hpp"

namespace rakkan::pdf {

enum class TokenKind : std::uint8_t {
  end_of_input,
  invalid,  // an unterminated string, a stray delimiter
  integer,
  real,  // also an integer that does not fit 64 bits
  literal_string,
  hex_string,
  name,
  keyword,  // obj, R, true, xref, …: any run of regular characters that is no number
  array_open,
  array_close,
  dictionary_open,
  dictionary_close,
};

struct Token {
  TokenKind kind = TokenKind::end_of_input;
  std::size_t begin = 0;     // of its first byte in the input
  std::size_t end = 0;       // one past its last byte
  std::int64_t integer = 0;  // the value of an integer
};

// The classes of characters (§7.2.3, tables 1 and 2).
enum class CharacterClass : std::uint8_t { regular, white_space, delimiter };
CharacterClass character_class(Byte byte) noexcept;
inline bool is_white_space(Byte byte) noexcept { return character_class(byte) == CharacterClass::white_space; }

class Lexer {
 public:
  // Views the input, which must outlive it. Starts at `position`.
  explicit Lexer(ByteView input, std::size_t position = 0) noexcept : input_(input), position_(position) {}

  // The next token; white space and comments before it are skipped. At the end: end_of_input, again and again.
  [[nodiscard]] Token next() noexcept;
  // Skips white space and comments.
  void skip_blank() noexcept;

  [[nodiscard]] std::size_t position() const noexcept { return position_; }
  void seek(std::size_t position) noexcept { position_ = position; }
  [[nodiscard]] ByteView input() const noexcept { return input_; }
  [[nodiscard]] std::string_view text(const Token& token) const noexcept {
    return text_of(input_.subspan(token.begin, token.end - token.begin));
  }
  [[nodiscard]] bool is_keyword(const Token& token, std::string_view word) const noexcept {
    return token.kind == TokenKind::keyword && text(token) == word;
  }

 private:
  Token number_or_keyword() noexcept;
  Token literal_string() noexcept;
  Token hex_string() noexcept;
  Token name() noexcept;
  Token take(TokenKind kind, std::size_t length) noexcept;
  [[nodiscard]] bool at_end() const noexcept { return position_ >= input_.size(); }

  ByteView input_;
  std::size_t position_;
};

}  // namespace rakkan::pdf
