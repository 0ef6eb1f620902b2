#include "pades/value_equality.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <string>

#include "support/result_matchers.hpp"

namespace rakkan::pades {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A value on its own, with the object that holds it.
struct Parsed {
  explicit Parsed(std::string spelled) : text(std::move(spelled)) {
    auto parsed = pdf::Object::parse_value(bytes_of(text), 0, 100, pdf::Reference{1, 0}, pdf::Location{});
    EXPECT_THAT(parsed, test::IsOk()) << text;
    object = parsed ? *std::move(parsed) : nullptr;
  }
  Parsed(const Parsed&) = delete;
  Parsed& operator=(const Parsed&) = delete;
  [[nodiscard]] pdf::Value value() const { return object->value(); }

  std::string text;
  std::unique_ptr<pdf::Object> object;
};

bool same(const char* a, const char* b) {
  const Parsed left(a);
  const Parsed right(b);
  EXPECT_EQ(same_value(left.value(), right.value()), same_value(right.value(), left.value())) << a << " " << b;
  return same_value(left.value(), right.value());
}

TEST(SameValue, HasManySpellings) {
  EXPECT_TRUE(same("(a)", "<61>"));
  EXPECT_TRUE(same("(\\101)", "(A)"));
  EXPECT_TRUE(same("/A#42", "/AB"));
  EXPECT_TRUE(same("1.50", "1.5"));
  EXPECT_TRUE(same("2", "2.0"));
  EXPECT_TRUE(same("[1 2]", "[ 1\n2 ]"));
  EXPECT_TRUE(same("<</A 1/B 2>>", "<</B 2/A 1>>"));
  EXPECT_TRUE(same("[3 0 R]", "[3  0  R]"));
  EXPECT_TRUE(same("null", "null"));
}

TEST(SameValue, IsNoOther) {
  EXPECT_FALSE(same("(a)", "/a"));
  EXPECT_FALSE(same("(a)", "(b)"));
  EXPECT_FALSE(same("true", "false"));
  EXPECT_FALSE(same("1", "2"));
  EXPECT_FALSE(same("9007199254740993", "9007199254740992"));  // equal as floating-point numbers
  EXPECT_FALSE(same("[1 2]", "[2 1]"));
  EXPECT_FALSE(same("[1]", "[1 2]"));
  EXPECT_FALSE(same("3 0 R", "3 1 R"));
  EXPECT_FALSE(same("<</A 1>>", "<</A 1/B 2>>"));
  EXPECT_FALSE(same("<</A 1>>", "<</B 1>>"));
  EXPECT_FALSE(same("<</A 1/A 2>>", "<</A 2/A 1>>"));  // readers take the first, or the last
  EXPECT_TRUE(same("<</A 1/A 2>>", "<</A 1/A 2>>"));
}

TEST(DifferentKeys, AreThoseThatChangedJoinedOrLeft) {
  const Parsed before("<</A 1/B 2/C 3/E null>>");
  const Parsed after("<</D 4/C 3.0/B 9>>");
  EXPECT_THAT(different_keys(before.value(), after.value()), ElementsAre("A", "B", "D"));
  EXPECT_THAT(different_keys(before.value(), before.value()), IsEmpty());
}

TEST(DuplicateKeys, AreFoundUnderEverySpelling) {
  EXPECT_TRUE(has_duplicate_keys(Parsed("<</A 1/B 2/#41 3>>").value()));
  EXPECT_FALSE(has_duplicate_keys(Parsed("<</A 1/B 2>>").value()));
}

}  // namespace
}  // namespace rakkan::pades
