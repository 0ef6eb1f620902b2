#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "rakkan/access/refusals.hpp"
#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/credentials/activation.hpp"
#include "rakkan/credentials/activation_book.hpp"
#include "rakkan/credentials/credential.hpp"
#include "rakkan/service/authorizer.hpp"
#include "rakkan/service/command.hpp"
#include "rakkan/service/options.hpp"
#include "rakkan/service/signing_service.hpp"
#include "rakkan/service/timestamper.hpp"
#include "rakkan/tsp/clock_gate.hpp"
#include "service/document_memory.hpp"
#include "service/key_use.hpp"
#include "service/open_intents.hpp"
#include "service/watched_clock.hpp"

namespace rakkan::service {

// The parts of SigningService in the order in which they are made; the pools are destroyed first when it ends, after
// the work that they accepted.
struct ServiceParts {
  ServiceParts(Options given, Environment around, tsp::TsuPolicy policy,
               std::unique_ptr<credentials::CredentialRegistry> registry);

  [[nodiscard]] async::Deadline deadline_or_default(const std::optional<async::Deadline>& given) const {
    return given.value_or(async::deadline_in(options.deadline));
  }

  // The credential with its signer; a key that was not used yet is opened on the hsm pool. Errors as of
  // CredentialRegistry::load.
  [[nodiscard]] async::Task<Result<std::shared_ptr<const credentials::Credential>>> load(
      const access::Principal& principal, const CredentialId& id, async::Deadline deadline);
  [[nodiscard]] std::vector<std::string> timestamp_profiles() const;
  // The timestamper of a profile (empty: the default). invalid_argument, with the names of the profiles, for an unknown
  // one.
  [[nodiscard]] async::Task<Result<std::shared_ptr<Timestamper>>> timestamper(const std::string& profile,
                                                                              async::Deadline deadline);
  // The internal unit, opened at its first use and again when its certificate was renewed.
  [[nodiscard]] async::Task<Result<std::shared_ptr<InternalTimestamper>>> unit(async::Deadline deadline);

  // Fails with the reason why the unit would not issue a token now; succeeds without a unit. Only on a thread that may
  // use tokens.
  [[nodiscard]] Result<void> unit_can_issue();

  // Runs work on a document, within limits: on the caller's thread when the document is small and turns out to be
  // little work, else on the cpu pool.
  template <class Fn>
  [[nodiscard]] async::Task<std::invoke_result_t<Fn, const pdf::Limits&>> compute(std::uint64_t document_size, Fn fn,
                                                                                  async::Deadline deadline,
                                                                                  async::Owner owner) {
    using R = std::invoke_result_t<Fn, const pdf::Limits&>;
    if (document_size <= options.pools.inline_document) {
      R done = fn(inline_limits);
      if (done || done.error().code != ErrorCode::pdf_limit_exceeded) {
        co_return done;
      }
    }
    const auto whole = [&] { return fn(options.limits.pdf); };
    co_return co_await async::run_on(cpu, whole, deadline, owner);
  }

  void refuse(ErrorCode code, std::string_view action, const access::Principal& principal,
              const CredentialId& credential);
  // Now and then moves the mark of settled intents up, in the background.
  void count_intent();

  const Options options;
  const pdf::Limits inline_limits;  // what an I/O thread can spare for a document
  const tsp::TsuPolicy tsu_policy;
  Environment environment;
  SteadyClock steady_clock;
  std::shared_ptr<tsp::ClockGate> clock_gate;
  std::unique_ptr<credentials::CredentialRegistry> credentials;
  access::Refusals refusals;
  OpenIntents open_intents;
  credentials::ActivationBook book;
  DocumentMemory document_memory;
  std::map<std::string, std::shared_ptr<Timestamper>> profiles;  // of outside authorities and of the caller's own

  std::mutex unit_mutex;
  std::shared_ptr<const credentials::Credential> unit_credential;
  std::shared_ptr<InternalTimestamper> opened_unit;
  bool unit_did_not_open = false;  // the last attempt to open the unit failed
  std::atomic<std::uint64_t> intents{0};
  KeyUse key_use;       // uses of operators' and parties' keys
  KeyUse unit_key_use;  // uses of the time-stamping unit's key
  ErrorCounts rejections;

  async::BoundedPool store;
  async::BoundedPool tsa;
  async::BoundedPool pin;
  async::BoundedPool hsm;
  credentials::Activation activation;
  Authorizer authorizer;
  async::BoundedPool cpu;

 private:
  [[nodiscard]] std::shared_ptr<InternalTimestamper> unit_of(
      const std::shared_ptr<const credentials::Credential>& credential);
  [[nodiscard]] Result<std::shared_ptr<InternalTimestamper>> open_unit(const CredentialId& id);
  [[nodiscard]] Result<std::shared_ptr<InternalTimestamper>> make_unit(const CredentialId& id);
};

}  // namespace rakkan::service
