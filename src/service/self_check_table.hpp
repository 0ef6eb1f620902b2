#pragma once

#include <chrono>
#include <memory>

#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/crypto/self_check.hpp"

namespace rakkan::service {

// To be called after a self-check: has a table made on the pool when one has become due. When the pool is full, or
// drops the job, the table becomes due again.
inline void have_table_made(const std::shared_ptr<crypto::SelfCheck>& check, async::BoundedPool& cpu) {
  constexpr std::chrono::seconds kWorthTheWait{10};
  if (!check->claim_table()) {
    return;
  }
  static_cast<void>(cpu.submit(
      [check](const Result<void>& started) {
        if (started) {
          check->build_table();
        }
      },
      async::deadline_in(kWorthTheWait)));
}

}  // namespace rakkan::service
