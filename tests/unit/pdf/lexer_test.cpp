#include "rakkan/pdf/lexer.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace rakkan::pdf {
namespace {

using ::testing::ElementsAre;

std::vector<TokenKind> kinds(std::string_view text) {
  Lexer lexer(bytes_of(text));
  std::vector<TokenKind> kinds;
  for (Token token = lexer.next(); token.kind != TokenKind::end_of_input; token = lexer.next()) {
    kinds.push_back(token.kind);
  }
  return kinds;
}

std::string first(std::string_view text) {
  Lexer lexer(bytes_of(text));
  return std::string(lexer.text(lexer.next()));
}

TEST(Lexer, TellsTheTokensOfADictionaryApart) {
  EXPECT_THAT(kinds("<</A[1 -2.5(x)<00>]/B true>>"),
              ElementsAre(TokenKind::dictionary_open, TokenKind::name, TokenKind::array_open, TokenKind::integer,
                          TokenKind::real, TokenKind::literal_string, TokenKind::hex_string, TokenKind::array_close,
                          TokenKind::name, TokenKind::keyword, TokenKind::dictionary_close));
}

TEST(Lexer, SkipsWhiteSpaceAndComments) {
  const std::string text = std::string("\0\t\f", 3) + "% (not a string\r42 %";
  Lexer lexer(bytes_of(text));
  const Token token = lexer.next();
  EXPECT_EQ(token.integer, 42);
  EXPECT_EQ(token.begin, text.find("42"));
  EXPECT_EQ(lexer.next().kind, TokenKind::end_of_input);
  EXPECT_EQ(lexer.next().kind, TokenKind::end_of_input);
}

TEST(Lexer, ReadsIntegersUpToTheirLimits) {
  Lexer lexer(bytes_of("9223372036854775807 -9223372036854775808 9223372036854775808 +7 -0"));
  EXPECT_EQ(lexer.next().integer, INT64_MAX);
  EXPECT_EQ(lexer.next().integer, INT64_MIN);
  EXPECT_EQ(lexer.next().kind, TokenKind::real);
  EXPECT_EQ(lexer.next().integer, 7);
  EXPECT_EQ(lexer.next().integer, 0);
}

TEST(Lexer, TakesWhatIsNoNumberAsKeyword) {
  EXPECT_THAT(kinds("1.2.3 --5 +- . 1e5"), ElementsAre(TokenKind::keyword, TokenKind::keyword, TokenKind::keyword,
                                                       TokenKind::keyword, TokenKind::keyword));
}

TEST(Lexer, KeepsBalancedAndEscapedParenthesesInAString) {
  EXPECT_EQ(first("(a(b)c)d"), "(a(b)c)");
  EXPECT_EQ(first("(a\\)b)c"), "(a\\)b)");
  EXPECT_EQ(first("(a\\\\)b"), "(a\\\\)");
}

TEST(Lexer, RefusesStringsWithoutEnd) {
  EXPECT_THAT(kinds("(abc"), ElementsAre(TokenKind::invalid));
  EXPECT_THAT(kinds("(abc\\"), ElementsAre(TokenKind::invalid));
  EXPECT_THAT(kinds("<00"), ElementsAre(TokenKind::invalid));
}

TEST(Lexer, RefusesOtherCharactersInAHexString) {
  Lexer lexer(bytes_of("<0g>"));
  EXPECT_EQ(lexer.next().kind, TokenKind::invalid);
}

TEST(Lexer, EndsNamesAtDelimiters) {
  EXPECT_THAT(kinds("/Name/Other(s)/[/]"),
              ElementsAre(TokenKind::name, TokenKind::name, TokenKind::literal_string, TokenKind::name,
                          TokenKind::array_open, TokenKind::name, TokenKind::array_close));
}

}  // namespace
}  // namespace rakkan::pdf
