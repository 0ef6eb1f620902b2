// Counts of this program's calls of OpenSSL: the same on every machine, whatever its noise.
#pragma once

#include <cstdint>

namespace rakkan::bench {

struct OpensslCalls {
  std::uint64_t verifications = 0;
  std::uint64_t digested = 0;  // bytes, by any algorithm

  friend OpensslCalls operator-(const OpensslCalls& a, const OpensslCalls& b) noexcept {
    return {a.verifications - b.verifications, a.digested - b.digested};
  }
};

// The calls of this thread so far.
[[nodiscard]] OpensslCalls openssl_calls() noexcept;

}  // namespace rakkan::bench
