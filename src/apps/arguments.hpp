// The command line of rakkand: --config FILE, or what it is asked to say instead.
#pragma once

#include <span>
#include <string>
#include <variant>

#include "rakkan/base/result.hpp"

namespace rakkan::apps {

struct Serve {
  std::string config_file;
};
struct Say {
  std::string text;  // for standard output
};
using Arguments = std::variant<Serve, Say>;

// Without the program's name. invalid_argument, with the word that it does not know.
[[nodiscard]] Result<Arguments> parse(std::span<const char* const> words);

}  // namespace rakkan::apps
