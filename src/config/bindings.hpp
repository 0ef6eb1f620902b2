// The binder table: a row for each key has the member that its value goes to, the values that it may have, and its
// meaning. Parsing, printing, the environment and docs/configuration.md are made from it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/value.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/config/configuration.hpp"

namespace rakkan::config {

template <class Owner, class T>
using Reach = T& (*)(Owner&);

// Member is the function by which a row reaches its member, whose type decides how the value is written.
template <class Owner>
using Member =
    std::variant<Reach<Owner, bool>, Reach<Owner, unsigned>, Reach<Owner, std::uint64_t>, Reach<Owner, std::string>,
                 Reach<Owner, std::filesystem::path>, Reach<Owner, std::chrono::milliseconds>,
                 Reach<Owner, std::chrono::seconds>, Reach<Owner, std::vector<std::string>>>;

enum class Form : std::uint8_t {
  plain,
  size,     // a number of bytes, printed with its unit
  file,     // a path; a relative one starts from the configuration file's folder
  pattern,  // a path with {token}, and {data_dir} at most at its start
  place,    // a path, {data_dir} at most at its start
  oid,      // dotted
  names,    // names of profiles: a list of texts, or one text
};

struct Range {  // bounds of a number, of bytes or of milliseconds; for a text the bounds of its length in bytes
  std::uint64_t least = 0;
  std::uint64_t most = std::numeric_limits<std::int64_t>::max();
};

template <class Owner>
struct Binding {
  std::string_view key;  // "hsm.sessions"; of a profile only the last part
  Member<Owner> member;
  Range range;
  Form form;
  std::string_view doc;
};

[[nodiscard]] std::span<const Binding<Configuration>> bindings() noexcept;
// The rows of the keys under tsa.<profile>.
[[nodiscard]] std::span<const Binding<service::TsaProfile>> profile_bindings() noexcept;
// The rows of the keys under evidence.credential.<id>.
[[nodiscard]] std::span<const Binding<service::EvidenceFreshness>> freshness_bindings() noexcept;

// Assigns the value to its member. On failure the error's text says what the value must be.
template <class Owner>
[[nodiscard]] Result<void> assign(const Binding<Owner>& binding, Owner& owner, const Value& value,
                                  const std::filesystem::path& folder);
// The value as TOML.
template <class Owner>
[[nodiscard]] std::string value_text(const Binding<Owner>& binding, const Owner& owner);

// The TOML type that a row's member takes; a size may be an integer or a text.
enum class Kind : std::uint8_t { flag, number, text, list };
template <class Owner>
[[nodiscard]] Kind kind(const Binding<Owner>& binding);

// The values that a key may have, in words: "integer, 1 to 64".
template <class Owner>
[[nodiscard]] std::string expectation(const Binding<Owner>& binding);

// True for a profile's name: 1 to 32 of [a-z0-9-], which can also stand in an environment variable.
[[nodiscard]] bool is_profile_name(std::string_view name) noexcept;
// True for a credential's id (credentials::NewCredential).
[[nodiscard]] bool is_credential_name(std::string_view name) noexcept;
// "hsm.sessions" -> "RAKKAN_HSM_SESSIONS"
[[nodiscard]] std::string environment_name(std::string_view key);

}  // namespace rakkan::config
