// Timestampers are the sources of timestamps by the names of their profiles: outside authorities, and the internal
// unit, which is opened at its first use and again when its certificate was renewed. Thread-safe.
#pragma once

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
  async::BoundedPool& tsa;
};

class Timestampers {
 public:
  // `given` win over those of the options.
  Timestampers(TimestamperEnvironment environment, std::map<std::string, std::shared_ptr<Timestamper>> given);

  // The timestamper of a profile (empty: the default). invalid_argument, with the names of the profiles, for an unknown
  // one.
  [[nodiscard]] async::Task<Result<std::shared_ptr<Timestamper>>> of(const std::string& profile,
                                                                     async::Deadline deadline);
  // The internal unit. credential_ and hsm_ codes.
  [[nodiscard]] async::Task<Result<std::shared_ptr<InternalTimestamper>>> unit(async::Deadline deadline);
  // Fails with the reason why the unit would not issue a token now; succeeds without a unit. Only on a thread that may
  // use tokens.
  [[nodiscard]] Result<void> check_unit();

 private:
  [[nodiscard]] std::vector<std::string> profiles() const;
  [[nodiscard]] std::shared_ptr<InternalTimestamper> unit_of(
      const std::shared_ptr<const credentials::Credential>& credential);
  [[nodiscard]] Result<std::shared_ptr<InternalTimestamper>> open_unit();
  [[nodiscard]] Result<std::shared_ptr<InternalTimestamper>> make_unit();

  TimestamperEnvironment environment_;
  const CredentialId unit_;
  std::map<std::string, std::shared_ptr<Timestamper>> by_profile_;  // outside authorities and the caller's own

  std::mutex mutex_;
  std::shared_ptr<const credentials::Credential> unit_credential_;
  std::shared_ptr<InternalTimestamper> opened_unit_;
  bool unit_did_not_open_ = false;  // the last attempt to open the unit failed
};

}  // namespace rakkan::service
