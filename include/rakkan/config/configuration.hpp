// Configuration is every module's Options in one aggregate, with working defaults. It comes from one TOML file,
// environment variables over it, and explicit settings over those; one table (src/config/bindings.cpp) names every key,
// where it goes, its range and its meaning, and makes parsing, `rakkan config check`, `rakkan config print` and
// docs/configuration.md.
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
#include "rakkan/service/options.hpp"  // and those of what the service wires: hsm, async, fetch, pdf
#include "rakkan/store/options.hpp"
#include "rakkan/telemetry/options.hpp"

namespace rakkan::config {

inline constexpr std::string_view kDevelopment = "development";
inline constexpr std::string_view kProduction = "production";

struct Configuration {
  std::string profile{kDevelopment};  // or kProduction: nothing that is for development only is taken
  std::filesystem::path data_dir = "/var/lib/rakkan";
  hsm::Options hsm;
  store::Options store;
  service::Options service;
  http::Options http;
  audit::Options audit;
  telemetry::Options telemetry;

  // Where each key was set that is no default: "/etc/rakkan/rakkan.toml:12", "environment", "command line".
  std::map<std::string, std::string> sources = {};
  std::string file = {};  // that it was read from; empty: none

  [[nodiscard]] bool in_production() const noexcept { return profile == kProduction; }
};

struct Setting {
  std::string key;    // "hsm.sessions"
  std::string value;  // as in TOML without quotes: 4, 30s, 64KiB, true, text
};

// Applies one TOML document to `base`. Fails with configuration_invalid; `where` is "file:line: key" and, when more
// than one thing is wrong, each is among the causes. Relative paths are taken from the folder of `file_name`.
[[nodiscard]] Result<Configuration> parse(std::string_view toml, const std::string& file_name, Configuration base = {});
// Applies settings in order; `source` ("environment", "command line") is named in errors.
[[nodiscard]] Result<Configuration> apply(Configuration base, const std::vector<Setting>& settings,
                                          std::string_view source);

// The process's variables RAKKAN_<KEY> as settings. RAKKAN_CONFIG (the file) is not one; names that are no key are left
// out.
[[nodiscard]] std::vector<Setting> environment_settings(const char* const* environment);

// File (or, without one, the defaults), then environment, then overrides. file_unreadable, configuration_invalid;
// data_folder_copied for a file that lies in a data folder and names another one: a copy's, which would work on the
// original.
[[nodiscard]] Result<Configuration> load(const std::optional<std::filesystem::path>& file,
                                         const std::vector<Setting>& environment,
                                         const std::vector<Setting>& overrides);

// An error that names a key ("http.tls.key") in `where` names file and line of it there, too; so do its causes. Other
// errors stay as they are.
[[nodiscard]] Error located(const Configuration& configuration, Error error);

// What is wrong in one error: the only one, or one that has all as its causes; each located. Nothing for none.
[[nodiscard]] std::optional<Error> summary(const Configuration& configuration, std::vector<Error> findings);

// The whole configuration as TOML with each key's meaning above it; parse(print(c)) is c.
[[nodiscard]] std::string print(const Configuration& configuration);
// Only what differs from the defaults: parse(print_changes(c)) is c.
[[nodiscard]] std::string print_changes(const Configuration& configuration);

// A row of the table of options, for those who read about it.
struct OptionRow {
  std::string key;            // "hsm.sessions"; of a source of timestamps "tsa.NAME.url"
  std::string expectation;    // "integer, 1 to 64"
  std::string default_value;  // as in the file
  std::string summary;
};
// Every option, those of a section beside each other, those of the sources of timestamps last.
[[nodiscard]] std::vector<OptionRow> option_table();
// docs/configuration.md.
[[nodiscard]] std::string reference();

}  // namespace rakkan::config
