// The machine's files, beside a writer that may do something just before a reader opens one of them.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rakkan/base/file_system.hpp"

namespace rakkan::audit {

class FilesOfAWriter final : public FileSystem {
 public:
  // `act` is called once, when the file is opened for reading next.
  void before_reading(std::filesystem::path file, std::function<void()> act) {
    file_ = std::move(file);
    act_ = std::move(act);
  }

  [[nodiscard]] Result<std::unique_ptr<File>> open(const std::filesystem::path& path, FileMode mode) override {
    if (mode == FileMode::read && act_ && path == file_) {
      std::exchange(act_, {})();
    }
    return behind_.open(path, mode);
  }
  [[nodiscard]] Result<bool> exists(const std::filesystem::path& path) override { return behind_.exists(path); }
  [[nodiscard]] Result<void> remove(const std::filesystem::path& path) override { return behind_.remove(path); }
  [[nodiscard]] Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    return behind_.rename(from, to);
  }
  [[nodiscard]] Result<void> make_folder(const std::filesystem::path& folder) override {
    return behind_.make_folder(folder);
  }
  [[nodiscard]] Result<std::vector<std::string>> list(const std::filesystem::path& folder) override {
    return behind_.list(folder);
  }
  [[nodiscard]] Result<void> sync_folder(const std::filesystem::path& folder) override {
    return behind_.sync_folder(folder);
  }

 private:
  FileSystem& behind_ = posix_file_system();
  std::filesystem::path file_;
  std::function<void()> act_;
};

}  // namespace rakkan::audit
