#include "rakkan/store/data_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string>
#include <system_error>
#include <utility>

#include "rakkan/base/file.hpp"
#include "rakkan/base/permissions.hpp"

namespace rakkan::store {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> unavailable(const char* what, const fs::path& path) {
  const int error = errno;
  return fail(ErrorCode::store_unavailable, std::string(what) + ": " + std::system_category().message(error),
              path.string());
}

// The id of the process that has the lock, as that process wrote it into the file; 0 when it has not (yet).
long holder_of(int descriptor) {
  std::array<char, 32> text{};
  const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
  long pid = 0;
  if (size > 0) {
    std::from_chars(text.data(), text.data() + size, pid);
  }
  return pid;
}

tl::unexpected<Error> in_use(int descriptor, const fs::path& folder) {
  const long pid = holder_of(descriptor);
  const std::string who = pid > 0 ? "process " + std::to_string(pid) : "another process";
  return fail(ErrorCode::data_folder_in_use, who + " uses the folder; ask a running server with --server",
              folder.string());
}

Result<void> write_pid(int descriptor, const fs::path& file) {
  const std::string text = std::to_string(::getpid()) + "\n";
  if (::ftruncate(descriptor, 0) != 0 ||
      ::pwrite(descriptor, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    return unavailable("cannot write the lock file", file);
  }
  return {};
}

}  // namespace

DataFolder::DataFolder(int descriptor, fs::path path) noexcept : descriptor_(descriptor), path_(std::move(path)) {}

DataFolder::DataFolder(DataFolder&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

DataFolder& DataFolder::operator=(DataFolder&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  return *this;
}

// The file is not removed: another process may have it open and wait for its lock.
DataFolder::~DataFolder() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

Result<DataFolder> DataFolder::lock(const fs::path& folder) {
  RAKKAN_CHECK(make_private_folder(folder));
  // Root may do a service's work in the folder of its user.
  RAKKAN_TRY(const UserId owner, owner_of(folder));
  const UserId expected = this_user() == kRoot ? owner : this_user();
  RAKKAN_CHECK(check_permissions(folder, Readers::everybody, {expected}));
  const fs::path file = folder / "lock";
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) {
    return unavailable("cannot open the lock file", file);
  }
  DataFolder locked(descriptor, folder);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK ? in_use(descriptor, folder) : unavailable("cannot lock", file);
  }
  RAKKAN_CHECK(write_pid(descriptor, file));
  return locked;
}

}  // namespace rakkan::store
