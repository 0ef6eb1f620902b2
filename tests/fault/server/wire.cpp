#include "wire.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace rakkan::test {
namespace {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

Address address_of(const std::string& text, std::uint16_t port) {
  Address result;
  sockaddr_in old{};
  sockaddr_in6 wide{};
  if (::inet_pton(AF_INET, text.c_str(), &old.sin_addr) == 1) {
    old.sin_family = AF_INET;
    old.sin_port = htons(port);
    std::memcpy(&result.storage, &old, result.size = sizeof old);
  } else if (::inet_pton(AF_INET6, text.c_str(), &wide.sin6_addr) == 1) {
    wide.sin6_family = AF_INET6;
    wide.sin6_port = htons(port);
    std::memcpy(&result.storage, &wide, result.size = sizeof wide);
  } else {
    throw std::runtime_error(text + " is no address");
  }
  return result;
}

}  // namespace

TlsManner::TlsManner(const Choice& choice) : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
  const bool fits =
      (choice.newest == 0 || SSL_CTX_set_max_proto_version(context_.get(), choice.newest) == 1) &&
      (choice.suites12.empty() || SSL_CTX_set_cipher_list(context_.get(), choice.suites12.c_str()) == 1) &&
      (choice.certificate_file.empty() ||
       (SSL_CTX_use_certificate_chain_file(context_.get(), choice.certificate_file.c_str()) == 1 &&
        SSL_CTX_use_PrivateKey_file(context_.get(), choice.key_file.c_str(), SSL_FILETYPE_PEM) == 1));
  if (!fits) {
    throw std::runtime_error("OpenSSL does not know " + choice.suites12 + " " + choice.certificate_file);
  }
  // SHA-1 in a handshake and short keys are the server's to refuse, not ours.
  SSL_CTX_set_security_level(context_.get(), 0);
  ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to whatever is left of a connection
}

