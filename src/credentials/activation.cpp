#include "rakkan/credentials/activation.hpp"

#include "rakkan/async/task.hpp"

#include <functional>

#include "credentials/administration_record.hpp"
#include "credentials/argon2.hpp"
#include "credentials/pin_code.hpp"

namespace rakkan::credentials {
namespace {

constexpr std::size_t kSaltSize = 16;  // RFC 9106 §3.1
constexpr std::size_t kTagSize = 32;

store::LockPolicy lock_policy(const PinPolicy& policy) {
  store::LockPolicy lock{policy.max_failures, std::nullopt, policy.first_wait, policy.longest_wait};
  if (policy.lock_time.count() > 0) {
    lock.lock_time = policy.lock_time;
  }
  return lock;
}

}  // namespace

Activation::Activation(store::Store& store, audit::TrailWriter& trail, async::BoundedPool& pool, const Clock& clock,
                       RandomSource& random, PinPolicy policy)
    : store_(&store), trail_(&trail), pool_(&pool), clock_(&clock), random_(&random), policy_(policy) {}

async::Task<Result<void>> Activation::set_pin(const access::Principal& by, const CredentialId& id,
                                              const SecureBytes& pin, async::Deadline deadline) {
  RAKKAN_CO_CHECK(check_length(pin));
  const auto set = [&]() -> Result<void> {
    RAKKAN_TRY(store::ActivationSecret secret, make_secret(pin));
    RAKKAN_CHECK(commit("pin.set", administration_record(by, id), by, store::PinAddition{id, std::move(secret)}));
    return {};
  };
  co_return co_await async::run_on(*pool_, set, deadline, by.owner());
}

async::Task<Result<std::uint64_t>> Activation::change_pin(const access::Principal& by, const CredentialId& id,
                                                          const SecureBytes& old_pin, const SecureBytes& new_pin,
                                                          async::Deadline deadline) {
  RAKKAN_CO_CHECK(check_length(new_pin));
  const auto change = [&]() -> Result<std::uint64_t> {
    RAKKAN_TRY(store::ActivationSecret old_secret, judge(by, id, old_pin));
    RAKKAN_TRY(store::ActivationSecret new_secret, make_secret(new_pin));
    return commit("pin.changed", pin_change_record(by, id, "old_pin"), by,
                  store::PinReplacement{id, std::move(old_secret), std::move(new_secret)});
  };
  co_return co_await async::run_on(*pool_, change, deadline, by.owner());
}

async::Task<Result<std::uint64_t>> Activation::set_pin_by_code(const access::Principal& by, const CredentialId& id,
                                                               const SecureBytes& code, const SecureBytes& new_pin,
                                                               async::Deadline deadline) {
  RAKKAN_CO_CHECK(check_length(new_pin));
  RAKKAN_CO_TRY(const Bytes hash, hash_of_pin_code(code));
  // Several at once with the right code are all judged right, and the store takes one: the code is gone with it.
  const auto set = [&]() -> Result<std::uint64_t> {
    RAKKAN_CHECK(by.still_stands(clock_->now()));
    RAKKAN_CHECK(store_->judge_pin_code(id, by.tenant, hash, policy_.code_max_failures, clock_->now()));
    RAKKAN_TRY(store::ActivationSecret secret, make_secret(new_pin));
    return commit("pin.changed", pin_change_record(by, id, "code"), by,
                  store::PinEnrolment{id, hash, std::move(secret)});
  };
  co_return co_await async::run_on(*pool_, set, deadline, by.owner());
}

async::Task<Result<PinCode>> Activation::issue_code(const access::Principal& by, const CredentialId& id,
                                                    async::Deadline deadline) {
  RAKKAN_CO_TRY(SecureBytes text, make_pin_code(*random_));
  RAKKAN_CO_TRY(Bytes hash, hash_of_pin_code(text));
  const Instant expires = clock_->now() + policy_.code_lifetime;
  const auto issue = [&] {
    return commit("pin.code_issued", pin_code_record(by, id, expires), by,
                  store::PinCodeIssue{id, std::move(hash), expires});
  };
  RAKKAN_CO_CHECK(co_await async::run_on(*pool_, issue, deadline, by.owner()));
  co_return PinCode{std::move(text), expires};
}

async::Task<Result<void>> Activation::withdraw_code(const access::Principal& by, const CredentialId& id,
                                                    async::Deadline deadline) {
  const auto withdraw = [&]() -> Result<void> {
    RAKKAN_CHECK(commit("pin.code_withdrawn", administration_record(by, id), by, store::PinCodeWithdrawal{id}));
    return {};
  };
  co_return co_await async::run_on(*pool_, withdraw, deadline, by.owner());
}

async::Task<Result<void>> Activation::reset_failures(const access::Principal& by, const CredentialId& id,
                                                     const std::optional<TenantId>& tenant, async::Deadline deadline) {
  const auto reset = [&]() -> Result<void> {
    RAKKAN_CHECK(commit("pin.reset", administration_record(by, id, tenant), by, store::PinReset{id, tenant}));
    return {};
  };
  co_return co_await async::run_on(*pool_, reset, deadline, by.owner());
}

async::Task<Result<void>> Activation::verify_pin(const access::Principal& by, const CredentialId& id,
                                                 const SecureBytes& pin, async::Deadline deadline) {
  RAKKAN_CO_CHECK(co_await prove_pin(by, id, pin, deadline));
  co_return Result<void>();
}

async::Task<Result<store::PinStanding>> Activation::prove_pin(const access::Principal& by, const CredentialId& id,
                                                              const SecureBytes& pin, async::Deadline deadline) {
  const auto prove = [&]() -> Result<store::PinStanding> {
    RAKKAN_TRY(store::ActivationSecret secret, judge(by, id, pin));
    return store::PinStanding{id, std::move(secret.hash), std::move(secret.salt)};
  };
  co_return co_await async::run_on(*pool_, prove, deadline, by.owner());
}

Result<std::uint64_t> Activation::commit(std::string event, std::string record, const access::Principal& by,
                                         store::RowChange change) {
  audit::Submission submission;
  submission.event = std::move(event);
  submission.body = std::move(record);
  submission.changes.push_back(std::move(change));
  submission.condition = by.key.get();
  RAKKAN_TRY(const audit::Receipt receipt, trail_->write_and_wait(std::move(submission)));
  return receipt.index;
}

Result<store::ActivationSecret> Activation::judge(const access::Principal& by, const CredentialId& id,
                                                  const SecureBytes& pin) {
  const std::scoped_lock turn(turns_.at(std::hash<CredentialId>{}(id) % turns_.size()));
  RAKKAN_CHECK(by.still_stands(clock_->now()));
  RAKKAN_TRY(store::PinAttempt attempt, store_->begin_pin_attempt(id, by.tenant, lock_policy(policy_), clock_->now()));
  const store::ActivationSecret& secret = attempt.secret;
  const Argon2Cost cost{secret.memory_kib, secret.iterations, secret.parallelism};
  RAKKAN_TRY(Bytes hash, argon2id(pin, secret.salt, cost, secret.hash.size()));
  const bool right = !hash.empty() && constant_time_equal(hash, secret.hash);
  secure_wipe(hash);
  RAKKAN_CHECK(by.still_stands(clock_->now()));
  if (!right) {
    return fail(
        ErrorCode::pin_incorrect,
        "failure " + std::to_string(attempt.failures) + " of " + std::to_string(policy_.max_failures) + " in a row",
        "credential " + id.value());
  }
  RAKKAN_CHECK(store_->forgive_pin_failures(id, by.tenant));
  return std::move(attempt.secret);
}

Result<store::ActivationSecret> Activation::make_secret(const SecureBytes& pin) {
  const auto memory_kib = checked_cast<std::uint32_t>(policy_.memory / 1024);
  if (!memory_kib) {
    return fail(ErrorCode::configuration_invalid, "pin.memory is out of range");
  }
  store::ActivationSecret secret;
  secret.memory_kib = *memory_kib;
  secret.iterations = policy_.iterations;
  secret.parallelism = 1;
  secret.salt.resize(kSaltSize);
  RAKKAN_CHECK(random_->fill(secret.salt));
  RAKKAN_TRY(secret.hash,
             argon2id(pin, secret.salt, {secret.memory_kib, secret.iterations, secret.parallelism}, kTagSize));
  return secret;
}

Result<void> Activation::check_length(const SecureBytes& pin) const {
  if (pin.view().size() < policy_.min_length) {
    return fail(ErrorCode::invalid_argument, "a PIN has at least " + std::to_string(policy_.min_length) + " bytes");
  }
  return {};
}

}  // namespace rakkan::credentials
