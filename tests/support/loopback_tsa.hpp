// A timestamp authority on a loopback port of the system's choice, which can misbehave in the ways that a client must
// survive. It speaks as much HTTP/1.1 as that takes: one request a connection, answered and closed.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "rakkan/tsp/tsu.hpp"

namespace rakkan::test {

enum class TsaBehaviour {
  good,
  hang,              // reads the request and never answers
  trickle,           // a byte of the answer every 50 ms
  oversize,          // an endless body
  garbage,           // 200 and the right type, but no TimeStampResp
  wrong_type,        // a good answer as text/html
  wrong_nonce,       // a good token for the same imprint with another nonce
  wrong_imprint,     // a good token for another imprint
  broken_signature,  // the last bit of the token flipped
  rejection,         // a TimeStampResp with status 2 and failInfo
  server_error,      // HTTP 500
  closes_early,      // closes after the request, without a byte
  redirect,          // HTTP 302 to another path of this server, where good answers are
};

class LoopbackTsa {
 public:
  explicit LoopbackTsa(std::shared_ptr<tsp::Tsu> tsu, TsaBehaviour behaviour = TsaBehaviour::good)
      : tsu_(std::move(tsu)), behaviour_(behaviour) {
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
  LoopbackTsa(const LoopbackTsa&) = delete;
  LoopbackTsa& operator=(const LoopbackTsa&) = delete;
  ~LoopbackTsa() {
    thread_.request_stop();
    thread_.join();
    ::close(listener_);
  }

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/tsa"; }
  [[nodiscard]] int requests() const noexcept { return requests_; }
  // Head of the last request: request line and header fields.
  [[nodiscard]] std::string last_head() const {
    const std::lock_guard lock(mutex_);
    return last_head_;
  }
  // From the next connection on.
  void behave(TsaBehaviour behaviour) noexcept { behaviour_ = behaviour; }

 private:
  struct Request {
    std::string head;
    Bytes body;
  };

  void serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (!readable(listener_, stop)) {
        continue;
      }
      const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection >= 0) {
        answer(connection, stop);
        ::close(connection);
      }
    }
  }

  // Waits a little for input; false when there is none yet.
  static bool readable(int socket, const std::stop_token& stop) {
    pollfd waiting{socket, POLLIN, 0};
    return !stop.stop_requested() && ::poll(&waiting, 1, 20) == 1;
  }

  void answer(int connection, const std::stop_token& stop) {
    const std::optional<Request> request = receive(connection, stop);
    if (!request) {
      return;
    }
    ++requests_;
    {
      const std::lock_guard lock(mutex_);
      last_head_ = request->head;
    }
    const bool redirected = request->head.find(" /elsewhere ") != std::string::npos;
    respond(connection, redirected ? TsaBehaviour::good : behaviour_.load(), request->body, stop);
  }

  void respond(int connection, TsaBehaviour behaviour, ByteView query, const std::stop_token& stop) {
    switch (behaviour) {
      case TsaBehaviour::good:
        return send_reply(connection, tsu_->respond(query));
      case TsaBehaviour::hang:
        return wait_for_close(connection, stop);
      case TsaBehaviour::trickle:
        return trickle(connection, tsu_->respond(query), stop);
      case TsaBehaviour::oversize:
        return send_endlessly(connection, stop);
      case TsaBehaviour::garbage:
        return send_reply(connection, bytes_of("これはトークンではない"));
      case TsaBehaviour::wrong_type:
        return send_reply(connection, tsu_->respond(query), "text/html");
      case TsaBehaviour::wrong_nonce:
        return send_reply(connection, respond_to_changed(query, [](auto& r) { r.nonce->back() ^= 0x01U; }));
      case TsaBehaviour::wrong_imprint:
        return send_reply(connection,
                          respond_to_changed(query, [](auto& r) { r.message_imprint.hashed_message.back() ^= 1U; }));
      case TsaBehaviour::broken_signature: {
        Bytes reply = tsu_->respond(query);
        reply.back() ^= 0x01U;
        return send_reply(connection, reply);
      }
      case TsaBehaviour::rejection:
        return send_reply(connection,
                          tsp::encode_rejection({2, PkiFailureInfo::time_not_available, "clock\x1b[31m lost"}));
      case TsaBehaviour::server_error:
        send_all(connection, "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");
        return;
      case TsaBehaviour::closes_early:
        return;
      case TsaBehaviour::redirect:
        send_all(connection, "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
        return;
    }
  }

  template <class Change>
  Bytes respond_to_changed(ByteView query, const Change& change) {
    auto request = tsp::TimestampRequest::parse(query);
    if (!request || !request->nonce) {
      return tsu_->respond(query);
    }
    change(*request);
    return tsu_->respond(request->encode());
  }

  static std::optional<Request> receive(int connection, const std::stop_token& stop) {
    std::string text;
    std::array<char, 4096> part{};
    while (!stop.stop_requested() && text.size() < 64 * 1024) {
      const std::size_t head_end = text.find("\r\n\r\n");
      if (head_end != std::string::npos) {
        const std::string head = text.substr(0, head_end);
        const std::size_t length = content_length(head);
        if (text.size() >= head_end + 4 + length) {
          return Request{head, copy_of(bytes_of(text).subspan(head_end + 4, length))};
        }
      }
      if (!readable(connection, stop)) {
        continue;
      }
      const ssize_t got = ::recv(connection, part.data(), part.size(), 0);
      if (got <= 0) {
        return std::nullopt;
      }
      text.append(part.data(), static_cast<std::size_t>(got));
    }
    return std::nullopt;
  }

  static std::size_t content_length(const std::string& head) {
    constexpr std::string_view kField = "Content-Length: ";
    const std::size_t at = head.find(kField);
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + kField.size()));
  }

  static std::string head_of(std::size_t size, std::string_view type) {
    return "HTTP/1.1 200 OK\r\nContent-Type: " + std::string(type) + "\r\nContent-Length: " + std::to_string(size) +
           "\r\nConnection: close\r\n\r\n";
  }

  static void send_reply(int connection, ByteView body, std::string_view type = "application/timestamp-reply") {
    send_all(connection, head_of(body.size(), type));
    send_all(connection, text_of(body));
  }

  static void trickle(int connection, ByteView body, const std::stop_token& stop) {
    send_all(connection, head_of(body.size(), "application/timestamp-reply"));
    for (std::size_t i = 0; i < body.size() && !stop.stop_requested(); ++i) {
      if (!send_all(connection, text_of(body.subspan(i, 1)))) {
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
  }

  static void send_endlessly(int connection, const std::stop_token& stop) {
    send_all(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\nConnection: close\r\n\r\n");
    const std::string part(4096, '0');
    while (!stop.stop_requested() && send_all(connection, part)) {
    }
  }

  // Until the client goes away.
  static void wait_for_close(int connection, const std::stop_token& stop) {
    std::array<char, 16> part{};
    while (!stop.stop_requested()) {
      if (readable(connection, stop) && ::recv(connection, part.data(), part.size(), 0) <= 0) {
        return;
      }
    }
  }

  static bool send_all(int connection, std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = ::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return false;
      }
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  std::shared_ptr<tsp::Tsu> tsu_;
  std::atomic<TsaBehaviour> behaviour_;
  std::atomic<int> requests_ = 0;
  mutable std::mutex mutex_;
  std::string last_head_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

}  // namespace rakkan::test
