// Text from documents on a terminal: nothing in it acts or hides.
#include "cli/visible_text.hpp"

#include <gtest/gtest.h>

namespace rakkan::cli {
namespace {

TEST(VisibleText, LeavesNamesAsTheyAre) {
  EXPECT_EQ(visible("髙﨑𠮷 O'Brien é"), "髙﨑𠮷 O'Brien é");
  EXPECT_EQ(visible(""), "");
}

TEST(VisibleText, ShowsControlsAndEscapeSequences) {
  EXPECT_EQ(visible("a\x1B[2Jb\n\x7F"), "a<U+001B>[2Jb<U+000A><U+007F>");
  EXPECT_EQ(visible("\xC2\x9B"), "<U+009B>");
}

TEST(VisibleText, ShowsWhatTurnsOrHidesText) {
  EXPECT_EQ(visible("fdp\xE2\x80\xAE.exe"), "fdp<U+202E>.exe");
  EXPECT_EQ(visible("\xE2\x81\xA6x\xE2\x81\xA9"), "<U+2066>x<U+2069>");
  EXPECT_EQ(visible("a\xE2\x80\x8B\xF3\xA0\x81\x81"), "a<U+200B><U+E0041>");
}

TEST(VisibleText, ReplacesBytesThatAreNoUtf8) {
  constexpr const char* kReplacement = "\xEF\xBF\xBD";
  EXPECT_EQ(visible("\xFF"), kReplacement);
  EXPECT_EQ(visible("\xC0\xAF"), std::string(kReplacement) + kReplacement);
  EXPECT_EQ(visible("\xE2\x80"), std::string(kReplacement) + kReplacement);
}

TEST(VisibleText, EscapesTheSameInJson) {
  EXPECT_EQ(escaped_json("{\"a\":\"\xE2\x80\xAE\xF3\xA0\x81\x81名\"}\n"), "{\"a\":\"\\u202e\\udb40\\udc41名\"}\n");
}

}  // namespace
}  // namespace rakkan::cli
