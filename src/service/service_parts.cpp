#include "service/service_parts.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include "rakkan/async/task.hpp"

namespace rakkan::service {
namespace {

// The mark of settled intents moves up after so many intents: a start after a crash looks through about as many
// records.
constexpr std::uint64_t kIntentsToAMark = 4'096;

// The limits for documents that are read on an I/O thread: a document of some 10 KB can be made to inflate to 10 MB, or
// to have the same bytes read again and again.
pdf::Limits little_of(pdf::Limits limits) {
  limits.max_inflated = std::min<std::size_t>(limits.max_inflated, 1U << 20);
  limits.max_parsed = std::min<std::uint64_t>(limits.max_parsed, 1U << 20);
  limits.max_values = std::min<std::uint64_t>(limits.max_values, 50'000);
  limits.max_page_tree = std::min(limits.max_page_tree, 2'000U);
  limits.max_fields = std::min(limits.max_fields, 2'000U);
  return limits;
}

// The principal of work that no caller asked for: the service itself.
const access::Principal kItself{"service", TenantId(), true};

}  // namespace

ServiceParts::ServiceParts(Options given, Environment around, tsp::TsuPolicy policy,
                           std::unique_ptr<credentials::CredentialRegistry> registry)
    : options(std::move(given)),
      inline_limits(little_of(options.limits.pdf)),
      tsu_policy(std::move(policy)),
      environment(std::move(around)),
      clock_gate(std::make_shared<WatchedClock>(
          tsp::make_jump_guarded_clock_gate(environment.clock,
                                            environment.monotonic != nullptr ? *environment.monotonic : steady_clock),
          environment.trail)),
      credentials(std::move(registry)),
      refusals([this](audit::Submission submission,
                      audit::Trail::Done done) { environment.trail.record(std::move(submission), std::move(done)); },
               environment.clock),
      open_intents(environment.store, environment.trail),
      book(options.limits.activations),
      document_memory(options.limits.reading),
      store(options.pools.store),
      tsa(options.pools.tsa),
      pin(options.pools.pin),
      hsm(options.pools.hsm),
      activation(environment.store, environment.trail, pin, environment.clock, environment.random, options.pin),
      authorizer(activation, book, options.instruction, environment.clock),
      cpu(options.pools.cpu) {
  profiles = environment.timestampers;
  for (const auto& [name, profile] : options.tsa) {
    if (!profile.internal()) {
      profiles.emplace(name, std::make_shared<OutsideTimestamper>(profile.options, environment.random, tsa));
    }
  }
}

async::Task<Result<std::shared_ptr<const credentials::Credential>>> ServiceParts::load(
    const access::Principal& principal, const CredentialId& id, async::Deadline deadline) {
  RAKKAN_CO_TRY(auto opened, credentials->opened(principal, id));
  if (opened != nullptr) {
    co_return opened;
  }
  const auto open = [&] { return credentials->load(principal, id); };
  co_return co_await async::run_on(hsm, open, deadline, principal.owner());
}

std::vector<std::string> ServiceParts::timestamp_profiles() const {
  std::set<std::string> names;
  for (const auto& [name, profile] : options.tsa) {
    names.insert(name);
  }
  for (const auto& [name, timestamper] : profiles) {
    names.insert(name);
  }
  return {names.begin(), names.end()};
}

async::Task<Result<std::shared_ptr<Timestamper>>> ServiceParts::timestamper(const std::string& profile,
                                                                            async::Deadline deadline) {
  const std::string& wanted = profile.empty() ? options.default_tsa : profile;
  if (const auto known = profiles.find(wanted); known != profiles.end()) {
    co_return known->second;
  }
  if (!options.tsa.contains(wanted)) {
    co_return fail(not_among(ErrorCode::invalid_argument, timestamp_profiles(), "tsa"));
  }
  RAKKAN_CO_TRY(std::shared_ptr<Timestamper> internal, co_await unit(deadline));
  co_return internal;
}

async::Task<Result<std::shared_ptr<InternalTimestamper>>> ServiceParts::unit(async::Deadline deadline) {
  const CredentialId id(options.tsu.credential);
  RAKKAN_CO_TRY(const auto credential, credentials->opened(kItself, id));
  if (auto opened = unit_of(credential)) {
    co_return opened;
  }
  const auto open = [&] { return open_unit(id); };
  co_return co_await async::run_on(hsm, open, deadline);
}

std::shared_ptr<InternalTimestamper> ServiceParts::unit_of(
    const std::shared_ptr<const credentials::Credential>& credential) {
  const std::scoped_lock lock(unit_mutex);
  return credential != nullptr && unit_credential == credential ? opened_unit : nullptr;
}

Result<void> ServiceParts::unit_can_issue() {
  const CredentialId id(options.tsu.credential);
  const auto unit = credentials->find(kItself, id);
  if (!unit || unit->status != credentials::CredentialStatus::active || !unit->certificate) {
    return {};
  }
  const auto look = [&]() -> Result<void> {
    RAKKAN_CHECK(pki::check_validity(*unit->certificate, environment.clock.now()));
    const bool again = [&] {
      const std::scoped_lock lock(unit_mutex);
      return unit_did_not_open;
    }();
    if (again) {
      RAKKAN_CHECK(open_unit(id));
    }
    return {};
  };
  Result<void> can = look();
  if (!can) {
    return fail(std::move(can).error().at("credential " + id.value()));
  }
  return can;
}

Result<std::shared_ptr<InternalTimestamper>> ServiceParts::open_unit(const CredentialId& id) {
  auto opened = make_unit(id);
  const std::scoped_lock lock(unit_mutex);
  unit_did_not_open = !opened;
  return opened;
}

Result<std::shared_ptr<InternalTimestamper>> ServiceParts::make_unit(const CredentialId& id) {
  RAKKAN_TRY(const auto credential, credentials->load(kItself, id));
  if (credential->kind() != credentials::CredentialKind::tsu) {
    return fail(ErrorCode::credential_type_mismatch, "the credential is not a time-stamping unit's",
                "credential " + id.value());
  }
  if (auto opened = unit_of(credential)) {
    return opened;  // another thread was faster
  }
  // Durable before the first serial number of this process, and never given out again.
  RAKKAN_TRY(const std::uint64_t epoch, environment.store.next_tsu_epoch(id));
  const credentials::SigningMaterial& material = credential->material();
  // The credential keeps the signer alive, and the unit keeps the credential.
  std::shared_ptr<crypto::Signer> signer(credential, &material.signer());
  RAKKAN_TRY(auto unit,
             tsp::Tsu::create(std::move(signer), material.suite(), material.certificate(), material.chain(), tsu_policy,
                              tsp::make_epoch_serial_source(epoch, environment.random), clock_gate));
  auto made = std::make_shared<InternalTimestamper>(std::move(unit), credential, environment.trail, hsm, cpu,
                                                    environment.random, unit_key_use);
  const std::scoped_lock lock(unit_mutex);
  opened_unit = made;
  unit_credential = credential;
  return made;
}

void ServiceParts::refuse(ErrorCode code, std::string_view action, const access::Principal& principal,
                          const CredentialId& credential) {
  if (access::is_refusal(code)) {
    refusals.add({code, std::string(action), "", ApiKeyId(), principal.tenant, credential, principal.id});
  }
}

void ServiceParts::count_intent() {
  if (++intents % kIntentsToAMark == 0) {
    // A mark that is not moved costs a later start a longer look, nothing else.
    static_cast<void>(store.submit(
        [this](const Result<void>& started) {
          if (started) {
            static_cast<void>(open_intents.move_mark());
          }
        },
        async::deadline_in(options.deadline)));
  }
}

}  // namespace rakkan::service
