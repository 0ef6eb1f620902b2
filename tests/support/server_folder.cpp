#include "support/server_folder.hpp"

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <sstream>
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

std::string text_in(const fs::path& file) {
  std::stringstream all;
  all << std::ifstream(file).rdbuf();
  return all.str();
}

}  // namespace

ServerFolder::ServerFolder(fs::path programs, fs::path folder)
    : programs_(std::move(programs)), folder_(std::move(folder)), port_(free_port()) {
  fs::remove_all(folder_);
  authority_port_ = free_port();
  must_run({programs_ / "rakkan-dev-pki", folder_, "--authority", authority()});
  must_run({programs_ / "rakkan", "init", folder_});
  std::ofstream(folder_ / "rakkan.toml", std::ios::app) << "\n" << text_in(folder_ / "authority.toml");
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
  set_pin("party-takasaki", party_pin(), "8MiB");
  api_key_ = create_key("load", {"sign", "timestamp", "audit"});
}

ServerFolder ServerFolder::copy_to(fs::path folder) const {
  must_run({"cp", "-a", folder_, folder});
  ServerFolder copy;
  copy.programs_ = programs_;
  copy.folder_ = std::move(folder);
  copy.api_key_ = api_key_;
  copy.port_ = free_port();
  copy.authority_port_ = authority_port_;
  copy.rakkan({"data", "adopt", "--yes", "--beside-original", "--reason", "a folder of a test's own"});
  return copy;
}

// Usually the cheapest hash that may be set, since a server that lives for a moment must find the time for it.
void ServerFolder::set_pin(const std::string& credential, const std::string& pin, const std::string& memory) const {
  const fs::path pin_file = folder_ / (credential + ".pin");
  write_secret(pin_file, pin);
  must_run({"/usr/bin/env", "RAKKAN_PIN_MEMORY=" + memory, "RAKKAN_PIN_ITERATIONS=1", programs_ / "rakkan", "--config",
            folder_ / "rakkan.toml", "credentials", "pin", credential, "--pin-file", pin_file});
}

void ServerFolder::enrol_party(const std::string& credential, const std::string& tenant, const std::string& pin,
                               const std::string& pin_memory) const {
  rakkan({"credentials", "adopt", credential, "--kind", "party", "--party", credential, "--tenant", tenant});
  rakkan({"credentials", "import", credential, folder_ / "certificates" / (credential + ".chain.pem")});
  set_pin(credential, pin, pin_memory);
}

std::string ServerFolder::create_key(const std::string& tenant, const std::vector<std::string>& scopes,
                                     const std::vector<std::string>& more) const {
  const fs::path key_file = folder_ / "new.key";
  fs::remove(key_file);
  std::vector<std::string> words{"keys", "create", "--tenant", tenant, "--label", tenant, "-o", key_file};
  for (const std::string& scope : scopes) {
    words.insert(words.end(), {"--scope", scope});
  }
  words.insert(words.end(), more.begin(), more.end());
  rakkan(words);
  std::string text;
  std::ifstream(key_file) >> text;
  fs::remove(key_file);
  return text;
}

std::string ServerFolder::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

std::string ServerFolder::authority() const { return "http://127.0.0.1:" + std::to_string(authority_port_); }

ServerProcess ServerFolder::start_authority() const {
  Result<ServerProcess> started =
      ServerProcess::start(programs_ / "rakkan-dev-authority", {folder_}, authority_port_, folder_ / "authority.log");
  if (!started) {
    throw std::runtime_error(to_string(started.error()));
  }
  return std::move(*started);
}

std::string ServerFolder::rakkan(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {programs_ / "rakkan", "--config", folder_ / "rakkan.toml"});
  return must_run(arguments);
}

ServerProcess ServerFolder::start(std::vector<std::string> settings, const std::string& shell) const {
  // sh(1) and env(1) become rakkand and keep its pid.
  std::vector<std::string> arguments{"-c", shell + (shell.empty() ? "" : "; ") + "exec \"$@\"", "sh", "/usr/bin/env"};
  settings.push_back("http.port=" + std::to_string(port_));
  settings.push_back("metrics.port=0");
  for (const std::string& setting : settings) {
    arguments.push_back(variable(setting));
  }
  arguments.insert(arguments.end(), {programs_ / "rakkand", "--config", folder_ / "rakkan.toml"});
  Result<ServerProcess> started = ServerProcess::start("/bin/sh", arguments, port_, log());
  if (!started) {
    throw std::runtime_error(to_string(started.error()));
  }
  return std::move(*started);
}

std::uint16_t ServerFolder::metrics_port() const {
  constexpr std::string_view kMember = "\"metrics_port\":";
  const std::string text = text_in(log());
  const std::size_t found = text.find(kMember);
  return found == std::string::npos ? std::uint16_t{0}
                                    : static_cast<std::uint16_t>(std::atoi(text.c_str() + found + kMember.size()));
}

}  // namespace rakkan::test
