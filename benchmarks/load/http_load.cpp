#include "http_load.hpp"

#include <algorithm>
#include <array>
#include <boost/asio.hpp>
#include <boost/asio/experimental/as_tuple.hpp>
#include <charconv>
#include <cmath>
#include <deque>
#include <optional>
#include "rakkan/async/task.hpp"

namespace rakkan::bench {
namespace {

namespace net = boost::asio;
using net::ip::tcp;
using std::chrono::steady_clock;

constexpr auto kResult = net::as_tuple(net::use_awaitable);

struct Answer {
  unsigned status = 0;
  std::string body;  // of an answer that is not 2xx
};

// One keep-alive connection; reads no more of an answer than it must, and keeps nothing of what was accepted.
class Connection {
 public:
  explicit Connection(net::io_context& context) : socket_(context) {}

  net::awaitable<bool> connect(tcp::endpoint endpoint) {
    auto [error] = co_await socket_.async_connect(endpoint, kResult);
    if (!error) {
      socket_.set_option(tcp::no_delay(true), error);
    }
    connected_ = !error;
    co_return connected_;
  }

  [[nodiscard]] bool connected() const noexcept { return connected_; }

  net::awaitable<std::optional<Answer>> exchange(const WireRequest& request) {
    const std::array<net::const_buffer, 3> parts{net::buffer(request.head),
                                                 request.body ? net::buffer(*request.body) : net::const_buffer{},
                                                 net::buffer(request.tail)};
    // A refusal may come before the body is sent, and breaks the sending: the answer counts, not the error.
    auto [write_error, written] = co_await net::async_write(socket_, parts, kResult);
    auto [read_error, head_size] =
        co_await net::async_read_until(socket_, net::dynamic_buffer(buffer_), "\r\n\r\n", kResult);
    if (read_error) {
      close();
      co_return std::nullopt;
    }
    Answer answer{status_of(buffer_), {}};
    const std::size_t body_size = content_length(std::string_view(buffer_).substr(0, head_size));
    const bool closes = write_error || has_close(std::string_view(buffer_).substr(0, head_size));
    const bool chunked = field(std::string_view(buffer_).substr(0, head_size), "transfer-encoding") == "chunked";
    buffer_.erase(0, head_size);
    if (chunked && !co_await skip_chunks()) {
      close();
      co_return std::nullopt;
    }
    const bool kept = answer.status / 100 != 2;
    std::size_t missing = body_size;
    while (missing > 0) {
      const std::size_t here = std::min(missing, buffer_.size());
      if (kept) {
        answer.body.append(buffer_, 0, here);
      }
      buffer_.erase(0, here);
      missing -= here;
      if (missing > 0) {
        auto [error, got] = co_await socket_.async_read_some(net::buffer(scratch_), kResult);
        if (error) {
          close();
          co_return std::nullopt;
        }
        buffer_.append(scratch_.data(), got);
      }
    }
    if (closes) {
      close();
    }
    co_return answer;
  }

 private:
  // To the end of the last chunk: no line of an answer looks like it.
  net::awaitable<bool> skip_chunks() {
    auto [error, size] =
        co_await net::async_read_until(socket_, net::dynamic_buffer(buffer_), "\r\n0\r\n\r\n", kResult);
    if (error) {
      co_return false;
    }
    buffer_.erase(0, size);
    co_return true;
  }

  static unsigned status_of(std::string_view head) {
    unsigned status = 0;
    if (head.size() > 12) {
      std::from_chars(head.data() + 9, head.data() + 12, status);
    }
    return status;
  }

  static std::string_view field(std::string_view head, std::string_view name) {
    for (std::size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
      const std::string_view line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
      const auto same = [](char a, char b) { return std::tolower(a) == std::tolower(b); };
      if (line.size() > name.size() && line[name.size()] == ':' &&
          std::equal(name.begin(), name.end(), line.begin(), same)) {
        std::string_view value = line.substr(name.size() + 1);
        value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
        return value;
      }
    }
    return {};
  }

  static std::size_t content_length(std::string_view head) {
    const std::string_view text = field(head, "content-length");
    std::size_t length = 0;
    std::from_chars(text.data(), text.data() + text.size(), length);
    return length;
  }

  static bool has_close(std::string_view head) { return field(head, "connection") == "close"; }

  void close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
    connected_ = false;
    buffer_.clear();
  }

