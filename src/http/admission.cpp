#include "http/admission.hpp"

#include <algorithm>

namespace rakkan::http {
namespace {

constexpr std::chrono::milliseconds kRetryAfter{500};

}  // namespace

Result<void> Admission::ask(Time now, Duration standing) {
  if (target_ == Duration::zero()) {
    return {};
  }
  if (!interval_ || now - *interval_ >= kInterval) {
    look_back(now);
  }
  standing_ += standing;
  ++asked_;
  if (at_work_ >= limit_ || (at_work_ >= kLeast && standing > kWorst * target_)) {
    refused_ = true;
    return fail(Error{ErrorCode::overloaded, "more work is waiting than can be done soon", {}, kRetryAfter, {}});
  }
  return {};
}

// What the last interval teaches.
void Admission::look_back(Time now) noexcept {
  const Duration usual = asked_ > 0 ? standing_ / asked_ : Duration::zero();
  const bool recent = interval_ && now - *interval_ < 2 * kInterval;  // else nobody asked for long: all is calm
  if (recent && usual > target_) {
    // In the same time less passes in proportion.
    const double share = static_cast<double>(target_.count()) / static_cast<double>(usual.count());
    limit_ = std::min(limit_, static_cast<std::size_t>(static_cast<double>(at_work_) * share));
  } else if (!recent || !refused_) {
    limit_ += limit_ / 4;
  } else if (usual < target_ / 2) {
    limit_ += limit_ / 8;
  }
  limit_ = std::clamp(limit_, kLeast, kMost);
  interval_ = now;
  standing_ = Duration::zero();
  asked_ = 0;
  refused_ = false;
}

}  // namespace rakkan::http
