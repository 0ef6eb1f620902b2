// Program is `rakkan` as CLI11 sees it: the tree of its commands with the options that each declares. It is parsed once
// to run a command, or looked at (program_facts.cpp).
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <memory>

#include "cli/command.hpp"

namespace rakkan::cli {

struct Program {
  Program();

  CLI::App app;
  GlobalOptions global;
  std::map<CLI::App*, std::unique_ptr<Command>> commands;
};

}  // namespace rakkan::cli
