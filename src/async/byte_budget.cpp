#include "rakkan/async/byte_budget.hpp"

#include <string>

namespace rakkan::async {
namespace {

// Bodies come and go within a second or so; nobody knows better when one will.
constexpr std::chrono::milliseconds kRetryAfter{1'000};

}  // namespace

Result<ByteBudget::Lease> ByteBudget::take(std::uint64_t bytes) {
  RAKKAN_CHECK(add(bytes, 0));
  return Lease(*this, bytes);
}

Result<void> ByteBudget::add(std::uint64_t bytes, std::uint64_t held) {
  if (held > limit_ || bytes > limit_ - held) {
    return fail(ErrorCode::input_too_large, "more than the " + std::to_string(limit_) + " bytes for all requests");
  }
  std::uint64_t taken = taken_.load(std::memory_order_relaxed);
  do {
    if (bytes > limit_ - taken) {
      return fail(Error{ErrorCode::overloaded, "the memory for requests is in use", {}, kRetryAfter, {}});
    }
  } while (!taken_.compare_exchange_weak(taken, taken + bytes, std::memory_order_relaxed));
  return {};
}

Result<void> ByteBudget::Lease::grow(std::uint64_t bytes) {
  RAKKAN_CHECK(budget_->add(bytes, size_));
  size_ += bytes;
  return {};
}

void ByteBudget::Lease::give_back() noexcept {
  if (budget_ != nullptr) {
    budget_->taken_.fetch_sub(size_, std::memory_order_relaxed);
  }
  budget_ = nullptr;
  size_ = 0;
}

}  // namespace rakkan::async
