#include "cli/input.hpp"

#include <string>

#include "rakkan/base/standard_streams.hpp"

namespace rakkan::cli {

Result<std::shared_ptr<const InputFile>> InputFile::open(const std::filesystem::path& path, std::uint64_t limit) {
  if (path == kStandardStream) {
    RAKKAN_TRY(Bytes content, read_standard_input(limit));
    return std::make_shared<const InputFile>(std::move(content));
  }
  RAKKAN_TRY(MappedFile file, MappedFile::open(path));
  return std::make_shared<const InputFile>(std::move(file));
}

ByteView InputFile::view() const noexcept {
  if (const auto* const file = std::get_if<MappedFile>(&content_)) {
    return file->view();
  }
  return std::get<Bytes>(content_);
}

Result<Bytes> read_input(const std::filesystem::path& path, std::uint64_t limit) {
  return path == kStandardStream ? read_standard_input(limit) : read_file(path, limit);
}

Result<SecureBytes> read_secret_input(const std::filesystem::path& path) {
  return path == kStandardStream ? read_standard_input_secret() : read_secret_file(path);
}

std::string shown(const std::filesystem::path& output) {
  return output == kStandardStream ? "standard output" : output.string();
}

}  // namespace rakkan::cli