std::optional<Wire> Wire::open_silent(const Peer& peer, Until until) {
  const Address to = address_of(peer.to, peer.port);
  Wire wire(::socket(to.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (wire.socket_ < 0) {
    return std::nullopt;
  }
  const int on = 1;
  ::setsockopt(wire.socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (to.storage.ss_family == AF_INET) {
    // The port is chosen by connect, or a thousand connections from one address would each want one of its own.
    ::setsockopt(wire.socket_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    const Address from = address_of(peer.from, 0);
    if (::bind(wire.socket_, from.get(), from.size) != 0) {
      return std::nullopt;
    }
  }
  if (::connect(wire.socket_, to.get(), to.size) != 0) {
    int error = errno;
    socklen_t size = sizeof error;
    if (error != EINPROGRESS || !wire.wait(POLLOUT, until) ||
        ::getsockopt(wire.socket_, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
      return std::nullopt;
    }
  }
  return wire;
}

std::optional<Wire> Wire::open(const Peer& peer, Until until) {
  std::optional<Wire> wire = open_silent(peer, until);
  if (wire && peer.tls != nullptr && !wire->shake_hands(*peer.tls, until)) {
    return std::nullopt;
  }
  return wire;
}

Wire::Wire(Wire&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      ssl_(std::exchange(other.ssl_, nullptr)),
      buffer_(std::move(other.buffer_)),
      text_(std::move(other.text_)),
      ended_(other.ended_),
      last_chunk_(other.last_chunk_) {}

Wire& Wire::operator=(Wire&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(ssl_, other.ssl_);
  buffer_.swap(other.buffer_);
  text_.swap(other.text_);
  std::swap(ended_, other.ended_);
  std::swap(last_chunk_, other.last_chunk_);
  return *this;
}

void Wire::end() noexcept {
  SSL_free(std::exchange(ssl_, nullptr));
  if (socket_ >= 0) {
    ::close(std::exchange(socket_, -1));
  }
}

bool Wire::wait(short events, Until until) const {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  pollfd waits{socket_, events, 0};
  return left > 0 && ::poll(&waits, 1, static_cast<int>(left)) > 0;
}

bool Wire::shake_hands(const TlsManner& manner, Until until) {
  ssl_ = SSL_new(manner.context());
  SSL_set_fd(ssl_, socket_);
  for (;;) {
    const int done = SSL_connect(ssl_);
    if (done == 1) {
      return true;
    }
    const int why = SSL_get_error(ssl_, done);
    if ((why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) ||
        !wait(why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, until)) {
      return false;
    }
  }
}

bool Wire::send_some(std::string_view& bytes) {
  while (!bytes.empty()) {
    if (ssl_ != nullptr) {
      const int sent = SSL_write(ssl_, bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), 1U << 20U)));
      if (sent <= 0) {
        const int why = SSL_get_error(ssl_, sent);
        return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
      }
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      return errno == EAGAIN;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Wire::send(std::string_view bytes, Until until) {
  while (!bytes.empty()) {
    if (socket_ < 0 || !send_some(bytes) || (!bytes.empty() && !wait(POLLOUT, until))) {
      return false;
    }
  }
  return true;
}

bool Wire::receive(Until until) {
  std::array<char, 16 * 1024> bytes{};
  while (!ended_ && socket_ >= 0) {
    ssize_t size = 0;
    bool more_later = false;
    if (ssl_ != nullptr) {
      size = SSL_read(ssl_, bytes.data(), bytes.size());
      const int why = size > 0 ? SSL_ERROR_NONE : SSL_get_error(ssl_, static_cast<int>(size));
      more_later = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
    } else {
      size = ::recv(socket_, bytes.data(), bytes.size(), 0);
      more_later = size < 0 && errno == EAGAIN;
    }
    if (size > 0) {
      buffer_.append(bytes.data(), static_cast<std::size_t>(size));
      return true;
    }
    if (!more_later) {
      ended_ = true;
    } else if (!wait(POLLIN, until)) {
      return false;
    }
  }
  return false;
}

bool Wire::read_exactly(std::string& to, std::size_t size, Until until) {
  while (buffer_.size() < size) {
    if (!receive(until)) {
      return false;
    }
  }
  to.append(buffer_, 0, size);
  buffer_.erase(0, size);
  return true;
}

bool Wire::read_chunk(std::string& to, Until until) {
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
  last_chunk_ = size == 0;
  return !last_chunk_;
}

bool Wire::read_chunks(std::string& to, Until until) {
  last_chunk_ = false;
  while (read_chunk(to, until)) {
  }
  return last_chunk_;
}

RawAnswer Wire::head(Until until) {
  RawAnswer result;
  std::size_t end = std::string::npos;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!receive(until)) {
      return result;
    }
  }
  result.head = buffer_.substr(0, end + 2);
  buffer_.erase(0, end + 4);
  result.status = result.head.size() > 12 ? static_cast<unsigned>(std::atoi(result.head.c_str() + 9)) : 0;
  last_chunk_ = false;
  text_.clear();
  return result.status / 100 == 1 ? head(until) : result;
}

RawAnswer Wire::answer(Until until) {
  RawAnswer result = head(until);
  if (result.status == 0) {
    return result;
  }
  if (result.status == 204) {
    result.whole = true;
  } else if (result.field("Transfer-Encoding") == "chunked") {
    result.whole = read_chunks(result.body, until);
  } else {
    result.whole = read_exactly(result.body, std::strtoull(result.field("Content-Length").c_str(), nullptr, 10), until);
  }
  return result;
}

RawAnswer Wire::ask(std::string_view request, Until until) {
  send(request, until);  // a refusal may have come before all of it was taken
  return answer(until);
}

std::optional<std::string> Wire::line(Until until) {
  std::size_t end = std::string::npos;
  while ((end = text_.find('\n')) == std::string::npos) {
    if (!read_chunk(text_, until)) {
      return std::nullopt;
    }
  }
  std::string result = text_.substr(0, end);
  text_.erase(0, end + 1);
  return result;
}

std::optional<std::string> Wire::rest(Until until) {
  while (receive(until)) {
  }
  return ended_ ? std::optional(std::exchange(buffer_, {})) : std::nullopt;
}

bool Wire::is_over() {
  while (receive(Clock::now())) {
  }
  return ended_;
}

bool Wire::is_gone() const {
  pollfd look{socket_, POLLRDHUP, 0};
  return socket_ < 0 || (::poll(&look, 1, 0) > 0 && (look.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0);
}

void Wire::half_close() { ::shutdown(socket_, SHUT_WR); }

std::string Wire::tls_suite() const { return ssl_ == nullptr ? "" : SSL_get_cipher_name(ssl_); }
std::string Wire::tls_version() const { return ssl_ == nullptr ? "" : SSL_get_version(ssl_); }

}  // namespace rakkan::test
