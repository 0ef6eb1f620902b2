#include "rakkan/audit/verify.hpp"

#include <algorithm>

#include "audit/log_files.hpp"
#include "audit/right_edge.hpp"
#include "audit/timestamps.hpp"

namespace rakkan::audit {
namespace {

tl::unexpected<Error> corrupt(std::string what, std::string where) {
  return fail(ErrorCode::audit_log_corrupt, std::move(what), std::move(where));
}

std::string range(std::size_t begin, std::size_t end) {
  return "bytes " + std::to_string(begin) + " to " + std::to_string(end - 1);
}

std::string place_of_hash(const Tile& tile, std::size_t i) {
  constexpr std::size_t kSize = TreeHash{}.size();
  const std::string what = tile.level == 0 ? "entry " : "tile/" + std::to_string(tile.level - 1) + " number ";
  return tile.path() + ", hash of " + what + std::to_string(tile.number * kTileWidth + i) + ", " +
         range(i * kSize, (i + 1) * kSize);
}

// Verifier goes down from the checkpoint: a tile whose root is named by its parent is right as a whole, and determines
// the tiles below it. So of two files that differ, the lower one is wrong, unless the upper one disagrees with its own
// parent.
class Verifier {
 public:
  Verifier(const LogFolder& log, const Verification& verification, VerifiedLog& found)
      : log_(log), verification_(verification), found_(found), size_(found.checkpoint.tree.size) {}

  [[nodiscard]] Result<void> verify_tree();
  [[nodiscard]] Result<void> verify_against(const VerifierKey& key);
  [[nodiscard]] Result<void> verify_timestamps(const VerifierKey& key);

 private:
  using Hashes = std::vector<TreeHash>;

  [[nodiscard]] Result<void> verify_below(const Tile& tile, const Hashes& hashes);
  [[nodiscard]] Result<void> verify_tile(const Tile& tile, const TreeHash& expected);
  [[nodiscard]] Result<void> verify_bundle(const Tile& tile, const Hashes& hashes);
  [[nodiscard]] Result<void> verify_record(std::uint64_t index, ByteView line, const std::string& where);
  [[nodiscard]] Result<void> verify_partials(const Tile& tile, ByteView content);
  [[nodiscard]] Result<Hashes> hashes_below(const Tile& tile);
  [[nodiscard]] Error wrong_hash(const Tile& tile, const Hashes& hashes, const std::string& otherwise);
  [[nodiscard]] Result<void> verify_earlier(std::string_view note, const VerifierKey& key);

