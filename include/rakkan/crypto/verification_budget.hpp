// VerificationBudget bounds the signature verifications that the file of a stranger may cause, in units of
// VerificationKey::cost.
#pragma once

#include <algorithm>
#include <cstddef>

namespace rakkan::crypto {

// Not to be shared between threads.
class VerificationBudget {
 public:
  explicit VerificationBudget(std::size_t most) noexcept : left_(most) {}

  // Takes a verification of that cost into the account. False when not so much is left: nothing is left afterwards, and
  // the verification is not to be made.
  [[nodiscard]] bool take(std::size_t cost) noexcept {
    if (cost > left_) {
      left_ = 0;
      is_exhausted_ = true;
      return false;
    }
    charge(cost);
    return true;
  }
  // Takes verifications into the account that were made already.
  void charge(std::size_t cost) noexcept {
    left_ -= std::min(left_, cost);
    taken_ += cost;
  }

  [[nodiscard]] std::size_t left() const noexcept { return left_; }
  [[nodiscard]] std::size_t taken() const noexcept { return taken_; }
  // A verification was refused.
  [[nodiscard]] bool is_exhausted() const noexcept { return is_exhausted_; }

 private:
  std::size_t left_;
  std::size_t taken_ = 0;
  bool is_exhausted_ = false;
};

}  // namespace rakkan::crypto
