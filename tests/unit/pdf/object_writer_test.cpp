#include "rakkan/pdf/object_writer.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "rakkan/pdf/byte_range.hpp"

namespace rakkan::pdf {
namespace {

std::string written(const ObjectWriter& writer) { return std::string(text_of(writer.view())); }

TEST(ObjectWriter, SeparatesTokensThatWouldRunTogether) {
  ObjectWriter writer;
  writer.begin_dictionary().key("F").integer(132).key("P").reference({12, 3}).key("Kids").begin_array();
  writer.reference({1, 0}).reference({2, 0}).end_array().end_dictionary();
  EXPECT_EQ(written(writer), "<<\n/F 132\n/P 12 3 R\n/Kids[1 0 R 2 0 R]\n>>");
}

TEST(ObjectWriter, EscapesNames) {
  ObjectWriter writer;
  writer.name("A#B C/D").name("\xE9");
  EXPECT_EQ(written(writer), "/A#23B#20C#2FD/#E9");
}

TEST(ObjectWriter, WritesAsciiTextAsEscapedLiteral) {
  ObjectWriter writer;
  writer.text("a(b)\\c");
  EXPECT_EQ(written(writer), "(a\\(b\\)\\\\c)");
}

TEST(ObjectWriter, WritesOtherTextAsUtf16WithItsMark) {
  ObjectWriter writer;
  writer.text("署𠮷");
  EXPECT_EQ(written(writer), "<FEFF7F72D842DFB7>");
}

TEST(ObjectWriter, WritesDatesInUtc) {
  using namespace std::chrono;
  ObjectWriter writer;
  writer.date(Instant(sys_days(year(2026) / 1 / 2) + 3h + 4min + 5s + 999ms));
  EXPECT_EQ(written(writer), "(D:20260102030405Z)");
}

TEST(ByteRange, TextHasOneWidthForEveryValue) {
  const ByteRange small{1, 2, 3};
  const ByteRange large{9'223'372'036'854'775'807U, 9'223'372'036'854'775'807U, 0};
  EXPECT_EQ(small.text().size(), ByteRange::kTextWidth);
  EXPECT_EQ(large.text().size(), ByteRange::kTextWidth);
  EXPECT_EQ(large.text(), "0                   9223372036854775807 9223372036854775807 0                   ");
}

}  // namespace
}  // namespace rakkan::pdf
