#include <algorithm>

#include "config/bindings.hpp"
#include "config/toml.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/base/permissions.hpp"
#include "rakkan/config/configuration.hpp"

namespace rakkan::config {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kFileLimit = 1 << 20;
constexpr std::size_t kMaxProfiles = 64;

// Everything that is wrong, so that one run of `config check` shows it all.
class Findings {
 public:
  void add(std::string detail, std::string where) {
    errors_.push_back(Error{ErrorCode::configuration_invalid, std::move(detail), std::move(where), std::nullopt, {}});
  }
  // The only error, or one that has all as its causes; nothing when there is none.
  [[nodiscard]] std::optional<Error> summary(const std::string& source) && {
    if (errors_.empty()) {
      return std::nullopt;
    }
    if (errors_.size() == 1) {
      return std::move(errors_.front());
    }
    return Error{ErrorCode::configuration_invalid, std::to_string(errors_.size()) + " settings are wrong", source,
                 std::nullopt, std::move(errors_)};
  }

 private:
  std::vector<Error> errors_;
};

// Where a key's value goes: a row of one of the two tables, and which profile for the second.
struct Target {
  const Binding<Configuration>* binding = nullptr;
  const Binding<service::TsaProfile>* profile_binding = nullptr;
  std::string profile;
};

template <class Owner>
const Binding<Owner>* find(std::span<const Binding<Owner>> table, std::string_view key) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Binding<Owner>& row) { return row.key == key; });
  return found == table.end() ? nullptr : &*found;
}

std::optional<Target> find_target(std::string_view key) {
  if (const auto* binding = find(bindings(), key)) {
    return Target{binding, nullptr, {}};
  }
  constexpr std::string_view kProfiles = "tsa.";
  const std::size_t dot = key.rfind('.');
  if (!key.starts_with(kProfiles) || dot < kProfiles.size()) {
    return std::nullopt;
  }
  const std::string_view profile = key.substr(kProfiles.size(), dot - kProfiles.size());
  const auto* binding = find(profile_bindings(), key.substr(dot + 1));
  if (binding == nullptr || !is_profile_name(profile)) {
    return std::nullopt;
  }
  return Target{nullptr, binding, std::string(profile)};
}

Result<void> assign_target(const Target& target, Configuration& to, const Value& value, const fs::path& folder) {
  if (target.binding != nullptr) {
    return assign(*target.binding, to, value, folder);
  }
  auto& profiles = to.service.tsa;
  if (!profiles.contains(target.profile) && profiles.size() >= kMaxProfiles) {
    return fail(ErrorCode::configuration_invalid, "more than " + std::to_string(kMaxProfiles) + " profiles");
  }
  return assign(*target.profile_binding, profiles[target.profile], value, folder);
}

std::string expectation_of(const Target& target) {
  return target.binding != nullptr ? expectation(*target.binding) : expectation(*target.profile_binding);
}

// What no single key can say.
void check_together(const Configuration& configuration, const std::string& source, Findings& findings) {
  const service::Options& service = configuration.service;
  if (!service.tsa.contains(service.default_tsa)) {
    findings.add("names no profile: there is no table tsa." + service.default_tsa, source + ": signing.tsa");
  }
  if (configuration.hsm.breaker_last < configuration.hsm.breaker_first) {
    findings.add("must not be shorter than hsm.breaker_first", source + ": hsm.breaker_last");
  }
  // A document that no caller could ever send whole.
  const http::Limits& http = configuration.http.limits;
  if (service.limits.document > http.in_flight) {
    findings.add("must not be above http.limits.in_flight", source + ": limits.document");
  } else if (service.limits.document > http.largest_document()) {
    findings.add("must not be above what one caller may have of http.limits.in_flight (http.limits.tenant_share), " +
                     std::to_string(http.largest_document()) + " bytes",
                 source + ": limits.document");
  }
  if (service.pin.memory % 1024 != 0) {
    findings.add("must be whole KiB", source + ": pin.memory");
  }
  for (const auto& [name, profile] : service.tsa) {
    const std::string& url = profile.options.url;
    if (!profile.internal() && !url.starts_with("http://") && !url.starts_with("https://")) {
      findings.add("must be \"internal\" or an http or https URL", source + ": tsa." + name + ".url");
    }
  }
}

std::optional<Value> value_of(const toml::node& node) {
  if (const auto* text = node.as_string()) {
    return Value(std::string(text->get()));
  }
  if (const auto* number = node.as_integer()) {
    return Value(std::int64_t{number->get()});
  }
  if (const auto* flag = node.as_boolean()) {
    return Value(bool{flag->get()});
  }
  const auto* list = node.as_array();
  if (list == nullptr) {
    return std::nullopt;
  }
  std::vector<std::string> texts;
  for (const toml::node& element : *list) {
    const auto* text = element.as_string();
    if (text == nullptr) {
      return std::nullopt;
    }
    texts.emplace_back(text->get());
  }
  return Value(std::move(texts));
}

class FileReader {
 public:
  FileReader(const std::string& file_name, Configuration& to, Findings& findings)
      : file_name_(file_name), folder_(fs::path(file_name).parent_path()), to_(to), findings_(findings) {}

  void read(const toml::table& table, const std::string& prefix) {
    for (const auto& [name, node] : table) {
      const std::string key = prefix + std::string(name.str());
      const std::string where = file_name_ + ":" + std::to_string(node.source().begin.line) + ": " + key;
      if (const auto* inner = node.as_table()) {
        if (!find_target(key)) {
          read(*inner, key + ".");
          continue;
        }
      }
      const auto target = find_target(key);
      if (!target) {
        findings_.add("unknown key", where);
        continue;
      }
      const auto value = value_of(node);
      const Result<void> assigned = value
                                        ? assign_target(*target, to_, *value, folder_)
                                        : fail(ErrorCode::configuration_invalid, "must be " + expectation_of(*target));
      if (!assigned) {
        findings_.add(assigned.error().detail, where);
      }
    }
  }

