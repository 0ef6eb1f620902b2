// A server on a loopback port that follows a script for each request, for many connections at the same time, each on a
// thread of its own.
//
//   ScriptedServer server([](const auto& client) { client.send(http_answer("200 OK", "x")); });
//
// And SilentServer, which accepts nobody: the system connects its callers, and they wait.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/loopback_server.hpp"

namespace rakkan::test {

// A TCP socket that listens on a loopback port of the system's choice.
class LoopbackListener {
 public:
  LoopbackListener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (socket_ < 0 || ::bind(socket_, generic, size) != 0 || ::listen(socket_, 256) != 0 ||
        ::getsockname(socket_, generic, &size) != 0) {
      throw std::runtime_error("no loopback port");
    }
    port_ = ntohs(address.sin_port);
  }
  LoopbackListener(const LoopbackListener&) = delete;
  LoopbackListener& operator=(const LoopbackListener&) = delete;
  ~LoopbackListener() { ::close(socket_); }
  [[nodiscard]] int socket() const noexcept { return socket_; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

class SilentServer {
 public:
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(listener_.port()); }

 private:
  LoopbackListener listener_;
};

class ScriptedServer {
 public:
  using Script = std::function<void(const LoopbackExchange&)>;  // called on the connection's thread

  // With `keeps`, a connection serves one request after another until its client closes it.
  explicit ScriptedServer(Script script, bool keeps = false) : script_(std::move(script)), keeps_(keeps) {
    acceptor_ = std::jthread([this](const std::stop_token& stop) { accept(stop); });
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer() {
    acceptor_.request_stop();
    acceptor_.join();
    for (Connection& one : connections_of_) {
      one.thread.request_stop();
    }
    connections_of_.clear();
  }

  [[nodiscard]] std::string url(const std::string& host = "127.0.0.1") const {
    return "http://" + host + ":" + std::to_string(port());
  }
  [[nodiscard]] std::uint16_t port() const noexcept { return listener_.port(); }
  [[nodiscard]] int connections() const noexcept { return connections_; }
  [[nodiscard]] int requests() const noexcept { return requests_; }
  [[nodiscard]] int most_at_once() const noexcept { return most_; }  // requests that were being served
  // The heads of all requests in the order of their arrival.
  [[nodiscard]] std::vector<std::string> heads() const {
    const std::lock_guard lock(mutex_);
    return heads_;
  }
  [[nodiscard]] std::vector<Bytes> bodies() const {
    const std::lock_guard lock(mutex_);
    return bodies_;
  }
  // The text behind "GET " in the requests' first lines, in the order of their arrival.
  [[nodiscard]] std::vector<std::string> targets() const {
    std::vector<std::string> targets;
    for (const std::string& head : heads()) {
      const std::size_t begin = head.find(' ') + 1;
      targets.push_back(head.substr(begin, head.find(' ', begin) - begin));
    }
    return targets;
  }

 private:
  struct Connection {
    std::jthread thread;
    std::shared_ptr<std::atomic<bool>> ended;
  };

  void accept(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (!LoopbackExchange::readable(listener_.socket(), stop)) {
        continue;
      }
      const int connection = ::accept4(listener_.socket(), nullptr, nullptr, SOCK_CLOEXEC);
      if (connection >= 0) {
        ++connections_;
        std::erase_if(connections_of_, [](const Connection& one) { return one.ended->load(); });
        const auto ended = std::make_shared<std::atomic<bool>>(false);
        connections_of_.push_back({std::jthread([this, connection, ended](const std::stop_token& stopping) {
                                     serve(connection, stopping);
                                     *ended = true;
                                   }),
                                   ended});
      }
    }
  }

  void serve(int connection, const std::stop_token& stop) {
    LoopbackExchange exchange(connection, stop);
    while (exchange.receive()) {
      ++requests_;
      const int now = ++serving_;
      for (int most = most_; now > most && !most_.compare_exchange_weak(most, now);) {
      }
      {
        const std::lock_guard lock(mutex_);
        heads_.push_back(exchange.head);
        bodies_.push_back(exchange.body);
      }
      script_(exchange);
      --serving_;
      if (!keeps_) {
        break;
      }
    }
    ::close(connection);
  }

  LoopbackListener listener_;
  Script script_;
  bool keeps_;
  std::atomic<int> connections_ = 0;
  std::atomic<int> requests_ = 0;
  std::atomic<int> serving_ = 0;
  std::atomic<int> most_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> heads_;
  std::vector<Bytes> bodies_;
  std::vector<Connection> connections_of_;  // the acceptor's, until it has ended
  std::jthread acceptor_;                   // last: it uses the others
};

}  // namespace rakkan::test
