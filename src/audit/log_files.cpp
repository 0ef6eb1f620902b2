#include "audit/log_files.hpp"

#include <algorithm>

namespace rakkan::audit {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> corrupt(std::string what, std::string where) {
  return fail(ErrorCode::audit_log_corrupt, std::move(what), std::move(where));
}

Result<void> write_whole(File& file, ByteView content) {
  RAKKAN_CHECK(file.write_at(0, content));
  RAKKAN_TRY(const std::uint64_t size, file.size());
  if (size > content.size()) {  // an earlier attempt, which a crash interrupted, left a longer file
    RAKKAN_CHECK(file.truncate(content.size()));
  }
  return {};
}

}  // namespace

Result<Bytes> read_log_file(const LogFolder& log, const std::string& name) {
  const fs::path path = log.path / name;
  RAKKAN_TRY(bool there, log.files.exists(path));
  if (!there) {
    return corrupt("the file is missing", name);
  }
  auto opened = log.files.open(path, FileMode::read);
  if (!opened) {  // the log's writer may have removed the file meanwhile
    RAKKAN_TRY(there, log.files.exists(path));
    return there ? fail(std::move(opened).error()) : corrupt("the file is missing", name);
  }
  const std::unique_ptr<File> file = *std::move(opened);
  RAKKAN_TRY(const std::uint64_t size, file->size());
  if (size > kMaxFileSize) {
    return corrupt("the file is longer than any of a log", name);
  }
  Bytes content(static_cast<std::size_t>(size));
  RAKKAN_TRY(const std::size_t read, file->read_at(0, content));
  content.resize(read);
  return content;
}

Result<std::vector<TreeHash>> read_hashes(const LogFolder& log, const Tile& tile) {
  const std::string name = tile.path();
  RAKKAN_TRY(const Bytes content, read_log_file(log, name));
  constexpr std::size_t kSize = TreeHash{}.size();
  if (content.size() != tile.width * kSize) {
    return corrupt(
        "the tile has " + std::to_string(content.size()) + " bytes instead of " + std::to_string(tile.width * kSize),
        name);
  }
  std::vector<TreeHash> hashes(tile.width);
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(i * kSize), kSize, hashes[i].begin());
  }
  return hashes;
}

Result<std::string> read_entry(const LogFolder& log, std::uint64_t index, std::uint64_t size) {
  const std::uint64_t number = index / kTileWidth;
  const unsigned width = tile_width(Tile::kEntries, number, size);
  RAKKAN_TRY(const Bytes bundle, read_log_file(log, Tile{Tile::kEntries, number, width}.path()));
  RAKKAN_TRY(const std::vector<BundledEntry> entries, parse_entries(bundle, width));
  return std::string(text_of(entries.at(index % kTileWidth).entry));
}

Result<TreeHash> TileReader::node(unsigned level, std::uint64_t index) {
  const auto tile_level = static_cast<int>(level / kTileHeight);
  const unsigned inner = level % kTileHeight;
  const std::uint64_t first = index << inner;  // index of the first hash on the tile's level
  const std::uint64_t number = first / kTileWidth;
  auto& [held, hashes] = tiles_[tile_level];
  if (hashes.empty() || held != number) {
    hashes.clear();
    const unsigned width = tile_width(tile_level, number, size_);
    if (width == 0) {
      return fail(ErrorCode::internal, "a node outside of the tree was asked for");
    }
    RAKKAN_TRY(hashes, read_hashes(log_, Tile{tile_level, number, width}));
    held = number;
  }
  const std::size_t begin = first % kTileWidth;
  const std::size_t count = std::size_t{1} << inner;
  if (begin + count > hashes.size()) {
    return fail(ErrorCode::internal, "a node outside of the tree was asked for");
  }
  return perfect_root(std::span(hashes).subspan(begin, count));
}

Result<void> FileBatch::write(const std::string& name, ByteView content) {
  const fs::path path = log_.path / name;
  RAKKAN_CHECK(make_folder(path.parent_path()));
  RAKKAN_TRY(auto file, log_.files.open(path, FileMode::create_or_modify));
  RAKKAN_CHECK(write_whole(*file, content));
  files_.push_back(std::move(file));
  folders_.insert(path.parent_path());
  if (files_.size() >= most_open_) {
    return sync();
  }
  return {};
}

Result<void> FileBatch::sync() {
  for (const auto& file : files_) {
    RAKKAN_CHECK(file->sync());
  }
  files_.clear();
  for (const fs::path& folder : folders_) {
    RAKKAN_CHECK(log_.files.sync_folder(folder));
  }
  folders_.clear();
  return {};
}

Result<void> FileBatch::replace(const std::string& name, ByteView content) {
  const fs::path path = log_.path / name;
  const fs::path beside = log_.path / (name + ".new");
  RAKKAN_CHECK(make_folder(path.parent_path()));
  {
    RAKKAN_TRY(const auto file, log_.files.open(beside, FileMode::create_or_modify));
    RAKKAN_CHECK(write_whole(*file, content));
    RAKKAN_CHECK(file->sync());
  }
  RAKKAN_CHECK(log_.files.rename(beside, path));
  folders_.insert(path.parent_path());
  return sync();
}

Result<void> FileBatch::remove(const std::string& name) {
  known_.erase(log_.path / name);
  return log_.files.remove(log_.path / name);
}

// Makes a folder; its parent, which holds its name, is synced with the files.
Result<void> FileBatch::make_folder(const fs::path& folder) {
  if (known_.contains(folder)) {
    return {};
  }
  if (folder != log_.path) {
    RAKKAN_CHECK(make_folder(folder.parent_path()));
  }
  RAKKAN_CHECK(log_.files.make_folder(folder));
  folders_.insert(folder.parent_path());
  known_.insert(folder);
  return {};
}

}  // namespace rakkan::audit
