// ReadOnlyFile is a File whose content is in memory, for code that reads Files and gets a content from elsewhere (from
// a server, say).
#pragma once

#include <filesystem>
#include <memory>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/file_system.hpp"

namespace rakkan {

class ReadOnlyFile final : public File {
 public:
  // `path` is named in errors. Every call that would change or lock the file fails with internal.
  ReadOnlyFile(std::shared_ptr<const Bytes> content, std::filesystem::path path)
      : content_(std::move(content)), path_(std::move(path)) {}

  [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset, ByteSpan out) override;
  [[nodiscard]] Result<std::uint64_t> size() override { return content_->size(); }
  [[nodiscard]] Result<void> write_at(std::uint64_t, ByteView) override { return refused(); }
  [[nodiscard]] Result<void> truncate(std::uint64_t) override { return refused(); }
  [[nodiscard]] Result<void> sync() override { return refused(); }
  [[nodiscard]] Result<bool> try_lock(std::uint64_t, std::uint64_t) override { return refused(); }

 private:
  [[nodiscard]] tl::unexpected<Error> refused() const;

  std::shared_ptr<const Bytes> content_;
  std::filesystem::path path_;
};

}  // namespace rakkan
