#include <type_traits>

#include "config/bindings.hpp"
#include "rakkan/config/configuration.hpp"

namespace rakkan::config {
namespace {

std::string_view section_of(std::string_view key) {
  const std::size_t dot = key.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : key.substr(0, dot);
}

std::string_view last_part(std::string_view key) {
  const std::size_t dot = key.rfind('.');
  return dot == std::string_view::npos ? key : key.substr(dot + 1);
}

template <class Owner>
void print_row(std::string& to, const Binding<Owner>& binding, const Owner& owner) {
  to += "# " + std::string(binding.doc) + " (" + expectation(binding) + ")\n";
  to += std::string(last_part(binding.key)) + " = " + value_text(binding, owner) + "\n";
}

template <class Owner>
OptionRow row_of(const Binding<Owner>& binding, const std::string& table) {
  return {table + std::string(binding.key), expectation(binding), value_text(binding, Owner{}),
          std::string(binding.doc)};
}

// The tables to which the user gives a name, with the words about them.
struct NamedTable {
  std::string_view section;
  std::string_view about;
};

constexpr NamedTable kProfiles{"tsa.NAME", R"(
A table for each source of timestamps. NAME is 1 to 32 of `a-z`, `0-9` and `-`; in the environment `RAKKAN_TSA_NAME_URL` and so on.
The profile `internal` exists by itself.
)"};
constexpr NamedTable kFreshness{"evidence.credential.NAME", R"(
A table for each credential whose revocation data are to be of another age. NAME is its id, in quotes when there is a dot in it. A key
that is not set there is that of all credentials.
)"};
constexpr std::string_view kTableHead = "\n| Key | Value | Default | Meaning |\n|---|---|---|---|\n";

// The members of credentials' own tables that were set, or differ: the others follow those of all credentials.
std::string printed_freshness(const Configuration& configuration) {
  std::string text;
  for (const auto& [credential, freshness] : configuration.service.evidence.credentials) {
    std::string rows;
    for (const auto& binding : freshness_bindings()) {
      const std::string key = "evidence.credential." + credential + "." + std::string(binding.key);
      if (configuration.sources.contains(key) ||
          value_text(binding, freshness) != value_text(binding, configuration.service.evidence.freshness)) {
        print_row(rows, binding, freshness);
      }
    }
    const bool is_bare = credential.find('.') == std::string::npos;
    const std::string name = is_bare ? credential : toml_string(credential);
    text.append(rows.empty() ? "" : "\n[evidence.credential." + name + "]\n").append(rows);
  }
  return text;
}

// Prints the rows that `wanted` accepts; a section without any has no head.
template <class Wanted>
std::string printed(const Configuration& configuration, const Wanted& wanted) {
  std::string text;
  std::string_view section;
  for (const auto& binding : bindings()) {
    if (!wanted(binding, configuration)) {
      continue;
    }
    if (section_of(binding.key) != section) {
      section = section_of(binding.key);
      text += "\n[" + std::string(section) + "]\n";
    }
    print_row(text, binding, configuration);
  }
  const Configuration defaults;
  for (const auto& [name, profile] : configuration.service.tsa) {
    const bool is_default = defaults.service.tsa.contains(name);
    std::string rows;
    for (const auto& binding : profile_bindings()) {
      if (wanted(binding, profile) || (!is_default && binding.key == "url")) {  // the url keeps the profile's table
        print_row(rows, binding, profile);
      }
    }
    if (!rows.empty()) {
      text.append("\n[tsa.").append(name).append("]\n").append(rows);
    }
  }
  return text + printed_freshness(configuration);
}

}  // namespace

std::string print(const Configuration& configuration) {
  return printed(configuration, [](const auto&, const auto&) { return true; });
}

std::string print_changes(const Configuration& configuration) {
  return printed(configuration, [](const auto& binding, const auto& owner) {
    return value_text(binding, owner) != value_text(binding, std::remove_cvref_t<decltype(owner)>{});
  });
}

std::vector<OptionRow> option_table() {
  std::vector<OptionRow> rows;
  for (const auto& binding : bindings()) {
    rows.push_back(row_of(binding, ""));
  }
  for (const auto& binding : profile_bindings()) {
    rows.push_back(row_of(binding, std::string(kProfiles.section) + "."));
  }
  for (const auto& binding : freshness_bindings()) {
    rows.push_back(row_of(binding, std::string(kFreshness.section) + "."));
  }
  return rows;
}

std::string reference() {
  std::string text = R"(# Configuration

This page is made from the table in `src/config/bindings.cpp`; a test compares the two.

Every key has a working default. One TOML file sets what is to be different, environment variables go over it, and `--set KEY=VALUE`
over those. `rakkan config check` reports every mistake with file, line and key; `rakkan config print` shows the values in force. An
unknown key is an error.

- The key `hsm.sessions` is `sessions` in the table `[hsm]` of the file, `RAKKAN_HSM_SESSIONS` in the environment.
- Durations are texts like `"500ms"`, `"30s"`, `"10m"`, `"2h"`, `"7d"`; sizes are bytes, or texts like `"64KiB"`, `"16MiB"`, `"2GiB"`.
- Relative paths in the file start from the file's folder.
- A secret is never a value. Keys that have to do with secrets name files, and such a file must be readable by its owner alone.
)";
  std::string section = "none";
  for (const OptionRow& row : option_table()) {
    std::string first = row.key.substr(0, row.key.find('.'));
    std::string_view about;
    for (const NamedTable& table : {kProfiles, kFreshness}) {
      if (row.key.starts_with(table.section)) {
        first = table.section;
        about = table.about;
      }
    }
    if (first != section) {
      section = first;
      text += "\n## " + section + "\n" + std::string(about) + std::string(kTableHead);
    }
    text += "| `" + row.key + "` | " + row.expectation + " | `" + row.default_value + "` | " + row.summary + " |\n";
  }
  return text;
}

}  // namespace rakkan::config
