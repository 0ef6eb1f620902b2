#include "rakkan/base/base64.hpp"

#include <gmock/gmock.h>

namespace rakkan {
namespace {

// RFC 4648 §10.
TEST(Base64, EncodesTheVectorsOfRfc4648) {
  EXPECT_EQ(to_base64(bytes_of("")), "");
  EXPECT_EQ(to_base64(bytes_of("f")), "Zg==");
  EXPECT_EQ(to_base64(bytes_of("fo")), "Zm8=");
  EXPECT_EQ(to_base64(bytes_of("foo")), "Zm9v");
  EXPECT_EQ(to_base64(bytes_of("foobar")), "Zm9vYmFy");
}

TEST(Base64, UrlFormHasNoPaddingAndNoSlash) {
  EXPECT_EQ(to_base64url(Bytes{0xFB, 0xFF, 0xFE}), "-__-");
  EXPECT_EQ(to_base64url(Bytes{0xFB}), "-w");
}

TEST(Base64, DecodesWhatItEncodes) {
  for (const std::string_view text : {"", "f", "fo", "foo", "foob", "\xff\xfe\x00\x01"}) {
    EXPECT_EQ(from_base64(to_base64(bytes_of(text))), copy_of(bytes_of(text)));
  }
}

TEST(Base64, RefusesWhatIsNotCanonical) {
  EXPECT_EQ(from_base64("Zg"), std::nullopt);    // no padding
  EXPECT_EQ(from_base64("Zh=="), std::nullopt);  // unused bits set
  EXPECT_EQ(from_base64("Z g="), std::nullopt);
  EXPECT_EQ(from_base64("Zg==Zg=="), std::nullopt);
}

TEST(Base64, SkipsLineBreaksOnlyWhenAsked) {
  EXPECT_EQ(from_base64("Zm9v\nYmFy"), std::nullopt);
  EXPECT_EQ(from_base64_lines("Zm9v\r\nYmFy\n"), copy_of(bytes_of("foobar")));
}

}  // namespace
}  // namespace rakkan