  tcp::socket socket_;
  bool connected_ = false;
  std::string buffer_;
  std::array<char, 64 * 1024> scratch_{};
};

double milliseconds(steady_clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

void count(LoadResult& result, const std::optional<Answer>& answer, double ms) {
  if (answer && answer->status / 100 == 2) {
    ++result.accepted;
    result.accepted_ms.push_back(ms);
    return;
  }
  if (answer && (answer->status == 429 || answer->status == 503)) {
    ++result.refused;
    result.refused_ms.push_back(ms);
    return;
  }
  if (result.failed++ == 0 && answer) {
    result.first_failure = answer->status;
    result.first_failure_body = answer->body;
  }
}

struct Run {
  net::io_context context{1};
  tcp::endpoint endpoint;
  const std::vector<WireRequest>* requests = nullptr;
  std::size_t next = 0;
  steady_clock::time_point end;
  LoadResult result;

  Run(const Target& target, const std::vector<WireRequest>& given)
      : endpoint(net::ip::make_address(target.address), target.port), requests(&given) {}

  const WireRequest& next_request() { return (*requests)[next++ % requests->size()]; }

  // Runs the spawned connections and notes the time that they took.
  LoadResult finish() {
    const auto start = steady_clock::now();
    context.run();
    result.seconds = milliseconds(steady_clock::now() - start) / 1'000;
    return std::move(result);
  }
};

net::awaitable<void> repeat(Run& run) {
  Connection connection(run.context);
  while (steady_clock::now() < run.end) {
    if (!connection.connected() && !co_await connection.connect(run.endpoint)) {
      ++run.result.failed;
      co_return;
    }
    const auto begin = steady_clock::now();
    const auto answer = co_await connection.exchange(run.next_request());
    count(run.result, answer, milliseconds(steady_clock::now() - begin));
  }
}

net::awaitable<void> once(Run& run, const WireRequest& request) {
  Connection connection(run.context);
  if (!co_await connection.connect(run.endpoint)) {
    ++run.result.failed;
    co_return;
  }
  const auto begin = steady_clock::now();
  const auto answer = co_await connection.exchange(request);
  count(run.result, answer, milliseconds(steady_clock::now() - begin));
}

// Arrivals wait here for a free connection.
struct Arrivals {
  std::deque<steady_clock::time_point> due;
  std::deque<std::shared_ptr<net::steady_timer>> idle;
  bool over = false;
};

net::awaitable<void> serve_arrivals(Run& run, Arrivals& arrivals) {
  Connection connection(run.context);
  const auto wake = std::make_shared<net::steady_timer>(run.context);
  for (;;) {
    if (arrivals.due.empty()) {
      if (arrivals.over) {
        co_return;
      }
      wake->expires_at(steady_clock::time_point::max());
      arrivals.idle.push_back(wake);
      co_await wake->async_wait(kResult);
      continue;
    }
    const auto due = arrivals.due.front();
    arrivals.due.pop_front();
    if (!connection.connected() && !co_await connection.connect(run.endpoint)) {
      ++run.result.failed;
      continue;
    }
    const auto answer = co_await connection.exchange(run.next_request());
    count(run.result, answer, milliseconds(steady_clock::now() - due));
  }
}

net::awaitable<void> arrive(Run& run, Arrivals& arrivals, double rate) {
  net::steady_timer timer(run.context);
  const auto start = steady_clock::now();
  for (std::size_t i = 0;; ++i) {
    const auto due = start + std::chrono::duration_cast<steady_clock::duration>(
                                 std::chrono::duration<double>(static_cast<double>(i) / rate));
    if (due >= run.end) {
      break;
    }
    timer.expires_at(due);
    co_await timer.async_wait(kResult);
    arrivals.due.push_back(due);
    if (!arrivals.idle.empty()) {
      arrivals.idle.front()->cancel();
      arrivals.idle.pop_front();
    }
  }
  arrivals.over = true;
  run.result.late = arrivals.due.size();
  arrivals.due.clear();
  for (const auto& waiting : arrivals.idle) {
    waiting->cancel();
  }
}

}  // namespace

double percentile(std::vector<double> samples, double share) {
  if (samples.empty()) {
    return 0;
  }
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(samples.size())));
  const auto at = samples.begin() + static_cast<std::ptrdiff_t>(std::clamp<std::size_t>(rank, 1, samples.size()) - 1);
  std::nth_element(samples.begin(), at, samples.end());
  return *at;
}

LoadResult closed_loop(const Target& target, const std::vector<WireRequest>& requests, unsigned in_flight,
                       std::chrono::milliseconds time) {
  Run run(target, requests);
  run.end = steady_clock::now() + time;
  for (unsigned i = 0; i < in_flight; ++i) {
    net::co_spawn(run.context, repeat(run), net::detached);
  }
  return run.finish();
}

LoadResult open_loop(const Target& target, const std::vector<WireRequest>& requests, double rate,
                     std::chrono::milliseconds time, unsigned connections) {
  Run run(target, requests);
  run.end = steady_clock::now() + time;
  Arrivals arrivals;
  for (unsigned i = 0; i < connections; ++i) {
    net::co_spawn(run.context, serve_arrivals(run, arrivals), net::detached);
  }
  net::co_spawn(run.context, arrive(run, arrivals, rate), net::detached);
  return run.finish();
}

LoadResult all_at_once(const Target& target, const std::vector<WireRequest>& requests) {
  Run run(target, requests);
  for (const WireRequest& request : requests) {
    net::co_spawn(run.context, once(run, request), net::detached);
  }
  return run.finish();
}

}  // namespace rakkan::bench
