// WantedSignature is what SigningDesk is asked for.
#pragma once

#include <variant>

#include "rakkan/service/command.hpp"
#include "rakkan/service/once.hpp"

namespace rakkan::service {

struct WantedSignature {
  std::variant<SignPdfCommand, SignHashCommand> command;  // its claim is filled in by the desk
  RepeatableRequest request;
  bool proof = false;  // to wait for a checkpoint over the outcome
};

}  // namespace rakkan::service
