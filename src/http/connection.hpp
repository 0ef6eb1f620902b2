// Connection: bytes in, bytes out, and how long each may take. It knows where a head ends and how a body is coded, and
// nothing of what requests mean. Lives on one I/O thread.
//
// Timeouts are not timers: an operation under way carries the time at which it is too late, and the thread's tick
// ends what is over (worker.hpp).
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

// Bytes that came and were not used yet, in memory that grows. A key, a PIN or an activation may be among them: what is
// given back, to the heap or to the next request, is overwritten first.
class InputBuffer {
 public:
  InputBuffer() noexcept = default;
  InputBuffer(const InputBuffer&) = delete;
  InputBuffer& operator=(const InputBuffer&) = delete;
  ~InputBuffer() { free(); }

  [[nodiscard]] ByteView view() const noexcept { return {data_.get() + begin_, end_ - begin_}; }
  void consume(std::size_t bytes) noexcept { begin_ += bytes; }
  void consume_and_wipe(std::size_t bytes) noexcept;
  // Room for at least `least` bytes behind the view; what is before the view may be given up.
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
  std::size_t written_ = 0;  // nothing behind it was ever written to
};

// How much longer a peer has, after so much time of waiting for it and so many bytes. No more than a stall; no more
// than is left for the whole transfer; and no more than an average of the slowest rate allows after a first stall's
// worth of time. Nothing: it is too slow.
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
  // before it waits when the caller expects it. What is not here yet, of a body of known length, comes into `room`, if
  // that is any. request_timeout, malformed_request.
  [[nodiscard]] async::Task<Result<ByteView>> read_body(RequestParser& parser, ByteSpan room = {});
  // Nothing of the body was asked for yet, and the caller waits for leave to send it.
  [[nodiscard]] bool holds_back(const RequestParser& parser) const noexcept;

  // All of the pieces. request_timeout when the peer does not take them, malformed_request when it is gone.
  [[nodiscard]] async::Task<Result<void>> write(std::span<const ByteView> pieces);

  // Nothing is read or written for so long; shorter when the connection is broken off or the pause is ended.
  [[nodiscard]] async::Task<void> pause(std::chrono::nanoseconds time);
  void end_pause() noexcept;

  // What stands behind the request becomes the next one's beginning.
  void finish_request();
  // Gently: a peer that still sends can read the last answer, which a reset would take away.
  [[nodiscard]] async::Task<void> close(bool gently);

  [[nodiscard]] bool is_idle() const noexcept { return idle_; }
  [[nodiscard]] bool has_input();
  // From the tick: ends the operation under way when its time is over.
  void tick(async::Deadline now) noexcept;
  // Ends every operation, now and later.
  void break_off() noexcept;
  // The same, since others need its place.
  void give_way() noexcept;
  [[nodiscard]] bool gave_way() const noexcept { return gave_way_; }
  // It did not give way yet, and nothing has arrived that nobody has read, unless it is paused.
  [[nodiscard]] bool may_give_way() noexcept;

 private:
  using Deadline = async::Deadline;
  static constexpr Deadline kNever = Deadline::max();

  [[nodiscard]] Error failure(const Stream::Code& code) const;
  [[nodiscard]] async::Task<Result<std::size_t>> read_some(ByteSpan room, Deadline until);
  [[nodiscard]] async::Task<Result<std::size_t>> read_more(InputBuffer& buffer, std::size_t least, Deadline until);
  // More of a body: keeps the peer's time.
  [[nodiscard]] async::Task<Result<std::size_t>> read_more_body(ByteSpan room);
  // What the parser makes of `input`; keeps the bounds of what it may be.
  [[nodiscard]] Result<RequestParser::Step> parse_body(RequestParser& parser, ByteView input);

  Stream stream_;
  const Limits& limits_;
  const Timeouts& timeouts_;
  Deadline until_ = kNever;
  bool timed_out_ = false;
  bool broken_off_ = false;
  bool gave_way_ = false;
  // The end of the input is told once: epoll reports the edge, and who reads again waits for another until his time
  // is over.
  bool input_ended_ = false;
  std::optional<boost::asio::steady_timer> paused_;
  bool idle_ = false;           // waits for a request's first byte
  bool served_before_ = false;  // a first request has to come sooner than a next one

  InputBuffer head_;
  std::size_t head_size_ = 0;
  // The body: first what came with the head, then what comes into a buffer of its own.
  InputBuffer body_;
  bool reads_body_buffer_ = false;
  bool asked_for_body_ = false;
  std::chrono::nanoseconds body_waited_{};  // for the peer: what this server does meanwhile is not the peer's
  std::uint64_t body_received_ = 0;
  // Octets of its content and of the chunks around it so far: a body in crumbs keeps the thread busy for each of them.
  std::uint64_t body_content_ = 0;
  std::uint64_t body_framing_ = 0;
};

}  // namespace rakkan::http
