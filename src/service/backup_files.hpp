// BackupFiles is the file system that a backup is written through: it knows what was made, so that all of it can be
// listed, synced or removed, and asks before each file whether the backup goes on.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "rakkan/base/file_system.hpp"

namespace rakkan::service {

class BackupFiles final : public FileSystem {
 public:
  BackupFiles(FileSystem& files, const std::function<Result<void>()>& goes_on) : files_(files), goes_on_(goes_on) {}

  // Somebody else is going to make that file.
  void expect(const std::filesystem::path& file) { made_.insert(file); }
  [[nodiscard]] const std::set<std::filesystem::path>& made() const noexcept { return made_; }

  // A new file with that content, synced.
  [[nodiscard]] Result<void> write(const std::filesystem::path& file, ByteView content);
  // The names of everything that was made.
  [[nodiscard]] Result<void> sync_folders();
  // Takes away everything that was made and can be removed.
  void remove_all() noexcept;

  [[nodiscard]] Result<std::unique_ptr<File>> open(const std::filesystem::path& path, FileMode mode) override;
  [[nodiscard]] Result<bool> exists(const std::filesystem::path& path) override { return files_.exists(path); }
  [[nodiscard]] Result<void> remove(const std::filesystem::path& path) override;
  [[nodiscard]] Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  [[nodiscard]] Result<void> make_folder(const std::filesystem::path& folder) override;
  [[nodiscard]] Result<std::vector<std::string>> list(const std::filesystem::path& folder) override {
    return files_.list(folder);
  }
  [[nodiscard]] Result<void> sync_folder(const std::filesystem::path& folder) override {
    return files_.sync_folder(folder);
  }

 private:
  FileSystem& files_;
  const std::function<Result<void>()>& goes_on_;
  std::set<std::filesystem::path> made_;
  std::set<std::filesystem::path> folders_;
};

}  // namespace rakkan::service
