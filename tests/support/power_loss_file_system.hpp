// PowerLossFileSystem is a disk in memory that forgets: what was written is sure to be there after a power loss only
// when it was synced, and a name only when its folder was. It can also refuse one operation, or lose power in the
// middle of one. Operations are counted from 1: everything that changes the disk, and the syncs.
//
//   PowerLossFileSystem disk;
//   run(disk);                                   // how many operations are there?
//   for (n = 1 .. disk.operations()) {
//     PowerLossFileSystem again;
//     again.cut_power_at(n);
//     run(again);                                // fails from operation n on
//     again.lose_power(seed);                    // restart: what the seed let survive
//     ... everything acknowledged is there ...
//   }
//
// As on Linux, a failed sync loses what it was to write: it may be on the disk or not, and no later sync brings it
// back. Thread-safe, its files too.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "rakkan/base/file_system.hpp"

namespace rakkan::test {

class PowerLossFileSystem final : public FileSystem {
 public:
  enum class Fault : std::uint8_t {
    refused,    // nothing of it is done (a full disk)
    half_done,  // a write is done to its middle; anything else like refused
  };

  PowerLossFileSystem();
  ~PowerLossFileSystem() override;

  // Makes that one operation fail; 0: none.
  void fail_at(std::uint64_t operation, Fault fault = Fault::refused);
  // Makes every operation from that one on fail, until lose_power(); that one may be done in part. 0: none.
  void cut_power_at(std::uint64_t operation);

  // Power loss and restart: unsynced changes survive as the seed chooses (none; all; the first ones, the last of them
  // torn; any of them, the last torn). Files opened before fail from now on. Forgets fail_at and cut_power_at.
  void lose_power(std::uint64_t seed);

  [[nodiscard]] std::uint64_t operations() const;
  // The last operations, one a line with its number: for a failing test's message.
  [[nodiscard]] std::string history(std::size_t lines = 12) const;
  // The content that a reader sees now; empty when the file is not there.
  [[nodiscard]] Bytes content(const std::filesystem::path& path) const;
  // Every file there is.
  [[nodiscard]] std::vector<std::filesystem::path> files() const;

  [[nodiscard]] Result<std::unique_ptr<File>> open(const std::filesystem::path& path, FileMode mode) override;
  [[nodiscard]] Result<bool> exists(const std::filesystem::path& path) override;
  [[nodiscard]] Result<void> remove(const std::filesystem::path& path) override;
  [[nodiscard]] Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  [[nodiscard]] Result<void> make_folder(const std::filesystem::path& folder) override;
  [[nodiscard]] Result<std::vector<std::string>> list(const std::filesystem::path& folder) override;
  [[nodiscard]] Result<void> sync_folder(const std::filesystem::path& folder) override;

 private:
  friend class PowerLossFile;

  struct Change {  // of a file's bytes
    std::uint64_t number;
    bool truncates;
    std::uint64_t offset;  // or the new size
    Bytes data;
  };
  struct Node {  // a file, or a folder when `is_folder`
    bool is_folder = false;
    Bytes now;
    Bytes on_disk;
    std::vector<Change> unsynced;
  };
  using NodePointer = std::shared_ptr<Node>;
  using Names = std::map<std::filesystem::path, NodePointer>;
  struct Naming {  // a change of one folder's names; `node` is empty for a removal
    std::uint64_t number;
    std::filesystem::path folder;
    std::vector<std::pair<std::filesystem::path, NodePointer>> names;
  };
  enum class Verdict : std::uint8_t { goes, refused, half_done, power_cut };

  Verdict begin(std::string what, const std::filesystem::path& path);
  [[nodiscard]] Result<void> verdict_of(Verdict verdict, const std::filesystem::path& path) const;
  [[nodiscard]] Result<void> rename_into(std::vector<Naming> namings, Verdict verdict,
                                         const std::filesystem::path& path);
  [[nodiscard]] Result<void> check_power(std::uint64_t generation, const std::filesystem::path& path) const;
  static void apply(Bytes& bytes, const Change& change);
  static void apply(Names& names, const Naming& naming);

  mutable std::mutex mutex_;
  Names now_;
  Names on_disk_;
  std::vector<Naming> unsynced_;
  std::vector<std::string> history_;
  std::mt19937_64 random_{1};
  std::uint64_t fail_at_ = 0;
  Fault fault_ = Fault::refused;
  std::uint64_t cut_at_ = 0;
  std::uint64_t generation_ = 1;
};

}  // namespace rakkan::test
