#include "service/service_state.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "rakkan/async/task.hpp"
#include "rakkan/credentials/key_source.hpp"
#include "service/pending_book.hpp"
#include "service/stored_evidence_cache.hpp"

namespace rakkan::service {
namespace {

constexpr std::chrono::seconds kLook{2};  // how long readiness may wait for the hsm pool

ServiceState::KeyUses uses_of(const KeyUse& use) {
  return {use.signatures(), use.failures(), use.signing(), use.waited()};
}

}  // namespace

ServiceState::ServiceState(std::unique_ptr<const Seen> seen) noexcept : seen_(std::move(seen)) {}
ServiceState::~ServiceState() = default;

async::Task<std::vector<Error>> ServiceState::readiness() const {
  std::vector<Error> wrong;
  if (auto trail = seen_->trail.ready(); !trail) {
    wrong.push_back(std::move(trail).error());
  }
  if (auto shortage = seen_->trail.shortage()) {
    wrong.push_back(*std::move(shortage));
  }
  if (auto time = seen_->clock_gate.trusted_time(); !time) {
    wrong.push_back(std::move(time).error());
  }
  // Tokens in trouble are tried again here, since nothing else tries them while no request comes.
  const auto look = [&]() -> Result<std::vector<Error>> {
    std::vector<Error> troubles = seen_->credentials.try_again();
    for (Error& trouble : seen_->keys.troubles()) {
      troubles.push_back(std::move(trouble));
    }
    if (auto unit = seen_->timestampers.check_unit(); !unit) {
      troubles.push_back(std::move(unit).error());
    }
    return troubles;
  };
  Result<std::vector<Error>> troubles = co_await async::run_on(seen_->pools.hsm, look, async::deadline_in(kLook));
  if (troubles) {
    std::move(troubles->begin(), troubles->end(), std::back_inserter(wrong));
  } else if (troubles.error().code != ErrorCode::overloaded) {  // a busy pool is no trouble
    wrong.push_back(std::move(troubles).error());
  }
  co_return wrong;
}

std::vector<Error> ServiceState::warnings() const { return seen_->credentials.warnings(); }

std::vector<CertificateLife> ServiceState::certificates() const {
  std::vector<CertificateLife> lives;
  const Instant now = seen_->clock.now();
  for (const credentials::CertificateEnds& one : seen_->credentials.certificate_ends()) {
    lives.push_back(
        {one.credential, one.not_after, std::chrono::floor<std::chrono::days>(one.not_after - now), one.next});
  }
  return lives;
}

ServiceState::Load ServiceState::load() const {
  const Pools& pools = seen_->pools;
  const PendingBook::Counts pending = seen_->pending.counts();
  return {
      {{"cpu", pools.cpu.load()}, {"hsm", pools.hsm.load()}, {"pin", pools.pin.load()}, {"store", pools.store.load()}},
      uses_of(seen_->key_use),
      uses_of(seen_->unit_key_use),
      seen_->rejections.counted(),
      {pending.waiting, pending.working, pending.finished, pending.abandoned}};
}

ServiceState::Outside ServiceState::outside() const {
  const StoredEvidenceCache::Load cache = seen_->evidence_cache.load();
  Outside outside{seen_->exchanges.load(), {}, {cache.cache, cache.unwritten, cache.write_failures}};
  for (const Timestampers::Budget& budget : seen_->timestampers.budgets()) {
    outside.budgets.emplace_back(budget.profile, budget.left);
  }
  return outside;
}

ServiceState::Waits ServiceState::waits() const noexcept {
  const Pools& pools = seen_->pools;
  return {pools.cpu.wait(), pools.hsm.wait(), pools.pin.wait(), pools.store.wait()};
}

}  // namespace rakkan::service
