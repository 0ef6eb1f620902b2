// Configuration is every module's Options in one aggregate, with working defaults. It comes from one TOML file,
// environment variables over it, and explicit settings over those. One table (src/config/bindings.cpp) names every key,
// its member, its range and its meaning; parsing, `rakkan config check`, `rakkan config print` and
// docs/configuration.md are made from it.
//
//   hsm.sessions = 4        in the file: [hsm] sessions = 4
//   RAKKAN_HSM_SESSIONS     in the environment
//
// Secrets are never values, only paths of files.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rakkan/audit/options.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/http/options.hpp"
#include "rakkan/service/options.hpp"  // includes the options of the modules that the service wires: hsm, async, fetch, pdf
#include "rakkan/store/options.hpp"
#include "rakkan/telemetry/options.hpp"

namespace rakkan::config {

inline constexpr std::string_view kDevelopment = "development";
inline constexpr std::string_view kProduction = "production";

struct TrustOptions {
  std::string file;  // trust_file.hpp; empty: nobody is trusted
};

struct Configuration {
  std::string profile{kDevelopment};  // or kProduction, which refuses what is for development only
  std::filesystem::path data_dir = "/var/lib/rakkan";
  hsm::Options hsm;
  store::Options store;
  service::Options service;
  TrustOptions trust;
  http::Options http;
  audit::Options audit;
  telemetry::Options telemetry;

  // The place where each key that is not at its default was set: "/etc/rakkan/rakkan.toml:12", "environment", "command
  // line".
  std::map<std::string, std::string> sources = {};
  std::string file = {};  // the file from which the configuration was read; empty: none

  [[nodiscard]] bool in_production() const noexcept { return profile == kProduction; }
};

struct Setting {
  std::string key;    // "hsm.sessions"
  std::string value;  // as in the file, without quotes: 4, 30s, 64KiB, true, text
};

// Applies one TOML document to `base`. Fails with configuration_invalid; `where` is "file:line: key" and, when more
// than one thing is wrong, each is among the causes. Relative paths are taken from the folder of `file_name`.
[[nodiscard]] Result<Configuration> parse(std::string_view toml, const std::string& file_name, Configuration base = {});
// Applies settings in order; `source` ("environment", "command line") is named in errors.
[[nodiscard]] Result<Configuration> apply(Configuration base, const std::vector<Setting>& settings,
                                          std::string_view source);

// The process's variables RAKKAN_<KEY> as settings. RAKKAN_CONFIG, which names the file, is not a setting; variables
// whose names are no key are left out.
[[nodiscard]] std::vector<Setting> environment_settings(const char* const* environment);

// Reads the file (or, without one, takes the defaults), then applies the environment, then the overrides.
// file_unreadable, configuration_invalid; data_folder_copied for a file that lies in a data folder and names another
// folder: it is a copy's, and would work on the original.
[[nodiscard]] Result<Configuration> load(const std::optional<std::filesystem::path>& file,
                                         const std::vector<Setting>& environment,
                                         const std::vector<Setting>& overrides);

// Adds file and line to an error that names a key ("http.tls.key") in `where`, and to its causes. Other errors stay as
// they are.
[[nodiscard]] Error located(const Configuration& configuration, Error error);

// Combines findings, each located, into one error: the only finding, or an error that has all of them as its causes.
// Nothing when there are none.
[[nodiscard]] std::optional<Error> summary(const Configuration& configuration, std::vector<Error> findings);

// The whole configuration as TOML with each key's meaning above it; parse(print(c)) is c.
[[nodiscard]] std::string print(const Configuration& configuration);
// The values that differ from the defaults, as TOML: parse(print_changes(c)) is c.
[[nodiscard]] std::string print_changes(const Configuration& configuration);

// OptionRow is a row of the table of options, for documentation.
struct OptionRow {
  std::string key;            // "hsm.sessions"; in a table of the user's own "tsa.NAME.url"
  std::string expectation;    // "integer, 1 to 64"
  std::string default_value;  // as it would stand in the file
  std::string summary;
};
// Every option, those of a section beside each other, those of tables with a name last.
[[nodiscard]] std::vector<OptionRow> option_table();
// The text of docs/configuration.md.
[[nodiscard]] std::string reference();

}  // namespace rakkan::config
