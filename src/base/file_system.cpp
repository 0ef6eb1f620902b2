#include "rakkan/base/file_system.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/system_error.hpp"
#include "rakkan/base/file.hpp"

namespace rakkan {
namespace {

namespace fs = std::filesystem;

// Runs a system call, again while a signal interrupts it.
template <class Call>
auto uninterrupted(Call call) {
  for (;;) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) {
      return result;
    }
  }
}

class PosixFile final : public File {
 public:
  PosixFile(int descriptor, fs::path path) noexcept : descriptor_(descriptor), path_(std::move(path)) {}
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;
  ~PosixFile() override { ::close(descriptor_); }

  [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset, ByteSpan out) override {
    std::size_t done = 0;
    while (done < out.size()) {
      RAKKAN_TRY(const off_t at, position(offset + done, ErrorCode::file_unreadable));
      const ByteSpan rest = out.subspan(done);
      const ssize_t count = uninterrupted([&] { return ::pread(descriptor_, rest.data(), rest.size(), at); });
      if (count < 0) {
        return refused_by_system(ErrorCode::file_unreadable, "cannot read", path_);
      }
      if (count == 0) {
        break;
      }
      done += static_cast<std::size_t>(count);
    }
    return done;
  }

  [[nodiscard]] Result<void> write_at(std::uint64_t offset, ByteView data) override {
    const std::uint64_t begin = offset;
    while (!data.empty()) {
      RAKKAN_TRY(const off_t at, position(offset, ErrorCode::file_unwritable));
      const ssize_t count = uninterrupted([&] { return ::pwrite(descriptor_, data.data(), data.size(), at); });
      if (count < 0) {
        return offset == begin ? refused_by_system(ErrorCode::file_unwritable, "cannot write", path_)
                               : failed_by_system(ErrorCode::file_unwritable, "cannot write", path_);
      }
      data = data.subspan(static_cast<std::size_t>(count));
      offset += static_cast<std::uint64_t>(count);
    }
    return {};
  }

  [[nodiscard]] Result<void> truncate(std::uint64_t size) override {
    RAKKAN_TRY(const off_t length, position(size, ErrorCode::file_unwritable));
    if (uninterrupted([&] { return ::ftruncate(descriptor_, length); }) != 0) {
      return failed_by_system(ErrorCode::file_unwritable, "cannot truncate", path_);
    }
    return {};
  }

  // fdatasync is not tried again after a failure, not even after an interruption: Linux reports a lost page only once.
  [[nodiscard]] Result<void> sync() override {
    if (::fdatasync(descriptor_) != 0) {
      return failed_by_system(ErrorCode::file_unwritable, "cannot sync", path_);
    }
    return {};
  }

  [[nodiscard]] Result<std::uint64_t> size() override {
    struct stat status{};
    if (::fstat(descriptor_, &status) != 0) {
      return refused_by_system(ErrorCode::file_unreadable, "cannot tell the size", path_);
    }
    return static_cast<std::uint64_t>(status.st_size);
  }

  // The lock belongs to the open file description and not to the process (F_OFD_SETLK, fcntl(2)): closing another
  // descriptor of the same file does not end it.
  [[nodiscard]] Result<bool> try_lock(std::uint64_t offset, std::uint64_t length) override {
    struct flock range{};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    RAKKAN_TRY(range.l_start, position(offset, ErrorCode::file_unwritable));
    RAKKAN_TRY(range.l_len, position(length, ErrorCode::file_unwritable));
    if (::fcntl(descriptor_, F_OFD_SETLK, &range) == 0) {
      return true;
    }
    if (errno == EAGAIN || errno == EACCES) {
      return false;
    }
    return refused_by_system(ErrorCode::file_unwritable, "cannot lock", path_);
  }

 private:
  [[nodiscard]] Result<off_t> position(std::uint64_t offset, ErrorCode code) const {
    const auto narrow = checked_cast<off_t>(offset);
    if (!narrow) {
      return fail(code, "beyond the largest file", path_.string());
    }
    return *narrow;
  }

  int descriptor_;
  fs::path path_;
};

int flags_of(FileMode mode) {
  switch (mode) {
    case FileMode::read:
      return O_RDONLY | O_CLOEXEC;
    case FileMode::read_write:
      return O_RDWR | O_CLOEXEC;
    case FileMode::create_or_modify:
      return O_RDWR | O_CREAT | O_CLOEXEC;
  }
  return O_RDONLY | O_CLOEXEC;
}

class PosixFileSystem final : public FileSystem {
 public:
  [[nodiscard]] Result<std::unique_ptr<File>> open(const fs::path& path, FileMode mode) override {
    const ErrorCode code = mode == FileMode::read ? ErrorCode::file_unreadable : ErrorCode::file_unwritable;
    const int descriptor = uninterrupted([&] { return ::open(path.c_str(), flags_of(mode), S_IRUSR | S_IWUSR); });
    if (descriptor < 0) {
      return refused_by_system(code, "cannot open", path);
    }
    auto file = std::make_unique<PosixFile>(descriptor, path);
    struct stat status{};
    if (::fstat(descriptor, &status) != 0) {
      return refused_by_system(code, "cannot open", path);
    }
    if (!S_ISREG(status.st_mode)) {
      return fail(code, "not a regular file", path.string());
    }
    return file;
  }

  [[nodiscard]] Result<bool> exists(const fs::path& path) override {
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0) {
      return true;
    }
    if (errno == ENOENT || errno == ENOTDIR) {
      return false;
    }
    return refused_by_system(ErrorCode::file_unreadable, "cannot tell whether it is there", path);
  }

  [[nodiscard]] Result<void> remove(const fs::path& path) override {
    if (std::remove(path.c_str()) != 0 && errno != ENOENT) {
      return refused_by_system(ErrorCode::file_unwritable, "cannot remove", path);
    }
    return {};
  }

  [[nodiscard]] Result<void> rename(const fs::path& from, const fs::path& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) {
      return refused_by_system(ErrorCode::file_unwritable, "cannot rename", from);
    }
    return {};
  }

  [[nodiscard]] Result<void> make_folder(const fs::path& folder) override { return make_private_folder(folder); }

  [[nodiscard]] Result<std::vector<std::string>> list(const fs::path& folder) override {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
      names.push_back(entry->path().filename().string());
    }
    if (error && error != std::errc::no_such_file_or_directory) {
      return refused_by_system(ErrorCode::file_unreadable, "cannot list the folder", folder, error.value());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  [[nodiscard]] Result<void> sync_folder(const fs::path& folder) override {
    const int descriptor = uninterrupted([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
    if (descriptor < 0) {
      return refused_by_system(ErrorCode::file_unwritable, "cannot open the folder", folder);
    }
    const PosixFile opened(descriptor, folder);
    if (::fsync(descriptor) != 0) {
      return failed_by_system(ErrorCode::file_unwritable, "cannot sync the folder", folder);
    }
    return {};
  }
};

}  // namespace

FileSystem& posix_file_system() noexcept {
  static PosixFileSystem system;
  return system;
}

}  // namespace rakkan
