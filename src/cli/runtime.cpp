#include "cli/runtime.hpp"

#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <string>

namespace rakkan::cli {
namespace {

namespace fs = std::filesystem;

std::optional<fs::path> configuration_file(const GlobalOptions& global) {
  if (!global.config_file.empty()) {
    return global.config_file;
  }
  if (const char* named = std::getenv("RAKKAN_CONFIG"); named != nullptr && *named != '\0') {
    return named;
  }
  for (const char* usual : {"rakkan.toml", "/etc/rakkan/rakkan.toml"}) {
    if (std::error_code ignored; fs::exists(usual, ignored)) {
      return usual;
    }
  }
  return std::nullopt;
}

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

// SoftHSM finds its tokens through SOFTHSM2_CONF. `rakkan init` puts such a file beside the store; an environment that
// names another one wins, and another vendor's module does not look at it.
void point_softhsm_to(const fs::path& data_dir) {
  const fs::path file = data_dir / kSoftHsmConfiguration;
  if (std::error_code ignored; fs::exists(file, ignored)) {
    ::setenv("SOFTHSM2_CONF", fs::absolute(file).c_str(), 0);
  }
}

}  // namespace

Result<config::Configuration> load_configuration(const GlobalOptions& global) {
  RAKKAN_TRY(const std::vector<config::Setting> overrides, settings(global));
  return config::load(configuration_file(global), config::environment_settings(environ), overrides);
}

Result<std::unique_ptr<Runtime>> Runtime::open(const GlobalOptions& global) {
  RAKKAN_TRY(config::Configuration configuration, load_configuration(global));
  std::unique_ptr<Runtime> runtime(new Runtime(std::move(configuration)));
  const config::Configuration& c = runtime->configuration_;
  point_softhsm_to(c.data_dir);
  RAKKAN_TRY(runtime->store_, store::open_sqlite(c.data_dir, c.store));
  runtime->keys_ = service::make_hsm_keys(c.hsm, c.service.token, c.data_dir, runtime->random_);
  RAKKAN_TRY(runtime->service_, service::SigningService::create(
                                    c.service, {*runtime->store_, *runtime->keys_, runtime->clock_, runtime->random_}));
  return runtime;
}

service::Principal Runtime::principal() const { return {"local:" + std::to_string(::getuid())}; }

}  // namespace rakkan::cli
