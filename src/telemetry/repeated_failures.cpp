#include "rakkan/telemetry/repeated_failures.hpp"

#include <string>

namespace rakkan::telemetry {

void RepeatedFailures::note(std::string_view message, const Error& error, std::string_view request_id,
                            Time now) noexcept {
  Seen& seen = seen_[static_cast<std::size_t>(error.code)];
  seen.times.fetch_add(1, std::memory_order_relaxed);
  Time::rep due = seen.next_line.load(std::memory_order_relaxed);
  const Time::rep next = (now + kBetweenLines).time_since_epoch().count();
  if (now.time_since_epoch().count() < due || !seen.next_line.compare_exchange_strong(due, next)) {
    return;  // the error has a line of this second, or another thread is writing the next one
  }
  const ErrorRow& known = row(error.code);
  const std::string detail = to_string(error);
  log_->write(known.log_level, message,
              {{"request_id", request_id},
               {"error", known.slug},
               {"detail", std::string_view(detail)},
               {"times", seen.times.exchange(0, std::memory_order_relaxed)}});
}

}  // namespace rakkan::telemetry
