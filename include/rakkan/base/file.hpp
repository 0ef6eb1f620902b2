// Reading and writing local files. Only the edge of the program uses this (cli, config, service, store, hsm): the core
// does no I/O.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <span>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"

namespace rakkan {

// MappedFile is a whole file mapped read-only: no copy, paged in as it is touched. Fails with file_unreadable.
class MappedFile {
 public:
  [[nodiscard]] static Result<MappedFile> open(const std::filesystem::path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  // Valid while this object lives; stays at its address when the object is moved.
  [[nodiscard]] ByteView view() const noexcept { return {data_, size_}; }

 private:
  MappedFile(const Byte* data, std::size_t size) noexcept : data_(data), size_(size) {}

  const Byte* data_ = nullptr;
  std::size_t size_ = 0;
};

// Reads at most `limit` bytes; a longer file fails with input_too_large, an unreadable one with file_unreadable.
[[nodiscard]] Result<Bytes> read_file(const std::filesystem::path& path, std::uint64_t limit);

// Reads the file of a secret, without one trailing line break. The file is refused (permissions_unsafe) when others
// than its owner may read it, or when it belongs neither to this user nor to root; root also reads a file of the user
// who owns the folder around it. In $CREDENTIALS_DIRECTORY (systemd) the group's mode bits are ignored: they are the
// mask of an access control list. Errors as of read_file.
[[nodiscard]] Result<SecureBytes> read_secret_file(const std::filesystem::path& path);

// Checks owner and mode as read_secret_file does, without reading; a file that does not exist passes.
[[nodiscard]] Result<void> check_secret_file(const std::filesystem::path& path);

// Writes the parts one after another to a new file beside `path`, syncs it, and renames it over `path`: a reader, or a
// crash at any point, sees the old file or the whole new one. A device or a pipe of that name is not replaced but
// written to. Fails with file_unwritable.
[[nodiscard]] Result<void> write_file_atomically(const std::filesystem::path& path, std::span<const ByteView> parts,
                                                 bool owner_only = false);
[[nodiscard]] inline Result<void> write_file_atomically(const std::filesystem::path& path,
                                                        std::initializer_list<ByteView> parts,
                                                        bool owner_only = false) {
  return write_file_atomically(path, std::span<const ByteView>(parts.begin(), parts.size()), owner_only);
}

// Creates the folder where it is missing, and its parents, for the owner alone under any umask; an existing folder is
// left as it is. Fails with file_unwritable.
[[nodiscard]] Result<void> make_private_folder(const std::filesystem::path& folder);

}  // namespace rakkan
