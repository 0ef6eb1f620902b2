// Log is one log on its way to the disk: entries that are durable in the ledger are added to the tree, the tree is
// written as tile files, and a checkpoint over them is published.
#pragma once

#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "audit/log_files.hpp"
#include "audit/right_edge.hpp"
#include "rakkan/audit/checkpoint.hpp"

namespace rakkan::audit {

class Log {
 public:
  // Opens a log, which goes on behind the checkpoint in the folder, if there is one: its signature and the right edge
  // of the tiles are checked. audit_log_corrupt.
  [[nodiscard]] static Result<std::unique_ptr<Log>> open(LogFolder folder, VerifierKey key);

  // --- For one thread ---

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  // Adds an entry of 1 to kMaxEntrySize bytes, in memory only.
  void append(ByteView entry);
  // Checks that this is the entry at an index below size(): audit_log_corrupt.
  [[nodiscard]] Result<void> check(std::uint64_t index, ByteView entry);
  // Brings the files up to size(), synced.
  [[nodiscard]] Result<void> write();
  // The text of a checkpoint over size(), which is to be signed.
  [[nodiscard]] std::string checkpoint_text() const;
  // Writes the signed note of that text, synced, publishes it, and removes the partial tiles of the checkpoint before.
  [[nodiscard]] Result<void> publish(std::string note);

  // --- For any thread ---

  [[nodiscard]] const VerifierKey& key() const noexcept { return key_; }
  [[nodiscard]] std::uint64_t published_size() const;
  [[nodiscard]] std::string checkpoint() const;
  // The text of a .tlog-proof of an entry under the published checkpoint. audit_not_checkpointed.
  [[nodiscard]] Result<std::string> prove(std::uint64_t index) const;
  // The entry under the published checkpoint. audit_not_checkpointed.
  [[nodiscard]] Result<std::string> entry(std::uint64_t index) const;

 private:
  Log(LogFolder folder, VerifierKey key) : folder_(std::move(folder)), key_(std::move(key)), batch_(folder_) {}
  [[nodiscard]] Result<void> resume(std::string note, const Checkpoint& checkpoint);
  [[nodiscard]] Result<void> resume_bundle(const std::vector<TreeHash>& leaves);
  [[nodiscard]] Result<void> write_tile(const Tile& tile, ByteView content);
  [[nodiscard]] Result<void> find_partials();
  [[nodiscard]] Result<void> remove_old_partials();
  [[nodiscard]] std::vector<Tile> partials() const;
  [[nodiscard]] Result<void> check_published(std::uint64_t index) const;  // with published_mutex_ held

  const LogFolder folder_;
  const VerifierKey key_;
  FileBatch batch_;

  std::uint64_t size_ = 0;
  RightEdge edge_;
  Bytes bundle_;                              // the entries of the bundle that is not full
  std::vector<std::pair<Tile, Bytes>> full_;  // full tiles that are not written yet
  std::vector<Tile> partials_on_disk_;

  mutable std::shared_mutex published_mutex_;  // held shared while files of the published size are read
  std::string note_;
  std::uint64_t published_ = 0;
};

}  // namespace rakkan::audit