 private:
  const std::string& file_name_;
  fs::path folder_;
  Configuration& to_;
  Findings& findings_;
};

Value list_of_text(std::string_view text) {
  std::vector<std::string> list;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    list.emplace_back(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return list;
}

// A setting's text in the TOML type that its key takes; left as text when it does not read so.
Value value_of_text(const Target& target, const std::string& text) {
  switch (target.binding != nullptr ? kind(*target.binding) : kind(*target.profile_binding)) {
    case Kind::flag:
      return text == "true" || text == "false" ? Value(text == "true") : Value(text);
    case Kind::number: {
      const bool unit = text.ends_with("B");
      const auto number = unit ? std::nullopt : parse_size(text);
      const auto narrow = number ? checked_cast<std::int64_t>(*number) : std::nullopt;
      return narrow ? Value(*narrow) : Value(text);
    }
    case Kind::list:
      return list_of_text(text);
    case Kind::text:
      return text;
  }
  return text;
}

void apply_settings(Configuration& to, const std::vector<Setting>& settings, const std::string& source,
                    Findings& findings) {
  for (const Setting& setting : settings) {
    const std::string where = source + ": " + setting.key;
    const auto target = find_target(setting.key);
    if (!target) {
      findings.add("unknown key", where);
      continue;
    }
    const Result<void> assigned = assign_target(*target, to, value_of_text(*target, setting.value), {});
    if (!assigned) {
      findings.add(assigned.error().detail, where);
    }
  }
}

// Without the checks of keys together: a later source may still mend those.
Result<void> read_toml(std::string_view toml, const std::string& file_name, Configuration& to) {
  Findings findings;
  const toml::parse_result parsed = toml::parse(toml, file_name);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return fail(ErrorCode::configuration_invalid, std::string(error.description()),
                file_name + ":" + std::to_string(error.source().begin.line));
  }
  FileReader(file_name, to, findings).read(parsed.table(), {});
  if (auto error = std::move(findings).summary(file_name)) {
    return fail(*std::move(error));
  }
  return {};
}

Result<void> read_settings(const std::vector<Setting>& settings, const std::string& source, Configuration& to) {
  Findings findings;
  apply_settings(to, settings, source, findings);
  if (auto error = std::move(findings).summary(source)) {
    return fail(*std::move(error));
  }
  return {};
}

Result<Configuration> checked(Configuration configuration, const std::string& source) {
  Findings findings;
  check_together(configuration, source, findings);
  if (auto error = std::move(findings).summary(source)) {
    return fail(*std::move(error));
  }
  return configuration;
}

// RAKKAN_TSA_<PROFILE>_<MEMBER>: the longest member that ends the name, as connect_timeout ends with timeout too.
std::optional<std::string> profile_key(std::string_view variable) {
  constexpr std::string_view kProfiles = "RAKKAN_TSA_";
  std::optional<std::string> key;
  std::size_t longest = 0;
  for (const auto& row : profile_bindings()) {
    const std::string ending = environment_name(row.key).substr(std::string_view("RAKKAN").size());
    if (!variable.starts_with(kProfiles) || !variable.ends_with(ending) ||
        variable.size() <= kProfiles.size() + ending.size() || ending.size() <= longest) {
      continue;
    }
    std::string profile(variable.substr(kProfiles.size(), variable.size() - kProfiles.size() - ending.size()));
    for (char& c : profile) {
      c = c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    longest = ending.size();
    key = "tsa." + profile + "." + std::string(row.key);
  }
  return key;
}

}  // namespace

Result<Configuration> parse(std::string_view toml, const std::string& file_name, Configuration base) {
  RAKKAN_CHECK(read_toml(toml, file_name, base));
  return checked(std::move(base), file_name);
}

Result<Configuration> apply(Configuration base, const std::vector<Setting>& settings, std::string_view source) {
  const std::string name(source);
  RAKKAN_CHECK(read_settings(settings, name, base));
  return checked(std::move(base), name);
}

std::vector<Setting> environment_settings(const char* const* environment) {
  std::vector<Setting> settings;
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const std::string_view entry(*environment);
    const std::size_t equals = entry.find('=');
    if (!entry.starts_with("RAKKAN_") || equals == std::string_view::npos) {
      continue;
    }
    const std::string_view variable = entry.substr(0, equals);
    const std::string value(entry.substr(equals + 1));
    const auto table = bindings();
    const auto row = std::find_if(table.begin(), table.end(),
                                  [&](const Binding<Configuration>& b) { return environment_name(b.key) == variable; });
    if (row != table.end()) {
      settings.push_back({std::string(row->key), value});
    } else if (auto key = profile_key(variable)) {
      settings.push_back({*std::move(key), value});
    }
  }
  return settings;
}

Result<Configuration> load(const std::optional<fs::path>& file, const std::vector<Setting>& environment,
                           const std::vector<Setting>& overrides) {
  Configuration configuration;
  if (file) {
    // Whoever writes it says which PKCS#11 module is loaded into this process.
    RAKKAN_CHECK(check_permissions(*file, Readers::everybody));
    RAKKAN_TRY(const Bytes content, read_file(*file, kFileLimit));
    RAKKAN_CHECK(read_toml(text_of(content), file->string(), configuration));
  }
  RAKKAN_CHECK(read_settings(environment, "environment", configuration));
  RAKKAN_CHECK(read_settings(overrides, "command line", configuration));
  return checked(std::move(configuration), file ? file->string() : "configuration");
}

}  // namespace rakkan::config
