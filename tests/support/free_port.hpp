// A port of the loopback that nobody listens on: programs of several tests run side by side, so no test has a fixed
// port. The port is outside the range from which the system takes ports for sockets that name none: such a port can be
// another program's by the time a server wants it, or while the server is being started again. A port is one test
// program's as long as that runs: seconds can pass before its server listens there.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>

namespace rakkan::test {

inline bool is_free(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound = socket >= 0 && ::bind(socket, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
  if (socket >= 0) {
    ::close(socket);
  }
  return bound;
}

// Takes the port for this program, among those that ask here: the name of a socket in Linux's abstract namespace is one
// program's until it ends. The socket stays open.
inline bool reserve(std::uint16_t port) {
  const std::string name = "rakkan-test-port-" + std::to_string(port);
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  std::copy(name.begin(), name.end(), at.sun_path + 1);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket >= 0 && ::bind(socket, reinterpret_cast<const sockaddr*>(&at), size) == 0) {
    return true;
  }
  if (socket >= 0) {
    ::close(socket);
  }
  return false;
}

inline std::uint16_t free_port() {
  unsigned first_of_the_systems = 32'768;
  std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> first_of_the_systems;
  std::random_device random;
  std::uniform_int_distribution<unsigned> below(10'000, std::max(first_of_the_systems, 20'000U) - 1);
  for (int i = 0; i < 100; ++i) {
    const auto port = static_cast<std::uint16_t>(below(random));
    if (reserve(port) && is_free(port)) {
      return port;
    }
  }
  throw std::runtime_error("no port is free");
}

}  // namespace rakkan::test
