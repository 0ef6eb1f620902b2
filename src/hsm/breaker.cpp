#include "hsm/breaker.hpp"

#include <algorithm>

namespace rakkan::hsm {
namespace {

Breaker::Wait remaining(Breaker::Time until, Breaker::Time now) {
  return std::max(Breaker::Wait{1}, std::chrono::ceil<Breaker::Wait>(until - now));
}

}  // namespace

tl::expected<Breaker::Pass, Breaker::Wait> Breaker::admit(Time now) noexcept {
  if (!is_open()) {
    return Pass{};
  }
  const std::lock_guard lock(mutex_);
  if (!open_.load(std::memory_order_relaxed)) {
    return Pass{};
  }
  if (now < until_) {
    return tl::unexpected<Wait>(remaining(until_, now));
  }
  if (probing_ && now < probe_until_) {
    return tl::unexpected<Wait>(first_);
  }
  probing_ = true;
  probe_until_ = now + last_;
  return Pass{true, failed_generation_};
}

void Breaker::answered(const Pass& pass) noexcept {
  if (!pass.probe) {
    return;
  }
  const std::lock_guard lock(mutex_);
  probing_ = false;
  wait_ = first_;
  open_.store(false, std::memory_order_release);
}

Breaker::Wait Breaker::failed(const Pass& pass, Time now, std::uint64_t generation) noexcept {
  const std::lock_guard lock(mutex_);
  const bool was_open = open_.load(std::memory_order_relaxed);
  if (was_open && !pass.probe) {
    return now < until_ ? remaining(until_, now) : first_;
  }
  wait_ = was_open ? std::min(wait_ * 2, last_) : first_;
  probing_ = false;
  until_ = now + wait_;
  failed_generation_ = generation;
  open_.store(true, std::memory_order_release);
  return wait_;
}

}  // namespace rakkan::hsm
