#include "bench_server.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "must.hpp"
#include "support/run_command.hpp"

namespace rakkan::bench {
namespace {

namespace fs = std::filesystem;

// The output of a program that must succeed.
std::string must_run(const std::vector<std::string>& words) {
  const test::CommandOutcome outcome = test::run_command(words);
  if (outcome.exit_code != 0) {
    std::fprintf(stderr, "%s: exit %d\n%s\n", words.front().c_str(), outcome.exit_code, outcome.output.c_str());
    std::exit(1);
  }
  return outcome.output;
}

}  // namespace

BenchFolder::BenchFolder(fs::path build, fs::path folder) : build_(std::move(build)), folder_(std::move(folder)) {
  fs::remove_all(folder_);
  must_run({build_ / "rakkan-dev-pki", folder_});
  must_run({build_ / "rakkan", "init", folder_});
  for (const auto& [credential, kind] :
       {std::pair{"operator", "operator"}, {"operator-p256", "operator"}, {"tsu", "tsu"}, {"tsu-rsa", "tsu"}}) {
    rakkan({"credentials", "adopt", credential, "--kind", kind});
    rakkan({"credentials", "import", credential, folder_ / "certificates" / (std::string(credential) + ".chain.pem")});
  }
  const fs::path key_file = folder_ / "bench.key";
  rakkan({"keys", "create", "--tenant", "bench", "--label", "load", "--scope", "sign", "--scope", "timestamp",
          "--scope", "audit", "-o", key_file});
  std::ifstream(key_file) >> api_key_;
}

void BenchFolder::rakkan(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {build_ / "rakkan", "--config", folder_ / "rakkan.toml"});
  must_run(arguments);
}

test::ServerProcess BenchFolder::start(const std::vector<std::string>& settings) const {
  std::vector<std::string> arguments{"--config", folder_ / "rakkan.toml", "--set",
                                     "http.port=" + std::to_string(port_)};
  for (const std::string& setting : settings) {
    arguments.insert(arguments.end(), {"--set", setting});
  }
  return must(test::ServerProcess::start(build_ / "rakkand", arguments, port_, folder_ / "rakkand.log"));
}

}  // namespace rakkan::bench
