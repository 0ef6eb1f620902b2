// DataFolder is the right to use a data folder: one process has it at a time. It is a lock of the kernel on
// <data_dir>/lock, so it ends with its process, however that ends; the file stays and is never stale.
#pragma once

#include <filesystem>

#include "rakkan/base/result.hpp"

namespace rakkan::store {

class DataFolder {
 public:
  // Takes the lock; makes the folder, for its owner alone, when it is missing. data_folder_in_use names the process
  // that has the lock; permissions_unsafe when the folder is another user's (but for root) or others may write it.
  [[nodiscard]] static Result<DataFolder> lock(const std::filesystem::path& folder);
  DataFolder(DataFolder&& other) noexcept;
  DataFolder& operator=(DataFolder&& other) noexcept;
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;
  ~DataFolder();  // releases the lock

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  DataFolder(int descriptor, std::filesystem::path path) noexcept;

  int descriptor_;
  std::filesystem::path path_;
};

}  // namespace rakkan::store
