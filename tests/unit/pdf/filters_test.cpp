#include "pdf/filters.hpp"

#include <gmock/gmock.h>

#include <string>

#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pdf {
namespace {

using test::FailsWith;
using test::IsOk;

constexpr std::size_t kLimit = 1 << 20;

Result<Bytes> decode(Filter filter, std::string_view data, const FilterParameters& parameters = {}) {
  MemoryUse memory;
  return apply_filter(filter, bytes_of(data), parameters, kLimit, memory);
}

std::string decoded(Filter filter, std::string_view data, const FilterParameters& parameters = {}) {
  const auto result = decode(filter, data, parameters);
  return result ? std::string(text_of(*result)) : "failed: " + to_string(result.error());
}

TEST(Filters, InflatesWhatZlibDeflated) {
  const std::string text(100'000, 'x');
  EXPECT_EQ(decoded(Filter::flate, test::deflated(text)), text);
  EXPECT_EQ(decoded(Filter::flate, test::deflated("") + "trailing"), "");
}

TEST(Filters, RefusesDamagedFlate) {
  const std::string whole = test::deflated("some text that is long enough");
  EXPECT_THAT(decode(Filter::flate, whole.substr(0, whole.size() - 5)), FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(decode(Filter::flate, ""), FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(decode(Filter::flate, "no zlib at all"), FailsWith(ErrorCode::pdf_malformed));
}

TEST(Filters, StopsADeflateBomb) {
  const std::string bomb = test::deflated(std::string(kLimit + 1, '\0'));
  EXPECT_THAT(decode(Filter::flate, bomb), FailsWith(ErrorCode::pdf_limit_exceeded));
  EXPECT_THAT(decode(Filter::flate, test::deflated(std::string(kLimit, '\0'))), IsOk());
}

TEST(Filters, UndoesEveryPngPredictor) {
  // Rows of two pixels of one byte: none, sub, up, average, Paeth; each decodes to "\x0a\x14" times its row.
  const std::string rows("\0\x0a\x14\1\x14\x14\2\x0a\x14\3\x19\x23\4\x0a\x14", 15);
  FilterParameters parameters;
  parameters.predictor = 15;
  parameters.columns = 2;
  EXPECT_EQ(decoded(Filter::flate, test::deflated(rows), parameters),
            std::string("\x0a\x14\x14\x28\x1e\x3c\x28\x55\x32\x69", 10));
  EXPECT_THAT(decode(Filter::flate, test::deflated("\5xx"), parameters), FailsWith(ErrorCode::pdf_malformed));
}

TEST(Filters, UndoesTheTiffPredictor) {
  FilterParameters parameters;
  parameters.predictor = 2;
  parameters.columns = 3;
  EXPECT_EQ(decoded(Filter::flate, test::deflated("\1\1\1\2\2\2"), parameters), "\1\2\3\2\4\6");
}

TEST(Filters, RefusesPredictorParametersOutOfRange) {
  FilterParameters parameters;
  parameters.predictor = 12;
  parameters.columns = std::int64_t{1} << 40;
  EXPECT_THAT(decode(Filter::flate, test::deflated("x"), parameters), FailsWith(ErrorCode::pdf_malformed));
  parameters.columns = 0;
  EXPECT_THAT(decode(Filter::flate, test::deflated("x"), parameters), FailsWith(ErrorCode::pdf_malformed));
  parameters.columns = 1;
  parameters.predictor = 7;
  EXPECT_THAT(decode(Filter::flate, test::deflated("x"), parameters), FailsWith(ErrorCode::pdf_malformed));
}

TEST(Filters, DecodesAsciiHex) {
  EXPECT_EQ(decoded(Filter::ascii_hex, "48 65\n6C6c 6f 7> ignored"), "Hellop");
  EXPECT_THAT(decode(Filter::ascii_hex, "4x"), FailsWith(ErrorCode::pdf_malformed));
}

TEST(Filters, DecodesAscii85) {
  EXPECT_EQ(decoded(Filter::ascii85, "87cURD]i,\"Ebo80~>"), "Hello World!");
  EXPECT_EQ(decoded(Filter::ascii85, "z~>"), std::string(4, '\0'));
  EXPECT_THAT(decode(Filter::ascii85, "s8W-\"~>"), FailsWith(ErrorCode::pdf_malformed));  // 2^32
  EXPECT_THAT(decode(Filter::ascii85, "8~>"), FailsWith(ErrorCode::pdf_malformed));
}

TEST(Filters, DecodesRunLength) {
  EXPECT_EQ(decoded(Filter::run_length, std::string("\2abc\xfex\x80zz", 8)), "abcxxx");
  EXPECT_THAT(decode(Filter::run_length, "\5ab"), FailsWith(ErrorCode::pdf_malformed));
  EXPECT_THAT(decode(Filter::run_length, "\xfe"), FailsWith(ErrorCode::pdf_malformed));
}

// The example of ISO 32000-2 §7.4.4.2.
TEST(Filters, DecodesTheLzwExampleOfTheStandard) {
  EXPECT_EQ(decoded(Filter::lzw, "\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01"), "-----A---B");
  EXPECT_THAT(decode(Filter::lzw, std::string("\x80\x7f\xff\xff", 4)), FailsWith(ErrorCode::pdf_malformed));
}

// An encoder that never compresses, but fills the table as one that does: the widths must follow it.
TEST(Filters, FollowsTheWidthsOfLzwCodes) {
  for (const unsigned early : {0U, 1U}) {
    std::string text;
    std::string coded;
    std::uint64_t buffer = 0;
    unsigned bits = 0;
    const auto put = [&](unsigned code, unsigned width) {
      buffer = buffer << width | code;
      for (bits += width; bits >= 8; bits -= 8) {
        coded += static_cast<char>(buffer >> (bits - 8) & 0xff);
      }
    };
    put(256, 9);
    unsigned entries = 257;  // the highest code of the encoder, which is one ahead of the decoder
    for (unsigned i = 0; i < 3000; ++i) {
      const unsigned next = entries + early;
      put(i % 251, next >= 2048 ? 12 : next >= 1024 ? 11 : next >= 512 ? 10 : 9);
      text += static_cast<char>(i % 251);
      ++entries;
    }
    const unsigned next = entries + early;
    put(257, next >= 2048 ? 12 : next >= 1024 ? 11 : next >= 512 ? 10 : 9);
    put(0, 7);
    FilterParameters parameters;
    parameters.early_change = early;
    EXPECT_EQ(decoded(Filter::lzw, coded, parameters), text) << early;
  }
}

TEST(Filters, LimitsLzwAndRunLength) {
  MemoryUse memory;
  EXPECT_THAT(apply_filter(Filter::run_length, bytes_of("\x81x\x81x\x81x"), {}, 200, memory),
              FailsWith(ErrorCode::pdf_limit_exceeded));
  EXPECT_THAT(apply_filter(Filter::lzw, bytes_of("\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01"), {}, 5, memory),
              FailsWith(ErrorCode::pdf_limit_exceeded));
}

}  // namespace
}  // namespace rakkan::pdf