  LogFolder log_;
  const Verification& verification_;
  VerifiedLog& found_;
  std::uint64_t size_;
};

Result<void> Verifier::verify_tree() {
  std::vector<Hashes> rows(tile_levels(size_));
  std::vector<Tile> tiles;
  for (std::size_t level = 0; level < rows.size(); ++level) {
    const auto signed_level = static_cast<int>(level);
    const std::uint64_t number = (size_ >> (kTileHeight * level)) / kTileWidth;
    tiles.push_back({signed_level, number, tile_width(signed_level, number, size_)});
    if (tiles.back().width != 0) {
      RAKKAN_TRY(rows[level], read_hashes(log_, tiles.back()));
    }
  }
  if (RightEdge(rows).root() != found_.checkpoint.tree.root) {
    for (std::size_t level = rows.size(); level-- > 0;) {
      if (tiles[level].width == 0) {
        continue;
      }
      Error wrong = wrong_hash(tiles[level], rows[level], "");
      if (!wrong.where.empty()) {
        return fail(std::move(wrong));
      }
    }
    return corrupt("the entries and tiles agree, but not with the checkpoint's root", std::string(kCheckpointFile));
  }
  for (std::size_t level = rows.size(); level-- > 0;) {
    if (tiles[level].width != 0) {
      RAKKAN_CHECK(verify_below(tiles[level], rows[level]));
    }
  }
  return {};
}

// Verifies everything below a tile, whose `hashes` are known to be right.
Result<void> Verifier::verify_below(const Tile& tile, const Hashes& hashes) {
  RAKKAN_CHECK(verify_partials(tile, encode_hashes(hashes)));
  if (tile.level == 0) {
    return verify_bundle({Tile::kEntries, tile.number, tile.width}, hashes);
  }
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    RAKKAN_CHECK(verify_tile({tile.level - 1, tile.number * kTileWidth + i, kTileWidth}, hashes[i]));
  }
  return {};
}

Result<void> Verifier::verify_tile(const Tile& tile, const TreeHash& expected) {
  RAKKAN_TRY(const Hashes hashes, read_hashes(log_, tile));
  if (perfect_root(hashes) != expected) {
    return fail(wrong_hash(tile, hashes, tile.path()));
  }
  return verify_below(tile, hashes);
}

Result<void> Verifier::verify_bundle(const Tile& tile, const Hashes& hashes) {
  const std::string name = tile.path();
  RAKKAN_TRY(const Bytes bundle, read_log_file(log_, name));
  // An entry whose length is wrong moves all entries behind it: the first one that differs is named.
  std::size_t offset = 0;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    const std::uint64_t index = tile.number * kTileWidth + i;
    const ByteView rest = ByteView(bundle).subspan(offset);
    const std::size_t length = rest.size() < 2 ? 0 : (std::size_t{rest[0]} << 8U) | rest[1];
    const std::size_t end = std::min(offset + 2 + length, bundle.size());
    const std::string where =
        name + ", entry " + std::to_string(index) + ", " + range(offset, std::max(end, offset + 1));
    if (rest.size() < 2 + length || length == 0) {
      return corrupt("the entry is cut off", where);
    }
    const ByteView line = rest.subspan(2, length);
    if (leaf_hash(line) != hashes[i]) {
      return corrupt("the entry is not the one in the tree", where);
    }
    RAKKAN_CHECK(verify_record(index, line, where));
    offset = end;
  }
  if (offset != bundle.size()) {
    return corrupt("bytes behind the last entry", name + ", " + range(offset, bundle.size()));
  }
  return verify_partials(tile, bundle);
}

Result<void> Verifier::verify_record(std::uint64_t index, ByteView line, const std::string& where) {
  const Result<Entry> entry = Entry::parse(line);
  if (!entry) {
    return corrupt(entry.error().detail, where);
  }
  if (!verification_.record || entry->commitment() == nullptr) {
    return {};
  }
  RAKKAN_TRY(const std::optional<Record> record, verification_.record(index));
  if (!record) {
    found_.erased.push_back(index);
    return {};
  }
  if (commitment_of(record->salt, record->body) != *entry->commitment()) {
    return corrupt("the record is not the one that the entry commits to", "record " + std::to_string(index));
  }
  ++found_.records;
  return {};
}

// Partial tiles of the same number that a crash left behind must be the beginning of the tile.
Result<void> Verifier::verify_partials(const Tile& tile, ByteView content) {
  const std::string folder = tile.partial_folder();
  RAKKAN_TRY(const std::vector<std::string> names, log_.files.list(log_.path / folder));
  for (const std::string& name : names) {
    const std::string path = std::string(folder).append("/").append(name);
    if (path == tile.path()) {
      continue;
    }
    RAKKAN_TRY(const Bytes partial, read_log_file(log_, path));
    const auto [ours, theirs] = std::mismatch(content.begin(), content.end(), partial.begin(), partial.end());
    if (theirs != partial.end() && ours != content.end()) {
      const auto offset = static_cast<std::size_t>(theirs - partial.begin());
      return corrupt("the partial tile is not the beginning of the tile", path + ", " + range(offset, offset + 1));
    }
  }
  return {};
}

// The hashes that a tile must have according to the files below it.
Result<std::vector<TreeHash>> Verifier::hashes_below(const Tile& tile) {
  Hashes hashes;
  if (tile.level == 0) {
    RAKKAN_TRY(const Bytes bundle, read_log_file(log_, Tile{Tile::kEntries, tile.number, tile.width}.path()));
    RAKKAN_TRY(const std::vector<BundledEntry> entries, parse_entries(bundle, tile.width));
    for (const BundledEntry& entry : entries) {
      hashes.push_back(leaf_hash(entry.entry));
    }
    return hashes;
  }
  for (std::size_t i = 0; i < tile.width; ++i) {
    RAKKAN_TRY(const Hashes child, read_hashes(log_, {tile.level - 1, tile.number * kTileWidth + i, kTileWidth}));
    hashes.push_back(perfect_root(child));
  }
  return hashes;
}

