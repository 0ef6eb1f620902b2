// LocalSocket listens on a Unix socket (unix(7)) at a path of the file system, for callers of this machine, whose users
// the kernel names.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>

#include "rakkan/base/result.hpp"

namespace rakkan::http {

class LocalSocket {
 public:
  // Succeeds when a socket can have that path: configuration_invalid when it is too long or belongs to a file of
  // another type.
  [[nodiscard]] static Result<void> check(const std::filesystem::path& path);
  // Makes the socket for its owner alone (mode 0600) and listens. A socket at the path on which nobody listens any
  // more, left behind by a process that was killed, is replaced. address_in_use: another process listens on the path;
  // configuration_invalid: the path is too long, is a file of another type, or the socket cannot be made.
  [[nodiscard]] static Result<LocalSocket> listen(std::filesystem::path path);
  LocalSocket(LocalSocket&& other) noexcept;
  LocalSocket& operator=(LocalSocket&&) = delete;
  LocalSocket(const LocalSocket&) = delete;
  LocalSocket& operator=(const LocalSocket&) = delete;
  ~LocalSocket();  // calls remove(), and closes the descriptor unless it was taken

  // Gives the listening descriptor to the caller.
  [[nodiscard]] int take() noexcept;
  // Removes the socket's name, unless another socket has it by now. Removing again is harmless.
  void remove() noexcept;

 private:
  LocalSocket(int descriptor, std::filesystem::path path, dev_t device, ino_t inode) noexcept
      : descriptor_(descriptor), path_(std::move(path)), device_(device), inode_(inode) {}

  int descriptor_;
  std::filesystem::path path_;  // empty: removed
  dev_t device_;
  ino_t inode_;
};

// The user at the other end of a connection when it was made (SO_PEERCRED); nothing when the kernel does not say.
[[nodiscard]] std::optional<std::uint32_t> peer_user(int connection) noexcept;

// Checks the user at the other end: this process's own user, and root, which could read its memory anyway, are
// admitted; local_user_refused for all others.
[[nodiscard]] Result<std::uint32_t> check_peer(int connection);

}  // namespace rakkan::http
