#include "rakkan/async/byte_budget.hpp"

#include <string>

namespace rakkan::async {
namespace {

// Bodies come and go within about a second; when the next one goes cannot be known.
constexpr std::chrono::milliseconds kRetryAfter{1'000};

tl::unexpected<Error> in_use(std::string what) {
  return fail(Error{ErrorCode::overloaded, std::move(what), {}, kRetryAfter, {}});
}

}  // namespace

ByteBudget::Account& ByteBudget::account(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto known = accounts_.find(name);
  if (known != accounts_.end()) {
    return *known->second;
  }
  return *accounts_.emplace(std::string(name), std::make_unique<Account>()).first->second;
}

// held / left <= share / (100 - share), without an overflow: sizes are far below 2^57.
bool ByteBudget::is_within_share(std::uint64_t held, std::uint64_t left) const noexcept {
  return held * (100 - limits_.share) <= left * limits_.share;
}

Result<void> ByteBudget::add(std::uint64_t bytes, std::uint64_t held, Account& account, Size size) {
  const std::uint64_t largest = most(size);
  if (held > largest || bytes > largest - held) {
    return fail(ErrorCode::input_too_large, "more than the " + std::to_string(largest) + " bytes for one caller");
  }
  std::atomic<std::uint64_t>& of_account = account.taken(size);
  // The account is charged first, so that two requests of the same account see each other.
  const std::uint64_t would_hold = of_account.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  std::uint64_t taken = taken_.load(std::memory_order_relaxed);
  do {
    const bool fits = taken <= room(size) && bytes <= room(size) - taken;
    if (!fits || !is_within_share(would_hold, room(size) - taken - bytes)) {
      of_account.fetch_sub(bytes, std::memory_order_relaxed);
      return in_use(fits ? "the caller's share of the memory for requests is in use"
                         : "the memory for requests is in use");
    }
  } while (!taken_.compare_exchange_weak(taken, taken + bytes, std::memory_order_relaxed));
  return {};
}

Result<void> ByteBudget::Lease::grow(std::uint64_t more) {
  RAKKAN_CHECK(budget_->add(more, bytes_, *account_, size_));
  bytes_ += more;
  return {};
}

void ByteBudget::Lease::give_back() noexcept {
  if (budget_ != nullptr && bytes_ > 0) {
    budget_->taken_.fetch_sub(bytes_, std::memory_order_relaxed);
    account_->taken(size_).fetch_sub(bytes_, std::memory_order_relaxed);
  }
  budget_ = nullptr;
  bytes_ = 0;
}

}  // namespace rakkan::async
