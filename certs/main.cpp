// rakkan-dev-pki FOLDER [--now TIME]: builds the development PKI in a new or empty folder (certs/README.md).
// Exit status: 0 built; 3 usage or local files; 5 the token failed.
#include <cstdio>
#include <string_view>
#include <vector>

#include "development_pki.hpp"
#include "rakkan/base/process.hpp"
#include "rakkan/crypto/system_random.hpp"

namespace {

constexpr int kUsage = 3;

int usage() {
  std::fputs("usage: rakkan-dev-pki FOLDER [--now 2026-11-24T00:00:00Z]\n", stderr);
  return kUsage;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  const bool with_time = arguments.size() == 3 && arguments[1] == "--now";
  if (arguments.empty() || arguments[0].starts_with("-") || (arguments.size() != 1 && !with_time)) {
    return usage();
  }
  rakkan::Instant now = rakkan::SystemClock().now();
  if (with_time) {
    const auto given = rakkan::parse_rfc3339(arguments[2]);
    if (!given) {
      return usage();
    }
    now = *given;
  }
  rakkan::crypto::SystemRandom random;
  // The folder becomes a data folder, which has to be its user's alone.
  rakkan::Result<void> built = rakkan::keep_to_ourselves();
  if (built) {
    built = rakkan::certs::build_development_pki(arguments[0], now, random);
  }
  if (!built) {
    std::fprintf(stderr, "rakkan-dev-pki: %s\n", to_string(built.error()).c_str());
    return static_cast<int>(rakkan::row(built.error().code).exit_code);
  }
  return 0;
}
