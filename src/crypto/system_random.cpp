#include "rakkan/crypto/system_random.hpp"

#include <openssl/rand.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "crypto/openssl.hpp"
#include "rakkan/base/secure_bytes.hpp"

namespace rakkan::crypto {

namespace {

// Small requests are many (salts, serial numbers, ids), and each call of OpenSSL costs as much as hundreds of bytes do:
// a thread fetches more bytes at once, hands them out, and wipes those that it gave.
constexpr std::size_t kSmall = 64;

// Counts forks: a child of fork() must not hand out the bytes that its parent hands out.
std::atomic<unsigned> forks{0};
[[maybe_unused]] const int watched = ::pthread_atfork(nullptr, nullptr, [] { ++forks; });

struct Reserve {
  std::array<Byte, 1'024> bytes;
  std::size_t left = 0;
  unsigned of = 0;  // value of `forks` when it was filled

  ~Reserve() { secure_wipe(bytes); }

  [[nodiscard]] bool refill() {
    of = forks.load(std::memory_order_relaxed);
    left = RAND_bytes_ex(nullptr, bytes.data(), bytes.size(), 0) == 1 ? bytes.size() : 0;
    return left > 0;
  }
  [[nodiscard]] bool fill(ByteSpan out) {
    if ((left < out.size() || of != forks.load(std::memory_order_relaxed)) && !refill()) {
      return false;
    }
    left -= out.size();
    const ByteSpan given = ByteSpan(bytes).subspan(left, out.size());
    std::copy(given.begin(), given.end(), out.begin());
    secure_wipe(given);
    return true;
  }
};

}  // namespace

Result<void> SystemRandom::fill(ByteSpan out) {
  if (out.size() <= kSmall) {
    thread_local Reserve reserve;
    if (!reserve.fill(out)) {
      return fail(openssl_error("no random numbers"));
    }
    return {};
  }
  if (RAND_bytes_ex(nullptr, out.data(), out.size(), 0) != 1) {
    return fail(openssl_error("no random numbers"));
  }
  return {};
}

}  // namespace rakkan::crypto
