#include "rakkan/telemetry/expiry_watch.hpp"

#include <array>

namespace rakkan::telemetry {
namespace {

using Days = std::chrono::duration<double, std::chrono::days::period>;

// The days left at which a line is logged; 0 is for a certificate that has expired.
constexpr std::array<int, 4> kThresholds{90, 30, 7, 0};

double days_left(Instant not_after, Instant now) { return Days(not_after - now).count(); }

}  // namespace

ExpiryWatch::ExpiryWatch(Metrics& metrics, Log& log, const Clock& clock) : log_(&log), clock_(&clock) {
  watch_ =
      metrics.watch_each(WatchedKind::gauge, "rakkan_certificate_days_left",
                         "Days until the credential's certificate expires; negative: it has", [this] {
                           const std::scoped_lock lock(mutex_);
                           const Instant now = clock_->now();
                           std::vector<Sample> samples;
                           for (const auto& [credential, certificate] : certificates_) {
                             samples.push_back({{{"credential", credential}}, days_left(certificate.not_after, now)});
                           }
                           return samples;
                         });
}

void ExpiryWatch::observe(std::string_view credential, Instant not_after) {
  const std::scoped_lock lock(mutex_);
  Certificate& certificate = certificates_[std::string(credential)];
  if (certificate.not_after != not_after) {
    certificate = {not_after, 0};
  }
  warn_if_due(std::string(credential), certificate);
}

void ExpiryWatch::forget(std::string_view credential) {
  const std::scoped_lock lock(mutex_);
  certificates_.erase(std::string(credential));
}

void ExpiryWatch::check() {
  const std::scoped_lock lock(mutex_);
  for (auto& [credential, certificate] : certificates_) {
    warn_if_due(credential, certificate);
  }
}

// Logs one line for the nearest threshold, also when several were passed since the last look (while the server was
// off).
void ExpiryWatch::warn_if_due(const std::string& credential, Certificate& certificate) {
  const double left = days_left(certificate.not_after, clock_->now());
  std::size_t passed = certificate.warnings;
  while (passed < kThresholds.size() && left <= kThresholds[passed]) {
    ++passed;
  }
  if (passed == certificate.warnings) {
    return;
  }
  certificate.warnings = passed;
  const bool expired = passed == kThresholds.size();
  const bool last_days = passed == kThresholds.size() - 1;
  const std::string until = to_rfc3339(certificate.not_after);
  log_->write(expired || last_days ? LogLevel::error : LogLevel::warning,
              expired ? "a certificate has expired" : "a certificate expires soon",
              {{"credential", std::string_view(credential)},
               {"not_after", std::string_view(until)},
               {"days_left", static_cast<std::int64_t>(left)}});
}

}  // namespace rakkan::telemetry
