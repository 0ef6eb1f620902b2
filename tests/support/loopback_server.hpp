// A server on a loopback port of the system's choice for tests of clients. It speaks as much HTTP/1.1 as they need: one
// request a connection, answered by the test's function and closed.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "rakkan/base/bytes.hpp"

namespace rakkan::test {

// One accepted connection with its request.
class LoopbackExchange {
 public:
  LoopbackExchange(int connection, std::stop_token stop) : connection_(connection), stop_(std::move(stop)) {}

  std::string head;  // request line and header fields
  Bytes body;

  // False when the client went away.
  bool send(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t sent = ::send(connection_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return false;
      }
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  [[nodiscard]] bool stopping() const noexcept { return stop_.stop_requested(); }
  void wait_for_close() const {
    std::array<char, 16> part{};
    while (!stopping()) {
      if (readable(connection_, stop_) && ::recv(connection_, part.data(), part.size(), 0) <= 0) {
        return;
      }
    }
  }

  // Has the connection reset, not closed, when the server lets go of it.
  void reset() const {
    const linger at_once{1, 0};
    ::setsockopt(connection_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }

  // Ends the connection without an answer.
  void close() const { ::shutdown(connection_, SHUT_RDWR); }

  // Waits a little for input; false when there is none yet.
  static bool readable(int socket, const std::stop_token& stop) {
    pollfd waiting{socket, POLLIN, 0};
    return !stop.stop_requested() && ::poll(&waiting, 1, 20) == 1;
  }
  // False when the client closed before the request was complete.
  bool receive() {
    std::string text;
    std::array<char, 16'384> part{};
    while (!stopping()) {
      const std::size_t head_end = text.find("\r\n\r\n");
      if (head_end != std::string::npos && text.size() >= head_end + 4 + content_length(text.substr(0, head_end))) {
        head = text.substr(0, head_end);
        body = copy_of(bytes_of(text).subspan(head_end + 4));
        return true;
      }
      if (!readable(connection_, stop_)) {
        continue;
      }
      const ssize_t got = ::recv(connection_, part.data(), part.size(), 0);
      if (got <= 0) {
        return false;
      }
      text.append(part.data(), static_cast<std::size_t>(got));
    }
    return false;
  }

 private:
  static std::size_t content_length(const std::string& head) {
    constexpr std::string_view kField = "Content-Length: ";
    const std::size_t at = head.find(kField);
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + kField.size()));
  }

  int connection_;
  std::stop_token stop_;
};

class LoopbackServer {
 public:
  using Answer = std::function<void(const LoopbackExchange&)>;  // called on the server's thread

  explicit LoopbackServer(Answer answer) : answer_(std::move(answer)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    // The socket interface takes its addresses through sockaddr.
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (listener_ < 0 || ::bind(listener_, generic, size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, generic, &size) != 0) {
      throw std::runtime_error("no loopback port");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  ~LoopbackServer() {
    thread_.request_stop();
    thread_.join();
    ::close(listener_);
  }

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] int requests() const noexcept { return requests_; }

 private:
  void serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (!LoopbackExchange::readable(listener_, stop)) {
        continue;
      }
      const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) {
        continue;
      }
      LoopbackExchange exchange(connection, stop);
      if (exchange.receive()) {
        ++requests_;
        answer_(exchange);
      }
      ::close(connection);
    }
  }

  Answer answer_;
  std::atomic<int> requests_ = 0;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

// A whole answer; `fields` are header lines, each ended by CRLF.
inline std::string http_answer(std::string_view status_line, std::string_view body, std::string_view fields = "") {
  return "HTTP/1.1 " + std::string(status_line) + "\r\n" + std::string(fields) +
         "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + std::string(body);
}

}  // namespace rakkan::test
