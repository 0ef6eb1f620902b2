// Reading and writing the files of one log through a FileSystem.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rakkan/audit/tiles.hpp"
#include "rakkan/audit/verify.hpp"
#include "rakkan/base/file_system.hpp"

namespace rakkan::audit {

inline constexpr std::string_view kCheckpointFile = "checkpoint";
inline constexpr std::string_view kTimestampFolder = "timestamps";
// Upper bound of the size of any file of a log, in bytes: a full bundle of the longest entries.
inline constexpr std::uint64_t kMaxFileSize = std::uint64_t{kTileWidth} * (kMaxEntrySize + 2);

// Reads a whole file; audit_log_corrupt with its name in `where` when it is missing or too long.
[[nodiscard]] Result<Bytes> read_log_file(const LogFolder& log, const std::string& name);
// Reads a tile, which must hold exactly its hashes; audit_log_corrupt.
[[nodiscard]] Result<std::vector<TreeHash>> read_hashes(const LogFolder& log, const Tile& tile);

// Reads the entry at an index below `size` from the files of a log of that size; audit_log_corrupt.
[[nodiscard]] Result<std::string> read_entry(const LogFolder& log, std::uint64_t index, std::uint64_t size);

// TileReader is a NodeReader over the tiles of a log of one size; it keeps the last tile of each level. Not
// thread-safe.
class TileReader {
 public:
  TileReader(const LogFolder& log, std::uint64_t size) : log_(log), size_(size) {}
  [[nodiscard]] Result<TreeHash> node(unsigned level, std::uint64_t index);
  [[nodiscard]] NodeReader nodes() {
    return [this](unsigned level, std::uint64_t index) { return node(level, index); };
  }

 private:
  LogFolder log_;
  std::uint64_t size_;
  std::map<int, std::pair<std::uint64_t, std::vector<TreeHash>>> tiles_;
};

// FileBatch writes new files and makes them durable: their bytes, their names and the folders that they needed.
class FileBatch {
 public:
  // At most so many files wait open for their sync.
  explicit FileBatch(LogFolder log, std::size_t most_open = kFilesOpenAtOnce)
      : log_(std::move(log)), most_open_(most_open) {}

  [[nodiscard]] Result<void> write(const std::string& name, ByteView content);
  // Syncs: afterwards everything written survives a crash or a power loss.
  [[nodiscard]] Result<void> sync();
  // Replaces a file, synced: a reader, or a crash at any point, sees either the old or the new one.
  [[nodiscard]] Result<void> replace(const std::string& name, ByteView content);
  // Removes a file, not synced: one that comes back after a crash does no harm.
  [[nodiscard]] Result<void> remove(const std::string& name);

 private:
  [[nodiscard]] Result<void> make_folder(const std::filesystem::path& folder);

  LogFolder log_;
  std::size_t most_open_;
  std::vector<std::unique_ptr<File>> files_;
  std::set<std::filesystem::path> folders_;  // to be synced
  std::set<std::filesystem::path> known_;    // folders that exist, and are synced or among those to be synced
};

}  // namespace rakkan::audit
