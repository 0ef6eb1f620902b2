// ByteBudget bounds the bytes that all requests together may keep in memory, and shares them out: a caller's bytes are
// taken from the budget before they are received, on an account of that caller, and are refused at once when they do
// not fit or exceed the account's share.
//
// A share is a part of what would be left, not of the whole: with a share of 50 percent one account alone has at most
// half, two have a third each, n an (n+1)th. However many of them hold all they can get, as much again stays free for
// the next (dynamic thresholds: Choudhury and Hahne, IEEE/ACM Transactions on Networking 6(2), 1998). A part is kept
// for small takes alone, so that large ones cannot stand in their way, not even those of the same account.
//
// Lock-free but for account(); thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "rakkan/base/result.hpp"

namespace rakkan::async {

class ByteBudget {
 public:
  struct Limits {
    std::uint64_t bytes = 0;  // of all accounts together
    std::uint64_t kept = 0;   // of those, for small takes alone
    unsigned share = 100;     // percent, 1 to 100; 100: one account may have all
  };
  enum class Size : std::uint8_t { small, large };

  class Account {  // of one caller; lives as long as its budget
   public:
    Account() noexcept = default;
    Account(const Account&) = delete;
    Account& operator=(const Account&) = delete;

   private:
    friend class ByteBudget;
    std::atomic<std::uint64_t>& taken(Size size) noexcept { return size == Size::small ? small_ : large_; }
    std::atomic<std::uint64_t> small_{0};
    std::atomic<std::uint64_t> large_{0};
  };

  explicit ByteBudget(const Limits& limits) noexcept : limits_(limits) {}
  ByteBudget(const ByteBudget&) = delete;
  ByteBudget& operator=(const ByteBudget&) = delete;

  // The account of this name, made when it is new and never forgotten, since operators choose the names and callers
  // cannot. Takes a lock; the reference may be kept.
  [[nodiscard]] Account& account(std::string_view name);

  // Lease is an amount of bytes that were taken; its destructor gives them back. The budget outlives it.
  class Lease {
   public:
    Lease() noexcept = default;
    Lease(Lease&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)),
          account_(other.account_),
          size_(other.size_),
          bytes_(std::exchange(other.bytes_, 0)) {}
    Lease& operator=(Lease&& other) noexcept {
      if (this != &other) {
        give_back();
        budget_ = std::exchange(other.budget_, nullptr);
        account_ = other.account_;
        size_ = other.size_;
        bytes_ = std::exchange(other.bytes_, 0);
      }
      return *this;
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { give_back(); }

    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
    // Takes more bytes. overloaded with retry_after when they do not fit beside the bytes that are taken,
    // input_too_large when they never will; both leave the lease as it was. Only for a lease that came from open().
    [[nodiscard]] Result<void> grow(std::uint64_t more);
    void give_back() noexcept;

   private:
    friend class ByteBudget;
    Lease(ByteBudget& budget, Account& account, Size size) noexcept
        : budget_(&budget), account_(&account), size_(size) {}
    ByteBudget* budget_ = nullptr;
    Account* account_ = nullptr;
    Size size_ = Size::large;
    std::uint64_t bytes_ = 0;
  };

  // A lease of no bytes yet.
  [[nodiscard]] Lease open(Account& account, Size size) noexcept { return {*this, account, size}; }

  [[nodiscard]] std::uint64_t taken() const noexcept { return taken_.load(std::memory_order_relaxed); }
  // The most that one account may ever have.
  [[nodiscard]] std::uint64_t most(Size size) const noexcept { return room(size) / 100 * limits_.share; }

 private:
  [[nodiscard]] std::uint64_t room(Size size) const noexcept {
    return size == Size::small ? limits_.bytes : limits_.bytes - limits_.kept;
  }
  [[nodiscard]] bool is_within_share(std::uint64_t held, std::uint64_t left) const noexcept;
  [[nodiscard]] Result<void> add(std::uint64_t bytes, std::uint64_t held, Account& account, Size size);

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const noexcept { return std::hash<std::string_view>{}(name); }
  };

  const Limits limits_;
  std::atomic<std::uint64_t> taken_{0};
  std::mutex mutex_;
  std::unordered_map<std::string, std::unique_ptr<Account>, Hash, std::equal_to<>> accounts_;
};

}  // namespace rakkan::async
