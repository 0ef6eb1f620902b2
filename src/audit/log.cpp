#include "audit/log.hpp"

#include <algorithm>
#include <charconv>
#include <mutex>

#include "audit/text.hpp"
#include "rakkan/audit/proof.hpp"

namespace rakkan::audit {
namespace {

tl::unexpected<Error> corrupt(std::string what, std::string where) {
  return fail(ErrorCode::audit_log_corrupt, std::move(what), std::move(where));
}

Tile rightmost(int level, std::uint64_t size) {
  const unsigned shift = kTileHeight * static_cast<unsigned>(std::max(level, 0));
  const std::uint64_t nodes = shift < 64 ? size >> shift : 0;
  return {level, nodes / kTileWidth, static_cast<unsigned>(nodes % kTileWidth)};
}

std::size_t level_of(const Tile& tile) { return static_cast<std::size_t>(tile.level); }

// A number in digits, with or without leading zeros.
std::optional<unsigned> parse_digits(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.size() != 3 && (text.empty() || text.front() == '0')) {
    return std::nullopt;
  }
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

}  // namespace

Result<std::unique_ptr<Log>> Log::open(LogFolder folder, VerifierKey key) {
  std::unique_ptr<Log> log(new Log(std::move(folder), std::move(key)));
  const LogFolder& place = log->folder_;
  RAKKAN_CHECK(place.files.make_folder(place.path));
  RAKKAN_TRY(const bool begun, place.files.exists(place.path / kCheckpointFile));
  if (begun) {
    RAKKAN_TRY(const Bytes content, read_log_file(place, std::string(kCheckpointFile)));
    std::string note(text_of(content));
    const Result<Checkpoint> checkpoint = open_checkpoint(note, log->key_);
    if (!checkpoint) {
      return fail(
          Error{ErrorCode::audit_log_corrupt, "not a checkpoint of this log", std::string(kCheckpointFile), {}, {}}
              .because(checkpoint.error()));
    }
    RAKKAN_CHECK(log->resume(std::move(note), *checkpoint));
  }
  RAKKAN_CHECK(log->find_partials());
  RAKKAN_CHECK(log->remove_old_partials());
  return log;
}

Result<void> Log::resume(std::string note, const Checkpoint& checkpoint) {
  size_ = checkpoint.tree.size;
  std::vector<std::vector<TreeHash>> rows(tile_levels(size_));
  for (std::size_t level = 0; level < rows.size(); ++level) {
    const Tile tile = rightmost(static_cast<int>(level), size_);
    if (tile.width != 0) {
      RAKKAN_TRY(rows[level], read_hashes(folder_, tile));
    }
  }
  edge_ = RightEdge(std::move(rows));
  if (edge_.root() != checkpoint.tree.root) {
    return corrupt("the tiles do not give the checkpoint's root", std::string(kCheckpointFile));
  }
  if (size_ % kTileWidth != 0) {
    RAKKAN_CHECK(resume_bundle(edge_.rows().front()));
  }
  note_ = std::move(note);
  published_ = size_;
  return {};
}

Result<void> Log::resume_bundle(const std::vector<TreeHash>& leaves) {
  const Tile tile = rightmost(Tile::kEntries, size_);
  RAKKAN_TRY(bundle_, read_log_file(folder_, tile.path()));
  Result<std::vector<BundledEntry>> entries = parse_entries(bundle_, tile.width);
  if (!entries) {
    return corrupt(entries.error().detail, tile.path() + ", " + entries.error().where);
  }
  for (std::size_t i = 0; i < entries->size(); ++i) {
    if (leaf_hash((*entries)[i].entry) != leaves[i]) {
      return corrupt("the entry is not the one in the tree", tile.path() + ", entry " + std::to_string(i));
    }
  }
  return {};
}

// Finds partial tiles near the right edge that a crash left and no checkpoint needs.
Result<void> Log::find_partials() {
  partials_on_disk_.clear();
  const auto levels = static_cast<int>(std::max(1U, tile_levels(size_)));
  for (int level = Tile::kEntries; level < levels; ++level) {
    const Tile edge = rightmost(level, size_);
    const std::filesystem::path folder = (folder_.path / edge.partial_folder()).parent_path();
    RAKKAN_TRY(const std::vector<std::string> names, folder_.files.list(folder));
    for (const std::string& name : names) {
      const auto last_digits = name.ends_with(".p") ? parse_digits(name.substr(0, name.size() - 2)) : std::nullopt;
      if (!last_digits) {
        continue;
      }
      const std::uint64_t number = edge.number / 1000 * 1000 + *last_digits;
      RAKKAN_TRY(const std::vector<std::string> widths, folder_.files.list(folder / name));
      for (const std::string& width_name : widths) {
        const auto width = parse_digits(width_name);
        if (width && *width > 0 && *width < kTileWidth) {
          partials_on_disk_.push_back({level, number, static_cast<unsigned>(*width)});
        }
      }
    }
  }
  return {};
}

void Log::append(ByteView entry) {
  bundle_.push_back(static_cast<Byte>(entry.size() >> 8U));
  bundle_.push_back(static_cast<Byte>(entry.size()));
  rakkan::append(bundle_, entry);
  const auto full = [&](int level, std::span<const TreeHash> hashes) {
    const std::uint64_t number = size_ >> (kTileHeight * static_cast<unsigned>(level + 1));
    full_.emplace_back(Tile{level, number, kTileWidth}, encode_hashes(hashes));
  };
  edge_.append(leaf_hash(entry), full);
  if (size_ % kTileWidth == kTileWidth - 1) {
    full_.emplace_back(Tile{Tile::kEntries, size_ / kTileWidth, kTileWidth}, std::exchange(bundle_, {}));
  }
  ++size_;
}

Result<void> Log::check(std::uint64_t index, ByteView entry) {
  TileReader tiles(folder_, published_);
  RAKKAN_TRY(const TreeHash leaf, tiles.node(0, index));
  if (leaf != leaf_hash(entry)) {
    return corrupt("the store and the log differ", "entry " + std::to_string(index));
  }
  return {};
}

std::vector<Tile> Log::partials() const {
  std::vector<Tile> tiles;
  for (int level = Tile::kEntries; level < static_cast<int>(tile_levels(size_)); ++level) {
    if (const Tile tile = rightmost(level, size_); tile.width != 0) {
      tiles.push_back(tile);
    }
  }
  return tiles;
}

// Writes a tile. When descriptors are short, the batch syncs and closes its files and goes on with the descriptors that
// are left.
Result<void> Log::write_tile(const Tile& tile, ByteView content) {
  Result<void> written = batch_.write(tile.path(), content);
  if (!written && written.error().code == ErrorCode::resource_shortage) {
    RAKKAN_CHECK(batch_.sync());
    written = batch_.write(tile.path(), content);
  }
  return written;
}

// After a shortage it may be called again: files that it had written are written once more.
Result<void> Log::write() {
  for (const auto& [tile, content] : full_) {
    RAKKAN_CHECK(write_tile(tile, content));
  }
  for (const Tile& tile : partials()) {
    const auto& on_disk = partials_on_disk_;
    if (std::find(on_disk.begin(), on_disk.end(), tile) == on_disk.end()) {
      const bool entries = tile.level == Tile::kEntries;
      RAKKAN_CHECK(write_tile(tile, entries ? bundle_ : encode_hashes(edge_.rows().at(level_of(tile)))));
      partials_on_disk_.push_back(tile);
    }
  }
  RAKKAN_CHECK(batch_.sync());
  full_.clear();
  return {};
}

std::string Log::checkpoint_text() const { return Checkpoint{key_.name(), {size_, edge_.root()}, {}}.encode(); }

Result<void> Log::publish(std::string note) {
  RAKKAN_CHECK(batch_.replace(std::string(kCheckpointFile), bytes_of(note)));
  {
    const std::unique_lock lock(published_mutex_);
    note_ = std::move(note);
    published_ = size_;
  }
  if (const Result<void> removed = remove_old_partials();
      !removed && removed.error().code != ErrorCode::resource_shortage) {
    return removed;
  }
  return {};  // without a descriptor to look into a folder, old files are removed with the next checkpoint
}

// Removes the partial tiles of earlier sizes: all files of the published checkpoint are on the disk.
Result<void> Log::remove_old_partials() {
  std::vector<Tile> kept = partials();
  const auto used = [&](const std::string& folder) {
    return std::any_of(kept.begin(), kept.end(), [&](const Tile& tile) { return tile.partial_folder() == folder; });
  };
  for (const Tile& tile : partials_on_disk_) {
    if (std::find(kept.begin(), kept.end(), tile) != kept.end()) {
      continue;
    }
    RAKKAN_CHECK(batch_.remove(tile.path()));
    if (!used(tile.partial_folder())) {
      RAKKAN_TRY(const std::vector<std::string> left, folder_.files.list(folder_.path / tile.partial_folder()));
      if (left.empty()) {
        RAKKAN_CHECK(batch_.remove(tile.partial_folder()));
      }
    }
  }
  partials_on_disk_ = std::move(kept);
  return {};
}

std::uint64_t Log::published_size() const {
  const std::shared_lock lock(published_mutex_);
  return published_;
}

std::string Log::checkpoint() const {
  const std::shared_lock lock(published_mutex_);
  return note_;
}

Result<std::string> Log::prove(std::uint64_t index) const {
  const std::shared_lock lock(published_mutex_);
  RAKKAN_CHECK(check_published(index));
  TileReader tiles(folder_, published_);
  RAKKAN_TRY(std::vector<TreeHash> path, inclusion_path(index, published_, tiles.nodes()));
  return Proof{{}, index, std::move(path), note_}.encode();
}

Result<std::string> Log::entry(std::uint64_t index) const {
  const std::shared_lock lock(published_mutex_);
  RAKKAN_CHECK(check_published(index));
  return read_entry(folder_, index, published_);
}

Result<void> Log::check_published(std::uint64_t index) const {
  if (index >= published_) {
    return fail(ErrorCode::audit_not_checkpointed, "no checkpoint covers the entry yet",
                "entry " + std::to_string(index));
  }
  return {};
}

}  // namespace rakkan::audit
