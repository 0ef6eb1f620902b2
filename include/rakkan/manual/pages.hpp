// The manual pages of the programs and of the configuration file, made from the programs' own tables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rakkan/cli/program_facts.hpp"
#include "rakkan/config/configuration.hpp"

namespace rakkan::manual {

// rakkan(1): all commands and their options.
[[nodiscard]] std::string commands_page(const cli::CommandFacts& program, std::string_view version);
// rakkand(8): `program` has no commands.
[[nodiscard]] std::string server_page(const cli::CommandFacts& program, std::string_view version);
// rakkan.toml(5): every option.
[[nodiscard]] std::string configuration_page(const std::vector<config::OptionRow>& options, std::string_view version);

}  // namespace rakkan::manual
