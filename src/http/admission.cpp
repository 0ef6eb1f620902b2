#include "http/admission.hpp"

#include <algorithm>

namespace rakkan::http {
namespace {

constexpr std::chrono::milliseconds kRetryAfter{500};
constexpr std::size_t kManyShares = 1'024;  // beyond this number, owners without a request are forgotten

}  // namespace

Result<void> Admission::ask(Time now, Duration standing, async::Owner owner) {
  if (target_ == Duration::zero()) {
    return {};
  }
  if (!interval_ || now - *interval_ >= kInterval) {
    look_back(now);
  }
  standing_ += standing;
  ++asked_;
  const std::size_t limit = standing > kWorst * target_ ? kLeast : limit_;
  if (at_work_ >= limit && !is_below_share(owner, limit)) {
    refused_ = true;
    return fail(Error{ErrorCode::overloaded, "more work is waiting than can be done soon", {}, kRetryAfter, {}});
  }
  return {};
}

// True when the owner has less at work than an equal part of the limit among all owners with work, itself included.
bool Admission::is_below_share(async::Owner owner, std::size_t limit) const noexcept {
  const std::size_t own = at_work(owner);
  const std::size_t sharing = sharing_ + (own == 0 ? 1U : 0U);
  return own < limit / sharing;
}

std::size_t Admission::at_work(async::Owner owner) const noexcept {
  const auto share = shares_.find(owner);
  return share == shares_.end() ? 0 : share->second.at_work;
}

Admission::Share& Admission::share_of(async::Owner owner) {
  if (shares_.size() >= kManyShares && !shares_.contains(owner)) {
    std::erase_if(shares_, [](const auto& one) { return one.second.requests == 0; });
  }
  return shares_[owner];
}

void Admission::Work::enter(Admission& of, async::Owner owner) {
  share_ = &of.share_of(owner);
  of_ = &of;
  ++share_->requests;
}

void Admission::Work::begin() noexcept {
  if (begun_ || of_ == nullptr) {
    return;
  }
  begun_ = true;
  ++of_->at_work_;
  of_->sharing_ += share_->at_work++ == 0 ? 1U : 0U;
}

void Admission::Work::end() noexcept {
  if (of_ == nullptr) {
    return;
  }
  --share_->requests;
  if (begun_) {
    --of_->at_work_;
    of_->sharing_ -= --share_->at_work == 0 ? 1U : 0U;
  }
  of_ = nullptr;
}

// Adapts the limit at the end of an interval.
void Admission::look_back(Time now) noexcept {
  const Duration usual = asked_ > 0 ? standing_ / asked_ : Duration::zero();
  const bool recent =
      interval_ && now - *interval_ < 2 * kInterval;  // else no request came for long, so there is no load
  if (recent && usual > target_) {
    // The limit is the work that passes the queues within the target, in proportion.
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
