#include "audit/log_files.hpp"
#include "audit/timestamps.hpp"

namespace rakkan::audit {
namespace {

// The checkpoint in the folder as it is written there; its signature is not verified.
struct Covered {
  std::string note;
  Checkpoint checkpoint;
};

Result<Covered> read_checkpoint(const LogFolder& log) {
  const std::string name(kCheckpointFile);
  RAKKAN_TRY(const bool there, log.files.exists(log.path / name));
  if (!there) {
    return fail(ErrorCode::audit_index_unknown, "there is no checkpoint", (log.path / name).string());
  }
  RAKKAN_TRY(const Bytes content, read_log_file(log, name));
  RAKKAN_TRY(const Note note, Note::parse(text_of(content)));
  RAKKAN_TRY(Checkpoint checkpoint, Checkpoint::parse(note.text));
  return Covered{std::string(text_of(content)), std::move(checkpoint)};
}

Result<void> copy(const LogFolder& from, const std::string& name, FileBatch& to) {
  RAKKAN_TRY(const Bytes content, read_log_file(from, name));
  return to.write(name, content);
}

}  // namespace

Result<std::string> read_entry(const LogFolder& log, std::uint64_t index) {
  RAKKAN_TRY(const Covered covered, read_checkpoint(log));
  if (index >= covered.checkpoint.tree.size) {
    return fail(ErrorCode::audit_index_unknown, "no checkpoint covers such an entry", "entry " + std::to_string(index));
  }
  return read_entry(log, index, covered.checkpoint.tree.size);
}

Result<Checkpoint> export_log(const LogFolder& log, const LogFolder& to, std::size_t open_at_once) {
  RAKKAN_TRY(Covered covered, read_checkpoint(log));
  const std::uint64_t size = covered.checkpoint.tree.size;
  FileBatch batch(to, open_at_once);
  for (int level = Tile::kEntries; level < static_cast<int>(tile_levels(size)); ++level) {
    for (std::uint64_t number = 0; tile_width(level, number, size) != 0; ++number) {
      const Tile tile{level, number, tile_width(level, number, size)};
      RAKKAN_TRY(const bool there, to.files.exists(to.path / tile.path()));
      if (!there || tile.width < kTileWidth) {
        RAKKAN_CHECK(copy(log, tile.path(), batch));
      }
    }
  }
  RAKKAN_TRY(const std::vector<std::uint64_t> timestamps, timestamped_sizes(log));
  for (const std::uint64_t stamped : timestamps) {
    for (const std::string& name : timestamp_files(stamped)) {
      RAKKAN_CHECK(copy(log, name, batch));
    }
  }
  RAKKAN_CHECK(batch.sync());
  RAKKAN_CHECK(batch.replace(std::string(kCheckpointFile), bytes_of(covered.note)));
  return std::move(covered.checkpoint);
}

}  // namespace rakkan::audit
