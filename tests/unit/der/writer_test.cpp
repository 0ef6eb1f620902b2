#include "rakkan/der/writer.hpp"

#include <gmock/gmock.h>

#include <string>

#include "rakkan/base/hex.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::der {
namespace {

using namespace std::chrono_literals;

// The encoding that `write` makes with an empty writer.
template <class Write>
std::string written(Write write) {
  Writer writer;
  write(writer);
  return to_hex(writer.view());
}

TEST(Writer, ClosesNestedElementsOfEveryLength) {
  for (const std::size_t size : {0U, 1U, 0x7DU, 0x7EU, 0x7FU, 0x80U, 0xFDU, 0xFEU, 0xFFU, 0x100U, 0xFFFFU, 0x10000U}) {
    Writer writer;
    writer.sequence([&] {
      writer.set([&] { writer.octet_string(Bytes(size, 0xAB)); });
      writer.null();
    });
    Reader top(writer.view());
    auto sequence = top.enter(Tag::sequence);
    ASSERT_TRUE(sequence.has_value()) << size;
    EXPECT_TRUE(top.at_end());
    auto set = sequence->enter(Tag::set);
    ASSERT_TRUE(set.has_value()) << size;
    EXPECT_EQ(set->octet_string()->size(), size);
    EXPECT_TRUE(set->at_end());
    EXPECT_TRUE(sequence->null().has_value());
    EXPECT_TRUE(sequence->at_end());
    const std::size_t in_set = header_size(size) + size;
    const std::size_t in_sequence = header_size(in_set) + in_set + 2;
    EXPECT_EQ(writer.size(), header_size(in_sequence) + in_sequence);
  }
}

TEST(Writer, IntegersAreMinimal) {
  const auto integer = [](std::uint64_t value) {
    return written([&](Writer& writer) { writer.small_unsigned(value); });
  };
  EXPECT_EQ(integer(0), "020100");
  EXPECT_EQ(integer(127), "02017f");
  EXPECT_EQ(integer(128), "02020080");
  EXPECT_EQ(integer(0x8000), "0203008000");
  EXPECT_EQ(integer(~std::uint64_t{0}), "020900ffffffffffffffff");
  const auto magnitude = [](const Bytes& octets) {
    return written([&](Writer& writer) { writer.unsigned_integer(octets); });
  };
  EXPECT_EQ(magnitude({}), "020100");
  EXPECT_EQ(magnitude({0, 0, 0}), "020100");
  EXPECT_EQ(magnitude({0, 0x7F}), "02017f");
  EXPECT_EQ(magnitude({0x80}), "02020080");
}

// X.690 §11.2.2: the bits beyond the last one that is set are left out.
TEST(Writer, NamedBitsAreTrimmed) {
  const auto bits = [](std::uint32_t value, unsigned count) {
    return written([&](Writer& writer) { writer.named_bits(value, count); });
  };
  EXPECT_EQ(bits(0b100000000, 9), "03020780");
  EXPECT_EQ(bits(0b000001100, 9), "03020106");
  EXPECT_EQ(bits(0b000000001, 9), "0303070080");
  EXPECT_EQ(bits(0, 9), "030100");
  EXPECT_EQ(bits(0b11111111, 8), "030200ff");
}

// X.690 §11.6: in ascending order, compared octet by octet.
TEST(Writer, SetOfIsSorted) {
  const auto sorted = [](std::vector<Bytes> encodings) {
    return written([&](Writer& writer) { writer.set_of(Tag::set, std::move(encodings)); });
  };
  EXPECT_EQ(sorted({{0x04, 0x02, 0x01, 0x00}, {0x02, 0x01, 0x05}, {0x04, 0x01, 0xFF}}), "310a0201050401ff04020100");
  EXPECT_EQ(sorted({}), "3100");
}

TEST(Writer, SetOfSortsViewsToo) {
  const Bytes second{0x04, 0x01, 0xFF};
  const Bytes first{0x02, 0x01, 0x05};
  std::vector<ByteView> views = {second, first};
  EXPECT_EQ(written([&](Writer& writer) { writer.set_of(context_constructed(0), std::span<ByteView>(views)); }),
            "a0060201050401ff");
}

TEST(Writer, TimesTakeTheFormOfTheirYear) {
  const auto time = [](std::string_view rfc3339) {
    Writer writer;
    writer.time(parse_rfc3339(rfc3339).value());
    return std::string(text_of(writer.view().subspan(2)));
  };
  EXPECT_EQ(time("2049-12-31T23:59:59Z"), "491231235959Z");
  EXPECT_EQ(time("2050-01-01T00:00:00Z"), "20500101000000Z");
  EXPECT_EQ(time("1950-01-01T00:00:00Z"), "500101000000Z");
  EXPECT_EQ(time("1949-12-31T23:59:59Z"), "19491231235959Z");
  EXPECT_EQ(time("0001-02-03T04:05:06Z"), "00010203040506Z");
}

TEST(Writer, GeneralizedTimeHasNoTrailingZeros) {
  const auto time = [](Instant instant) {
    Writer writer;
    writer.generalized_time(instant);
    return std::string(text_of(writer.view().subspan(2)));
  };
  EXPECT_EQ(time(Instant{1764000000000ms}), "20251124160000Z");
  EXPECT_EQ(time(Instant{1764000000500ms}), "20251124160000.5Z");
  EXPECT_EQ(time(Instant{1764000000120ms}), "20251124160000.12Z");
  EXPECT_EQ(time(Instant{1764000000007ms}), "20251124160000.007Z");
}

TEST(Writer, TakeLeavesItEmpty) {
  Writer writer(100);
  writer.null();
  EXPECT_EQ(to_hex(writer.take()), "0500");
  EXPECT_EQ(writer.size(), 0U);
  writer.boolean(true);
  EXPECT_EQ(to_hex(writer.view()), "0101ff");
}

}  // namespace
}  // namespace rakkan::der
