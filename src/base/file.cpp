#include "rakkan/base/file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "base/permissions_of.hpp"
#include "base/read_descriptor.hpp"
#include "base/system_error.hpp"
#include "rakkan/base/environment.hpp"

namespace rakkan {
namespace {

namespace fs = std::filesystem;

class Descriptor {
 public:
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  [[nodiscard]] int value() const noexcept { return fd_; }

 private:
  int fd_;
};

struct OpenFile {
  Descriptor descriptor;
  struct stat status;
};

Result<OpenFile> open_regular(const fs::path& path) {
  Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (descriptor.value() < 0 || ::fstat(descriptor.value(), &status) != 0) {
    return refused_by_system(ErrorCode::file_unreadable, "cannot open", path);
  }
  if (S_ISDIR(status.st_mode)) {
    return fail(ErrorCode::file_unreadable, "is a folder", path.string());
  }
  return OpenFile{std::move(descriptor), status};
}

Result<void> write_all(int fd, ByteView bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return refused_by_system(ErrorCode::file_unwritable, "cannot write", path);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

// True for a credential of the service manager ($CREDENTIALS_DIRECTORY, systemd's LoadCredential=). Such a file may be
// root's with an access control list for the service's user alone, whose mask shows as the group's bits.
bool is_service_credential(const fs::path& path) {
  const std::string_view folder = environment_variable("CREDENTIALS_DIRECTORY");
  return !folder.empty() && path.parent_path() == fs::path(folder);
}

// Checks a secret's file: it must belong to this user or to root, or, when this user is root, to the owner of the
// folder that it lies in (a service's file in the service's own folder).
Result<void> check_secret_file_of(const struct stat& status, const fs::path& path) {
  UserId third = this_user();
  if (third == kRoot) {
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    RAKKAN_TRY(third, owner_of(folder));
  }
  const Readers readers = is_service_credential(path) ? Readers::group : Readers::owner;
  return check_permissions_of(status, path, readers, {this_user(), kRoot, third});
}

// True for a path that is no file but takes bytes (/dev/stdout, a named pipe) and must not be replaced by a file.
bool is_device_or_pipe(const fs::path& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

Result<void> write_through(const fs::path& path, std::span<const ByteView> parts) {
  const Descriptor descriptor(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (descriptor.value() < 0) {
    return refused_by_system(ErrorCode::file_unwritable, "cannot open", path);
  }
  for (const ByteView part : parts) {
    RAKKAN_CHECK(write_all(descriptor.value(), part, path));
  }
  return {};
}

// Syncs a folder: a rename is durable only when the folder that holds the name is synced too.
Result<void> sync_folder(const fs::path& folder) {
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.value() < 0 || ::fsync(descriptor.value()) != 0) {
    return refused_by_system(ErrorCode::file_unwritable, "cannot sync the folder", folder);
  }
  return {};
}

}  // namespace

Result<MappedFile> MappedFile::open(const fs::path& path) {
  RAKKAN_TRY(const OpenFile file, open_regular(path));
  if (!S_ISREG(file.status.st_mode)) {
    return fail(ErrorCode::file_unreadable, "not a regular file", path.string());
  }
  if (file.status.st_size == 0) {
    return MappedFile(nullptr, 0);
  }
  const auto size = static_cast<std::size_t>(file.status.st_size);
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.descriptor.value(), 0);
  if (data == MAP_FAILED) {
    return refused_by_system(ErrorCode::file_unreadable, "cannot map", path);
  }
  return MappedFile(static_cast<const Byte*>(data), size);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) {
    ::munmap(const_cast<Byte*>(data_), size_);
  }
}

Result<Bytes> read_file(const fs::path& path, std::uint64_t limit) {
  RAKKAN_TRY(const OpenFile file, open_regular(path));
  return read_all(file.descriptor.value(), path, limit);
}

Result<void> check_secret_file(const fs::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return {};
  }
  return check_secret_file_of(status, path);
}

Result<SecureBytes> read_secret_file(const fs::path& path) {
  RAKKAN_TRY(const OpenFile file, open_regular(path));
  if (S_ISREG(file.status.st_mode)) {
    RAKKAN_CHECK(check_secret_file_of(file.status, path));
  }
  return read_secret(file.descriptor.value(), path);
}

Result<void> write_file_atomically(const fs::path& path, std::span<const ByteView> parts, bool owner_only) {
  if (is_device_or_pipe(path)) {
    return write_through(path, parts);
  }
  std::string temporary = path.string() + ".XXXXXX";
  const Descriptor descriptor(::mkostemp(temporary.data(), O_CLOEXEC));
  if (descriptor.value() < 0) {
    return refused_by_system(ErrorCode::file_unwritable, "cannot create", path);
  }
  const auto write = [&]() -> Result<void> {
    for (const ByteView part : parts) {
      RAKKAN_CHECK(write_all(descriptor.value(), part, path));
    }
    const mode_t mode = owner_only ? S_IRUSR | S_IWUSR : S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH;
    if (::fchmod(descriptor.value(), mode) != 0 || ::fsync(descriptor.value()) != 0 ||
        ::rename(temporary.c_str(), path.c_str()) != 0) {
      return refused_by_system(ErrorCode::file_unwritable, "cannot write", path);
    }
    return sync_folder(path.has_parent_path() ? path.parent_path() : fs::path("."));
  };
  Result<void> written = write();
  if (!written) {
    ::unlink(temporary.c_str());
  }
  return written;
}

Result<void> make_private_folder(const fs::path& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) {
    return {};
  }
  if (folder.has_parent_path() && folder.parent_path() != folder) {
    RAKKAN_CHECK(make_private_folder(folder.parent_path()));
  }
  if (folder.filename().empty()) {
    return {};  // `folder` ends in a slash ("a/"): its parent, made above, is the folder itself
  }
  // The folder is private from its first moment; the second call is for an umask that takes rights from the owner, too.
  if (::mkdir(folder.c_str(), S_IRWXU) == 0) {
    return ::chmod(folder.c_str(), S_IRWXU) == 0
               ? Result<void>()
               : refused_by_system(ErrorCode::file_unwritable, "cannot make the folder", folder);
  }
  const bool made_by_another = errno == EEXIST && fs::is_directory(folder, error);
  return made_by_another ? Result<void>()
                         : refused_by_system(ErrorCode::file_unwritable, "cannot make the folder", folder);
}

}  // namespace rakkan
