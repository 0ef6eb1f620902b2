#include "arguments.hpp"

#include <string_view>

namespace rakkan::apps {
namespace {

constexpr std::string_view kUsage = "usage: rakkand --config FILE | --help | --version\n";
constexpr std::string_view kMore =
    "\nrakkand signs and timestamps over HTTP with keys in an HSM. `rakkan init` makes its data folder and the\n"
    "configuration FILE, `rakkan config check` tells beforehand whether it would start.\n"
    "Exit codes: 0 stopped by SIGTERM, 3 usage, configuration or data folder, 5 HSM.\n";

}  // namespace

Result<Arguments> parse(std::span<const char* const> words) {
  const auto wrong = [](std::string what) {
    return fail(ErrorCode::invalid_argument, std::move(what), "rakkand --config FILE | --help | --version");
  };
  std::string file;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "--help" || word == "-h") {
      return Say{std::string(kUsage) + std::string(kMore)};
    }
    if (word == "--version") {
      return Say{std::string(RAKKAN_VERSION) + "\n"};
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
