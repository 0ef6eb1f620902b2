#include "rakkan/crypto/self_check.hpp"

#include <utility>

#include "crypto/p256_table.hpp"

namespace rakkan::crypto {
namespace {

// Size of the point 04 || x || y with which the SubjectPublicKeyInfo of a P-256 key ends (RFC 5480 §2).
constexpr std::size_t kPointSize = 65;

std::atomic<std::uint64_t> tables{0};  // the number of tables of all keys

bool take_a_place() noexcept {
  std::uint64_t taken = tables.load(std::memory_order_relaxed);
  do {
    if (taken >= SelfCheck::kMostTables) {
      return false;
    }
  } while (!tables.compare_exchange_weak(taken, taken + 1, std::memory_order_relaxed));
  return true;
}

void give_back_a_place() noexcept { tables.fetch_sub(1, std::memory_order_relaxed); }

}  // namespace

SelfCheck::SelfCheck(PublicKey key) : key_(std::move(key)) {}

SelfCheck::~SelfCheck() {
  if (has_table()) {
    give_back_a_place();
  }
}

Result<void> SelfCheck::verify(const AlgorithmSuite& suite, const Digest& digest, ByteView signature) const {
  const P256Table* const table = table_.load(std::memory_order_acquire);
  if (table == nullptr) {
    checks_.fetch_add(1, std::memory_order_relaxed);
  } else if (suits(suite, key_.kind()) && suite.digest == digest.algorithm() &&
             table->verifies(digest.view(), signature)) {
    return {};
  }
  return key_.verify(suite, digest, signature);
}

bool SelfCheck::claim_table() noexcept {
  if (key_.kind() != KeyKind::ec_p256 || has_table()) {
    return false;
  }
  const std::uint64_t checks = checks_.load(std::memory_order_relaxed);
  std::uint64_t due_at = due_at_.load(std::memory_order_relaxed);
  return checks >= due_at &&
         due_at_.compare_exchange_strong(due_at, checks + kChecksToATable, std::memory_order_relaxed);
}

void SelfCheck::build_table() {
  const std::scoped_lock lock(building_);
  if (key_.kind() != KeyKind::ec_p256 || has_table() || !take_a_place()) {
    return;
  }
  owned_table_ = P256Table::build(key_.spki().last(kPointSize));
  if (owned_table_ == nullptr) {
    give_back_a_place();
    return;
  }
  table_.store(owned_table_.get(), std::memory_order_release);
}

}  // namespace rakkan::crypto
