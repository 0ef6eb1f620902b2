// A folder of files in memory, which can only be read.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "rakkan/base/file_system.hpp"

namespace rakkan::test {

class MemoryFiles final : public FileSystem {
 public:
  void put(const std::filesystem::path& path, ByteView content) { files_[path] = copy_of(content); }

  [[nodiscard]] Result<std::unique_ptr<File>> open(const std::filesystem::path& path, FileMode mode) override {
    const auto found = files_.find(path);
    if (found == files_.end() || mode != FileMode::read) {
      return fail(ErrorCode::file_unreadable, "not there, or not to be written", path.string());
    }
    return std::make_unique<Content>(found->second);
  }
  [[nodiscard]] Result<bool> exists(const std::filesystem::path& path) override { return files_.contains(path); }
  [[nodiscard]] Result<void> remove(const std::filesystem::path& path) override { return read_only(path); }
  [[nodiscard]] Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& /*to*/) override {
    return read_only(from);
  }
  [[nodiscard]] Result<void> make_folder(const std::filesystem::path& folder) override { return read_only(folder); }
  [[nodiscard]] Result<std::vector<std::string>> list(const std::filesystem::path& folder) override {
    std::vector<std::string> names;
    for (const auto& [path, content] : files_) {
      const auto below = path.lexically_relative(folder);
      if (!below.empty() && *below.begin() != ".." &&
          std::find(names.begin(), names.end(), below.begin()->string()) == names.end()) {
        names.push_back(below.begin()->string());
      }
    }
    return names;
  }
  [[nodiscard]] Result<void> sync_folder(const std::filesystem::path& folder) override { return read_only(folder); }

 private:
  class Content final : public File {
   public:
    explicit Content(const Bytes& bytes) : bytes_(bytes) {}
    [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset, ByteSpan out) override {
      const std::size_t begin = std::min<std::uint64_t>(offset, bytes_.size());
      const std::size_t count = std::min(out.size(), bytes_.size() - begin);
      std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(begin), count, out.begin());
      return count;
    }
    [[nodiscard]] Result<void> write_at(std::uint64_t /*offset*/, ByteView /*data*/) override { return read_only({}); }
    [[nodiscard]] Result<void> truncate(std::uint64_t /*size*/) override { return read_only({}); }
    [[nodiscard]] Result<void> sync() override { return read_only({}); }
    [[nodiscard]] Result<std::uint64_t> size() override { return bytes_.size(); }
    [[nodiscard]] Result<bool> try_lock(std::uint64_t /*offset*/, std::uint64_t /*length*/) override { return false; }

   private:
    const Bytes& bytes_;
  };
  [[nodiscard]] static Result<void> read_only(const std::filesystem::path& path) {
    return fail(ErrorCode::file_unwritable, "these files are to be read", path.string());
  }

  std::map<std::filesystem::path, Bytes> files_;
};

}  // namespace rakkan::test
