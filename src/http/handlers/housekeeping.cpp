#include "http/handlers/housekeeping.hpp"

#include <chrono>

namespace rakkan::http {
namespace {

constexpr std::chrono::seconds kRound{1};
constexpr int kRoundsBetweenRareWork = 3'600;  // an hour

}  // namespace

Housekeeping::Housekeeping(Context& context)
    : context_(context),
      expiry_(context.environment.metrics, context.environment.log, context.environment.clock),
      ready_(context.environment.metrics.watch(telemetry::WatchedKind::gauge, "rakkan_ready",
                                               "1 while the service can sign and stamp",
                                               [&context] { return context.readiness.is_ready() ? 1.0 : 0.0; })),
      thread_([this] { run(); }) {}

Housekeeping::~Housekeeping() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Housekeeping::run() {
  for (int round = 0;; ++round) {
    context_.environment.refusals.flush();
    watch_certificates();
    watch_readiness();
    spare_.look();
    if (round % kRoundsBetweenRareWork == 0) {
      forget_answers();
    }
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, kRound, [this] { return ending_; })) {
      return;
    }
  }
}

void Housekeeping::forget_answers() {
  if (const auto forgotten = context_.environment.idempotency.forget(); !forgotten) {
    context_.environment.log.failure("old answers were not forgotten", forgotten.error());
  }
}

// A trouble is logged, shows in rakkan_ready and is tried to be mended while nobody asks for anything.
void Housekeeping::watch_readiness() { async::block_on(context_.readiness.problems(std::chrono::steady_clock::now())); }

// A credential that is gone stays in the metric until the server starts again: its certificate still expires.
void Housekeeping::watch_certificates() {
  for (const service::CertificateLife& life : context_.environment.signing.certificates()) {
    expiry_.observe(life.credential.value(), life.not_after);
  }
}

}  // namespace rakkan::http
