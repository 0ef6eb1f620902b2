#include "rakkan/manual/bash_completion.hpp"

#include <algorithm>

namespace rakkan::manual {
namespace {

using cli::CommandFacts;
using cli::OptionFacts;

// The script's engine; PROGRAM stands for the program's name. Words are walked from the left: a command leads to the
// words that may follow it, and an option with a value takes the next word. bash splits at "=" (COMP_WORDBREAKS), so
// the word behind a "=" is a value.
constexpr std::string_view kEngine = R"(
_PROGRAM() {
  local cur=${COMP_WORDS[COMP_CWORD]} command='' pending='' word i
  local words='' options='' kind=''
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == '=' ]]; then
      pending=${pending:-=}
    elif [[ -n $pending ]]; then
      pending=''
    elif [[ $word == -?* ]]; then
      _PROGRAM_value "$command" "$word" && pending=$word
    elif _PROGRAM_words "${command:+$command }$word"; then
      command=${command:+$command }$word
    fi
  done
  [[ $cur == '=' ]] && pending=${pending:-=} cur=''
  words='' options='' kind=''
  if [[ -n $pending ]]; then
    _PROGRAM_value "$command" "$pending" || return 0
  else
    _PROGRAM_words "$command"
    [[ $cur == -* ]] && words=$options kind=''
    [[ -z $words && -z $kind ]] && words=$options
  fi
  [[ -n $words ]] && mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  case $kind in
    file) mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$cur"); compopt -o filenames 2>/dev/null ;;
    folder) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); compopt -o filenames 2>/dev/null ;;
    key) compopt -o nospace 2>/dev/null ;;
  esac
  return 0
}
complete -F _PROGRAM PROGRAM
)";

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

void append_word(std::string& to, const std::string& word) { to += (to.empty() ? "" : " ") + word; }

// Tables walks the tree of commands and writes one line of each table for each command.
class Tables {
 public:
  explicit Tables(const CommandFacts& program) : program_(program) { add("", program); }

  [[nodiscard]] const std::string& words() const noexcept { return words_; }
  [[nodiscard]] const std::string& values() const noexcept { return values_; }

 private:
  void add(const std::string& path, const CommandFacts& command) {
    std::string words;
    for (const CommandFacts& below : command.commands) {
      append_word(words, below.name);
    }
    std::string options;
    add_options(path, command.options, options);
    if (!path.empty()) {
      add_options(path, program_.options, options);
    }
    const auto is_file = [](const OptionFacts& one) { return one.takes_file(); };
    const auto is_folder = [](const OptionFacts& one) { return one.takes_folder(); };
    const auto& arguments = command.arguments;
    const char* const kind = std::any_of(arguments.begin(), arguments.end(), is_file)     ? " kind=file"
                             : std::any_of(arguments.begin(), arguments.end(), is_folder) ? " kind=folder"
                                                                                          : "";
    words_ += "    '" + path + "') words='" + words + "' options='" + options + "'" + kind + " ;;\n";
    for (const CommandFacts& below : command.commands) {
      add(path.empty() ? below.name : path + " " + below.name, below);
    }
  }

  // Adds the options' names to `names`, each once, and the values that each takes to the other table.
  void add_options(const std::string& path, const std::vector<OptionFacts>& options, std::string& names) {
    for (const OptionFacts& option : options) {
      if ((" " + names + " ").find(" " + option.names.back() + " ") != std::string::npos) {
        continue;  // every command has --help
      }
      std::string pattern;
      for (const std::string& name : option.names) {
        append_word(names, name);
        pattern.append(pattern.empty() ? "'" : " | '").append(path).append("/").append(name).append("'");
      }
      if (!option.value.empty()) {
        values_ += "    " + pattern + ")" + value_of(option) + " ;;\n";
      }
    }
  }

  static std::string value_of(const OptionFacts& option) {
    std::string choices;
    for (const std::string& choice : option.choices) {
      append_word(choices, choice);
    }
    if (!choices.empty()) {
      return " words='" + choices + "'";
    }
    if (option.value == "KEY=VALUE") {
      return " words=$keys kind=key";
    }
    return option.takes_file() ? " kind=file" : option.takes_folder() ? " kind=folder" : "";
  }

  const CommandFacts& program_;
  std::string words_;
  std::string values_;
};

}  // namespace

std::string bash_completion(const CommandFacts& program, const std::vector<std::string>& keys) {
  const Tables tables(program);
  std::string all_keys;
  for (const std::string& key : keys) {
    append_word(all_keys, key + "=");
  }
  std::string script = "# bash completion for PROGRAM, made from the program's own tables when it was built.\n\n";
  script += "# What may follow a command.\n_PROGRAM_words() {\n  case $1 in\n" + tables.words() +
            "    *) return 1 ;;\n  esac\n}\n\n";
  script += "# What an option of a command takes; fails for one that takes nothing.\n_PROGRAM_value() {\n";
  script += all_keys.empty() ? std::string() : "  local keys='" + all_keys + "'\n";
  script += "  case $1/$2 in\n" + tables.values() + "    *) return 1 ;;\n  esac\n}\n";
  script += kEngine;
  replace_all(script, "PROGRAM", program.name);
  return script;
}

}  // namespace rakkan::manual
