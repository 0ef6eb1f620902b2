#include "audit/stamper.hpp"

#include <pthread.h>

#include <algorithm>

#include "audit/timestamps.hpp"

namespace rakkan::audit {
namespace {

constexpr std::chrono::seconds kLongestRetry{60};

}  // namespace

Stamper::Stamper(const Options& options, const Environment& environment, const Publisher& publisher, Health& health)
    : interval_(options.timestamp_interval),
      files_(environment.files),
      folder_(environment.folder),
      stamper_(*environment.stamper),
      publisher_(publisher),
      health_(health),
      thread_([this] { run(); }) {}

Stamper::~Stamper() { stop(); }

void Stamper::notify() noexcept {
  {
    const std::scoped_lock lock(mutex_);
    fresh_ = true;
  }
  wakes_.notify_all();
}

void Stamper::stop() noexcept {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wakes_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

std::string Stamper::last_error() const {
  const std::scoped_lock lock(mutex_);
  return last_error_;
}

void Stamper::run() {
  ::pthread_setname_np(::pthread_self(), "audit-stamp");
  auto due = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  for (;;) {
    wakes_.wait(lock, [&] { return stopping_ || fresh_; });
    wakes_.wait_until(lock, due, [&] { return stopping_; });
    if (stopping_ || !health_.ok()) {
      return;
    }
    fresh_ = false;
    lock.unlock();
    bool stamped = false;
    std::string error;
    for (const Journal journal : store::kJournals) {
      const Result<bool> done = stamp(journal);
      stamped = stamped || (done && *done);
      error = done ? std::move(error) : to_string(done.error());
    }
    lock.lock();
    if (stamped || !error.empty()) {
      due = std::chrono::steady_clock::now() + (error.empty() ? interval_ : std::min(interval_, kLongestRetry));
    }
    fresh_ = fresh_ || !error.empty();
    last_error_ = std::move(error);
  }
}

Result<bool> Stamper::stamp(Journal journal) {
  const std::string note = publisher_.log(journal).checkpoint();
  if (note.empty()) {
    return false;
  }
  RAKKAN_TRY(const Checkpoint checkpoint, open_checkpoint(note, publisher_.log(journal).key()));
  const std::uint64_t size = checkpoint.tree.size;
  const LogFolder log{files_, folder_ / store::name(journal)};
  RAKKAN_TRY(const std::vector<std::uint64_t> sizes, timestamped_sizes(log));
  if (std::find(sizes.begin(), sizes.end(), size) != sizes.end()) {
    return false;
  }
  RAKKAN_TRY(const Bytes der, stamper_.stamp(bytes_of(note)));
  RAKKAN_TRY(const tsp::TimestampToken token, open_timestamp(der, note));
  if (const Result<void> written = write_timestamp(log, size, note, token, stamper_.own); !written) {
    if (written.error().code == ErrorCode::resource_shortage) {
      health_.delayed(Health::Part::timestamps, written.error());
    } else {
      health_.failed(written.error());
    }
    return fail(written.error());
  }
  health_.went_on(Health::Part::timestamps);
  return true;
}

}  // namespace rakkan::audit
