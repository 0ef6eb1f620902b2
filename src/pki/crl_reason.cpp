#include <algorithm>
#include <array>

#include "rakkan/pki/certificate_list.hpp"

namespace rakkan::pki {
namespace {

struct ReasonName {
  CrlReason reason;
  std::string_view name;
};
constexpr std::array kReasons = {
    ReasonName{CrlReason::unspecified, "unspecified"},
    ReasonName{CrlReason::key_compromise, "keyCompromise"},
    ReasonName{CrlReason::ca_compromise, "cACompromise"},
    ReasonName{CrlReason::affiliation_changed, "affiliationChanged"},
    ReasonName{CrlReason::superseded, "superseded"},
    ReasonName{CrlReason::cessation_of_operation, "cessationOfOperation"},
    ReasonName{CrlReason::certificate_hold, "certificateHold"},
    ReasonName{CrlReason::remove_from_crl, "removeFromCRL"},
    ReasonName{CrlReason::privilege_withdrawn, "privilegeWithdrawn"},
    ReasonName{CrlReason::aa_compromise, "aACompromise"},
};

}  // namespace

std::string_view name(CrlReason reason) noexcept {
  const auto* found =
      std::find_if(kReasons.begin(), kReasons.end(), [&](const ReasonName& row) { return row.reason == reason; });
  return found == kReasons.end() ? std::string_view() : found->name;
}

std::optional<CrlReason> crl_reason_from_value(std::uint64_t value) noexcept {
  const auto* found = std::find_if(kReasons.begin(), kReasons.end(), [&](const ReasonName& row) {
    return static_cast<std::uint64_t>(row.reason) == value;
  });
  return found == kReasons.end() ? std::nullopt : std::optional(found->reason);
}

}  // namespace rakkan::pki
