// A completion script for bash: commands, options, the values of options, files and folders, keys of the configuration
// behind --set. It needs bash alone, not the package bash-completion.
#pragma once

#include <string>
#include <vector>

#include "rakkan/cli/program_facts.hpp"

namespace rakkan::manual {

// `keys` are the completions of an option's value KEY=VALUE.
[[nodiscard]] std::string bash_completion(const cli::CommandFacts& program, const std::vector<std::string>& keys);

}  // namespace rakkan::manual
