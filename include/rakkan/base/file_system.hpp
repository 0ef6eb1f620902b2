// FileSystem is how the store and the audit log reach the disk: everything that has to survive a power cut goes through
// it, so that a test can keep only what was synced, tear the last write, or fail the N-th operation.
//
// Durability is the caller's business, as on a real disk: what write_at wrote is safe after sync(); that a file exists
// under its name is safe after sync_folder() of its folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan {

// One open file; not thread-safe. Closed by its destructor. Failures are file_unreadable or file_unwritable with the
// path in `where` and the system's words in `detail`; resource_shortage when the system had no descriptor or memory for
// the call and it did nothing: the same call may succeed later. A sync() fails with file_unwritable alone and is not
// tried again: the pages may be gone.
class File {
 public:
  virtual ~File() = default;
  // Bytes read, fewer than asked for only at the end of the file.
  [[nodiscard]] virtual Result<std::size_t> read_at(std::uint64_t offset, ByteSpan out) = 0;
  // All of `data`; after a failure any part of it may be there.
  [[nodiscard]] virtual Result<void> write_at(std::uint64_t offset, ByteView data) = 0;
  [[nodiscard]] virtual Result<void> truncate(std::uint64_t size) = 0;
  [[nodiscard]] virtual Result<void> sync() = 0;  // data and size (fdatasync)
  [[nodiscard]] virtual Result<std::uint64_t> size() = 0;
  // Keeps everybody else (other processes, other Files of this one) from locking these bytes until the file is closed.
  // False when somebody has locked one of them. The kernel's: it ends with its process.
  [[nodiscard]] virtual Result<bool> try_lock(std::uint64_t offset, std::uint64_t length) = 0;
};

enum class FileMode : std::uint8_t {
  read,              // must exist
  read_write,        // must exist
  create_or_modify,  // made, for the owner alone, when it is not there
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  [[nodiscard]] virtual Result<std::unique_ptr<File>> open(const std::filesystem::path& path, FileMode mode) = 0;
  [[nodiscard]] virtual Result<bool> exists(const std::filesystem::path& path) = 0;
  // A file, or an empty folder; one that is not there is no failure.
  [[nodiscard]] virtual Result<void> remove(const std::filesystem::path& path) = 0;
  [[nodiscard]] virtual Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  // With its parents, for the owner alone; one that is there is left as it is.
  [[nodiscard]] virtual Result<void> make_folder(const std::filesystem::path& folder) = 0;
  // Names of the files and folders in it, sorted; empty when it is not there.
  [[nodiscard]] virtual Result<std::vector<std::string>> list(const std::filesystem::path& folder) = 0;
  [[nodiscard]] virtual Result<void> sync_folder(const std::filesystem::path& folder) = 0;
};

// The machine's. Thread-safe (its Files are not).
[[nodiscard]] FileSystem& posix_file_system() noexcept;

}  // namespace rakkan
