#include "rakkan/fetch/rate_budget.hpp"

namespace rakkan::fetch {

Result<void> RateBudget::take() {
  if (most_ == 0) {
    return {};
  }
  const std::lock_guard lock(mutex_);
  const auto now = now_();
  if (used_ == 0 || now >= ends_) {
    used_ = 0;
    ends_ = now + period_;
  }
  if (used_ == most_) {
    return fail(Error{ErrorCode::tsa_budget_spent,
                      std::to_string(most_) + " requests were made in this period",
                      {},
                      std::chrono::ceil<std::chrono::milliseconds>(ends_ - now),
                      {}});
  }
  ++used_;
  return {};
}

void RateBudget::give_back() {
  const std::lock_guard lock(mutex_);
  used_ -= used_ > 0 ? 1U : 0U;
}

std::optional<std::uint64_t> RateBudget::left() const {
  if (most_ == 0) {
    return std::nullopt;
  }
  const std::lock_guard lock(mutex_);
  return now_() >= ends_ ? most_ : most_ - used_;
}

}  // namespace rakkan::fetch
