#include "rakkan/pdf/object.hpp"

#include <gmock/gmock.h>

#include <string>

#include "support/result_matchers.hpp"

namespace rakkan::pdf {
namespace {

using test::FailsWith;
using test::IsOk;
using ::testing::ElementsAre;

constexpr unsigned kDepth = 100;

// One value parsed from text, with the object that owns it.
struct Parsed {
  explicit Parsed(std::string_view text)
      : object(Object::parse_value(bytes_of(text), 0, kDepth, Reference{1, 0}, Location{})) {}
  [[nodiscard]] Value value() const { return object.value()->value(); }
  Result<std::unique_ptr<Object>> object;
};

TEST(Object, KeepsTheOriginalSpellingOfEveryValue) {
  const Parsed parsed("<</Rect [ 0 0 595.303937007874 +1. ]\n/Name#20x  12   0 R /S (a\\\nb)>>");
  ASSERT_THAT(parsed.object, IsOk());
  EXPECT_EQ(text_of(parsed.value().find("Rect").bytes()), "[ 0 0 595.303937007874 +1. ]");
  EXPECT_EQ(text_of(parsed.value().find("Name x").bytes()), "12   0 R");
  EXPECT_EQ(text_of(parsed.value().find("S").bytes()), "(a\\\nb)");
  const Entry second = *++parsed.value().entries().begin();
  EXPECT_EQ(text_of(second.key.bytes()), "/Name#20x");
  EXPECT_EQ(second.key.name(), "Name x");
}

TEST(Object, TellsReferencesFromIntegers) {
  const Parsed parsed("[1 2 3 0 R 4 5 6 65535 R 7]");
  ASSERT_THAT(parsed.object, IsOk());
  std::vector<Kind> kinds;
  for (const Value element : parsed.value().elements()) {
    kinds.push_back(element.kind());
  }
  EXPECT_THAT(kinds, ElementsAre(Kind::integer, Kind::integer, Kind::reference, Kind::integer, Kind::integer,
                                 Kind::reference, Kind::integer));
  EXPECT_EQ((*std::next(parsed.value().elements().begin(), 5)).reference(), (Reference{6, 65535}));
}

TEST(Object, RefusesAReferenceWhoseNumbersStandInAnotherArray) {
  EXPECT_THAT(Parsed("[1 [2 3] R]").object, FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(Parsed("[1 R]").object, FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(Parsed("[1 65536 R]").object, FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(Parsed("[-1 0 R]").object, FailsWith(ErrorCode::pdf_malformed));
}

TEST(Object, DecodesStrings) {
  const Parsed parsed("[(a\\(\\)\\\\\\101\\5x\\\r\nb\r\nc\\q) <48 65 6c6C 7> ()]");
  ASSERT_THAT(parsed.object, IsOk());
  auto element = parsed.value().elements().begin();
  EXPECT_EQ(text_of(*(*element).string()), "a()\\A\005xb\ncq");
  ++element;
  EXPECT_EQ(text_of(*(*element).string()), "Hellp");
  EXPECT_TRUE((*element).is_hex_string());
  ++element;
  EXPECT_TRUE((*element).string()->empty());
}

TEST(Object, AnswersOnlyForItsKind) {
  const Parsed parsed("[null true 7 1.5 /N (s)]");
  ASSERT_THAT(parsed.object, IsOk());
  const auto at = [&](int i) { return *std::next(parsed.value().elements().begin(), i); };
  EXPECT_TRUE(at(0).is(Kind::null));
  EXPECT_TRUE(static_cast<bool>(at(0)));
  EXPECT_EQ(at(1).boolean(), true);
  EXPECT_EQ(at(2).integer(), 7);
  EXPECT_EQ(at(2).number(), 7.0);
  EXPECT_EQ(at(3).integer(), std::nullopt);
  EXPECT_EQ(at(3).number(), 1.5);
  EXPECT_TRUE(at(4).is_name("N"));
  EXPECT_FALSE(at(4).is_name("No"));
  EXPECT_FALSE(at(5).is_name("s"));
  EXPECT_EQ(at(5).name(), std::nullopt);
  EXPECT_FALSE(static_cast<bool>(at(5).find("X")));
}

TEST(Object, CountsDuplicateKeysHoweverTheyAreSpelled) {
  const Parsed parsed("<</Contents<00>/Conten#74s<01>>>");
  ASSERT_THAT(parsed.object, IsOk());
  EXPECT_EQ(parsed.value().count("Contents"), 2U);
  EXPECT_EQ(text_of(parsed.value().find("Contents").bytes()), "<01>");
}

TEST(Object, RefusesDictionariesWithoutKeys) {
  EXPECT_THAT(Parsed("<</A>>").object, FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(Parsed("<</A 1 2>>").object, FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(Parsed("<<1/A>>").object, FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(Parsed("<</A 1]").object, FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(Parsed("<</A endobj>>").object, FailsWith(ErrorCode::pdf_malformed));
}

TEST(Object, LimitsNesting) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_THAT(Parsed(nested(kDepth)).object, IsOk());
  EXPECT_THAT(Parsed(nested(kDepth + 1)).object, FailsWith(ErrorCode::pdf_limit_exceeded));
  EXPECT_THAT(Parsed(nested(1'000'000)).object, FailsWith(ErrorCode::pdf_limit_exceeded));
}

TEST(Object, ReadsTheFrameOfAnIndirectObject) {
  const std::string_view text = "junk 12 3 obj\n<</Length 2>>\nstream\r\nxy\nendstream endobj";
  ASSERT_OK_AND_ASSIGN(const auto object, Object::parse_object(bytes_of(text), 5, kDepth));
  EXPECT_EQ(object->id(), (Reference{12, 3}));
  EXPECT_TRUE(object->is_stream());
  EXPECT_EQ(text.substr(static_cast<std::size_t>(object->stream_offset()), 2), "xy");
  EXPECT_EQ(object->location().offset, 5U);
}

TEST(Object, AcceptsAWholeObjectThatIsAReference) {
  ASSERT_OK_AND_ASSIGN(const auto object, Object::parse_object(bytes_of("1 0 obj 2 0 R endobj"), 0, kDepth));
  EXPECT_EQ(object->value().reference(), (Reference{2, 0}));
  ASSERT_OK_AND_ASSIGN(const auto number, Object::parse_object(bytes_of("1 0 obj 2 endobj"), 0, kDepth));
  EXPECT_EQ(number->value().integer(), 2);
}

TEST(Object, RefusesBrokenFrames) {
  for (const std::string_view text :
       {"", "1 0", "1 0 obj", "1 0 obj 5", "1 0 obj 5 6 endobj", "0 0 obj 5 endobj", "1 65536 obj 5 endobj",
        "x 0 obj 5 endobj", "1 0 obj 5 stream\nendstream endobj", "1 0 obj <<>> stream x", "1 0 obj ) endobj"}) {
    EXPECT_THAT(Object::parse_object(bytes_of(text), 0, kDepth), FailsWith(ErrorCode::pdf_malformed)) << text;
  }
}

}  // namespace
}  // namespace rakkan::pdf
