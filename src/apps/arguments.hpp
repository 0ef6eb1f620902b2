// The command line of rakkand: --config FILE, or what it is asked to say instead.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "rakkan/base/result.hpp"

namespace rakkan::apps {

// A row for each option; parsing, --help, the manual page and completion are made from it.
struct Option {
  std::string_view name;
  std::string_view value;  // the word for its value; empty of a flag
  std::string_view summary;
};
[[nodiscard]] std::span<const Option> options() noexcept;

inline constexpr std::string_view kSummary =
    "rakkand signs and timestamps over HTTP with keys in an HSM. `rakkan init` makes its data folder and the\n"
    "configuration FILE, `rakkan config check` tells beforehand whether it would start.";

struct Serve {
  std::string config_file;
};
struct Say {
  std::string text;  // for standard output
};
using Arguments = std::variant<Serve, Say>;

// Without the program's name. invalid_argument, with the word that it does not know.
[[nodiscard]] Result<Arguments> parse(std::span<const char* const> words);

// Whether --json is among the words: a usage error is JSON, too, where JSON was asked for.
[[nodiscard]] bool asks_for_json(std::span<const char* const> words) noexcept;

}  // namespace rakkan::apps
