// Runtime is what a command that touches state works with: the configuration, the store, the keys, and the use cases.
#pragma once

#include <memory>

#include "cli/command.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/config/configuration.hpp"
#include "rakkan/crypto/system_random.hpp"
#include "rakkan/service/key_source.hpp"
#include "rakkan/service/signing_service.hpp"
#include "rakkan/store/store.hpp"

namespace rakkan::cli {

// The configuration that holds: the file (--config, $RAKKAN_CONFIG, ./rakkan.toml, /etc/rakkan/rakkan.toml, or the
// defaults), the environment over it, --set over that.
[[nodiscard]] Result<config::Configuration> load_configuration(const GlobalOptions& global);

class Runtime {
 public:
  // Opens the store and makes the use cases ready; no key is touched and no token opened yet.
  [[nodiscard]] static Result<std::unique_ptr<Runtime>> open(const GlobalOptions& global);

  [[nodiscard]] const config::Configuration& configuration() const noexcept { return configuration_; }
  [[nodiscard]] service::SigningService& service() noexcept { return *service_; }
  [[nodiscard]] service::Principal principal() const;  // the local user
  [[nodiscard]] async::Deadline deadline() const { return async::deadline_in(configuration_.service.deadline); }

 private:
  explicit Runtime(config::Configuration configuration) : configuration_(std::move(configuration)) {}

  config::Configuration configuration_;
  SystemClock clock_;
  crypto::SystemRandom random_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<service::KeySource> keys_;
  std::unique_ptr<service::SigningService> service_;
};

// The embedded token library keeps its tokens where its own configuration file says.
inline constexpr std::string_view kSoftHsmConfiguration = "softhsm2.conf";

}  // namespace rakkan::cli
