// A file system of a machine that is short of descriptors and memory now and then: calls that need some are refused
// with resource_shortage and do nothing, the others go to the file system behind it. Calls are counted from 1.
// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rakkan/base/file_system.hpp"

namespace rakkan::test {

class ShortFileSystem final : public FileSystem {
 public:
  explicit ShortFileSystem(FileSystem& behind = posix_file_system()) : behind_(&behind) {}

  // While it is set, every call is refused.
  std::atomic<bool> exhausted = false;
  // Refuses `count` calls, from the `first` on.
  void refuse(std::uint64_t first, std::uint64_t count) {
    first_ = first;
    end_ = first + count;
  }
  [[nodiscard]] std::uint64_t calls() const noexcept { return calls_; }

  [[nodiscard]] Result<std::unique_ptr<File>> open(const std::filesystem::path& path, FileMode mode) override {
    RAKKAN_CHECK(admit(path));
    RAKKAN_TRY(auto file, behind_->open(path, mode));
    return std::make_unique<ShortFile>(*this, std::move(file), path);
  }
  [[nodiscard]] Result<bool> exists(const std::filesystem::path& path) override { return behind_->exists(path); }
  [[nodiscard]] Result<void> remove(const std::filesystem::path& path) override { return behind_->remove(path); }
  [[nodiscard]] Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    return behind_->rename(from, to);
  }
  [[nodiscard]] Result<void> make_folder(const std::filesystem::path& folder) override {
    return behind_->make_folder(folder);
  }
  [[nodiscard]] Result<std::vector<std::string>> list(const std::filesystem::path& folder) override {
    RAKKAN_CHECK(admit(folder));
    return behind_->list(folder);
  }
  [[nodiscard]] Result<void> sync_folder(const std::filesystem::path& folder) override {
    RAKKAN_CHECK(admit(folder));
    return behind_->sync_folder(folder);
  }

 private:
  class ShortFile final : public File {
   public:
    ShortFile(ShortFileSystem& owner, std::unique_ptr<File> file, std::filesystem::path path)
        : owner_(owner), file_(std::move(file)), path_(std::move(path)) {}
    [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset, ByteSpan out) override {
      return file_->read_at(offset, out);
    }
    [[nodiscard]] Result<void> write_at(std::uint64_t offset, ByteView data) override {
      RAKKAN_CHECK(owner_.admit(path_));
      return file_->write_at(offset, data);
    }
    [[nodiscard]] Result<void> truncate(std::uint64_t size) override { return file_->truncate(size); }
    [[nodiscard]] Result<void> sync() override { return file_->sync(); }
    [[nodiscard]] Result<std::uint64_t> size() override { return file_->size(); }
    [[nodiscard]] Result<bool> try_lock(std::uint64_t offset, std::uint64_t length) override {
      return file_->try_lock(offset, length);
    }

   private:
    ShortFileSystem& owner_;
    std::unique_ptr<File> file_;
    std::filesystem::path path_;
  };

  [[nodiscard]] Result<void> admit(const std::filesystem::path& path) {
    const std::uint64_t call = ++calls_;
    if (exhausted || (call >= first_ && call < end_)) {
      return fail(ErrorCode::resource_shortage, "call " + std::to_string(call) + ": too many open files",
                  path.string());
    }
    return {};
  }

  FileSystem* behind_;
  std::atomic<std::uint64_t> calls_{0};
  std::atomic<std::uint64_t> first_{0};
  std::atomic<std::uint64_t> end_{0};
};

}  // namespace rakkan::test
