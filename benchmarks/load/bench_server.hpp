// A server to be loaded: a data folder with the development PKI's keys, an API key, and rakkand on a loopback port.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "support/server_process.hpp"

namespace rakkan::bench {

class BenchFolder {
 public:
  // Makes the folder with the programs of that build: keys operator (RSA-2048), operator-p256, tsu (P-256), tsu-rsa.
  BenchFolder(std::filesystem::path build, std::filesystem::path folder);

  [[nodiscard]] const std::string& api_key() const noexcept { return api_key_; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  // rakkand on it, with settings ("tsu.credential=tsu-rsa") over its configuration.
  [[nodiscard]] test::ServerProcess start(const std::vector<std::string>& settings) const;

 private:
  void rakkan(std::vector<std::string> arguments) const;

  std::filesystem::path build_;
  std::filesystem::path folder_;
  std::string api_key_;
  std::uint16_t port_ = 18'443;
};

}  // namespace rakkan::bench
