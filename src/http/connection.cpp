#include "http/connection.hpp"

#include <algorithm>
#include <cstring>

#include "http/lingering.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/base/secure_bytes.hpp"

namespace rakkan::http {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kFirstHeadRoom = 2 * 1024;  // most heads are smaller: a connection at rest keeps no more
constexpr std::size_t kBodyRoom = 64 * 1024;
constexpr std::size_t kFirstBodyRoom = 16 * 1024;  // until more has arrived: an announced length costs no memory
constexpr std::size_t kLeastRead = 4 * 1024;
// So much is read at once into a caller's memory: it is still in the processor's cache when the caller looks at it.
constexpr std::uint64_t kMostAtOnce = 256 * 1024;
constexpr std::size_t kMostChunkHeader = 8 * 1024;  // with chunk extensions and trailer fields (RFC 9112 §7.1)
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

ByteSpan InputBuffer::room(std::size_t least) {
  const std::size_t used = end_ - begin_;
  if (capacity_ - end_ < least) {
    if (capacity_ - used < least) {
      const std::size_t larger = std::max(used + least, capacity_ * 2);
      std::unique_ptr<Byte[]> grown(new Byte[larger]);  // not zeroed
      if (used > 0) {
        std::memcpy(grown.get(), data_.get() + begin_, used);
      }
      free();
      data_ = std::move(grown);
      capacity_ = larger;
      written_ = used;
    } else if (used > 0) {
      std::memmove(data_.get(), data_.get() + begin_, used);
    }
    begin_ = 0;
    end_ = used;
  }
  return {data_.get() + end_, capacity_ - end_};
}

void InputBuffer::put(ByteView bytes) {
  if (!bytes.empty()) {
    std::memcpy(room(bytes.size()).data(), bytes.data(), bytes.size());
    commit(bytes.size());
  }
}

void InputBuffer::consume_and_wipe(std::size_t bytes) noexcept {
  secure_wipe({data_.get() + begin_, bytes});
  consume(bytes);
}

void InputBuffer::free() noexcept {
  secure_wipe({data_.get(), written_});
  data_.reset();
  capacity_ = begin_ = end_ = written_ = 0;
}

std::chrono::nanoseconds patience(const Limits& limits, const Timeouts& timeouts, std::chrono::nanoseconds waited,
                                  std::uint64_t moved) noexcept {
  std::chrono::nanoseconds left = std::min<std::chrono::nanoseconds>(timeouts.stall, timeouts.transfer - waited);
  if (limits.slowest_rate > 0) {
    const std::chrono::milliseconds earned(moved * 1'000 / limits.slowest_rate);
    left = std::min<std::chrono::nanoseconds>(left, timeouts.stall + earned - waited);
  }
  return std::max(left, std::chrono::nanoseconds(0));
}

Connection::Connection(Stream stream, const Limits& limits, const Timeouts& timeouts)
    : stream_(std::move(stream)), limits_(limits), timeouts_(timeouts) {}

Error Connection::failure(const Stream::Code& code) const {
  if (timed_out_) {
    return {ErrorCode::request_timeout, "the peer is too slow", {}, {}, {}};
  }
  if (gave_way_) {
    return {ErrorCode::overloaded, "too many connections: a silent one gave way", {}, std::chrono::seconds(1), {}};
  }
  if (broken_off_) {
    return {ErrorCode::shutting_down, "the server ended the connection", {}, {}, {}};
  }
  return {ErrorCode::malformed_request, "the connection ended: " + code.message(), {}, {}, {}};
}

bool Connection::tick(Deadline now) noexcept {
  if (now <= until_) {
    return false;
  }
  until_ = kNever;
  timed_out_ = true;
  stream_.cancel();
  return true;
}

void Connection::break_off() noexcept {
  broken_off_ = true;
  stream_.cancel();
  end_pause();
}

void Connection::give_way() noexcept {
  gave_way_ = true;
  break_off();
}

bool Connection::may_give_way() noexcept {
  Stream::Code ignored;
  return !gave_way_ && (paused_ || stream_.socket().available(ignored) == 0);
}

bool Connection::has_input() {
  Stream::Code ignored;
  return !head_.view().empty() || stream_.socket().available(ignored) > 0;
}

async::Task<Result<void>> Connection::handshake() {
  if (!stream_.is_tls()) {
    co_return Result<void>();
  }
  timed_out_ = false;
  until_ = steady_clock::now() + timeouts_.header;
  const auto [error] = co_await stream_.handshake();
  until_ = kNever;
  if (error) {
    co_return fail(failure(error));
  }
  co_return Result<void>();
}

async::Task<Result<std::size_t>> Connection::read_some(ByteSpan room, Deadline until) {
  timed_out_ = false;
  until_ = until;
  if (broken_off_ || input_ended_) {
    co_return fail(failure(boost::asio::error::eof));
  }
  const auto [error, size] = co_await stream_.read_some(room);
  until_ = kNever;
  if (error) {
    input_ended_ = error != boost::asio::error::operation_aborted;
    co_return fail(failure(error));
  }
  co_return size;
}

async::Task<Result<std::size_t>> Connection::read_more(InputBuffer& buffer, std::size_t least, Deadline until) {
  const ByteSpan room = buffer.room(least);
  RAKKAN_CO_TRY(const std::size_t size, co_await read_some(room, until));
  buffer.commit(size);
  co_return size;
}

async::Task<Result<std::size_t>> Connection::read_more_body(ByteSpan room) {
  const Deadline now = steady_clock::now();
  const Deadline until = now + patience(limits_, timeouts_, body_waited_, body_received_);
  RAKKAN_CO_TRY(const std::size_t received, co_await read_some(room, until));
  body_waited_ += steady_clock::now() - now;
  body_received_ += received;
  co_return received;
}

async::Task<Result<std::optional<std::string_view>>> Connection::read_head() {
  HeadScanner scanner(limits_.header_fields);
  const bool at_rest = served_before_ && head_.view().empty();
  served_before_ = true;
  Deadline until = steady_clock::now() + (at_rest ? timeouts_.idle : timeouts_.header);
  for (;;) {
    const ByteView arrived = head_.view();
    if (!arrived.empty()) {
      RAKKAN_CO_TRY(const std::optional<std::size_t> size, scanner.scan(text_of(arrived)));
      if (size.value_or(arrived.size()) > limits_.header) {
        co_return fail(ErrorCode::request_header_too_large, "more than " + std::to_string(limits_.header) + " bytes");
      }
      if (size) {
        head_size_ = *size;
        co_return std::optional(text_of(arrived.first(*size)));
      }
    }
    idle_ = arrived.empty();
    const std::size_t least = head_.capacity() == 0 ? kFirstHeadRoom : 1;
    const auto read = co_await read_more(head_, least, until);
    const bool was_idle = std::exchange(idle_, false);
    if (!read && was_idle) {
      co_return std::optional<std::string_view>();  // closed, or quiet, between requests: no request waits for an
                                                    // answer
    }
    if (!read) {
      co_return fail(read.error());
    }
    if (was_idle) {
      until = steady_clock::now() + timeouts_.header;
    }
  }
}

bool Connection::holds_back(const RequestParser& parser) const noexcept {
  return parser.expects_continue() && !asked_for_body_ && head_.view().size() <= head_size_;
}

Result<RequestParser::Step> Connection::parse_body(RequestParser& parser, ByteView input) {
  RAKKAN_TRY(const RequestParser::Step step, parser.parse_body(input));
  body_content_ += step.data.size();
  body_framing_ += step.consumed - step.data.size();
  if (body_framing_ > kMostChunkHeader + body_content_) {
    return fail(ErrorCode::malformed_request, "more of the body is chunk headers than content");
  }
  return step;
}

async::Task<Result<ByteView>> Connection::read_body(RequestParser& parser, ByteSpan room) {
  const bool must_invite = holds_back(parser);
  if (!asked_for_body_) {
    asked_for_body_ = true;
    body_waited_ = {};
    body_received_ = 0;
    body_content_ = body_framing_ = 0;
  }
  if (must_invite && !parser.is_done()) {
    const std::array pieces{bytes_of(kContinue)};
    RAKKAN_CO_CHECK(co_await write(pieces));
  }
  while (!parser.is_done()) {
    const ByteView input = reads_body_buffer_ ? body_.view() : head_.view().subspan(head_size_);
    const std::uint64_t missing = input.empty() ? parser.body_missing().value_or(0) : 0;
    if (missing > 0 && !room.empty()) {
      // Not beyond the end of the body: the bytes behind it belong to the next request.
      const ByteSpan into =
          room.first(static_cast<std::size_t>(std::min({missing, kMostAtOnce, std::uint64_t{room.size()}})));
      RAKKAN_CO_TRY(const std::size_t received, co_await read_more_body(into));
      RAKKAN_CO_TRY(const RequestParser::Step step, parse_body(parser, into.first(received)));
      co_return step.data;
    }
    RequestParser::Step step;
    if (!input.empty()) {
      RAKKAN_CO_TRY(step, parse_body(parser, input));
      if (reads_body_buffer_) {
        body_.consume(step.consumed);
      } else {
        head_size_ += step.consumed;
      }
    }
    if (!step.data.empty()) {
      co_return step.data;
    }
    if (step.consumed > 0) {
      continue;
    }
    if (input.size() > kMostChunkHeader) {
      co_return fail(ErrorCode::malformed_request, "a chunk's header is too long");
    }
    if (!reads_body_buffer_) {
      reads_body_buffer_ = true;
      body_.clear();
      const std::uint64_t expected = parser.body_length().value_or(kBodyRoom);
      static_cast<void>(
          body_.room(static_cast<std::size_t>(std::clamp<std::uint64_t>(expected, kLeastRead, kFirstBodyRoom))));
      body_.put(input);
      head_size_ += input.size();
    }
    if (body_.view().empty()) {
      body_.clear();
    }
    const ByteSpan free = body_.room(body_received_ < kBodyRoom ? kLeastRead : kBodyRoom);
    RAKKAN_CO_TRY(const std::size_t received, co_await read_more_body(free));
    body_.commit(received);
  }
  co_return ByteView();
}

async::Task<Result<void>> Connection::write(std::span<const ByteView> pieces) {
  const Deadline begun = steady_clock::now();
  std::uint64_t written = 0;
  std::size_t first = 0;   // index of the first piece that is not wholly written
  std::size_t offset = 0;  // bytes of that piece that are written
  for (;;) {
    Stream::Pieces batch;
    std::size_t filled = 0;
    for (std::size_t i = first; i < pieces.size() && filled < batch.size(); ++i) {
      const ByteView rest = pieces[i].subspan(i == first ? offset : 0);
      if (!rest.empty()) {
        batch[filled++] = boost::asio::buffer(rest.data(), rest.size());
      }
    }
    if (filled == 0) {
      co_return Result<void>();
    }
    if (broken_off_) {
      co_return fail(failure({}));
    }
    timed_out_ = false;
    const Deadline now = steady_clock::now();
    until_ = now + patience(limits_, timeouts_, now - begun, written);
    const auto [error, size] = co_await stream_.write_some(batch);
    until_ = kNever;
    if (error) {
      co_return fail(failure(error));
    }
    written += size;
    std::size_t gone = size;
    while (first < pieces.size() && gone >= pieces[first].size() - offset) {
      gone -= pieces[first].size() - offset;
      offset = 0;
      ++first;
    }
    offset += gone;
  }
}

async::Task<void> Connection::pause(std::chrono::nanoseconds time) {
  if (broken_off_) {
    co_return;
  }
  paused_.emplace(stream_.socket().get_executor(), time);
  static_cast<void>(co_await paused_->async_wait(Stream::kToken));
  paused_.reset();
}

void Connection::end_pause() noexcept {
  if (paused_) {
    boost::system::error_code ignored;
    paused_->cancel(ignored);
  }
}

void Connection::finish_request() {
  head_.consume_and_wipe(head_size_);
  head_size_ = 0;
  if (reads_body_buffer_) {
    head_.clear();
    head_.put(body_.view());
    body_.free();
    reads_body_buffer_ = false;
  }
  if (head_.view().empty()) {
    head_.clear();
    if (head_.capacity() > kFirstHeadRoom) {
      head_.free();
    }
  }
  asked_for_body_ = false;
}

async::Task<void> Connection::close(bool gently) {
  if (gently && !broken_off_) {
    timed_out_ = false;
    until_ = steady_clock::now() + kLinger;
    if (stream_.is_tls()) {
      co_await stream_.say_goodbye();  // TLS close_notify; the peer's answer to it does not matter
    }
    stream_.shutdown_send();
    for (std::uint64_t received = 0; received < kLingerBytes && !timed_out_ && !broken_off_ && !input_ended_;) {
      const auto [error, size] = co_await stream_.throw_away_some(kLingerBytes - received);
      if (error) {
        break;
      }
      received += size;
    }
    until_ = kNever;
  }
  stream_.close();
}

}  // namespace rakkan::http
