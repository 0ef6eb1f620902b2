// Assembly makes the parts of a service once, in the order in which they need each other, and lets each caller have the
// part it works with: signing for documents and timestamps, credentials and PINs for administration, the state for an
// operator. There is one in a process. The parts are thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "rakkan/async/task_fwd.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"

namespace rakkan::access {
class Refusals;
}
namespace rakkan::audit {
class TrailWriter;
}
namespace rakkan::credentials {
class Activation;
class CredentialRegistry;
class KeySource;
}  // namespace rakkan::credentials
namespace rakkan::pki {
class TrustStore;
}
namespace rakkan::store {
class Store;
}

namespace rakkan::service {

struct Options;
class ServiceState;
class SigningService;
class Timestamper;

// The authorities that count, for all requests and for as long as the process lives.
using SharedTrust = std::shared_ptr<const pki::TrustStore>;

struct Environment {  // everything that it refers to outlives the assembly
  store::Store& store;
  credentials::KeySource& keys;
  const Clock& clock;
  RandomSource& random;
  audit::TrailWriter& trail;
  const MonotonicClock* monotonic = nullptr;  // null: the machine's
  // Timestampers that the caller made, by profile; they win over those of the options.
  std::map<std::string, std::shared_ptr<Timestamper>> timestampers = {};
  SharedTrust trust = nullptr;  // null: nobody is trusted
};

class Assembly {
 public:
  // Checks the options and reads the file of roots (configuration_invalid, file_unreadable, permissions_unsafe), reads
  // the credentials, open activations, kept signatures and cached evidence, and gives intents that a crash left open
  // without a value the outcome "signature.interrupted". Touches no key.
  [[nodiscard]] static Result<std::unique_ptr<Assembly>> create(Options options, Environment environment);
  ~Assembly();  // only after the tasks of its parts have ended; the pools finish the jobs that they accepted

  [[nodiscard]] SigningService& signing() noexcept;
  [[nodiscard]] const ServiceState& state() const noexcept;
  [[nodiscard]] credentials::CredentialRegistry& credentials() noexcept;
  [[nodiscard]] credentials::Activation& activation() noexcept;  // PINs
  // The counter of refused requests. The use cases add theirs themselves; the modules before them (`api`) add theirs
  // here, and Housekeeping has it written out.
  [[nodiscard]] access::Refusals& refusals() noexcept;
  [[nodiscard]] const Options& options() const noexcept;
  [[nodiscard]] const SharedTrust& trust() const noexcept;  // not null

  // Opens the operator's keys and the unit's, so that the first request does not wait; returns an error for each
  // that did not open.
  [[nodiscard]] async::Task<std::vector<Error>> open_keys();

  // Ends all requests to other servers, and makes no more: who waits for one gets shutting_down at once.
  void end_exchanges() noexcept;

 private:
  struct Parts;
  explicit Assembly(std::unique_ptr<Parts> parts) noexcept;
  std::unique_ptr<Parts> parts_;
};

}  // namespace rakkan::service
