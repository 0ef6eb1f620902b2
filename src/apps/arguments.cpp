#include "arguments.hpp"

#include <algorithm>
#include <array>

namespace rakkan::apps {
namespace {

constexpr std::string_view kUsage = "rakkand --config FILE [--json] | --help | --version";

constexpr std::array kOptions{
    Option{"--config", "FILE", "Configuration file"},
    Option{"--json", "", "Report an error as one JSON document on standard output, too"},
    Option{"--help", "", "Print this help message and exit"},
    Option{"--version", "", "Print the version and exit"},
};

std::string help() {
  std::string text = "usage: " + std::string(kUsage) + "\n\n" + std::string(kSummary) + "\n\nOptions:\n";
  for (const Option& option : kOptions) {
    std::string names = std::string(option.name) + (option.value.empty() ? "" : " ") + std::string(option.value);
    names.resize(std::max<std::size_t>(names.size(), 16), ' ');
    text += "  " + names + "  " + std::string(option.summary) + "\n";
  }
  return text + "\nExit codes: 0 stopped by SIGTERM, 3 usage, configuration or data folder, 5 HSM.\n";
}

}  // namespace

std::span<const Option> options() noexcept { return kOptions; }

bool asks_for_json(std::span<const char* const> words) noexcept {
  return std::find(words.begin(), words.end(), std::string_view("--json")) != words.end();
}

Result<Arguments> parse(std::span<const char* const> words) {
  const auto wrong = [](std::string what) {
    return fail(ErrorCode::invalid_argument, std::move(what), std::string(kUsage));
  };
  std::string file;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "--help" || word == "-h") {
      return Say{help()};
    }
    if (word == "--version") {
      return Say{std::string(RAKKAN_VERSION) + "\n"};
    }
    if (word == "--json") {
      continue;  // asks_for_json
    }
    if (word.starts_with("--config=")) {
      file = word.substr(word.find('=') + 1);
    } else if (word != "--config") {
      return wrong("unknown word \"" + std::string(word) + "\"");
    } else if (++i == words.size()) {
      return wrong("--config needs a file");
    } else {
      file = words[i];
    }
  }
  return file.empty() ? Result<Arguments>(wrong("which configuration? --config FILE")) : Serve{std::move(file)};
}

}  // namespace rakkan::apps
