#include "rakkan/service/timestamper.hpp"

#include <algorithm>
#include <array>

namespace rakkan::service {
namespace {

// More than tokens with a chain of RSA-4096 certificates have shown so far (5 to 9 KB).
constexpr std::size_t kFirstGuess = 16 * 1024;

}  // namespace

Result<tsp::TimestampToken> InternalTimestamper::timestamp(const crypto::Digest& digest) {
  std::array<Byte, 8> nonce{};
  RAKKAN_CHECK(random_->fill(nonce));
  return unit_->issue(tsp::TimestampRequest::for_digest(digest, nonce));
}

std::size_t InternalTimestamper::expected_token_size() const noexcept { return unit_->max_token_size(); }

Result<tsp::TimestampToken> OutsideTimestamper::timestamp(const crypto::Digest& digest) {
  RAKKAN_TRY(tsp::TimestampToken token, client_.timestamp(digest));
  const std::size_t size = token.der().size();
  std::size_t largest = largest_seen_.load(std::memory_order_relaxed);
  while (size > largest && !largest_seen_.compare_exchange_weak(largest, size, std::memory_order_relaxed)) {
  }
  return token;
}

std::size_t OutsideTimestamper::expected_token_size() const noexcept {
  const std::size_t seen = largest_seen_.load(std::memory_order_relaxed);
  return seen == 0 ? kFirstGuess : with_margin(seen);
}

std::size_t with_margin(std::size_t token_size) noexcept { return token_size + token_size / 8 + 128; }

}  // namespace rakkan::service
