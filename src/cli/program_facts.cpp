#include "rakkan/cli/program_facts.hpp"

#include "cli/program.hpp"

namespace rakkan::cli {
namespace {

// The type of an option's value. CLI11 gives the type and, behind a colon, the check of the value:
// "TEXT:{witness,party}", "FILE", "URL:".
std::string type_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return type.substr(0, type.find(':'));
}

std::vector<std::string> choices_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t begin = type.find(":{");
  const std::size_t end = type.rfind('}');
  std::vector<std::string> choices;
  if (begin == std::string::npos || end == std::string::npos || end < begin) {
    return choices;
  }
  std::string word;
  for (const char c : type.substr(begin + 2, end - begin - 2) + ",") {
    if (c != ',') {
      word += c;
    } else if (!word.empty()) {
      choices.push_back(std::move(word));
      word.clear();
    }
  }
  return choices;
}

OptionFacts facts_of(const CLI::Option& option) {
  OptionFacts facts;
  if (option.get_positional()) {
    facts.names.push_back(option.get_name(true, false));
  } else {
    for (const std::string& name : option.get_snames()) {
      facts.names.push_back("-" + name);
    }
    for (const std::string& name : option.get_lnames()) {
      facts.names.push_back("--" + name);
    }
  }
  const bool is_flag = option.get_items_expected_max() == 0;
  facts.value = is_flag ? std::string() : type_of(option);
  facts.choices = choices_of(option);
  facts.summary = option.get_description();
  facts.default_value = option.get_default_str();
  facts.required = option.get_required();
  facts.repeatable = option.get_expected_max() > 1;
  return facts;
}

CommandFacts facts_of(const CLI::App& app) {
  CommandFacts facts{app.get_name(), app.get_description()};
  if (app.get_parent() != nullptr) {
    facts.more = app.get_footer();
  }
  for (const CLI::Option* option : app.get_options()) {
    (option->get_positional() ? facts.arguments : facts.options).push_back(facts_of(*option));
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    facts.commands.push_back(facts_of(*command));
  }
  return facts;
}

}  // namespace

CommandFacts program_facts() {
  const Program program;
  return facts_of(program.app);
}

}  // namespace rakkan::cli
