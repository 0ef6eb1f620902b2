#include "http/stream.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace rakkan::http {
namespace {

// tcp(7): with MSG_TRUNC received bytes are discarded and not copied. It means something else for other sockets.
ssize_t discard_received(int socket, bool is_tcp, std::size_t most) noexcept {
  if (is_tcp) {
    return ::recv(socket, nullptr, most, MSG_TRUNC | MSG_DONTWAIT);
  }
  std::array<Byte, 4'096> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): never read
  return ::recv(socket, bytes.data(), std::min(most, bytes.size()), MSG_DONTWAIT);
}

}  // namespace

async::Task<Stream::Moved> Stream::throw_away_some(std::size_t most) {
  Code error;
  const int family = socket_.local_endpoint(error).protocol().family();
  const bool is_tcp = !error && (family == AF_INET || family == AF_INET6);
  for (;;) {
    const ssize_t received = discard_received(socket_.native_handle(), is_tcp, most);
    if (received > 0) {
      co_return Moved(Code(), static_cast<std::size_t>(received));
    }
    if (received == 0) {
      co_return Moved(boost::asio::error::eof, 0U);
    }
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
      co_return Moved(Code(errno, boost::system::system_category()), 0U);
    }
    const auto [failed] = co_await socket_.async_wait(Socket::wait_read, kToken);
    if (failed) {
      co_return Moved(failed, 0U);
    }
  }
}

}  // namespace rakkan::http
