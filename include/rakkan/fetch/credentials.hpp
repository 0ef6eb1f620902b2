// Credentials are what this service shows another server about itself: a password (RFC 7617), a bearer token (RFC 6750)
// or a TLS client certificate. They are read once from files that only their owner may read.
#pragma once

#include <memory>
#include <string>

#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"

namespace rakkan::fetch {

struct CredentialFiles {           // empty: none
  std::string basic;               // "user:password"
  std::string bearer;              // the token
  std::string client_certificate;  // PEM, with its chain
  std::string client_key;          // PEM, not encrypted

  [[nodiscard]] bool empty() const noexcept {
    return basic.empty() && bearer.empty() && client_certificate.empty() && client_key.empty();
  }
};

struct Credentials {
  SecureBytes authorization;       // value of the field Authorization; empty: none
  SecureBytes client_certificate;  // PEM; empty: none
  SecureBytes client_key;          // PEM

  // Reads the files; null when none is named. permissions_unsafe, file_unreadable, input_too_large;
  // configuration_invalid when two exclude each other or a value is none.
  [[nodiscard]] static Result<std::shared_ptr<const Credentials>> read(const CredentialFiles& files);
};

// Refuses files of credentials that would be sent in the clear: they need https, or a loopback address as the host.
// configuration_invalid, permissions_unsafe; reads nothing.
[[nodiscard]] Result<void> check_credentials(const CredentialFiles& files, const std::string& url);

}  // namespace rakkan::fetch
