// A port of the loopback that nobody listens on: programs of several tests run side by side, so that no test may have
// one of its own.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>

namespace rakkan::test {

// Free now, and not given out again by the system soon.
inline std::uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  const bool bound = socket >= 0 && ::bind(socket, reinterpret_cast<const sockaddr*>(&at), size) == 0 &&
                     ::getsockname(socket, reinterpret_cast<sockaddr*>(&at), &size) == 0;
  if (socket >= 0) {
    ::close(socket);
  }
  if (!bound) {
    throw std::runtime_error("no port is free");
  }
  return ntohs(at.sin_port);
}

}  // namespace rakkan::test
