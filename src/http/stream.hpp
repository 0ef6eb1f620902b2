// Stream is a connection over TCP or a Unix socket, or TLS over TCP: one type for all of them, so that the code of
// sessions is compiled once.
#pragma once

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

#include "rakkan/async/task.hpp"
#include "rakkan/base/bytes.hpp"

namespace rakkan::http {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;  // null: no TLS

class Stream {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;
  using Code = boost::system::error_code;
  using Moved = std::tuple<Code, std::size_t>;
  static constexpr auto kToken = boost::asio::as_tuple(boost::asio::use_awaitable);
  // The most pieces that go to the system in one call.
  static constexpr std::size_t kMostPieces = 16;
  using Pieces = std::array<boost::asio::const_buffer, kMostPieces>;

  Stream(Socket socket, TlsContext tls) : socket_(std::move(socket)), context_(std::move(tls)) {}

  [[nodiscard]] bool is_tls() const noexcept { return context_ != nullptr; }
  [[nodiscard]] Socket& socket() noexcept { return socket_; }

  // The handshake is the first operation of a TLS stream, which cannot be moved from then on.
  [[nodiscard]] async::Task<std::tuple<Code>> handshake() {
    tls_.emplace(socket_, *context_);
    return tls_->async_handshake(boost::asio::ssl::stream_base::server, kToken);
  }
  [[nodiscard]] async::Task<Moved> read_some(ByteSpan out) {
    const auto buffer = boost::asio::buffer(out.data(), out.size());
    return tls_ ? tls_->async_read_some(buffer, kToken) : socket_.async_read_some(buffer, kToken);
  }
  // TLS writes the first piece that is not empty.
  [[nodiscard]] async::Task<Moved> write_some(const Pieces& pieces) {
    return tls_ ? tls_->async_write_some(pieces, kToken) : socket_.async_write_some(pieces, kToken);
  }
  // Throws away at most so many bytes as they came, without TLS; waits until some have come.
  [[nodiscard]] async::Task<Moved> throw_away_some(std::size_t most);
  [[nodiscard]] async::Task<std::tuple<Code>> say_goodbye() { return tls_->async_shutdown(kToken); }

  // Operations under way end with operation_aborted.
  void cancel() noexcept {
    Code ignored;
    socket_.cancel(ignored);
  }
  void shutdown_send() noexcept {
    Code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
  }
  void close() noexcept {
    Code ignored;
    socket_.close(ignored);
  }

 private:
  Socket socket_;
  TlsContext context_;  // a connection keeps the certificate with which it began, also after a reload
  std::optional<boost::asio::ssl::stream<Socket&>> tls_;
};

}  // namespace rakkan::http
