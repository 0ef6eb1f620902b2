#include "rakkan/base/fields.hpp"

#include <gtest/gtest.h>

namespace rakkan {
namespace {

TEST(Fields, AreReadAsTheyWereWritten) {
  FieldWriter writer;
  writer.text("山田").number(0xFFFF'FFFF'FFFF'FFFF).bytes({}).number(7, 1).bytes(Bytes{0, 1});
  const Bytes record = std::move(writer).take();
  FieldReader reader(record);
  EXPECT_EQ(reader.text(), "山田");
  EXPECT_EQ(reader.number(), 0xFFFF'FFFF'FFFF'FFFFU);
  EXPECT_TRUE(reader.bytes().empty());
  EXPECT_EQ(reader.number(1), 7U);
  EXPECT_FALSE(reader.done());
  EXPECT_TRUE(equal(reader.bytes(), Bytes{0, 1}));
  EXPECT_TRUE(reader.done());
}

TEST(Fields, AfterOneThatIsNotWholeAllAreEmpty) {
  FieldWriter writer;
  writer.text("abc").number(5);
  const Bytes record = std::move(writer).take();
  for (std::size_t size = 0; size < record.size(); ++size) {
    FieldReader reader(ByteView(record).first(size));
    const std::string text = reader.text();
    EXPECT_EQ(text, size >= 7 ? "abc" : "") << size;
    EXPECT_EQ(reader.number(), 0U) << size;
    EXPECT_TRUE(reader.bytes().empty());
    EXPECT_FALSE(reader.done()) << size;
  }
}

TEST(Fields, ALengthBeyondTheEndIsNotWhole) {
  const Bytes record{0xFF, 0xFF, 0xFF, 0xFF, 1};
  FieldReader reader(record);
  EXPECT_TRUE(reader.bytes().empty());
  EXPECT_FALSE(reader.done());
}

}  // namespace
}  // namespace rakkan
