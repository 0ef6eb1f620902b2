#include "validation/words.hpp"

namespace rakkan::validation {

std::string_view to_string(Check value) noexcept { return word(value); }
std::string_view to_string(Match value) noexcept { return word(value); }
std::string_view to_string(KeyType value) noexcept { return word(value); }
std::string_view to_string(RevocationKind value) noexcept { return word(value); }
std::string_view to_string(Source value) noexcept { return word(value); }
std::string_view to_string(CertificateStatus value) noexcept { return word(value); }
std::string_view to_string(CertificateReference value) noexcept { return word(value); }
std::string_view to_string(ReferenceVersion value) noexcept { return word(value); }
std::string_view to_string(Coverage value) noexcept { return word(value); }
std::string_view to_string(ModificationLevel value) noexcept { return word(value); }
std::string_view to_string(Permission value) noexcept { return word(value); }
std::string_view to_string(TimestampKind value) noexcept { return word(value); }
std::string_view to_string(Weight value) noexcept { return word(value); }
std::string_view to_string(RevocationNeed value) noexcept { return word(value); }
std::string_view to_string(Role value) noexcept { return word(value); }
std::string_view to_string(Indication value) noexcept { return word(value); }
std::string_view to_string(SubIndication value) noexcept { return word(value); }
std::string_view to_string(Severity value) noexcept { return word(value); }
std::string_view to_string(StepResult value) noexcept { return word(value); }
std::string_view to_string(Level value) noexcept { return word(value); }

std::string_view signature_word(Indication value) noexcept {
  switch (value) {
    case Indication::passed:
      return "TOTAL-PASSED";
    case Indication::indeterminate:
      return "INDETERMINATE";
    case Indication::failed:
      break;
  }
  return "TOTAL-FAILED";
}

std::optional<SubIndication> sub_indication_from(std::string_view text) noexcept {
  return from_word<SubIndication>(text);
}

}  // namespace rakkan::validation
