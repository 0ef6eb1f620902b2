#include "rakkan/service/signing_service.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "rakkan/async/task.hpp"
#include "rakkan/credentials/configured_roots.hpp"
#include "service/records.hpp"
#include "service/service_parts.hpp"
#include "service/tsu_policy.hpp"

namespace rakkan::service {
namespace {

constexpr std::chrono::seconds kLook{2};  // how long readiness may wait for the hsm pool
const access::Principal kEverybody{"service", TenantId(), true};

}  // namespace

bool is_made(pades::BaselineLevel level) noexcept {
  return !pades::needs_validation_data(level) && !pades::needs_document_timestamp(level);
}

Result<std::unique_ptr<SigningService>> SigningService::create(Options options, Environment environment) {
  RAKKAN_TRY(tsp::TsuPolicy policy, tsu_policy(options.tsu));
  if (!options.tsa.contains(options.default_tsa) && !environment.timestampers.contains(options.default_tsa)) {
    return fail(ErrorCode::configuration_invalid, "names no profile", "signing.tsa");
  }
  RAKKAN_TRY(auto roots, credentials::configured_roots(options.credentials));
  RAKKAN_TRY(auto registry,
             credentials::CredentialRegistry::open(environment.store, environment.keys, environment.trail,
                                                   environment.clock, environment.random, std::move(roots)));
  auto parts = std::make_unique<ServiceParts>(std::move(options), std::move(environment), std::move(policy),
                                              std::move(registry));
  RAKKAN_TRY(const auto activations, parts->environment.store.activations(parts->environment.clock.now()));
  parts->book.load(activations);
  RAKKAN_CHECK(parts->open_intents.settle_interrupted());
  return std::unique_ptr<SigningService>(new SigningService(std::move(parts)));
}

SigningService::SigningService(std::unique_ptr<ServiceParts> parts) noexcept : parts_(std::move(parts)) {}

SigningService::~SigningService() {
  // A mark that is not moved costs the next start a longer look, nothing else.
  static_cast<void>(parts_->open_intents.move_mark());
}

Result<crypto::DigestAlgorithm> SigningService::digest_algorithm(const access::Principal& principal,
                                                                 const CredentialId& credential) {
  const auto suite = parts_->credentials->suite(principal, credential);
  if (!suite) {
    parts_->refuse(suite.error().code, "sign_pdf", principal, credential);
    return fail(suite.error());
  }
  return (*suite)->digest;
}

async::Task<Result<StoredSignature>> SigningService::find_signature(access::Principal principal, SignatureId id) {
  const auto read = [&] { return parts_->environment.store.signature(id); };
  const async::Deadline deadline = async::deadline_in(parts_->options.deadline);
  Result<store::SignatureRow> row = co_await async::run_on(parts_->store, read, deadline, principal.owner());
  // In the same words: whether another tenant has a signature of this id is nobody's business.
  if (row ? !principal.may_read_signature_of(row->tenant) : row.error().code == ErrorCode::signature_unknown) {
    row = fail(ErrorCode::signature_unknown, "there is no signature of this id", "signature " + id.value());
  }
  if (!row) {
    parts_->refuse(row.error().code, "find_signature", principal, CredentialId());
    co_return fail(std::move(row).error());
  }
  co_return StoredSignature{std::move(row->id), std::move(row->credential), row->intent,         row->outcome,
                            row->created,       std::move(row->facts),      std::move(row->tail)};
}

async::Task<std::vector<Error>> SigningService::readiness() {
  std::vector<Error> wrong;
  if (auto trail = parts_->environment.trail.ready(); !trail) {
    wrong.push_back(std::move(trail).error());
  }
  if (auto shortage = parts_->environment.trail.shortage()) {
    wrong.push_back(*std::move(shortage));
  }
  if (auto time = parts_->clock_gate->trusted_time(); !time) {
    wrong.push_back(std::move(time).error());
  }
  // Tokens in trouble are tried again: nobody else does while no request comes.
  const auto look = [&]() -> Result<std::vector<Error>> {
    std::vector<Error> troubles = parts_->credentials->try_again();
    for (Error& trouble : parts_->environment.keys.troubles()) {
      troubles.push_back(std::move(trouble));
    }
    if (auto unit = parts_->unit_can_issue(); !unit) {
      troubles.push_back(std::move(unit).error());
    }
    return troubles;
  };
  Result<std::vector<Error>> troubles = co_await async::run_on(parts_->hsm, look, async::deadline_in(kLook));
  if (troubles) {
    std::move(troubles->begin(), troubles->end(), std::back_inserter(wrong));
  } else if (troubles.error().code != ErrorCode::overloaded) {  // busy is not broken
    wrong.push_back(std::move(troubles).error());
  }
  co_return wrong;
}

std::vector<Error> SigningService::warnings() const { return parts_->credentials->warnings(); }

async::Task<std::vector<Error>> SigningService::open_keys() {
  std::vector<Error> wrong;
  const async::Deadline deadline = async::deadline_in(parts_->options.deadline);
  for (const credentials::CredentialSummary& credential : parts_->credentials->list(kEverybody)) {
    if (credential.status == credentials::CredentialStatus::active &&
        credential.kind != credentials::CredentialKind::party) {
      const auto opened = co_await parts_->load(kEverybody, credential.id, deadline);
      if (!opened) {
        wrong.push_back(opened.error());
      }
      if (const auto* next = credential.next(); next != nullptr && next->certificate) {
        const auto open_next = [&] { return parts_->credentials->load_next(kEverybody, credential.id); };
        const Result<void> done = co_await async::run_on(parts_->hsm, open_next, deadline);
        if (!done) {
          wrong.push_back(done.error());
        }
      }
    }
  }
  co_return wrong;
}

std::vector<CertificateLife> SigningService::certificates() {
  std::vector<CertificateLife> lives;
  const Instant now = parts_->environment.clock.now();
  for (const credentials::CertificateEnds& one : parts_->credentials->certificate_ends()) {
    lives.push_back(
        {one.credential, one.not_after, std::chrono::floor<std::chrono::days>(one.not_after - now), one.next});
  }
  return lives;
}

namespace {

SigningService::KeyUses uses_of(const KeyUse& use) {
  return {use.signatures(), use.failures(), use.signing(), use.waited()};
}

}  // namespace

SigningService::Load SigningService::load() const {
  const ServiceParts& parts = *parts_;
  return {{{"cpu", parts.cpu.load()},
           {"hsm", parts.hsm.load()},
           {"pin", parts.pin.load()},
           {"tsa", parts.tsa.load()},
           {"store", parts.store.load()}},
          uses_of(parts.key_use),
          uses_of(parts.unit_key_use),
          parts.rejections.counted()};
}

SigningService::Waits SigningService::waits() const noexcept {
  return {parts_->cpu.wait(), parts_->hsm.wait(), parts_->pin.wait(), parts_->tsa.wait(), parts_->store.wait()};
}

credentials::CredentialRegistry& SigningService::credentials() noexcept { return *parts_->credentials; }
credentials::Activation& SigningService::activation() noexcept { return parts_->activation; }
access::Refusals& SigningService::refusals() noexcept { return parts_->refusals; }
const Options& SigningService::options() const noexcept { return parts_->options; }

}  // namespace rakkan::service
