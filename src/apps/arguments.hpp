// The command line of rakkand: --config FILE, or a request for --help or --version.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "rakkan/base/result.hpp"

namespace rakkan::apps {

// Option is a row of the table of options, from which parsing, --help, the manual page and completion are made.
struct Option {
  std::string_view name;
  std::string_view value;  // the word for its value; empty for a flag
  std::string_view summary;
};
[[nodiscard]] std::span<const Option> options() noexcept;

inline constexpr std::string_view kSummary =
    "rakkand signs and timestamps over HTTP with keys in an HSM. `rakkan init` makes its data folder and the\n"
    "configuration FILE, `rakkan config check` finds out beforehand whether it would start.";

struct Serve {
  std::string config_file;
};
struct Say {
  std::string text;  // for standard output
};
using Arguments = std::variant<Serve, Say>;

// Parses the words behind the program's name. invalid_argument, with the unknown word.
[[nodiscard]] Result<Arguments> parse(std::span<const char* const> words);

// True when --json is among the words: a usage error is reported as JSON, too, where JSON was asked for.
[[nodiscard]] bool asks_for_json(std::span<const char* const> words) noexcept;

}  // namespace rakkan::apps
