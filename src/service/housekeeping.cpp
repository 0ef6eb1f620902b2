#include "rakkan/service/housekeeping.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "rakkan/async/task.hpp"
#include "rakkan/service/command.hpp"
#include "rakkan/telemetry/expiry_watch.hpp"
#include "service/spare_memory.hpp"

namespace rakkan::service {
namespace {

constexpr std::chrono::seconds kRound{1};
constexpr int kRoundsBetweenRareWork = 3'600;  // rounds of one second: an hour

}  // namespace

struct Housekeeping::Impl {
  explicit Impl(const Environment& given)
      : environment(given),
        expiry(given.metrics, given.log, given.clock),
        ready(given.metrics.watch(telemetry::WatchedKind::gauge, "rakkan_ready",
                                  "1 while the service can sign and stamp",
                                  [&readiness = given.readiness] { return readiness.is_ready() ? 1.0 : 0.0; })),
        thread([this] { run(); }) {}

  ~Impl() {
    {
      const std::scoped_lock lock(mutex);
      ending = true;
    }
    changed.notify_all();
    thread.join();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void run() {
    for (int round = 0;; ++round) {
      environment.refusals.flush();
      environment.refused.flush(std::chrono::steady_clock::now());
      watch_certificates();
      watch_readiness();
      spare.look();
      if (round % kRoundsBetweenRareWork == 0) {
        forget_answers();
        environment.signing.forget_expired_evidence();
      }
      std::unique_lock lock(mutex);
      if (changed.wait_for(lock, kRound, [this] { return ending; })) {
        return;
      }
    }
  }

  void forget_answers() {
    if (const auto forgotten = environment.idempotency.forget(); !forgotten) {
      environment.log.failure("old answers were not forgotten", forgotten.error());
    }
  }

  // Also without any request, a trouble is logged, shows in rakkan_ready, and the service tries to recover from it.
  void watch_readiness() { async::block_on(environment.readiness.problems(std::chrono::steady_clock::now())); }

  // A credential that was disabled stays in the metric until the server starts again: its certificate still expires.
  void watch_certificates() {
    for (const CertificateLife& life : environment.state.certificates()) {
      expiry.observe(life.credential.value(), life.not_after);
      expiry.observe_next(life.credential.value(), life.next_not_after);
    }
  }

  const Environment environment;
  telemetry::ExpiryWatch expiry;
  telemetry::Metrics::Watch ready;
  SpareMemory spare;
  std::mutex mutex;
  std::condition_variable changed;
  bool ending = false;
  std::thread thread;  // the last member, since it uses the others
};

Housekeeping::Housekeeping(const Environment& environment) : impl_(std::make_unique<Impl>(environment)) {}
Housekeeping::~Housekeeping() = default;

}  // namespace rakkan::service
