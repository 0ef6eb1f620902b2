// rakkan-dev-pki FOLDER [--now TIME] [--authority URL]: builds the development PKI in a new or empty folder
// (certs/README.md). URL is where rakkan-dev-authority is to answer, on loopback.
// Exit status: 0 built; 3 usage or local files; 5 the token failed.
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "development_pki.hpp"
#include "rakkan/base/process.hpp"
#include "rakkan/crypto/system_random.hpp"

namespace {

constexpr int kUsage = 3;

int usage() {
  std::fputs("usage: rakkan-dev-pki FOLDER [--now 2026-11-24T00:00:00Z] [--authority http://127.0.0.1:8889]\n", stderr);
  return kUsage;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  if (arguments.size() % 2 == 0 || arguments[0].starts_with("-")) {
    return usage();
  }
  rakkan::Instant now = rakkan::SystemClock().now();
  std::string authority(rakkan::certs::kDefaultAuthority);
  for (std::size_t i = 1; i < arguments.size(); i += 2) {
    const auto time = arguments[i] == "--now" ? rakkan::parse_rfc3339(arguments[i + 1]) : std::nullopt;
    if (time) {
      now = *time;
    } else if (arguments[i] == "--authority") {
      authority = arguments[i + 1];
    } else {
      return usage();
    }
  }
  rakkan::crypto::SystemRandom random;
  // The folder becomes a data folder, which has to be its user's alone.
  rakkan::Result<void> built = rakkan::keep_to_ourselves();
  if (built) {
    built = rakkan::certs::build_development_pki(arguments[0], now, random, authority);
  }
  if (!built) {
    std::fprintf(stderr, "rakkan-dev-pki: %s\n", to_string(built.error()).c_str());
    return static_cast<int>(rakkan::row(built.error().code).exit_code);
  }
  return 0;
}
