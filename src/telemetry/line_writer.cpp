#include "telemetry/line_writer.hpp"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace rakkan::telemetry {

LineWriter::LineWriter(Write write, std::size_t most, std::chrono::milliseconds gather)
    : write_(std::move(write)), most_(std::max<std::size_t>(1, most)), gather_(gather), thread_([this] { run(); }) {}

LineWriter::~LineWriter() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  wakes_.notify_one();
  thread_.join();
}

void LineWriter::add(std::string_view line, Haste haste) {
  const std::scoped_lock lock(mutex_);
  if (waiting_.sizes.size() == most_) {
    waiting_.drop_oldest();
    dropped_.fetch_add(1, std::memory_order_relaxed);
  }
  waiting_.push(line);
  // When the queue is half full, the lines of the next kGather may be more than there is room for.
  const bool now = haste == Haste::urgent || waiting_.sizes.size() > most_ / 2;
  if (idle_ || (now && !urgent_)) {
    wakes_.notify_one();
  }
  idle_ = false;
  urgent_ = urgent_ || now;
}

void LineWriter::flush() noexcept {
  const std::scoped_lock lock(mutex_);
  urgent_ = !waiting_.empty();
  wakes_.notify_one();
}

void LineWriter::run() {
  ::pthread_setname_np(::pthread_self(), "log");
  Lines writing;
  std::unique_lock lock(mutex_);
  for (;;) {
    idle_ = waiting_.empty();
    wakes_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) {
      return;
    }
    wakes_.wait_for(lock, gather_, [&] { return ending_ || urgent_; });
    std::swap(writing, waiting_);
    urgent_ = false;
    lock.unlock();
    write_out(writing);
    lock.lock();
  }
}

// Writes lines. A full disk must not end the server: the lines are counted as dropped, and the next ones are tried.
void LineWriter::write_out(Lines& lines) noexcept {
  try {
    write_(std::string_view(lines.text).substr(lines.gone));
  } catch (const std::exception&) {
    dropped_.fetch_add(lines.sizes.size(), std::memory_order_relaxed);
  }
  lines.clear();
}

void LineWriter::Lines::push(std::string_view line) {
  text.append(line);
  text.push_back('\n');
  sizes.push_back(line.size() + 1);
}

// The bytes of dropped lines are removed when they are half of the text, so that each byte is moved once at most.
void LineWriter::Lines::drop_oldest() {
  gone += sizes.front();
  sizes.pop_front();
  if (gone > text.size() / 2) {
    text.erase(0, gone);
    gone = 0;
  }
}

// Clears the lines; memory that only a burst needed is given back.
void LineWriter::Lines::clear() noexcept {
  constexpr std::size_t kKept = 256 * 1024;
  if (text.capacity() > kKept) {
    std::string().swap(text);
  }
  text.clear();
  sizes.clear();
  gone = 0;
}

}  // namespace rakkan::telemetry
