// A client that sends exactly the bytes it is told and reads what comes: for tests of a server's manners. TCP to
// loopback.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "support/eventually.hpp"

namespace rakkan::test {

struct RawAnswer {
  unsigned status = 0;
  std::string head;  // status line and fields
  std::string body;  // as long as Content-Length says, or the chunks put together
  bool whole = false;

  [[nodiscard]] std::string field(std::string_view name) const {
    const std::string begin = "\r\n" + std::string(name) + ": ";
    const std::size_t found = head.find(begin);
    if (found == std::string::npos) {
      return {};
    }
    const std::size_t start = found + begin.size();
    return head.substr(start, head.find("\r\n", start) - start);
  }
};

class RawHttpClient {
 public:
  // `from`: another address of the loopback, to be another caller.
  explicit RawHttpClient(std::uint16_t port, const char* from = nullptr)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in source{};
    source.sin_family = AF_INET;
    if (from != nullptr && (::inet_pton(AF_INET, from, &source.sin_addr) != 1 ||
                            ::bind(socket_, reinterpret_cast<const sockaddr*>(&source), sizeof source) != 0)) {
      throw std::runtime_error(std::string("cannot call from ") + from);
    }
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (socket_ < 0 || ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
      throw std::runtime_error("cannot connect");
    }
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const timeval longest{kPatience.count(), 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &longest, sizeof longest);
  }
  // Connects to a Unix socket.
  explicit RawHttpClient(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    path.copy(to.sun_path, sizeof to.sun_path - 1);
    if (socket_ < 0 || ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
      throw std::runtime_error("cannot connect to " + path);
    }
  }
  RawHttpClient(RawHttpClient&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), buffer_(std::move(other.buffer_)) {}
  RawHttpClient(const RawHttpClient&) = delete;
  RawHttpClient& operator=(const RawHttpClient&) = delete;
  ~RawHttpClient() {
    if (socket_ >= 0) {
      ::close(socket_);
    }
  }

  // False when the server took no more: closed, or nothing within kPatience.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return false;
      }
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void half_close() { ::shutdown(socket_, SHUT_WR); }
  // Ends with a reset, not with a goodbye.
  void reset() {
    const linger hard{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    ::close(std::exchange(socket_, -1));
  }

  // The next answer; `whole` is false when the connection ended or nothing came in time. 1xx answers are answers.
  [[nodiscard]] RawAnswer answer(bool to_head = false, std::chrono::milliseconds patience = kPatience) {
    RawAnswer result;
    const auto until = std::chrono::steady_clock::now() + patience;
    std::size_t end = std::string::npos;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive(until)) {
        return result;
      }
    }
    result.head = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    result.status = static_cast<unsigned>(std::atoi(result.head.substr(9, 3).c_str()));
    if (to_head || result.status < 200 || result.status == 204) {
      result.whole = true;
    } else if (result.field("Transfer-Encoding") == "chunked") {
      result.whole = read_chunks(result.body, until);
    } else {
      result.whole =
          read_exactly(result.body, std::strtoull(result.field("Content-Length").c_str(), nullptr, 10), until);
    }
    return result;
  }

  // The chunked body behind a head that answer(true) has read; nothing when it does not come whole in time.
  [[nodiscard]] std::optional<std::string> chunks(std::chrono::milliseconds patience = kPatience) {
    std::string body;
    return read_chunks(body, std::chrono::steady_clock::now() + patience) ? std::optional(std::move(body))
                                                                          : std::nullopt;
  }

  // Everything up to the end of the connection; nothing when that does not come in time.
  [[nodiscard]] std::optional<std::string> rest(std::chrono::milliseconds patience = kPatience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (receive(until)) {
    }
    return ended_ ? std::optional(std::exchange(buffer_, {})) : std::nullopt;
  }
  // Whether the text is among the bytes that came and were not taken, or comes soon. Takes nothing.
  [[nodiscard]] bool receives(std::string_view text, std::chrono::milliseconds patience = kPatience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (buffer_.find(text) == std::string::npos) {
      if (!receive(until)) {
        return false;
      }
    }
    return true;
  }
  // Whether the server ended the connection. Bytes that it sent before are thrown away.
  [[nodiscard]] bool is_closed(std::chrono::milliseconds patience = kPatience) { return rest(patience).has_value(); }
  [[nodiscard]] bool stays_open(std::chrono::milliseconds time) { return !is_closed(time); }

 private:
  using Until = std::chrono::steady_clock::time_point;

  bool receive(Until until) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
    pollfd waits{socket_, POLLIN, 0};
    if (ended_ || left <= 0 || ::poll(&waits, 1, static_cast<int>(left)) <= 0) {
      return false;
    }
    std::array<char, 16 * 1024> bytes{};
    const ssize_t size = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (size <= 0) {
      ended_ = true;
      return false;
    }
    buffer_.append(bytes.data(), static_cast<std::size_t>(size));
    return true;
  }
  bool read_exactly(std::string& to, std::size_t size, Until until) {
    while (buffer_.size() < size) {
      if (!receive(until)) {
        return false;
      }
    }
    to.append(buffer_, 0, size);
    buffer_.erase(0, size);
    return true;
  }
  bool read_chunks(std::string& to, Until until) {
    for (;;) {
      std::size_t end = std::string::npos;
      while ((end = buffer_.find("\r\n")) == std::string::npos) {
        if (!receive(until)) {
          return false;
        }
      }
      const std::size_t size = std::strtoull(buffer_.c_str(), nullptr, 16);
      buffer_.erase(0, end + 2);
      std::string line_end;
      if (!read_exactly(to, size, until) || !read_exactly(line_end, 2, until)) {
        return false;
      }
      if (size == 0) {
        return line_end == "\r\n";
      }
    }
  }

  int socket_;
  std::string buffer_;
  bool ended_ = false;
};

}  // namespace rakkan::test
