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
  // `programs` holds rakkan, rakkand and rakkan-dev-pki. Credentials: operator (RSA-2048), operator-p256, tsu (P-256),
  // tsu-rsa, party-takasaki (P-256, with party_pin()); the key has the scopes sign, timestamp and audit. Throws when a
  // program fails.
  ServerFolder(std::filesystem::path programs, std::filesystem::path folder);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return folder_; }
  [[nodiscard]] static std::string party_pin() { return "takasaki-271828"; }
  [[nodiscard]] const std::string& api_key() const noexcept { return api_key_; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string url(const std::string& path) const;

  // rakkand on it, with settings ("tsu.credential=tsu-rsa") over its configuration. Throws when it does not listen.
  [[nodiscard]] ServerProcess start(std::vector<std::string> settings = {}) const;
  // rakkan with this folder's configuration; what it wrote. Throws when it fails.
  std::string rakkan(std::vector<std::string> arguments) const;

 private:
  std::filesystem::path programs_;
  std::filesystem::path folder_;
  std::string api_key_;
  std::uint16_t port_;
};

}  // namespace rakkan::test
