// ExpiryWatch reports how long certificates last: by rakkan_certificate_days_left{credential}, and by a line in the log
// once when 90, 30 and 7 days are left, and once when a certificate has expired.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
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
  // Forgets a credential that has no certificate any more or is disabled.
  void forget(std::string_view credential);
  // Logs the warnings that have become due. To be called now and then (hourly is plenty).
  void check();

 private:
  struct Certificate {
    Instant not_after;
    std::size_t warnings = 0;  // the number of thresholds that it has passed
  };
  void warn_if_due(const std::string& credential, Certificate& certificate);

  Log* log_;
  const Clock* clock_;
  mutable std::mutex mutex_;
  std::map<std::string, Certificate, std::less<>> certificates_;
  Metrics::Watch watch_;
};

}  // namespace rakkan::telemetry
