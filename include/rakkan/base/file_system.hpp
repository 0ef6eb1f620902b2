// FileSystem is the interface through which the store and the audit log reach the disk: everything that has to survive
// a power cut goes through it, so that a test can keep only synced data, tear the last write, or fail the N-th
// operation.
//
// Durability is the caller's business, as on a real disk: bytes of write_at are safe after sync(); a file's name is
// safe after sync_folder() of its folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan {

// File is one open file; not thread-safe; its destructor closes it. Failures are file_unreadable or file_unwritable
// with the path in `where` and the system's words in `detail`; resource_shortage when the system had no descriptor or
// memory for the call, which did nothing then and may succeed later. sync() fails with file_unwritable alone and must
// not be tried again: the pages may be gone.
class File {
 public:
  virtual ~File() = default;
  // Reads, and returns the number of bytes: fewer than asked for only at the end of the file.
  [[nodiscard]] virtual Result<std::size_t> read_at(std::uint64_t offset, ByteSpan out) = 0;
  // Writes all of `data`; after a failure any part of it may have been written.
  [[nodiscard]] virtual Result<void> write_at(std::uint64_t offset, ByteView data) = 0;
  [[nodiscard]] virtual Result<void> truncate(std::uint64_t size) = 0;
  [[nodiscard]] virtual Result<void> sync() = 0;  // data and size (fdatasync)
  [[nodiscard]] virtual Result<std::uint64_t> size() = 0;
  // Locks these bytes against every other File, of this or another process, until the file is closed. False when one of
  // them is locked already. The lock is the kernel's and ends with its process.
  [[nodiscard]] virtual Result<bool> try_lock(std::uint64_t offset, std::uint64_t length) = 0;
};

enum class FileMode : std::uint8_t {
  read,              // must exist
  read_write,        // must exist
  create_or_modify,  // made, for the owner alone, when it is missing
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  [[nodiscard]] virtual Result<std::unique_ptr<File>> open(const std::filesystem::path& path, FileMode mode) = 0;
  [[nodiscard]] virtual Result<bool> exists(const std::filesystem::path& path) = 0;
  // Removes a file or an empty folder; a path that does not exist is no failure.
  [[nodiscard]] virtual Result<void> remove(const std::filesystem::path& path) = 0;
  [[nodiscard]] virtual Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  // Makes a folder with its parents, for the owner alone; an existing folder is left as it is.
  [[nodiscard]] virtual Result<void> make_folder(const std::filesystem::path& folder) = 0;
  // Names of the files and folders in a folder, sorted; empty when it does not exist.
  [[nodiscard]] virtual Result<std::vector<std::string>> list(const std::filesystem::path& folder) = 0;
  [[nodiscard]] virtual Result<void> sync_folder(const std::filesystem::path& folder) = 0;
};

// The machine's file system. Thread-safe (its Files are not).
[[nodiscard]] FileSystem& posix_file_system() noexcept;

}  // namespace rakkan
