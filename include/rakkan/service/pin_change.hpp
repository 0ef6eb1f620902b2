// The command of SigningService::change_pin: a party sets its PIN itself, by the one that holds or by an operator's
// single-use code, and nobody else learns it.
#pragma once

#include <cstdint>
#include <optional>

#include "rakkan/access/principal.hpp"
#include "rakkan/async/deadline.hpp"
#include "rakkan/base/secure_bytes.hpp"
#include "rakkan/base/strong_id.hpp"

namespace rakkan::service {

struct ChangePinCommand {
  access::Principal principal;
  CredentialId credential;
  SecureBytes pin;  // the new one
  // One of the two.
  std::optional<SecureBytes> old_pin = {};
  std::optional<SecureBytes> code = {};
  std::optional<async::Deadline> deadline = {};
};

}  // namespace rakkan::service
