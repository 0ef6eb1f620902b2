// ExpiryWatch says how long certificates last: rakkan_certificate_days_left{credential}, with key="next" where that is
// the certificate of a key that waits for its time; and a line in the log once when 90, 30 and 7 days are left, and
// once when a certificate has expired.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "rakkan/base/time.hpp"
#include "rakkan/telemetry/log.hpp"
#include "rakkan/telemetry/metrics.hpp"

namespace rakkan::telemetry {

class ExpiryWatch {
 public:
  ExpiryWatch(Metrics& metrics, Log& log, const Clock& clock);  // they outlive this

  // The certificate that the credential has now; a new one (renewal) begins afresh. Thread-safe.
  void observe(std::string_view credential, Instant not_after);
  // The certificate of the credential's next key, while that key waits for its time; nothing: no key waits any more.
  void observe_next(std::string_view credential, std::optional<Instant> not_after);
  // It has none any more, or is disabled.
  void forget(std::string_view credential);
  // Logs what has become due. Called now and then (hourly is plenty).
  void check();

 private:
  struct Certificate {
    Instant not_after;
    std::size_t warnings = 0;  // how many thresholds are behind it
  };
  using Certificates = std::map<std::string, Certificate, std::less<>>;
  void observe_in(Certificates& known, std::string_view credential, Instant not_after);
  void warn_if_due(const std::string& credential, Certificate& certificate, bool is_next);

  Log* log_;
  const Clock* clock_;
  mutable std::mutex mutex_;
  Certificates present_;  // by credential
  Certificates next_;
  Metrics::Watch watch_;
};

}  // namespace rakkan::telemetry
