// ExpiryWatch reports how long certificates last: by rakkan_certificate_days_left{credential}, with key="next" for the
// certificate of a key that waits for its time, and by a line in the log once when 90, 30 and 7 days are left, and once
// when a certificate has expired.
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
  ExpiryWatch(Metrics& metrics, Log& log, const Clock& clock);  // all three outlive the ExpiryWatch

  // Notes the end of the certificate that the credential has now; a new certificate (renewal) begins afresh.
  // Thread-safe.
  void observe(std::string_view credential, Instant not_after);
  // Notes the end of the certificate of the credential's next key, while that key waits for its time; nothing: no key
  // waits any more. Thread-safe.
  void observe_next(std::string_view credential, std::optional<Instant> not_after);
  // Forgets a credential that has no certificate any more or is disabled.
  void forget(std::string_view credential);
  // Logs the warnings that have become due. To be called now and then (hourly is plenty).
  void check();

 private:
  struct Certificate {
    Instant not_after;
    std::size_t warnings = 0;  // the number of thresholds that it has passed
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
