// Connection is the byte stream of one peer with its time limits. It knows where a request's head ends and how a body
// is coded (RFC 9112 §2.2, §7.1), and nothing of the meaning of requests. It lives on one I/O thread.
//
// Timeouts are not timers: an operation under way carries the time at which it is too late, and the thread's tick ends
// operations whose time has passed (worker.hpp).
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/request_parser.hpp"
#include "http/stream.hpp"
#include "rakkan/http/options.hpp"

namespace rakkan::http {

// InputBuffer holds bytes that have arrived and were not used yet, in memory that grows. A key, a PIN or an activation
// may be among them: memory that is given back, to the heap or to the next request, is overwritten first.
class InputBuffer {
 public:
  InputBuffer() noexcept = default;
  InputBuffer(const InputBuffer&) = delete;
  InputBuffer& operator=(const InputBuffer&) = delete;
  ~InputBuffer() { free(); }

  [[nodiscard]] ByteView view() const noexcept { return {data_.get() + begin_, end_ - begin_}; }
  void consume(std::size_t bytes) noexcept { begin_ += bytes; }
  void consume_and_wipe(std::size_t bytes) noexcept;
  // Room for at least `least` bytes behind the view; the bytes before the view may be moved over.
  [[nodiscard]] ByteSpan room(std::size_t least);
  void commit(std::size_t bytes) noexcept {
    end_ += bytes;
    written_ = end_ > written_ ? end_ : written_;
  }
  void put(ByteView bytes);
  void clear() noexcept { begin_ = end_ = 0; }
  void free() noexcept;
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

 private:
  std::unique_ptr<Byte[]> data_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t written_ = 0;  // end of the bytes that were ever written to
};

// How much longer a peer has, after `waited` of waiting for it and `moved` bytes. The shortest of: the time of a stall;
// the time that is left for the whole transfer; and the time that an average of the slowest rate leaves, beginning
// after a first stall's time. Zero: the peer is too slow.
[[nodiscard]] std::chrono::nanoseconds patience(const Limits& limits, const Timeouts& timeouts,
                                                std::chrono::nanoseconds waited, std::uint64_t moved) noexcept;

class Connection {
 public:
  Connection(Stream stream, const Limits& limits, const Timeouts& timeouts);

  [[nodiscard]] async::Task<Result<void>> handshake();

  // The next request's head, valid until finish_request(). Nothing: the peer closed, or kept quiet too long, between
  // requests. request_timeout, malformed_request, request_header_too_large.
  [[nodiscard]] async::Task<Result<std::optional<std::string_view>>> read_head();

  // The next bytes of the body that `parser` reads, valid until the next call; empty at the end. Sends 100 Continue
  // before it waits when the caller expects it. Bytes of a body of known length that have not arrived yet are received
  // into `room`, unless that is empty. request_timeout, malformed_request.
  [[nodiscard]] async::Task<Result<ByteView>> read_body(RequestParser& parser, ByteSpan room = {});
  // True while nothing of the body was asked for yet and the caller waits for 100 Continue before it sends the body.
  [[nodiscard]] bool holds_back(const RequestParser& parser) const noexcept;

  // Writes all of the pieces. request_timeout when the peer does not take them, malformed_request when it is gone.
  [[nodiscard]] async::Task<Result<void>> write(std::span<const ByteView> pieces);

  // Reads and writes nothing for so long; ends sooner when the connection is broken off, or by end_pause().
  [[nodiscard]] async::Task<void> pause(std::chrono::nanoseconds time);
  void end_pause() noexcept;

  // Ends the request: bytes that stand behind it become the beginning of the next one.
  void finish_request();
  // Closes. `gently` lets a peer that still sends read the last answer, which a reset would take away.
  [[nodiscard]] async::Task<void> close(bool gently);

  [[nodiscard]] bool is_idle() const noexcept { return idle_; }
  [[nodiscard]] bool has_input();
  // From the tick: ends the operation under way when its time is over, and says whether it did.
  bool tick(async::Deadline now) noexcept;
  // Ends every operation, now and later.
  void break_off() noexcept;
  // Ends every operation like break_off(), because another connection needs this one's place.
  void give_way() noexcept;
  [[nodiscard]] bool gave_way() const noexcept { return gave_way_; }
  // True while the connection has not given way yet and is paused or has no unread bytes.
  [[nodiscard]] bool may_give_way() noexcept;

 private:
  using Deadline = async::Deadline;
  static constexpr Deadline kNever = Deadline::max();

  [[nodiscard]] Error failure(const Stream::Code& code) const;
  [[nodiscard]] async::Task<Result<std::size_t>> read_some(ByteSpan room, Deadline until);
  [[nodiscard]] async::Task<Result<std::size_t>> read_more(InputBuffer& buffer, std::size_t least, Deadline until);
  // Reads bytes of a body within the time that the peer has for it.
  [[nodiscard]] async::Task<Result<std::size_t>> read_more_body(ByteSpan room);
  // Parses bytes of a body and holds the body to its bounds. malformed_request.
  [[nodiscard]] Result<RequestParser::Step> parse_body(RequestParser& parser, ByteView input);

  Stream stream_;
  const Limits& limits_;
  const Timeouts& timeouts_;
  Deadline until_ = kNever;
  bool timed_out_ = false;
  bool broken_off_ = false;
  bool gave_way_ = false;
  // The end of the input is reported once: epoll reports the edge (EPOLLET), and a second read would wait until its
  // time is over.
  bool input_ended_ = false;
  std::optional<boost::asio::steady_timer> paused_;
  bool idle_ = false;           // waits for a request's first byte
  bool served_before_ = false;  // a first request has to come sooner than a next one

  InputBuffer head_;
  std::size_t head_size_ = 0;
  // The body: first the bytes that came with the head, then those that are received into a buffer of its own.
  InputBuffer body_;
  bool reads_body_buffer_ = false;
  bool asked_for_body_ = false;
  std::chrono::nanoseconds body_waited_{};  // waiting for the peer; the time of this server's own work does not count
  std::uint64_t body_received_ = 0;
  // Octets of the body's content and of its chunk headers so far: tiny chunks would keep the thread busy with each.
  std::uint64_t body_content_ = 0;
  std::uint64_t body_framing_ = 0;
};

}  // namespace rakkan::http
