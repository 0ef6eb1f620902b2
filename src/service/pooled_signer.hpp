// PooledSigner hands each signature to the hsm pool and waits for it: the caller's thread is not one with an HSM
// session.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/crypto/signer.hpp"

namespace rakkan::service {

class PooledSigner final : public crypto::Signer {
 public:
  // For one request with its deadline. `signer` and `pool` outlive this.
  PooledSigner(async::BoundedPool& pool, crypto::Signer& signer, async::Deadline deadline) noexcept
      : pool_(&pool), signer_(&signer), deadline_(deadline) {}
  // For many: each signature may take that long.
  PooledSigner(async::BoundedPool& pool, crypto::Signer& signer, std::chrono::milliseconds allowance) noexcept
      : pool_(&pool), signer_(&signer), allowance_(allowance) {}

  [[nodiscard]] const crypto::PublicKey& public_key() const noexcept override { return signer_->public_key(); }

  [[nodiscard]] Result<Bytes> sign(const crypto::AlgorithmSuite& suite, const crypto::Digest& digest) override {
    const auto work = [&] { return signer_->sign(suite, digest); };
    return pool_->run(work, deadline_ ? *deadline_ : async::deadline_in(allowance_));
  }

 private:
  async::BoundedPool* pool_;
  crypto::Signer* signer_;
  std::optional<async::Deadline> deadline_;
  std::chrono::milliseconds allowance_{};
};

}  // namespace rakkan::service
