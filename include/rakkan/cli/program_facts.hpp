// The words that a program understands, as plain facts: manual pages and completion are made from them.
#pragma once

#include <string>
#include <vector>

namespace rakkan::cli {

// An option, or an argument that is known by its place.
struct OptionFacts {
  std::vector<std::string> names;         // "-o", "--output"; of an argument the one word that stands for it
  std::string value = {};                 // the word for the value: "FILE", "FOLDER", "TEXT"; empty of a flag
  std::vector<std::string> choices = {};  // all values that are taken; empty: others, too
  std::string summary = {};               // one line
  std::string default_value = {};         // that is taken when it is left out; empty: none
  bool required = false;
  bool repeatable = false;

  [[nodiscard]] bool takes_file() const { return value.find("FILE") != std::string::npos; }
  [[nodiscard]] bool takes_folder() const { return value == "FOLDER"; }
};

// A program, a group of commands ("audit") or a command ("audit verify").
struct CommandFacts {
  std::string name;     // the last word: "verify"
  std::string summary;  // one line
  std::string more = {};
  std::vector<OptionFacts> arguments = {};  // in their order
  std::vector<OptionFacts> options = {};
  std::vector<CommandFacts> commands = {};
};

// Of `rakkan`, from the tree that it parses its command line with. The options of the program itself may stand behind
// each command as well.
[[nodiscard]] CommandFacts program_facts();

}  // namespace rakkan::cli
