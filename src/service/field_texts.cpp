#include "service/field_texts.hpp"

#include <array>
#include <utility>

namespace rakkan::service {
namespace {

constexpr std::string_view kAgreed = "合意 / Agreed";

std::string common_name(const Authorization& grant) {
  return grant.credential().material().certificate().subject().common_name().value_or("");
}

std::string authentication_text(const Instruction& instruction) {
  std::string text;
  for (const Authentication& one : instruction.authenticated()) {
    text += (text.empty() ? "" : "+") + one.method;
  }
  return text;
}

// The pattern is read once: a value that was filled in for {name} is never read as a pattern again.
std::string filled(std::string_view pattern, const Instruction& instruction) {
  const std::array<std::pair<std::string_view, std::string>, 4> values{{
      {"{name}", instruction.who_name()},
      {"{id}", instruction.who_id()},
      {"{envelope}", instruction.envelope().value_or("")},
      {"{auth}", authentication_text(instruction)},
  }};
  std::string text;
  while (!pattern.empty()) {
    std::size_t taken = 0;
    for (const auto& [key, value] : values) {
      if (taken == 0 && pattern.starts_with(key)) {
        text += value;
        taken = key.size();
      }
    }
    if (taken == 0) {
      text += pattern.front();
      taken = 1;
    }
    pattern.remove_prefix(taken);
  }
  return text;
}

std::string witness_reason(const Instruction& instruction, const std::string& pattern, const std::string& callers) {
  std::string reason = filled(pattern, instruction);
  if (instruction.envelope() && pattern.find("{envelope}") == std::string::npos) {
    reason += "; " + *instruction.envelope();
  }
  if (pattern.find("{auth}") == std::string::npos) {
    reason += "; auth=" + authentication_text(instruction);
  }
  return callers.empty() ? reason : reason + "; " + callers;
}

}  // namespace

pades::SignatureFieldSpec field_spec(const Authorization& grant, const FieldChoice& choice,
                                     const WitnessTexts& witness) {
  pades::SignatureFieldSpec spec;
  spec.field_name = choice.field_name;
  spec.signing_time = grant.granted_at();
  spec.name = choice.name;
  spec.reason = choice.reason;
  spec.location = choice.location;
  spec.contact_info = choice.contact_info;
  switch (grant.type()) {
    case SignatureType::witness:
      if (spec.name.empty()) {
        spec.name = witness.name.empty() ? common_name(grant) : witness.name;
      }
      spec.reason = witness_reason(grant.instruction().value(), witness.reason, choice.reason);
      break;
    case SignatureType::party:
      if (spec.name.empty()) {
        spec.name = common_name(grant);
      }
      if (spec.reason.empty()) {
        spec.reason = kAgreed;
      }
      break;
  }
  return spec;
}

}  // namespace rakkan::service
