#include "rakkan/service/assembly.hpp"

#include <utility>

#include "rakkan/access/refusals.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/credentials/activation.hpp"
#include "rakkan/credentials/activation_book.hpp"
#include "rakkan/credentials/configured_roots.hpp"
#include "rakkan/credentials/credential.hpp"
#include "rakkan/pki/trust_store.hpp"
#include "rakkan/service/authorizer.hpp"
#include "rakkan/service/evidence_files.hpp"
#include "rakkan/service/evidence_gatherer.hpp"
#include "rakkan/service/options.hpp"
#include "rakkan/store/store.hpp"
#include "service/document_work.hpp"
#include "service/key_use.hpp"
#include "service/open_intents.hpp"
#include "service/opened_credentials.hpp"
#include "service/pending_book.hpp"
#include "service/pools.hpp"
#include "service/service_state.hpp"
#include "service/stored_evidence_cache.hpp"
#include "service/timestampers.hpp"
#include "service/tsu_policy.hpp"
#include "service/use_cases.hpp"
#include "service/watched_clock.hpp"

namespace rakkan::service {

namespace {

// A renewal in time for a certificate or an algorithm that ends: long enough for a whole archive's turn.
constexpr std::chrono::days kRenewalMargin{90};

// The evidence in the operator's folder, for networks without servers; nothing without a folder.
Result<pki::EvidenceMaterial> read_folder(const std::string& folder) {
  if (folder.empty()) {
    return pki::EvidenceMaterial();
  }
  RAKKAN_TRY(const fetch::EvidenceFolder files, fetch::EvidenceFolder::read(folder, classify_evidence));
  return read_evidence(files).material;
}

std::vector<std::string> names_of(const std::map<std::string, std::shared_ptr<Timestamper>>& timestampers) {
  std::vector<std::string> names;
  names.reserve(timestampers.size());
  for (const auto& [name, timestamper] : timestampers) {
    names.push_back(name);
  }
  return names;
}

}  // namespace

// In the order they are made. The pools end before all that their jobs may use, with the work they accepted.
struct Assembly::Parts {
  Parts(Options given, Environment around, tsp::TsuPolicy policy, std::unique_ptr<fetch::ExchangeLoop> loop,
        OutsideAuthorities outside, std::unique_ptr<credentials::CredentialRegistry> opened,
        std::unique_ptr<StoredEvidenceCache> cache, pki::EvidenceMaterial files, fetch::OutsideAddresses nonce_origins);

  [[nodiscard]] SigningService::UseCases use_cases() {
    const std::chrono::milliseconds time = options.deadline;
    audit::TrailWriter& trail = environment.trail;
    const Clock& clock = environment.clock;
    RandomSource& random = environment.random;
    return {
        .credentials = *registry,
        .refusals = refusals,
        .making = {time, trail, clock, random, refusals, credentials, timestampers, authorizer, open_intents, pending,
                   key_use, pools.hsm, pools.cpu, pools.store},
        .documents = {random, documents, options.witness, {raising, options.evidence}},
        .activating = {time, trail, clock, random, refusals, credentials, book, activation,
                       options.limits.activation_digests},
        .pins = {time, trail, *registry, book, activation},
        .timestamps = {time, trail, timestampers, tsu_policy, rejections},
        .reading = {time, environment.store, refusals, pending, pools.store},
        .finishing =
            {time, trail, clock, environment.store, timestampers, pending, pools.store, {raising, options.evidence}},
        .augmenting = {time, trail, clock, refusals, documents, options.evidence, raising},
        .checking = {time, options.tsa_lists, options.evidence, *registry, credentials, raising},
        .evidence = *evidence_cache};
  }
  [[nodiscard]] ServiceState::Seen seen() {
    return {environment.trail, environment.clock, *clock_gate,     *registry, environment.keys,
            timestampers,      *exchanges,        *evidence_cache, pools,     key_use,
            unit_key_use,      rejections,        pending};
  }

