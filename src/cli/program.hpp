// Program is `rakkan` for CLI11: the tree of its commands with the options that each declares. It parses a command line
// once, or is read by program_facts.cpp.
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
