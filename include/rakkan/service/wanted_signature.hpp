// WantedSignature is the request for a signature that SigningDesk answers.
#pragma once

#include <variant>

#include "rakkan/service/command.hpp"
#include "rakkan/service/once.hpp"

namespace rakkan::service {

struct WantedSignature {
  std::variant<SignPdfCommand, SignHashCommand> command;  // SigningDesk::sign fills in its idempotency claim
  RepeatableRequest request;
  bool proof = false;  // wait for a checkpoint over the outcome, and give the proof
};

}  // namespace rakkan::service
