// The commands, options and arguments of a program as plain facts, from which manual pages and completion are made.
#pragma once

#include <string>
#include <vector>

namespace rakkan::cli {

// OptionFacts describes an option, or an argument that is known by its place.
struct OptionFacts {
  std::vector<std::string> names;         // "-o", "--output"; for an argument the one word that stands for it
  std::string value = {};                 // the word for the value: "FILE", "FOLDER", "TEXT"; empty for a flag
  std::vector<std::string> choices = {};  // all accepted values; empty: other values are accepted, too
  std::string summary = {};               // one line
  std::string default_value = {};         // the value when the option is left out; empty: none
  bool required = false;
  bool repeatable = false;

  [[nodiscard]] bool takes_file() const { return value.find("FILE") != std::string::npos; }
  [[nodiscard]] bool takes_folder() const { return value == "FOLDER"; }
};

// CommandFacts describes a program, a group of commands ("audit") or a command ("audit verify").
struct CommandFacts {
  std::string name;     // the last word: "verify"
  std::string summary;  // one line
  std::string more = {};
  std::vector<OptionFacts> arguments = {};  // in their order
  std::vector<OptionFacts> options = {};
  std::vector<CommandFacts> commands = {};
};

// The facts of `rakkan`, from the tree with which it parses its command line. The options of the program itself may be
// given behind each command as well.
[[nodiscard]] CommandFacts program_facts();

}  // namespace rakkan::cli