  const Options options;
  const tsp::TsuPolicy tsu_policy;
  Environment environment;
  SteadyClock steady_clock;
  std::shared_ptr<tsp::ClockGate> clock_gate;
  std::unique_ptr<credentials::CredentialRegistry> registry;
  access::Refusals refusals;
  OpenIntents open_intents;
  PendingBook pending;
  credentials::ActivationBook book;
  KeyUse key_use;       // uses of operators' and parties' keys
  KeyUse unit_key_use;  // uses of the time-stamping unit's key
  ErrorCounts rejections;
  OpenedCredentials credentials;
  DocumentWork documents;
  std::unique_ptr<fetch::ExchangeLoop> exchanges;
  std::unique_ptr<StoredEvidenceCache> evidence_cache;  // written to the store by jobs of pools.store
  Timestampers timestampers;
  Pools pools;
  credentials::Activation activation;
  Authorizer authorizer;
  const fetch::EvidenceEnvironment network;
  const pki::EvidenceMaterial folder;  // evidence.folder
  const EvidenceGatherer gatherer;
  const LevelRaising raising;
  SigningService signing;
  ServiceState state;
};

Assembly::Parts::Parts(Options given, Environment around, tsp::TsuPolicy policy,
                       std::unique_ptr<fetch::ExchangeLoop> loop, OutsideAuthorities outside,
                       std::unique_ptr<credentials::CredentialRegistry> opened,
                       std::unique_ptr<StoredEvidenceCache> cache, pki::EvidenceMaterial files,
                       fetch::OutsideAddresses nonce_origins)
    : options(std::move(given)),
      tsu_policy(std::move(policy)),
      environment(std::move(around)),
      clock_gate(std::make_shared<WatchedClock>(
          tsp::make_jump_guarded_clock_gate(environment.clock,
                                            environment.monotonic != nullptr ? *environment.monotonic : steady_clock),
          environment.trail)),
      registry(std::move(opened)),
      refusals([this](audit::Submission submission,
                      audit::Trail::Done done) { environment.trail.record(std::move(submission), std::move(done)); },
               environment.clock),
      open_intents(environment.store, environment.trail),
      pending(environment.clock, environment.monotonic != nullptr ? *environment.monotonic : steady_clock,
              environment.random, options.resume_window),
      book(options.limits.activations),
      credentials(*registry, pools.hsm),
      documents(options.limits, options.pools.inline_document, pools.cpu),
      exchanges(std::move(loop)),
      evidence_cache(std::move(cache)),
      timestampers({options, tsu_policy, environment.store, environment.trail, environment.clock, environment.random,
                    clock_gate, *registry, unit_key_use, pools.hsm, pools.cpu},
                   std::move(outside), environment.timestampers),
      pools(options.pools),
      activation(environment.store, environment.trail, pools.pin, environment.clock, environment.random, options.pin),
      authorizer(activation, book, options.instruction, environment.clock),
      network{options.fetch, *exchanges, *evidence_cache, environment.clock, pools.cpu},
      folder(std::move(files)),
      gatherer({&network, &folder, pools.cpu, environment.clock, environment.random},
               {.nonce_origins = std::move(nonce_origins)}),
      raising{gatherer,           timestampers,      documents,     environment.clock,
              environment.random, environment.trust, kRenewalMargin},
      signing(std::make_unique<const SigningService::UseCases>(use_cases())),
      state(std::make_unique<const ServiceState::Seen>(seen())) {
  if (environment.trust == nullptr) {
    environment.trust = std::make_shared<const pki::TrustStore>();
  }
  evidence_cache->write_on(pools.store);
}

Result<std::unique_ptr<Assembly>> Assembly::create(Options options, Environment environment) {
  RAKKAN_TRY(tsp::TsuPolicy policy, tsu_policy(options.tsu));
  if (auto wrong = check_lists(options, names_of(environment.timestampers)); !wrong.empty()) {
    return fail(std::move(wrong.front()));
  }
  RAKKAN_TRY(auto exchanges, fetch::ExchangeLoop::create(options.fetch));
  RAKKAN_TRY(auto outside, outside_authorities(options, *exchanges, environment.random));
  RAKKAN_TRY(auto roots, credentials::configured_roots(options.credentials));
  RAKKAN_TRY(auto registry,
             credentials::CredentialRegistry::open(environment.store, environment.keys, environment.trail,
                                                   environment.clock, environment.random, std::move(roots)));
  RAKKAN_TRY(auto cache, StoredEvidenceCache::open(options.evidence.cache, environment.store, environment.clock.now()));
  RAKKAN_TRY(pki::EvidenceMaterial folder, read_folder(options.evidence.folder));
  RAKKAN_TRY(auto nonce_origins,
             fetch::OutsideAddresses::allowing(options.evidence.nonce_origins, "evidence.nonce_origins"));
  auto parts = std::make_unique<Parts>(std::move(options), std::move(environment), std::move(policy),
                                       std::move(exchanges), std::move(outside), std::move(registry), std::move(cache),
                                       std::move(folder), std::move(nonce_origins));
  RAKKAN_TRY(const auto activations, parts->environment.store.activations(parts->environment.clock.now()));
  parts->book.load(activations);
  RAKKAN_TRY(const std::vector<store::KeptSignatureRow> kept, parts->environment.store.kept_signatures());
  for (const store::KeptSignatureRow& row : kept) {
    parts->pending.add(row, row.source, std::nullopt);
  }
  RAKKAN_CHECK(parts->open_intents.settle_interrupted(kept));
  return std::unique_ptr<Assembly>(new Assembly(std::move(parts)));
}

Assembly::Assembly(std::unique_ptr<Parts> parts) noexcept : parts_(std::move(parts)) {}

Assembly::~Assembly() {
  // A mark that is not moved costs the next start a longer look, nothing else.
  static_cast<void>(parts_->open_intents.move_mark());
}

SigningService& Assembly::signing() noexcept { return parts_->signing; }
const ServiceState& Assembly::state() const noexcept { return parts_->state; }
credentials::CredentialRegistry& Assembly::credentials() noexcept { return *parts_->registry; }
credentials::Activation& Assembly::activation() noexcept { return parts_->activation; }
access::Refusals& Assembly::refusals() noexcept { return parts_->refusals; }
const Options& Assembly::options() const noexcept { return parts_->options; }
const SharedTrust& Assembly::trust() const noexcept { return parts_->environment.trust; }
void Assembly::end_exchanges() noexcept { parts_->exchanges->stop(); }

async::Task<std::vector<Error>> Assembly::open_keys() {
  std::vector<Error> wrong;
  const async::Deadline deadline = async::deadline_in(parts_->options.deadline);
  for (const credentials::CredentialSummary& credential : parts_->registry->list(kEverybody)) {
    if (credential.status == credentials::CredentialStatus::active &&
        credential.kind != credentials::CredentialKind::party) {
      const auto opened = co_await parts_->credentials.load(kEverybody, credential.id, deadline);
      if (!opened) {
        wrong.push_back(opened.error());
      }
      const auto open_next = [&] { return parts_->registry->load_next(kEverybody, credential.id); };
      const Result<void> next_opened = co_await async::run_on(parts_->pools.hsm, open_next, deadline);
      if (!next_opened) {
        wrong.push_back(next_opened.error());
      }
    }
  }
  co_return wrong;
}

}  // namespace rakkan::service
