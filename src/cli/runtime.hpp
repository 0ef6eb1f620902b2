// Runtime is the environment of a command that touches state: the configuration in force, and the use cases.
#pragma once

#include <memory>

#include "cli/command.hpp"
#include "rakkan/access/api_keys.hpp"
#include "rakkan/config/configuration.hpp"
#include "rakkan/service/archive.hpp"
#include "rakkan/service/embedded_service.hpp"

namespace rakkan::cli {

// The settings of --set, in order. invalid_argument.
[[nodiscard]] Result<std::vector<config::Setting>> settings(const GlobalOptions& global);

// Loads the configuration in force: the file (--config, $RAKKAN_CONFIG, ./rakkan.toml, /etc/rakkan/rakkan.toml, or the
// defaults), the environment over it, --set over that.
[[nodiscard]] Result<config::Configuration> load_configuration(const GlobalOptions& global);

// The part of a configuration that the use cases need.
[[nodiscard]] service::EmbeddedOptions embedded_options(const config::Configuration& configuration);

// Opens the audit log in the data folder, which needs no key.
[[nodiscard]] Result<std::unique_ptr<service::OpenArchive>> open_archive(const GlobalOptions& global);

// The principal of this process's user.
[[nodiscard]] access::Principal local_principal();

class Runtime {
 public:
  // Opens the store and makes the use cases ready; no key but the log's is touched.
  [[nodiscard]] static Result<std::unique_ptr<Runtime>> open(const GlobalOptions& global);

  [[nodiscard]] const config::Configuration& configuration() const noexcept { return configuration_; }
  [[nodiscard]] service::Assembly& service() noexcept { return embedded_->service(); }
  [[nodiscard]] service::SigningService& signing() noexcept { return embedded_->service().signing(); }
  [[nodiscard]] audit::Trail& trail() noexcept { return embedded_->trail(); }
  [[nodiscard]] store::Store& store() noexcept { return embedded_->store(); }
  // Reads the keys. store_unavailable, store_corrupt.
  [[nodiscard]] Result<std::unique_ptr<access::ApiKeys>> open_api_keys();
  [[nodiscard]] access::Principal principal() const;  // the local user
  [[nodiscard]] async::Deadline deadline() const { return async::deadline_in(configuration_.service.deadline); }

 private:
  Runtime(config::Configuration configuration, std::unique_ptr<service::EmbeddedService> embedded)
      : configuration_(std::move(configuration)), embedded_(std::move(embedded)) {}

  config::Configuration configuration_;
  std::unique_ptr<service::EmbeddedService> embedded_;
};

}  // namespace rakkan::cli
