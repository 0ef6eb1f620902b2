#include "service/backup_files.hpp"

namespace rakkan::service {

namespace fs = std::filesystem;

Result<void> BackupFiles::write(const fs::path& file, ByteView content) {
  RAKKAN_TRY(const std::unique_ptr<File> opened, open(file, FileMode::create_or_modify));
  RAKKAN_CHECK(opened->write_at(0, content));
  return opened->sync();
}

Result<void> BackupFiles::sync_folders() {
  for (const fs::path& folder : folders_) {
    RAKKAN_CHECK(files_.sync_folder(folder));
  }
  return {};
}

void BackupFiles::remove_all() noexcept {
  for (const fs::path& file : made_) {
    static_cast<void>(files_.remove(file));
  }
  for (auto folder = folders_.rbegin(); folder != folders_.rend(); ++folder) {
    static_cast<void>(files_.remove(*folder));
  }
}

Result<std::unique_ptr<File>> BackupFiles::open(const fs::path& path, FileMode mode) {
  RAKKAN_CHECK(goes_on_());
  if (mode == FileMode::create_or_modify) {
    made_.insert(path);
  }
  return files_.open(path, mode);
}

Result<void> BackupFiles::remove(const fs::path& path) {
  made_.erase(path);
  folders_.erase(path);
  return files_.remove(path);
}

Result<void> BackupFiles::rename(const fs::path& from, const fs::path& to) {
  RAKKAN_CHECK(files_.rename(from, to));
  made_.erase(from);
  made_.insert(to);
  return {};
}

Result<void> BackupFiles::make_folder(const fs::path& folder) {
  folders_.insert(folder);
  return files_.make_folder(folder);
}

}  // namespace rakkan::service
