// A timestamp unit with a software key, whose clock, serial numbers and signer a test can bend.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "rakkan/crypto/system_random.hpp"
#include "rakkan/tsp/tsu.hpp"
#include "support/test_authority.hpp"
#include "support/unjournaled_tsu.hpp"

namespace rakkan::test {

// Answers with the time it was set to, else with the machine's; or refuses.
struct BentClockGate final : tsp::ClockGate {
  [[nodiscard]] Result<Instant> trusted_time() override {
    if (closed) {
      return fail(ErrorCode::time_not_available, "closed by the test");
    }
    return time.value_or(SystemClock{}.now());
  }
  std::optional<Instant> time;
  bool closed = false;
};

// Signs by another signer, or answers wrongly.
struct BentSigner final : crypto::Signer {
  explicit BentSigner(std::shared_ptr<crypto::Signer> straight) : inner(std::move(straight)) {}
  [[nodiscard]] const crypto::PublicKey& public_key() const noexcept override { return inner->public_key(); }
  [[nodiscard]] Result<Bytes> sign(const crypto::AlgorithmSuite& suite, const crypto::Digest& digest) override {
    if (before) {
      before(digest);
    }
    if (failure) {
      return fail(*failure, "failed by the test");
    }
    ++signatures;
    RAKKAN_TRY(Bytes value, inner->sign(suite, digest));
    if (flips_a_bit) {
      value.back() ^= 0x01U;
    }
    return value;
  }
  std::shared_ptr<crypto::Signer> inner;
  std::function<void(const crypto::Digest&)> before;  // the key is touched
  std::optional<ErrorCode> failure;
  bool flips_a_bit = false;
  std::atomic<int> signatures = 0;
};

inline constexpr der::Oid kTestPolicy{1, 3, 6, 1, 4, 1, 99999, 1, 1};
inline constexpr der::Oid kOtherTestPolicy{1, 3, 6, 1, 4, 1, 99999, 1, 2};

struct TestTsu {
  explicit TestTsu(TestAuthority& authority, crypto::KeyKind kind = crypto::KeyKind::ec_p256,
                   tsp::TsuPolicy with_policy = policy(), const TestAuthority::Change& change = {})
      : TestTsu(authority, authority.tsu(kind, change), crypto::default_suite(kind), std::move(with_policy)) {}

  TestTsu(const TestAuthority& authority, Identity by, const crypto::AlgorithmSuite& suite, tsp::TsuPolicy with_policy)
      : identity(std::move(by)),
        clock(std::make_shared<BentClockGate>()),
        signer(std::make_shared<BentSigner>(identity.key)),
        tsu(value_or_throw(tsp::Tsu::create(signer, suite, identity.certificate, {authority.certificate()},
                                            std::move(with_policy), tsp::make_epoch_serial_source(1, random), clock))) {
  }

  static tsp::TsuPolicy policy() {
    tsp::TsuPolicy policy;
    policy.default_policy = kTestPolicy;
    policy.accepted_policies = {kOtherTestPolicy};
    return policy;
  }

  Identity identity;
  crypto::SystemRandom random;
  std::shared_ptr<BentClockGate> clock;
  std::shared_ptr<BentSigner> signer;
  std::shared_ptr<tsp::Tsu> tsu;
};

}  // namespace rakkan::test
