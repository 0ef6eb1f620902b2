#include "rakkan/audit/tiles.hpp"

#include <algorithm>

namespace rakkan::audit {
namespace {

constexpr std::size_t kLengthSize = 2;

std::string three_digits(std::uint64_t number) {
  std::string digits = std::to_string(1000 + number % 1000);
  return digits.substr(1);
}

std::string stem(const Tile& tile) {
  std::string number = three_digits(tile.number);
  for (std::uint64_t rest = tile.number / 1000; rest != 0; rest /= 1000) {
    number.insert(0, "x" + three_digits(rest) + "/");
  }
  return "tile/" + (tile.level == Tile::kEntries ? "entries" : std::to_string(tile.level)) + "/" + number;
}

}  // namespace

std::string Tile::path() const {
  return width == kTileWidth ? stem(*this) : partial_folder() + "/" + std::to_string(width);
}

std::string Tile::partial_folder() const { return stem(*this) + ".p"; }

unsigned tile_levels(std::uint64_t size) noexcept {
  unsigned levels = 0;
  for (; size != 0; size >>= kTileHeight) {
    ++levels;
  }
  return levels;
}

unsigned tile_width(int level, std::uint64_t number, std::uint64_t size) noexcept {
  const unsigned shift = level == Tile::kEntries ? 0 : kTileHeight * static_cast<unsigned>(level);
  const std::uint64_t nodes = shift < 64 ? size >> shift : 0;
  const std::uint64_t before = number * kTileWidth;
  if (number > nodes / kTileWidth || nodes == before) {
    return 0;
  }
  return static_cast<unsigned>(std::min<std::uint64_t>(nodes - before, kTileWidth));
}

Bytes encode_hashes(std::span<const TreeHash> hashes) {
  Bytes encoded;
  encoded.reserve(hashes.size() * TreeHash{}.size());
  for (const TreeHash& hash : hashes) {
    append(encoded, ByteView(hash));
  }
  return encoded;
}

Bytes encode_entries(std::span<const Bytes> entries) {
  Bytes encoded;
  for (const Bytes& entry : entries) {
    encoded.push_back(static_cast<Byte>(entry.size() >> 8U));
    encoded.push_back(static_cast<Byte>(entry.size()));
    append(encoded, ByteView(entry));
  }
  return encoded;
}

Result<std::vector<BundledEntry>> parse_entries(ByteView bundle, unsigned count) {
  std::vector<BundledEntry> entries;
  entries.reserve(count);
  std::size_t offset = 0;
  const auto corrupt = [&](std::string what) {
    return fail(ErrorCode::audit_log_corrupt, std::move(what),
                "entry " + std::to_string(entries.size()) + " of the bundle, offset " + std::to_string(offset));
  };
  while (entries.size() < count) {
    if (bundle.size() - offset < kLengthSize) {
      return corrupt("the bundle ends before its last entry");
    }
    const std::size_t size = (std::size_t{bundle[offset]} << 8U) | bundle[offset + 1];
    if (size == 0 || bundle.size() - offset - kLengthSize < size) {
      return corrupt(size == 0 ? "an empty entry" : "the bundle ends within an entry");
    }
    const std::size_t end = offset + kLengthSize + size;
    entries.push_back({bundle.subspan(offset + kLengthSize, size), offset, end});
    offset = end;
  }
  if (offset != bundle.size()) {
    return corrupt("bytes after the last entry");
  }
  return entries;
}

}  // namespace rakkan::audit
