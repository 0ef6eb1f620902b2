#include "cli/runtime.hpp"

#include <unistd.h>

#include <optional>
#include <string>

#include "rakkan/base/environment.hpp"
#include "rakkan/preflight/preflight.hpp"

namespace rakkan::cli {
namespace {

namespace fs = std::filesystem;

std::optional<fs::path> configuration_file(const GlobalOptions& global) {
  if (!global.config_file.empty()) {
    return global.config_file;
  }
  if (const std::string_view named = environment_variable("RAKKAN_CONFIG"); !named.empty()) {
    return named;
  }
  for (const char* usual : {"rakkan.toml", "/etc/rakkan/rakkan.toml"}) {
    if (std::error_code ignored; fs::exists(usual, ignored)) {
      return usual;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<std::vector<config::Setting>> settings(const GlobalOptions& global) {
  std::vector<config::Setting> result;
  for (const std::string& text : global.settings) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return fail(ErrorCode::invalid_argument, "--set takes KEY=VALUE", text);
    }
    result.push_back({text.substr(0, equals), text.substr(equals + 1)});
  }
  return result;
}

Result<config::Configuration> load_configuration(const GlobalOptions& global) {
  RAKKAN_TRY(const std::vector<config::Setting> overrides, settings(global));
  return config::load(configuration_file(global), config::environment_settings(environ), overrides);
}

service::EmbeddedOptions embedded_options(const config::Configuration& configuration) {
  return preflight::embedded_options(configuration, "");
}

Result<std::unique_ptr<service::OpenArchive>> open_archive(const GlobalOptions& global) {
  RAKKAN_TRY(const config::Configuration configuration, load_configuration(global));
  return service::OpenArchive::open(configuration.data_dir, configuration.store);
}

Result<std::unique_ptr<Runtime>> Runtime::open(const GlobalOptions& global) {
  RAKKAN_TRY(config::Configuration configuration, load_configuration(global));
  auto embedded = service::EmbeddedService::open(embedded_options(configuration));
  if (!embedded) {
    return fail(config::located(configuration, std::move(embedded).error()));
  }
  return std::unique_ptr<Runtime>(new Runtime(std::move(configuration), *std::move(embedded)));
}

Result<std::unique_ptr<access::ApiKeys>> Runtime::open_api_keys() {
  return access::ApiKeys::open(embedded_->store(), access::recorder_of(embedded_->trail()), embedded_->clock(),
                               embedded_->random());
}

access::Principal local_principal() { return {"local:" + std::to_string(::getuid()), TenantId(), true}; }

access::Principal Runtime::principal() const { return local_principal(); }

}  // namespace rakkan::cli
