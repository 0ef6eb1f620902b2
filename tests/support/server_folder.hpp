// A data folder that rakkand can be started on: the development PKI's keys in SoftHSM tokens, an API key, and a
// free loopback port. Made with the programs themselves, as an operator would.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "support/server_process.hpp"

namespace rakkan::test {

class ServerFolder {
 public:
  // `programs` holds rakkan, rakkand, rakkan-dev-pki and, for start_authority(), rakkan-dev-authority. Credentials:
  // operator (RSA-2048), operator-p256, tsu (P-256), tsu-rsa, party-takasaki (P-256, with party_pin()); the key has the
  // scopes sign, timestamp and audit. Throws when a program fails.
  ServerFolder(std::filesystem::path programs, std::filesystem::path folder);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return folder_; }
  [[nodiscard]] static std::string party_pin() { return "takasaki-271828"; }
  [[nodiscard]] const std::string& api_key() const noexcept { return api_key_; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string url(const std::string& path) const;

  // Copies the folder to another place, for a server with a port of its own: keys take seconds to make and none to
  // copy. No program may have the folder open.
  [[nodiscard]] ServerFolder copy_to(std::filesystem::path folder) const;
  // Registers a party's credential of the development PKI for one tenant alone, with a PIN whose hash takes that
  // memory.
  void enrol_party(const std::string& credential, const std::string& tenant, const std::string& pin,
                   const std::string& pin_memory = "8MiB") const;
  // Makes a further API key and returns its text; `more` are further arguments of `rakkan keys create`.
  [[nodiscard]] std::string create_key(const std::string& tenant, const std::vector<std::string>& scopes,
                                       const std::vector<std::string>& more = {}) const;

  // The origin of the development authority, which the folder's certificates name and its configuration allows.
  [[nodiscard]] std::string authority() const;
  // Starts rakkan-dev-authority there; of a folder and its copies only one at a time. Throws when it does not listen.
  [[nodiscard]] ServerProcess start_authority() const;
  // Starts rakkand on it, with settings ("tsu.credential=tsu-rsa") over its configuration; `shell` are commands that
  // sh(1) runs before it becomes rakkand ("ulimit -n 1024"). Throws when it does not listen.
  [[nodiscard]] ServerProcess start(std::vector<std::string> settings = {}, const std::string& shell = {}) const;
  // The port on which the server that was started last answers /metrics.
  [[nodiscard]] std::uint16_t metrics_port() const;
  [[nodiscard]] std::filesystem::path log() const { return folder_ / "rakkand.log"; }
  // Runs rakkan with this folder's configuration and returns its output. Throws when it fails.
  std::string rakkan(std::vector<std::string> arguments) const;

 private:
  ServerFolder() = default;
  void set_pin(const std::string& credential, const std::string& pin, const std::string& memory) const;

  std::filesystem::path programs_;
  std::filesystem::path folder_;
  std::string api_key_;
  std::uint16_t port_ = 0;
  std::uint16_t authority_port_ = 0;
};

}  // namespace rakkan::test
