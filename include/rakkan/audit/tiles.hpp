// The files of a log's hashes and entries (C2SP tlog-tiles), 256 to a tile:
//
//   tile/<L>/<N>[.p/<W>]         hashes of perfect subtrees of 256^L entries, 32 octets each
//   tile/entries/<N>[.p/<W>]     entries, each with its length in front (big-endian uint16)
//
// N is written in groups of three digits, all but the last with an x: 1234067 is x001/x234/067. A tile that is not full
// has its width W (1 to 255) in its name, so that a file never changes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rakkan/audit/merkle.hpp"

namespace rakkan::audit {

inline constexpr unsigned kTileHeight = 8;  // levels of the tree in a tile
inline constexpr unsigned kTileWidth = 256;
inline constexpr std::size_t kMaxEntrySize = 65'535;

struct Tile {
  static constexpr int kEntries = -1;

  int level = 0;  // of tiles; kEntries: a bundle of entries
  std::uint64_t number = 0;
  unsigned width = kTileWidth;

  [[nodiscard]] std::string path() const;            // "tile/0/x001/x234/067.p/8"
  [[nodiscard]] std::string partial_folder() const;  // "tile/0/x001/x234/067.p"

  friend bool operator==(const Tile&, const Tile&) = default;
};

// How many tile levels a log of that size has, the one without a full node included: 0 for an empty log.
[[nodiscard]] unsigned tile_levels(std::uint64_t size) noexcept;
// How many hashes or entries the tile has in a log of `size` entries; 0 when the log has no such tile.
[[nodiscard]] unsigned tile_width(int level, std::uint64_t number, std::uint64_t size) noexcept;

[[nodiscard]] Bytes encode_hashes(std::span<const TreeHash> hashes);
[[nodiscard]] Bytes encode_entries(std::span<const Bytes> entries);

// An entry and its range in its bundle, which includes the entry's length field.
struct BundledEntry {
  ByteView entry;
  std::size_t begin = 0;
  std::size_t end = 0;
};
// Parses a bundle of exactly `count` entries with nothing after them, each a big-endian uint16 length and so many bytes
// (C2SP tlog-tiles, entry bundles). The result views `bundle`. audit_log_corrupt with the entry's number in the bundle
// and its offset in `where`.
[[nodiscard]] Result<std::vector<BundledEntry>> parse_entries(ByteView bundle, unsigned count);

}  // namespace rakkan::audit
