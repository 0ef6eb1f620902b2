#include <algorithm>
#include <variant>

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
constexpr std::size_t kMaxCredentials = 1'000;

// Findings collects everything that is wrong, so that one run of `config check` shows it all.
class Findings {
 public:
  void add(std::string detail, std::string where, ErrorCode code = ErrorCode::configuration_invalid) {
    errors_.push_back(Error{code, std::move(detail), std::move(where), std::nullopt, {}});
  }
  // The only error, or an error that has all of them as its causes; nothing when there is none.
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

constexpr std::string_view kProfiles = "tsa.";
constexpr std::string_view kFreshness = "evidence.credential.";

// A row of a table that the user gives a name.
template <class Owner>
struct Named {
  const Binding<Owner>* binding;
  std::string name;
};

// Target is the destination of a key's value: a row of one of the tables.
using Target =
    std::variant<const Binding<Configuration>*, Named<service::TsaProfile>, Named<service::EvidenceFreshness>>;

const Binding<Configuration>& row_of(const Binding<Configuration>* binding) noexcept { return *binding; }
template <class Owner>
const Binding<Owner>& row_of(const Named<Owner>& named) noexcept {
  return *named.binding;
}

template <class Owner>
const Binding<Owner>* find(std::span<const Binding<Owner>> table, std::string_view key) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Binding<Owner>& row) { return row.key == key; });
  return found == table.end() ? nullptr : &*found;
}

// The row of "<beginning><name>.<member>".
template <class Owner>
std::optional<Named<Owner>> find_named(std::span<const Binding<Owner>> table, std::string_view beginning,
                                       bool (*is_name)(std::string_view) noexcept, std::string_view key) {
  const std::size_t dot = key.rfind('.');
  if (!key.starts_with(beginning) || dot == std::string_view::npos || dot < beginning.size()) {
    return std::nullopt;
  }
  const std::string_view name = key.substr(beginning.size(), dot - beginning.size());
  const auto* binding = find(table, key.substr(dot + 1));
  if (binding == nullptr || !is_name(name)) {
    return std::nullopt;
  }
  return Named<Owner>{binding, std::string(name)};
}

std::optional<Target> find_target(std::string_view key) {
  if (const auto* binding = find(bindings(), key)) {
    return binding;
  }
  if (auto profile = find_named(profile_bindings(), kProfiles, is_profile_name, key)) {
    return *std::move(profile);
  }
  if (auto freshness = find_named(freshness_bindings(), kFreshness, is_credential_name, key)) {
    return *std::move(freshness);
  }
  return std::nullopt;
}

template <class Owner>
Result<void> assign_named(const Named<Owner>& to, std::map<std::string, Owner>& tables, std::size_t most,
                          const std::string& what, const Value& value, const fs::path& folder) {
  if (!tables.contains(to.name) && tables.size() >= most) {
    return fail(ErrorCode::configuration_invalid, "more than " + std::to_string(most) + " " + what);
  }
  return assign(*to.binding, tables[to.name], value, folder);
}

Result<void> assign_target(const Target& target, Configuration& to, const Value& value, const fs::path& folder) {
  if (const auto* const profile = std::get_if<Named<service::TsaProfile>>(&target)) {
    return assign_named(*profile, to.service.tsa, kMaxProfiles, "profiles", value, folder);
  }
  if (const auto* const freshness = std::get_if<Named<service::EvidenceFreshness>>(&target)) {
    return assign_named(*freshness, to.service.evidence.credentials, kMaxCredentials, "credentials", value, folder);
  }
  return assign(*std::get<const Binding<Configuration>*>(target), to, value, folder);
}

// The words for a key that is none: of a key of earlier versions, the key that took its place.
std::string unknown(std::string_view key) {
  if (key == "pools.tsa.threads" || key == "pools.tsa.queue") {
    return "there is no such key any more: a request to an outside authority takes no thread. Write " +
           std::string(key.ends_with("threads") ? "fetch.in_flight and fetch.in_flight_an_origin" : "fetch.waiting") +
           " in its place, or nothing";
  }
  return "unknown key";
}

std::string expectation_of(const Target& target) {
  return std::visit([](const auto& one) { return expectation(row_of(one)); }, target);
}

// The place where a key was set; for a default the place where it could be set.
std::string place_of(const Configuration& configuration, const std::string& key) {
  const auto found = configuration.sources.find(key);
  if (found != configuration.sources.end()) {
    return found->second + ": " + key;
  }
  return (configuration.file.empty() ? "configuration" : configuration.file) + ": " + key;
}

template <class Add>
void check_names(const service::Options& service, const service::TsaList& list, const std::string& section,
                 const Add& add) {
  for (const std::string& name : list.profiles) {
    if (!service.tsa.contains(name)) {
      add("names no profile: there is no table tsa." + name, section + ".tsa");
    }
  }
  if (list.accredited != service::TsaList::kAny && list.accredited != service::TsaList::kRequired) {
    add("must be any or required", section + ".accredited");
  }
}

