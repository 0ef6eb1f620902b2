#include "rakkan/pdf/text_string.hpp"

#include <gtest/gtest.h>

namespace rakkan::pdf {
namespace {

std::string decoded(std::string_view bytes) { return decode_text_string(bytes_of(bytes)); }

TEST(TextString, DecodesPdfDocEncoding) {
  EXPECT_EQ(decoded("Signature1"), "Signature1");
  EXPECT_EQ(decoded("\x80\xa0\xe9\x18"), "•€é˘");
  EXPECT_EQ(decoded("\x9f"), "\xef\xbf\xbd");
}

TEST(TextString, DecodesUtf16InBothOrders) {
  EXPECT_EQ(decoded(std::string_view("\xfe\xff\x7f\x72\x54\x0d", 6)), "署名");
  EXPECT_EQ(decoded(std::string_view("\xff\xfe\x72\x7f\x0d\x54", 6)), "署名");
  EXPECT_EQ(decoded(std::string_view("\xfe\xff\xd8\x42\xdf\xb7", 6)), "𠮷");
  EXPECT_EQ(decoded(std::string_view("\xfe\xff\xd8\x42", 4)), "\xef\xbf\xbd");
  EXPECT_EQ(decoded(std::string_view("\xfe\xff\x00\x41\x00", 5)), "A\xef\xbf\xbd");
}

TEST(TextString, LeavesLanguageEscapesOut) {
  EXPECT_EQ(decoded(std::string_view("\xfe\xff\0\x1b\0j\0a\0\x1b\0X", 12)), "X");
}

TEST(TextString, DecodesUtf8WithMark) {
  EXPECT_EQ(decoded("\xef\xbb\xbf署名"), "署名");
  EXPECT_EQ(decoded("\xef\xbb\xbf\xc0\x80"), "\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(decoded("\xef\xbb\xbf\xe7\xbd"), "\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(TextString, EncodesSoThatDecodingGivesTheSameText) {
  for (const std::string_view text : {"", "plain (text)", "髙﨑𠮷 の指示により", "é\n"}) {
    EXPECT_EQ(decode_text_string(encode_text_string(text)), text);
  }
  EXPECT_EQ(text_of(encode_text_string("plain")), "plain");
  EXPECT_EQ(text_of(encode_text_string("é")), std::string_view("\xfe\xff\x00\xe9", 4));
}

}  // namespace
}  // namespace rakkan::pdf
