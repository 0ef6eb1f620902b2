#include "rakkan/audit/tiles.hpp"

#include <gmock/gmock.h>

#include "support/result_matchers.hpp"

namespace rakkan::audit {
namespace {

using test::FailsWith;

TEST(Tile, PathsAreThoseOfTheSpecification) {
  EXPECT_EQ((Tile{0, 0, 256}.path()), "tile/0/000");
  EXPECT_EQ((Tile{0, 1234067, 256}.path()), "tile/0/x001/x234/067");
  EXPECT_EQ((Tile{3, 5, 8}.path()), "tile/3/005.p/8");
  EXPECT_EQ((Tile{Tile::kEntries, 1000, 255}.path()), "tile/entries/x001/000.p/255");
  EXPECT_EQ((Tile{Tile::kEntries, 1000, 255}.partial_folder()), "tile/entries/x001/000.p");
}

TEST(Tile, WidthFollowsFromTheSize) {
  EXPECT_EQ(tile_width(0, 0, 0), 0U);
  EXPECT_EQ(tile_width(0, 0, 1), 1U);
  EXPECT_EQ(tile_width(0, 0, 300), 256U);
  EXPECT_EQ(tile_width(0, 1, 300), 44U);
  EXPECT_EQ(tile_width(0, 2, 300), 0U);
  EXPECT_EQ(tile_width(1, 0, 300), 1U);
  EXPECT_EQ(tile_width(1, 0, 255), 0U);
  EXPECT_EQ(tile_width(Tile::kEntries, 1, 512), 256U);
  EXPECT_EQ(tile_width(Tile::kEntries, 2, 512), 0U);
  EXPECT_EQ(tile_width(7, 0, 1ULL << 63), 128U);
  EXPECT_EQ(tile_width(8, 0, ~0ULL), 0U);
  EXPECT_EQ(tile_width(0, ~0ULL, ~0ULL), 0U);
}

TEST(Tile, LevelsFollowFromTheSize) {
  EXPECT_EQ(tile_levels(0), 0U);
  EXPECT_EQ(tile_levels(255), 1U);
  EXPECT_EQ(tile_levels(256), 2U);
  EXPECT_EQ(tile_levels(65'536), 3U);
  EXPECT_EQ(tile_levels(~0ULL), 8U);
}

TEST(Entries, AreReadBackWithTheirPlaces) {
  const std::vector<Bytes> entries = {Bytes(1, 0x61), Bytes(kMaxEntrySize, 0x62), Bytes(300, 0x63)};
  const Bytes bundle = encode_entries(entries);
  ASSERT_OK_AND_ASSIGN(const auto read, parse_entries(bundle, 3));
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_TRUE(equal(read[i].entry, entries[i]));
  }
  EXPECT_EQ(read[1].begin, 3U);
  EXPECT_EQ(read[2].begin, read[1].end);
  EXPECT_EQ(read[2].end, bundle.size());
}

TEST(Entries, ABundleOfAnotherNumberOrLengthIsCorrupt) {
  const Bytes bundle = encode_entries(std::vector<Bytes>{Bytes(5, 0x61), Bytes(5, 0x62)});
  EXPECT_THAT(parse_entries(bundle, 1), FailsWith(ErrorCode::audit_log_corrupt));
  EXPECT_THAT(parse_entries(bundle, 3), FailsWith(ErrorCode::audit_log_corrupt));
  EXPECT_THAT(parse_entries(ByteView(bundle).first(bundle.size() - 1), 2), FailsWith(ErrorCode::audit_log_corrupt));
  EXPECT_THAT(parse_entries(ByteView(bundle).first(8), 2), FailsWith(ErrorCode::audit_log_corrupt));
  EXPECT_THAT(parse_entries(Bytes{0, 0}, 1), FailsWith(ErrorCode::audit_log_corrupt));
}

}  // namespace
}  // namespace rakkan::audit
