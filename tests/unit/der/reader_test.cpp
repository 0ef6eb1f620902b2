#include "rakkan/der/reader.hpp"

#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::der {
namespace {

using test::FailsWith;
using test::IsOk;

Bytes hex(std::string_view digits) { return from_hex(digits).value(); }

// The value that one method of Reader makes of an encoding; nothing may be left over.
template <class Method>
auto read(std::string_view digits, Method method) -> decltype(method(std::declval<Reader&>())) {
  static Bytes input;  // the results alias it
  input = hex(digits);
  Reader reader(input);
  auto result = method(reader);
  if (result.has_value()) {
    EXPECT_TRUE(reader.at_end());
  }
  return result;
}
auto any(std::string_view digits) {
  return read(digits, [](Reader& reader) { return reader.any(); });
}
auto small_unsigned(std::string_view digits) {
  return read(digits, [](Reader& reader) { return reader.small_unsigned(); });
}
auto integer(std::string_view digits) {
  return read(digits, [](Reader& reader) { return reader.integer(); });
}
auto boolean(std::string_view digits) {
  return read(digits, [](Reader& reader) { return reader.boolean(); });
}
auto bits(std::string_view digits) {
  return read(digits, [](Reader& reader) { return reader.bits(); });
}
auto bit_string(std::string_view digits) {
  return read(digits, [](Reader& reader) { return reader.bit_string(); });
}

// The encoding of a text under a tag.
Bytes encoded(Tag tag, std::string_view text) {
  Bytes bytes{static_cast<Byte>(tag), static_cast<Byte>(text.size())};
  append(bytes, text);
  return bytes;
}
Result<Instant> utc_time(std::string_view text) { return Reader(encoded(Tag::utc_time, text)).time(); }
Result<Instant> generalized_time(std::string_view text) { return Reader(encoded(Tag::generalized_time, text)).time(); }
Result<Instant> fractional_time(std::string_view text) {
  return Reader(encoded(Tag::generalized_time, text)).generalized_time(true);
}

constexpr auto kMalformed = ErrorCode::malformed_der;

TEST(Reader, TakesLengthsInTheirShortestFormOnly) {
  EXPECT_THAT(any("0400"), IsOk());
  EXPECT_EQ(any("0403010203")->content.size(), 3U);
  EXPECT_EQ(any("048180" + std::string(256, '0'))->content.size(), 128U);
  EXPECT_EQ(any("04820100" + std::string(512, '0'))->content.size(), 256U);
  EXPECT_THAT(any("04810101"), FailsWith(kMalformed));
  EXPECT_THAT(any("04817f" + std::string(254, '0')), FailsWith(kMalformed));
  EXPECT_THAT(any("04820080" + std::string(256, '0')), FailsWith(kMalformed));
  EXPECT_THAT(any("3080"
                  "0000"),
              FailsWith(kMalformed));               // indefinite
  EXPECT_THAT(any("04ff"), FailsWith(kMalformed));  // reserved
}

TEST(Reader, RefusesElementsThatReachBeyondTheInput) {
  EXPECT_THAT(any(""), FailsWith(kMalformed));
  EXPECT_THAT(any("04"), FailsWith(kMalformed));
  EXPECT_THAT(any("0402ff"), FailsWith(kMalformed));
  EXPECT_THAT(any("0482"), FailsWith(kMalformed));
  EXPECT_THAT(any("048201"), FailsWith(kMalformed));
  EXPECT_THAT(any("0488ffffffffffffffff"), FailsWith(kMalformed));  // would overflow with the header
  EXPECT_THAT(any("0489010000000000000000"), FailsWith(kMalformed));
}

TEST(Reader, RefusesIdentifiersThatDerDoesNotKnow) {
  EXPECT_THAT(any("1f8101"
                  "00"),
              FailsWith(kMalformed));  // high tag number
  EXPECT_THAT(any("bf8101"
                  "00"),
              FailsWith(kMalformed));
  EXPECT_THAT(any("0000"), FailsWith(kMalformed));  // end of contents
  EXPECT_THAT(any("2404"
                  "04020102"),
              FailsWith(kMalformed));               // constructed OCTET STRING
  EXPECT_THAT(any("1000"), FailsWith(kMalformed));  // primitive SEQUENCE
  EXPECT_THAT(any("a000"), IsOk());
  EXPECT_THAT(any("8000"), IsOk());
  EXPECT_THAT(any("3100"), IsOk());
}

TEST(Reader, TellsTheOffsetFromTheOutermostStart) {
  const Bytes input = hex("30053003020200ff");
  Reader top(input);
  ASSERT_OK_AND_ASSIGN(Reader outer, top.enter(Tag::sequence));
  ASSERT_OK_AND_ASSIGN(Reader inner, outer.enter(Tag::sequence));
  const auto result = inner.small_unsigned();
  ASSERT_THAT(result, FailsWith(kMalformed));
  EXPECT_EQ(result.error().where, "offset 4");
}

TEST(Reader, RefusesWhatIsLeftOver) {
  const Bytes input = hex("05000500");
  Reader reader(input);
  ASSERT_THAT(reader.null(), IsOk());
  EXPECT_THAT(reader.end(), FailsWith(kMalformed));
  ASSERT_THAT(reader.null(), IsOk());
  EXPECT_THAT(reader.end(), IsOk());
}

TEST(Reader, BoundsTheDepth) {
  Bytes input;
  for (unsigned depth = 0; depth < 100; ++depth) {
    Bytes outer{0x30};
    if (input.size() >= 0x80) {
      outer.push_back(0x81);
    }
    outer.push_back(static_cast<Byte>(input.size()));
    append(outer, input);
    input = outer;
  }
  Reader reader(input);
  unsigned entered = 0;
  for (;;) {
    auto inner = reader.enter(Tag::sequence);
    if (!inner) {
      EXPECT_THAT(inner, FailsWith(kMalformed));
      break;
    }
    reader = *inner;
    ++entered;
  }
  EXPECT_EQ(entered, Reader::kMaxDepth);
}

TEST(Reader, OptionalElementsAreAbsentWhenAnotherTagOrNothingFollows) {
  const Bytes input = hex("0500a10302012a");
  Reader reader(input);
  EXPECT_THAT(*reader.element_if(Tag::integer), testing::Eq(std::nullopt));
  ASSERT_OK_AND_ASSIGN(auto null, reader.element_if(Tag::null));
  EXPECT_TRUE(null);
  EXPECT_FALSE(*reader.enter_if(context_constructed(0)));
  ASSERT_OK_AND_ASSIGN(auto field, reader.enter_if(context_constructed(1)));
  ASSERT_TRUE(field);
  EXPECT_EQ(*field->small_unsigned(), 42U);
  EXPECT_FALSE(*reader.enter_if(context_constructed(1)));
}

TEST(Reader, IntegersAreMinimal) {
  EXPECT_EQ(*small_unsigned("020100"), 0U);
  EXPECT_EQ(*small_unsigned("02017f"), 127U);
  EXPECT_EQ(*small_unsigned("02020080"), 128U);
  EXPECT_EQ(*small_unsigned("020900ffffffffffffffff"), ~std::uint64_t{0});
  EXPECT_THAT(small_unsigned("0200"), FailsWith(kMalformed));
  EXPECT_THAT(small_unsigned("02020001"), FailsWith(kMalformed));
  EXPECT_THAT(small_unsigned("0202ff80"), FailsWith(kMalformed));
  EXPECT_THAT(small_unsigned("0201ff"), FailsWith(kMalformed));                  // -1
  EXPECT_THAT(small_unsigned("0209010000000000000000"), FailsWith(kMalformed));  // 2^64
  EXPECT_THAT(integer("0201ff"), IsOk());
  EXPECT_THAT(integer("0202ff7f"), IsOk());
  EXPECT_THAT(integer("0202ffff"), FailsWith(kMalformed));
}

TEST(Reader, UnsignedIntegerDropsTheSignOctet) {
  const auto magnitude = [](std::string_view digits) {
    return to_hex(read(digits, [](Reader& reader) { return reader.unsigned_integer(); }).value_or(ByteView{}));
  };
  EXPECT_EQ(magnitude("02020080"), "80");
  EXPECT_EQ(magnitude("020100"), "00");
  EXPECT_EQ(magnitude("020180"), "");  // negative
}

TEST(Reader, BooleansAreZeroOrAllOnes) {
  EXPECT_EQ(*boolean("0101ff"), true);
  EXPECT_EQ(*boolean("010100"), false);
  EXPECT_THAT(boolean("010101"), FailsWith(kMalformed));
  EXPECT_THAT(boolean("0100"), FailsWith(kMalformed));
  EXPECT_THAT(boolean("0102ffff"), FailsWith(kMalformed));
}

TEST(Reader, DefaultsAreNotEncoded) {
  const auto with_default = [](std::string_view digits) {
    return read(digits, [](Reader& reader) { return reader.boolean_default_false(); });
  };
  EXPECT_EQ(*with_default(""), false);
  EXPECT_EQ(*with_default("0101ff"), true);
  EXPECT_THAT(with_default("010100"), FailsWith(kMalformed));
}

TEST(Reader, BitStringsHaveZeroUnusedBits) {
  EXPECT_EQ(bit_string("0303000102")->size(), 2U);
  EXPECT_EQ(bit_string("030100")->size(), 0U);
  EXPECT_THAT(bit_string("03020780"), FailsWith(kMalformed));  // not of whole octets
  ASSERT_THAT(bits("030205a0"), IsOk());
  EXPECT_TRUE(bits("030205a0")->bit(0));
  EXPECT_FALSE(bits("030205a0")->bit(1));
  EXPECT_TRUE(bits("030205a0")->bit(2));
  EXPECT_FALSE(bits("030205a0")->bit(99));
  EXPECT_THAT(bits("030205a1"), FailsWith(kMalformed));
  EXPECT_THAT(bits("03020800"), FailsWith(kMalformed));
  EXPECT_THAT(bits("030101"), FailsWith(kMalformed));
  EXPECT_THAT(bits("0300"), FailsWith(kMalformed));
}

TEST(Reader, NullHasNoContent) {
  const auto null = [](std::string_view digits) { return read(digits, [](Reader& reader) { return reader.null(); }); };
  EXPECT_THAT(null("0500"), IsOk());
  EXPECT_THAT(null("050100"), FailsWith(kMalformed));
}

// RFC 5280 §4.1.2.5.1: 50 to 99 are 19YY.
TEST(Reader, UtcTimeHasSecondsAndZ) {
  EXPECT_EQ(to_rfc3339(*utc_time("491231235959Z")), "2049-12-31T23:59:59.000Z");
  EXPECT_EQ(to_rfc3339(*utc_time("500101000000Z")), "1950-01-01T00:00:00.000Z");
  for (const std::string_view text : {"4912312359Z", "491231235959", "491231235959+0900", "491231235960Z",
                                      "490230000000Z", "4912312359 9Z", "49123123595/Z", ""}) {
    EXPECT_THAT(utc_time(text), FailsWith(kMalformed)) << text;
  }
}

TEST(Reader, GeneralizedTimeHasAFractionOnlyWhereAllowed) {
  EXPECT_EQ(to_rfc3339(*generalized_time("20500101000000Z")), "2050-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(*generalized_time("20020101120100Z")), "2002-01-01T12:01:00.000Z");
  EXPECT_THAT(generalized_time("20500101000000.5Z"), FailsWith(kMalformed));
  EXPECT_EQ(to_rfc3339(*fractional_time("20500101000000Z")), "2050-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(*fractional_time("20500101000000.5Z")), "2050-01-01T00:00:00.500Z");
  EXPECT_EQ(to_rfc3339(*fractional_time("20500101000000.012Z")), "2050-01-01T00:00:00.012Z");
  EXPECT_EQ(to_rfc3339(*fractional_time("20500101000000.0129999Z")), "2050-01-01T00:00:00.012Z");
  for (const std::string_view text :
       {"20500101000000.50Z", "20500101000000.Z", "20500101000000.0Z", "20500101000000,5Z", "20500101000000.5",
        "205001010000Z", "20500101000000+0000", "20501301000000Z", "20500101000000.5xZ", "00000101000000Z"}) {
    EXPECT_THAT(fractional_time(text), FailsWith(kMalformed)) << text;
  }
}

TEST(Reader, ReadsImplicitlyTaggedValues) {
  const Bytes input = hex("8102012c");
  EXPECT_EQ(*Reader(input).small_unsigned(context(1)), 300U);
  EXPECT_THAT(Reader(input).small_unsigned(), FailsWith(kMalformed));
}

}  // namespace
}  // namespace rakkan::der
