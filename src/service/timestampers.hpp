// Timestampers are the sources of timestamps by the names of their profiles: outside authorities, and the internal
// unit, which is opened at its first use and again when its certificate was renewed. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/service/options.hpp"
#include "rakkan/service/timestamper.hpp"
#include "rakkan/tsp/clock_gate.hpp"
#include "service/key_use.hpp"
#include "service/opened_credentials.hpp"

namespace rakkan::store {
class Store;
}

namespace rakkan::service {

// The parts that timestampers work with. All of them outlive the Timestampers.
struct TimestamperEnvironment {
  const Options& options;
  const tsp::TsuPolicy& policy;
  store::Store& store;  // of the unit's epochs
  audit::TrailWriter& trail;
  const Clock& clock;
  RandomSource& random;
  std::shared_ptr<tsp::ClockGate> clock_gate;
  credentials::CredentialRegistry& registry;
  KeyUse& key_use;  // of the unit
  async::BoundedPool& hsm;
  async::BoundedPool& cpu;
};

// The outside authorities by their profiles.
using OutsideAuthorities = std::map<std::string, std::shared_ptr<OutsideAuthority>>;
// Makes a client for each profile that is not internal. Fails with what is wrong with a profile's files of credentials;
// `where` is the option. The loop outlives the authorities.
[[nodiscard]] Result<OutsideAuthorities> outside_authorities(const Options& options, fetch::ExchangeLoop& loop,
                                                             RandomSource& random);

// The list of a role; that of the signatures when a role has none of its own.
[[nodiscard]] const TsaList& list_of(const TsaLists& lists, TsaRole role) noexcept;

// Everything that is wrong with the lists: names of no profile, authorities that must be accredited and are not marked
// so, and checkpoints that are stamped both by the own unit, which proves less, and by others.
[[nodiscard]] std::vector<Error> check_lists(const Options& options, const std::vector<std::string>& further_profiles);

class Timestampers {
 public:
  // `given` win over those of the options.
  Timestampers(TimestamperEnvironment environment, OutsideAuthorities outside,
               std::map<std::string, std::shared_ptr<Timestamper>> given);

  // The timestamper of a profile for that role (empty: the role's list). invalid_argument, with the names of the
  // profiles, for an unknown one; tsa_not_accredited for one that the role must not use. Of a list, authorities that
  // cannot be used now are left out; when none is left, the first one's error. `profile` outlives the task.
  [[nodiscard]] async::Task<Result<std::shared_ptr<Timestamper>>> of(const std::string& profile, TsaRole role,
                                                                     async::Deadline deadline);
  // The internal unit. credential_ and hsm_ codes.
  [[nodiscard]] async::Task<Result<std::shared_ptr<InternalTimestamper>>> unit(async::Deadline deadline);
  // Fails with the reason why the unit would not issue a token now; succeeds without a unit. Only on a thread that may
  // use tokens.
  [[nodiscard]] Result<void> check_unit();

  struct Budget {
    std::string profile;
    std::uint64_t left;  // requests in this period
  };
  // The budgets of the outside authorities that have one.
  [[nodiscard]] std::vector<Budget> budgets() const;

 private:
  [[nodiscard]] async::Task<Result<std::shared_ptr<Timestamper>>> several(const std::vector<std::string>& names,
                                                                          TsaRole role, async::Deadline deadline);
  [[nodiscard]] async::Task<Result<std::shared_ptr<Timestamper>>> one(const std::string& profile, TsaRole role,
                                                                      async::Deadline deadline);
  [[nodiscard]] std::vector<std::string> profiles() const;
  [[nodiscard]] std::shared_ptr<InternalTimestamper> unit_of(
      const std::shared_ptr<const credentials::Credential>& credential);
  [[nodiscard]] Result<std::shared_ptr<InternalTimestamper>> open_unit();
  [[nodiscard]] Result<std::shared_ptr<InternalTimestamper>> make_unit();

  TimestamperEnvironment environment_;
  const CredentialId unit_;
  const OutsideAuthorities outside_;
  const std::map<std::string, std::shared_ptr<Timestamper>> given_;  // the caller's own

  std::mutex mutex_;
  std::shared_ptr<const credentials::Credential> unit_credential_;
  std::shared_ptr<InternalTimestamper> opened_unit_;
  bool unit_did_not_open_ = false;  // the last attempt to open the unit failed
};

}  // namespace rakkan::service
