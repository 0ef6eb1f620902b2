#include "support/server_folder.hpp"

#include <cctype>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "support/free_port.hpp"
#include "support/run_command.hpp"

namespace rakkan::test {
namespace {

namespace fs = std::filesystem;

std::string must_run(const std::vector<std::string>& words) {
  CommandOutcome outcome = run_command(words);
  if (outcome.exit_code != 0) {
    throw std::runtime_error(words.front() + ": exit " + std::to_string(outcome.exit_code) + ": " + outcome.output);
  }
  return std::move(outcome.output);
}

// "http.port=1" as the environment has it: RAKKAN_HTTP_LISTEN_PORT=1.
std::string variable(const std::string& setting) {
  std::string result = "RAKKAN_";
  const std::size_t equals = setting.find('=');
  for (const char c : setting.substr(0, equals)) {
    result += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return result + setting.substr(equals);
}

// Readable by its owner alone, as the programs demand.
void write_secret(const fs::path& file, const std::string& text) {
  std::ofstream(file).close();
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  std::ofstream(file) << text;
}

}  // namespace

ServerFolder::ServerFolder(fs::path programs, fs::path folder)
    : programs_(std::move(programs)), folder_(std::move(folder)), port_(free_port()) {
  fs::remove_all(folder_);
  must_run({programs_ / "rakkan-dev-pki", folder_});
  must_run({programs_ / "rakkan", "init", folder_});
  const auto enrol = [this](const std::string& credential, const std::vector<std::string>& kind) {
    std::vector<std::string> adopt{"credentials", "adopt", credential, "--kind"};
    adopt.insert(adopt.end(), kind.begin(), kind.end());
    rakkan(adopt);
    rakkan({"credentials", "import", credential, folder_ / "certificates" / (credential + ".chain.pem")});
  };
  enrol("operator", {"operator"});
  enrol("operator-p256", {"operator"});
  enrol("tsu", {"tsu"});
  enrol("tsu-rsa", {"tsu"});
  enrol("party-takasaki", {"party", "--party", "takasaki"});
  const fs::path pin_file = folder_ / "takasaki.pin";
  write_secret(pin_file, party_pin());
  // The cheapest hash that may be set: a server that lives for a moment must find the time for it.
  must_run({"/usr/bin/env", "RAKKAN_PIN_MEMORY=8MiB", "RAKKAN_PIN_ITERATIONS=1", programs_ / "rakkan", "--config",
            folder_ / "rakkan.toml", "credentials", "pin", "party-takasaki", "--pin-file", pin_file});
  const fs::path key_file = folder_ / "load.key";
  rakkan({"keys", "create", "--tenant", "load", "--label", "load", "--scope", "sign", "--scope", "timestamp", "--scope",
          "audit", "-o", key_file});
  std::ifstream(key_file) >> api_key_;
}

std::string ServerFolder::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

std::string ServerFolder::rakkan(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {programs_ / "rakkan", "--config", folder_ / "rakkan.toml"});
  return must_run(arguments);
}

ServerProcess ServerFolder::start(std::vector<std::string> settings) const {
  // env(1) becomes rakkand and keeps its pid.
  std::vector<std::string> arguments;
  settings.push_back("http.port=" + std::to_string(port_));
  settings.push_back("metrics.port=0");
  for (const std::string& setting : settings) {
    arguments.push_back(variable(setting));
  }
  arguments.insert(arguments.end(), {programs_ / "rakkand", "--config", folder_ / "rakkan.toml"});
  Result<ServerProcess> started = ServerProcess::start("/usr/bin/env", arguments, port_, folder_ / "rakkand.log");
  if (!started) {
    throw std::runtime_error(to_string(started.error()));
  }
  return std::move(*started);
}

}  // namespace rakkan::test
