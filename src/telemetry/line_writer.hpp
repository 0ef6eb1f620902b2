#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace rakkan::telemetry {

// LineWriter takes lines and writes them from a thread of its own, all lines of some milliseconds at once: a server
// that answers thousands of requests a second wakes a thread and calls the kernel only a hundred times a second for its
// log. When the output is slow, the oldest waiting lines are dropped and counted.
class LineWriter {
 public:
  // How long the first of several lines waits for the others.
  static constexpr std::chrono::milliseconds kGather{10};

  // `write` gets whole lines, each with its end; it is called on the writer's thread, and lines for which it throws are
  // lost. At most `most` lines wait (at least 1), beside those that are being written.
  using Write = std::function<void(std::string_view lines)>;
  LineWriter(Write write, std::size_t most, std::chrono::milliseconds gather = kGather);
  ~LineWriter();  // writes the waiting lines
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  // Adds a line, without its end. An urgent line is written at once, with all lines before it. Thread-safe, like the
  // other functions; does not wait for the output.
  enum class Haste : std::uint8_t { none, urgent };
  void add(std::string_view line, Haste haste = Haste::none);
  void flush() noexcept;  // asks for the waiting lines to be written; does not wait

  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

 private:
  struct Lines {
    std::string text;
    std::deque<std::size_t> sizes;
    std::size_t gone = 0;  // bytes of dropped lines at the beginning of the text

    [[nodiscard]] bool empty() const noexcept { return sizes.empty(); }
    void push(std::string_view line);
    void drop_oldest();
    void clear() noexcept;
  };
  void run();
  void write_out(Lines& lines) noexcept;

  const Write write_;
  const std::size_t most_;
  const std::chrono::milliseconds gather_;
  std::mutex mutex_;
  std::condition_variable wakes_;
  Lines waiting_;
  bool idle_ = false;    // the thread waits for a first line
  bool urgent_ = false;  // one of the waiting lines is urgent
  bool ending_ = false;
  std::atomic<std::uint64_t> dropped_{0};
  std::thread thread_;
};

}  // namespace rakkan::telemetry