template <class Add>
void check_freshness(const Configuration& configuration, const service::EvidenceFreshness& freshness,
                     const std::string& section, const Add& add) {
  if (freshness.mode != service::EvidenceFreshness::kCached && !freshness.waits()) {
    add("must be cached or after_signature", section + "freshness");
  }
  if (freshness.waits() && freshness.grace >= configuration.service.resume_window) {
    add("must be less than signing.resume_window, after which a pending signature is given up", section + "grace");
  }
}

// A member that a credential's own table does not set is that of all credentials.
void complete_freshness(Configuration& configuration) {
  service::EvidenceOptions& evidence = configuration.service.evidence;
  for (auto& [credential, own] : evidence.credentials) {
    const auto is_set = [&configuration, prefix = std::string(kFreshness) + credential + "."](const char* member) {
      return configuration.sources.contains(prefix + member);
    };
    own.mode = is_set("freshness") ? own.mode : evidence.freshness.mode;
    own.max_age = is_set("max_age") ? own.max_age : evidence.freshness.max_age;
    own.grace = is_set("grace") ? own.grace : evidence.freshness.grace;
  }
}

// Checks conditions that concern several keys together.
void check_together(const Configuration& configuration, Findings& findings) {
  const service::Options& service = configuration.service;
  const auto add = [&](std::string detail, const std::string& key) {
    findings.add(std::move(detail), place_of(configuration, key));
  };
  if (configuration.profile != kDevelopment && configuration.profile != kProduction) {
    add("must be development or production", "profile");
  }
  check_names(service, service.tsa_lists.signature, "signing", add);
  check_names(service, service.tsa_lists.archive, "archive", add);
  check_names(service, service.tsa_lists.checkpoint, "audit", add);
  if (service.tsa_lists.signature.profiles.empty()) {
    add("names no profile", "signing.tsa");
  }
  check_freshness(configuration, service.evidence.freshness, "evidence.", add);
  for (const auto& [credential, freshness] : service.evidence.credentials) {
    check_freshness(configuration, freshness, std::string(kFreshness) + credential + ".", add);
  }
  if (service.fetch.breaker_last < service.fetch.breaker_first) {
    add("must not be shorter than fetch.breaker_first", "fetch.breaker_last");
  }
  if (configuration.hsm.breaker_last < configuration.hsm.breaker_first) {
    add("must not be shorter than hsm.breaker_first", "hsm.breaker_last");
  }
  if (configuration.audit.longest_uncovered <= configuration.audit.checkpoint_interval) {
    add("must be more than audit.checkpoint_interval", "audit.longest_uncovered");
  }
  // A larger document could never be sent whole by any caller.
  const http::Limits& http = configuration.http.limits;
  if (service.limits.document > http.in_flight) {
    add("must not be above http.limits.in_flight", "limits.document");
  } else if (service.limits.document > http.largest_document()) {
    add("must not be above what one caller may have of http.limits.in_flight (http.limits.tenant_share), " +
            std::to_string(http.largest_document()) + " bytes",
        "limits.document");
  }
  if (service.pin.memory % 1024 != 0) {
    add("must be whole KiB", "pin.memory");
  }
  for (const auto& [name, profile] : service.tsa) {
    const std::string& url = profile.options.url;
    if (!profile.internal() && !url.starts_with("http://") && !url.starts_with("https://")) {
      add("must be \"internal\" or an http or https URL", "tsa." + name + ".url");
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
  FileReader(const std::string& file_name, fs::path folder, Configuration& to, Findings& findings)
      : file_name_(file_name), folder_(std::move(folder)), to_(to), findings_(findings) {}

  void read(const toml::table& table, const std::string& prefix) {
    for (const auto& [name, node] : table) {
      std::string key = prefix;
      key += name.str();
      std::string line = file_name_;
      line.append(":").append(std::to_string(node.source().begin.line));
      std::string where = line;
      where.append(": ").append(key);
      if (const auto* inner = node.as_table()) {
        if (!find_target(key)) {
          read(*inner, key + ".");
          continue;
        }
      }
      const auto target = find_target(key);
      if (!target) {
        findings_.add(unknown(key), where);
        continue;
      }
      const auto value = value_of(node);
      const Result<void> assigned = value
                                        ? assign_target(*target, to_, *value, folder_)
                                        : fail(ErrorCode::configuration_invalid, "must be " + expectation_of(*target));
      if (!assigned) {
        findings_.add(assigned.error().detail, where);
        continue;
      }
      to_.sources.insert_or_assign(key, line);
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

// The value of a setting's text in the TOML type that its key takes; a text that cannot be read so stays a text.
Value value_of_text(const Target& target, const std::string& text) {
  switch (std::visit([](const auto& one) { return kind(row_of(one)); }, target)) {
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
      findings.add(unknown(setting.key), where);
      continue;
    }
    const Result<void> assigned = assign_target(*target, to, value_of_text(*target, setting.value), {});
    if (!assigned) {
      findings.add(assigned.error().detail, where);
      continue;
    }
    to.sources.insert_or_assign(setting.key, source);
  }
}

// Applies a TOML document without the checks of several keys together, since a later source may still mend those.
// Relative paths start from `folder`.
Result<void> read_toml(std::string_view toml, const std::string& file_name, const fs::path& folder, Configuration& to) {
  Findings findings;
  const toml::parse_result parsed = toml::parse(toml, file_name);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return fail(ErrorCode::configuration_invalid, std::string(error.description()),
                file_name + ":" + std::to_string(error.source().begin.line));
  }
  to.file = file_name;
  FileReader(file_name, folder, to, findings).read(parsed.table(), {});
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

// Finds the configuration of a copied data folder that names the original by an absolute path.
void check_own_folder(const Configuration& configuration, const fs::path& file, Findings& findings) {
  const auto source = configuration.sources.find("data_dir");
  const fs::path folder = fs::absolute(file).parent_path();
  std::error_code ignored;
  if (source == configuration.sources.end() || !source->second.starts_with(configuration.file + ":") ||
      !fs::exists(folder / "rakkan.db", ignored) || fs::equivalent(folder, configuration.data_dir, ignored)) {
    return;
  }
  findings.add("the configuration lies in a data folder, " + folder.string() + ", and names another one, " +
                   configuration.data_dir.string() + ": in a copy, write data_dir = \".\"",
               place_of(configuration, "data_dir"), ErrorCode::data_folder_copied);
}

Result<Configuration> checked(Configuration configuration, const std::optional<fs::path>& file = std::nullopt) {
  Findings findings;
  complete_freshness(configuration);
  check_together(configuration, findings);
  if (file) {
    check_own_folder(configuration, *file, findings);
  }
  if (auto error = std::move(findings).summary(configuration.file.empty() ? "configuration" : configuration.file)) {
    return fail(*std::move(error));
  }
  return configuration;
}

// The key of the variable RAKKAN_TSA_<PROFILE>_<MEMBER>, and likewise of another table with a name. The longest member
// that ends the variable is taken, since connect_timeout ends with timeout too.
template <class Owner>
std::optional<std::string> named_key(std::span<const Binding<Owner>> table, std::string_view beginning,
                                     std::string_view variable) {
  const std::string begins = environment_name(beginning);
  std::optional<std::string> key;
  std::size_t longest = 0;
  for (const auto& row : table) {
    const std::string ending = environment_name(row.key).substr(std::string_view("RAKKAN").size());
    if (!variable.starts_with(begins) || !variable.ends_with(ending) ||
        variable.size() <= begins.size() + ending.size() || ending.size() <= longest) {
      continue;
    }
    std::string name(variable.substr(begins.size(), variable.size() - begins.size() - ending.size()));
    for (char& c : name) {
      c = c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    longest = ending.size();
    key = std::string(beginning) + name + "." + std::string(row.key);
  }
  return key;
}

std::optional<std::string> named_key(std::string_view variable) {
  auto key = named_key(profile_bindings(), kProfiles, variable);
  return key ? key : named_key(freshness_bindings(), kFreshness, variable);
}

}  // namespace

Result<Configuration> parse(std::string_view toml, const std::string& file_name, Configuration base) {
  RAKKAN_CHECK(read_toml(toml, file_name, fs::path(file_name).parent_path(), base));
  return checked(std::move(base));
}

Result<Configuration> apply(Configuration base, const std::vector<Setting>& settings, std::string_view source) {
  const std::string name(source);
  RAKKAN_CHECK(read_settings(settings, name, base));
  return checked(std::move(base));
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
    } else if (auto key = named_key(variable)) {
      settings.push_back({*std::move(key), value});
    }
  }
  return settings;
}

Result<Configuration> load(const std::optional<fs::path>& file, const std::vector<Setting>& environment,
                           const std::vector<Setting>& overrides) {
  Configuration configuration;
  if (file) {
    // A user who may write the file decides which PKCS#11 module is loaded into this process.
    RAKKAN_CHECK(check_permissions(*file, Readers::everybody));
    RAKKAN_TRY(const Bytes content, read_file(*file, kFileLimit));
    RAKKAN_CHECK(read_toml(text_of(content), file->string(), fs::absolute(*file).parent_path(), configuration));
  }
  RAKKAN_CHECK(read_settings(environment, "environment", configuration));
  RAKKAN_CHECK(read_settings(overrides, "command line", configuration));
  return checked(std::move(configuration), file);
}

std::optional<Error> summary(const Configuration& configuration, std::vector<Error> findings) {
  if (findings.empty()) {
    return std::nullopt;
  }
  if (findings.size() == 1) {
    return located(configuration, std::move(findings.front()));
  }
  return located(configuration,
                 Error{ErrorCode::configuration_invalid, std::to_string(findings.size()) + " things are wrong",
                       configuration.file, std::nullopt, std::move(findings)});
}

Error located(const Configuration& configuration, Error error) {
  if (find_target(error.where)) {
    error.where = place_of(configuration, error.where);
  }
  for (Error& cause : error.causes) {
    cause = located(configuration, std::move(cause));
  }
  return error;
}

}  // namespace rakkan::config
