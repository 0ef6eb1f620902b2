#include "rakkan/service/signing_service.hpp"

#include <array>

#include "rakkan/der/oid.hpp"

#include "service/signing_service_parts.hpp"

namespace rakkan::service {
namespace {

constexpr std::array<std::string_view, 2> kLevelNames{"B-B", "B-T"};

Result<der::Oid> policy_oid(const std::string& dotted, const std::string& key) {
  const auto oid = der::Oid::from_dotted(dotted);
  if (!oid) {
    return fail(ErrorCode::configuration_invalid, "must be an OID", key);
  }
  return *oid;
}

Result<tsp::TsuPolicy> tsu_policy(const TsuOptions& options) {
  tsp::TsuPolicy policy;
  RAKKAN_TRY(policy.default_policy, policy_oid(options.policy, "tsu.policy"));
  for (const std::string& dotted : options.accepted_policies) {
    RAKKAN_TRY(const der::Oid oid, policy_oid(dotted, "tsu.accepted_policies"));
    policy.accepted_policies.push_back(oid);
  }
  const auto accuracy = options.accuracy.count();
  const auto seconds = checked_cast<std::uint32_t>(accuracy / 1'000);
  const auto milliseconds = checked_cast<std::uint16_t>(accuracy % 1'000);
  if (!seconds || !milliseconds) {
    return fail(ErrorCode::configuration_invalid, "is out of range", "tsu.accuracy");
  }
  policy.accuracy = {*seconds, *milliseconds, 0};
  return policy;
}

}  // namespace

std::string_view name(BaselineLevel level) noexcept { return kLevelNames[static_cast<std::size_t>(level)]; }

std::optional<BaselineLevel> baseline_level_from_name(std::string_view name) noexcept {
  for (const BaselineLevel level : {BaselineLevel::b_b, BaselineLevel::b_t}) {
    if (service::name(level) == name) {
      return level;
    }
  }
  return std::nullopt;
}

SigningService::Parts::Parts(Options given, Environment around, tsp::TsuPolicy policy)
    : options(std::move(given)),
      tsu_policy(std::move(policy)),
      environment(around),
      clock_gate(tsp::make_jump_guarded_clock_gate(
          environment.clock, environment.monotonic != nullptr ? *environment.monotonic : steady_clock)),
      credentials(environment.store, environment.keys, environment.clock, environment.random),
      pin(options.pools.pin),
      hsm(options.pools.hsm),
      activation(environment.store, pin, environment.clock, environment.random, options.pin),
      authorizer(activation, environment.clock),
      cpu(options.pools.cpu) {
  for (const auto& [name, profile] : options.tsa) {
    if (!profile.internal()) {
      outside.emplace(name, std::make_shared<OutsideTimestamper>(profile.options, environment.random));
    }
  }
}

Result<std::shared_ptr<Timestamper>> SigningService::Parts::timestamper(const std::string& profile) {
  const std::string& wanted = profile.empty() ? options.default_tsa : profile;
  const auto known = options.tsa.find(wanted);
  if (known == options.tsa.end()) {
    return fail(ErrorCode::invalid_argument, "there is no timestamp profile of this name", "tsa." + wanted);
  }
  if (!known->second.internal()) {
    return outside.at(wanted);
  }
  RAKKAN_TRY(auto opened, unit());
  return std::make_shared<InternalTimestamper>(std::move(opened), environment.random);
}

Result<std::shared_ptr<tsp::Tsu>> SigningService::Parts::unit() {
  const CredentialId id(options.tsu.credential);
  RAKKAN_TRY(const auto credential, credentials.load(id));
  if (credential->kind() != CredentialKind::tsu) {
    return fail(ErrorCode::credential_type_mismatch, "the credential is not a time-stamping unit's",
                "credential " + id.value());
  }
  const std::scoped_lock lock(unit_mutex);
  if (unit_credential == credential) {
    return opened_unit;
  }
  // Durable before the first serial number of this process, and never given out again.
  RAKKAN_TRY(const std::uint64_t epoch, environment.store.next_tsu_epoch(id));
  const SigningMaterial& material = credential->material();
  RAKKAN_TRY(opened_unit, tsp::Tsu::create(std::make_shared<PooledSigner>(hsm, material.signer(), options.deadline),
                                           material.suite(), material.certificate(), material.chain(), tsu_policy,
                                           tsp::make_epoch_serial_source(epoch, environment.random), clock_gate));
  unit_credential = credential;
  return opened_unit;
}

Result<std::unique_ptr<SigningService>> SigningService::create(Options options, Environment environment) {
  RAKKAN_TRY(tsp::TsuPolicy policy, tsu_policy(options.tsu));
  if (!options.tsa.contains(options.default_tsa)) {
    return fail(ErrorCode::configuration_invalid, "names no profile", "signing.tsa");
  }
  return std::unique_ptr<SigningService>(
      new SigningService(std::make_unique<Parts>(std::move(options), environment, std::move(policy))));
}

SigningService::SigningService(std::unique_ptr<Parts> parts) noexcept : parts_(std::move(parts)) {}
SigningService::~SigningService() = default;

Result<crypto::DigestAlgorithm> SigningService::digest_algorithm(const Principal&, const CredentialId& credential) {
  RAKKAN_TRY(const auto loaded, parts_->credentials.load(credential));
  return loaded->material().suite().digest;
}

async::Task<std::vector<Error>> SigningService::readiness() { co_return std::vector<Error>{}; }

CredentialRegistry& SigningService::credentials() noexcept { return parts_->credentials; }
Activation& SigningService::activation() noexcept { return parts_->activation; }
const Options& SigningService::options() const noexcept { return parts_->options; }

}  // namespace rakkan::service
