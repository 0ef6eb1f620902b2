#include "service/timestampers.hpp"

#include <set>
#include <utility>

#include "rakkan/store/store.hpp"

namespace rakkan::service {
namespace {

// The principal of work that no caller asked for: the service itself.
const access::Principal kItself{"service", TenantId(), true};

}  // namespace

Timestampers::Timestampers(TimestamperEnvironment environment,
                           std::map<std::string, std::shared_ptr<Timestamper>> given)
    : environment_(std::move(environment)), unit_(environment_.options.tsu.credential), by_profile_(std::move(given)) {
  for (const auto& [name, profile] : environment_.options.tsa) {
    if (!profile.internal()) {
      by_profile_.emplace(name,
                          std::make_shared<OutsideTimestamper>(profile.options, environment_.random, environment_.tsa));
    }
  }
}

std::vector<std::string> Timestampers::profiles() const {
  std::set<std::string> names;
  for (const auto& [name, profile] : environment_.options.tsa) {
    names.insert(name);
  }
  for (const auto& [name, timestamper] : by_profile_) {
    names.insert(name);
  }
  return {names.begin(), names.end()};
}

async::Task<Result<std::shared_ptr<Timestamper>>> Timestampers::of(const std::string& profile,
                                                                   async::Deadline deadline) {
  const std::string& wanted = profile.empty() ? environment_.options.default_tsa : profile;
  if (const auto known = by_profile_.find(wanted); known != by_profile_.end()) {
    co_return known->second;
  }
  if (!environment_.options.tsa.contains(wanted)) {
    co_return fail(not_among(ErrorCode::invalid_argument, profiles(), "tsa"));
  }
  RAKKAN_CO_TRY(std::shared_ptr<Timestamper> internal, co_await unit(deadline));
  co_return internal;
}

async::Task<Result<std::shared_ptr<InternalTimestamper>>> Timestampers::unit(async::Deadline deadline) {
  RAKKAN_CO_TRY(const auto credential, environment_.registry.opened(kItself, unit_));
  if (auto opened = unit_of(credential)) {
    co_return opened;
  }
  const auto open = [&] { return open_unit(); };
  co_return co_await async::run_on(environment_.hsm, open, deadline);
}

std::shared_ptr<InternalTimestamper> Timestampers::unit_of(
    const std::shared_ptr<const credentials::Credential>& credential) {
  const std::scoped_lock lock(mutex_);
  return credential != nullptr && unit_credential_ == credential ? opened_unit_ : nullptr;
}

Result<void> Timestampers::check_unit() {
  const auto unit = environment_.registry.find(kItself, unit_);
  if (!unit || unit->status != credentials::CredentialStatus::active || !unit->certificate) {
    return {};
  }
  const auto look = [&]() -> Result<void> {
    RAKKAN_CHECK(pki::check_validity(*unit->certificate, environment_.clock.now()));
    const bool again = [&] {
      const std::scoped_lock lock(mutex_);
      return unit_did_not_open_;
    }();
    if (again) {
      RAKKAN_CHECK(open_unit());
    }
    return {};
  };
  Result<void> can = look();
  if (!can) {
    return fail(std::move(can).error().at("credential " + unit_.value()));
  }
  return can;
}

Result<std::shared_ptr<InternalTimestamper>> Timestampers::open_unit() {
  auto opened = make_unit();
  const std::scoped_lock lock(mutex_);
  unit_did_not_open_ = !opened;
  return opened;
}

Result<std::shared_ptr<InternalTimestamper>> Timestampers::make_unit() {
  RAKKAN_TRY(const auto credential, environment_.registry.load(kItself, unit_));
  if (credential->kind() != credentials::CredentialKind::tsu) {
    return fail(ErrorCode::credential_type_mismatch, "the credential is not a time-stamping unit's",
                "credential " + unit_.value());
  }
  if (auto opened = unit_of(credential)) {
    return opened;  // another thread was faster
  }
  // Durable before the first serial number of this process, and never given out again.
  RAKKAN_TRY(const std::uint64_t epoch, environment_.store.next_tsu_epoch(unit_));
  const credentials::SigningMaterial& material = credential->material();
  // The credential keeps the signer alive, and the unit keeps the credential.
  std::shared_ptr<crypto::Signer> signer(credential, &material.signer());
  RAKKAN_TRY(auto unit, tsp::Tsu::create(std::move(signer), material.suite(), material.certificate(), material.chain(),
                                         environment_.policy, tsp::make_epoch_serial_source(epoch, environment_.random),
                                         environment_.clock_gate));
  auto made = std::make_shared<InternalTimestamper>(std::move(unit), credential, environment_.trail, environment_.hsm,
                                                    environment_.cpu, environment_.random, environment_.key_use);
  const std::scoped_lock lock(mutex_);
  opened_unit_ = made;
  unit_credential_ = credential;
  return made;
}

}  // namespace rakkan::service