// The error for a tile that does not belong under its parent: names the hash that disagrees with the files below the
// tile. When all agree, the files below were changed with the tile, and the error names `otherwise`.
Error Verifier::wrong_hash(const Tile& tile, const Hashes& hashes, const std::string& otherwise) {
  Error error{ErrorCode::audit_log_corrupt, "the tile is not the one in the tree", otherwise, std::nullopt, {}};
  const Result<Hashes> below = hashes_below(tile);
  if (!below) {
    return error;
  }
  const auto [ours, theirs] = std::mismatch(hashes.begin(), hashes.end(), below->begin(), below->end());
  if (ours != hashes.end()) {
    error.where = place_of_hash(tile, static_cast<std::size_t>(ours - hashes.begin()));
  }
  return error;
}

Result<void> Verifier::verify_against(const VerifierKey& key) {
  if (verification_.against.empty()) {
    return {};
  }
  return verify_earlier(verification_.against, key);
}

// Verifies an earlier checkpoint against the verified tree: it must state the root of the tree's beginning of its size.
Result<void> Verifier::verify_earlier(std::string_view note, const VerifierKey& key) {
  RAKKAN_TRY(const Checkpoint earlier, open_checkpoint(note, key));
  if (earlier.tree.size > size_) {
    return fail(ErrorCode::audit_log_mismatch,
                "the log has " + std::to_string(size_) + " entries; the checkpoint covers " +
                    std::to_string(earlier.tree.size) + ": its tail was removed",
                "entry " + std::to_string(size_));
  }
  TileReader tiles(log_, size_);
  RAKKAN_TRY(const TreeHash root, tree_root(earlier.tree.size, tiles.nodes()));
  if (root != earlier.tree.root) {
    return fail(ErrorCode::audit_log_mismatch, "the first " + std::to_string(earlier.tree.size) +
                                                   " entries are not those of the checkpoint: the log was rewritten");
  }
  return {};
}

Result<void> Verifier::verify_timestamps(const VerifierKey& key) {
  RAKKAN_TRY(const std::vector<std::uint64_t> sizes, timestamped_sizes(log_));
  for (const std::uint64_t size : sizes) {
    RAKKAN_TRY(ReadTimestamp read, read_timestamp(log_, size));
    const std::string name = timestamp_files(size).front();
    const Result<Checkpoint> checkpoint = open_checkpoint(read.note, key);
    if (!checkpoint || checkpoint->tree.size != size) {
      return corrupt("not a checkpoint of this log and size", name);
    }
    if (const Result<void> consistent = verify_earlier(read.note, key); !consistent) {
      return fail(Error(consistent.error()).at(name));
    }
    found_.timestamps.push_back(std::move(read.timestamp));
  }
  return {};
}

}  // namespace

Result<VerifiedLog> verify_log(const LogFolder& log, const VerifierKey& key, const Verification& verification) {
  const std::string name(kCheckpointFile);
  RAKKAN_TRY(const bool there, log.files.exists(log.path / name));
  if (!there) {
    return fail(ErrorCode::audit_index_unknown, "there is no checkpoint", (log.path / name).string());
  }
  RAKKAN_TRY(const Bytes note, read_log_file(log, name));
  Result<Checkpoint> checkpoint = open_checkpoint(text_of(note), key);
  if (!checkpoint) {
    return fail(
        Error{ErrorCode::audit_log_corrupt, "not a checkpoint of this log", name, {}, {}}.because(checkpoint.error()));
  }
  VerifiedLog found;
  found.checkpoint = *std::move(checkpoint);
  found.note = text_of(note);
  Verifier verifier(log, verification, found);
  RAKKAN_CHECK(verifier.verify_tree());
  RAKKAN_CHECK(verifier.verify_against(key));
  RAKKAN_CHECK(verifier.verify_timestamps(key));
  return found;
}

}  // namespace rakkan::audit
