#include "http/local_socket.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

namespace rakkan::http {
namespace {

namespace fs = std::filesystem;

constexpr int kBacklog = 64;
constexpr std::uint32_t kRoot = 0;
constexpr const char* kOption = "admin.socket names another path, or \"\" for no socket";

class Descriptor {
 public:
  explicit Descriptor(int descriptor) noexcept : descriptor_(descriptor) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
  }
  [[nodiscard]] int get() const noexcept { return descriptor_; }
  [[nodiscard]] int release() noexcept { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
};

tl::unexpected<Error> cannot(const char* what, const fs::path& path) {
  const int error = errno;
  return fail(error == EADDRINUSE ? ErrorCode::address_in_use : ErrorCode::configuration_invalid,
              std::string(what) + ": " + std::system_category().message(error) + "; " + kOption, path.string());
}

Result<sockaddr_un> address_of(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& name = path.native();
  if (name.empty() || name.size() >= sizeof address.sun_path) {
    return fail(ErrorCode::configuration_invalid,
                "the path of a Unix socket has at most " + std::to_string(sizeof address.sun_path - 1) +
                    " bytes, and this one has " + std::to_string(name.size()) + "; " + kOption,
                name);
  }
  std::memcpy(address.sun_path, name.data(), name.size());
  return address;
}

int open_socket() noexcept { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

const sockaddr* generic(const sockaddr_un& address) noexcept { return reinterpret_cast<const sockaddr*>(&address); }

Result<void> check_is_socket(const fs::path& path, const struct stat& there) {
  return S_ISSOCK(there.st_mode) ? Result<void>()
                                 : fail(ErrorCode::configuration_invalid,
                                        std::string("the path is not a socket; ") + kOption, path.string());
}

// Removes the socket that an earlier process left behind. To be called under a lock on the folder, so that of two
// servers that start at once the later one does not remove the new socket of the earlier.
Result<void> clear(const fs::path& path, const sockaddr_un& address) {
  struct stat there{};
  if (::lstat(path.c_str(), &there) != 0) {
    return errno == ENOENT ? Result<void>() : cannot("cannot look at it", path);
  }
  RAKKAN_CHECK(check_is_socket(path, there));
  const Descriptor probe(open_socket());
  if (probe.get() < 0) {
    return cannot("cannot make a socket", path);
  }
  // A full queue (EAGAIN) belongs to a server too, which is stopped or busy.
  if (::connect(probe.get(), generic(address), sizeof address) == 0 || errno != ECONNREFUSED) {
    return fail(ErrorCode::address_in_use, std::string("another server listens there; ") + kOption, path.string());
  }
  return ::unlink(path.c_str()) == 0 || errno == ENOENT ? Result<void>() : cannot("cannot remove the old one", path);
}

}  // namespace

Result<void> LocalSocket::check(const fs::path& path) {
  RAKKAN_CHECK(address_of(path));
  struct stat there{};
  return ::lstat(path.c_str(), &there) == 0 ? check_is_socket(path, there) : Result<void>();
}

Result<LocalSocket> LocalSocket::listen(fs::path path) {
  RAKKAN_TRY(const sockaddr_un address, address_of(path));
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const Descriptor lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (lock.get() < 0 || ::flock(lock.get(), LOCK_EX) != 0) {
    return cannot("cannot open its folder", path);
  }
  RAKKAN_CHECK(clear(path, address));
  Descriptor socket(open_socket());
  // On Linux the name that bind(2) makes gets the mode of the socket, so there is no moment at which others may
  // connect.
  if (socket.get() < 0 || ::fchmod(socket.get(), S_IRUSR | S_IWUSR) != 0 ||
      ::bind(socket.get(), generic(address), sizeof address) != 0) {
    return cannot("cannot listen", path);
  }
  struct stat made{};
  if (::lstat(path.c_str(), &made) != 0) {
    return cannot("cannot look at it", path);
  }
  LocalSocket result(socket.release(), std::move(path), made.st_dev, made.st_ino);
  if (::listen(result.descriptor_, kBacklog) != 0) {
    return cannot("cannot listen", result.path_);
  }
  return result;
}

LocalSocket::LocalSocket(LocalSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::exchange(other.path_, {})),
      device_(other.device_),
      inode_(other.inode_) {}

LocalSocket::~LocalSocket() {
  remove();
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

int LocalSocket::take() noexcept { return std::exchange(descriptor_, -1); }

void LocalSocket::remove() noexcept {
  struct stat there{};
  if (!path_.empty() && ::lstat(path_.c_str(), &there) == 0 && there.st_dev == device_ && there.st_ino == inode_) {
    ::unlink(path_.c_str());
  }
  path_.clear();
}

std::optional<std::uint32_t> peer_user(int connection) noexcept {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || size != sizeof peer) {
    return std::nullopt;
  }
  return peer.uid;
}

Result<std::uint32_t> check_peer(int connection) {
  const std::optional<std::uint32_t> user = peer_user(connection);
  if (!user || (*user != kRoot && *user != ::geteuid())) {
    return fail(ErrorCode::local_user_refused,
                user ? "user " + std::to_string(*user) + " is neither the server's nor root"
                     : std::string("the kernel does not name the caller"));
  }
  return *user;
}

}  // namespace rakkan::http
