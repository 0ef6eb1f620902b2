#include "rakkan/pki/revocation_facts.hpp"

#include <array>

namespace rakkan::pki {
namespace {

struct FlawRow {
  RevocationFlaw flaw;
  std::string_view name;
  std::string_view clause;
};
using F = RevocationFlaw;
constexpr std::array kFlaws = {
    FlawRow{F::crl_issuer_name, "crl_issuer_name", "RFC 5280 §6.3.3 (b) (1)"},
    FlawRow{F::not_indirect, "not_indirect", "RFC 5280 §6.3.3 (b) (1)"},
    FlawRow{F::distribution_point, "distribution_point", "RFC 5280 §6.3.3 (b) (2) (i)"},
    FlawRow{F::only_user_certificates, "only_user_certificates", "RFC 5280 §6.3.3 (b) (2) (ii)"},
    FlawRow{F::only_ca_certificates, "only_ca_certificates", "RFC 5280 §6.3.3 (b) (2) (iii)"},
    FlawRow{F::only_attribute_certificates, "only_attribute_certificates", "RFC 5280 §6.3.3 (b) (2) (iv)"},
    FlawRow{F::no_reasons, "no_reasons", "RFC 5280 §6.3.3 (d)"},
    FlawRow{F::delta_without_base, "delta_without_base", "RFC 5280 §5.2.4"},
    FlawRow{F::critical_extension, "critical_extension", "RFC 5280 §5.2, §5.3, RFC 6960 §4.4"},
    FlawRow{F::certificate_id, "certificate_id", "RFC 6960 §3.2 (1)"},
    FlawRow{F::cert_hash, "cert_hash", "Common PKI part 4"},
    FlawRow{F::signer_unknown, "signer_unknown", "RFC 5280 §6.3.3 (f), RFC 6960 §3.2"},
    FlawRow{F::signature, "signature", "RFC 5280 §6.3.3 (g), RFC 6960 §3.2 (2)"},
    FlawRow{F::algorithm_unsupported, "algorithm_unsupported", "RFC 5280 §6.3.3 (g), RFC 6960 §3.2 (2)"},
    FlawRow{F::crl_sign_missing, "crl_sign_missing", "RFC 5280 §6.3.3 (f)"},
    FlawRow{F::no_path, "no_path", "RFC 5280 §6.3.3 (f)"},
    FlawRow{F::not_delegated, "not_delegated", "RFC 6960 §4.2.2.2"},
    FlawRow{F::responder_key_usage, "responder_key_usage", "RFC 5280 §4.2.1.12"},
    FlawRow{F::responder_extension, "responder_extension", "RFC 5280 §4.2"},
    FlawRow{F::responder_validity, "responder_validity", "RFC 6960 §4.2.2.2"},
    FlawRow{F::own_word, "own_word", "RFC 5280 §6.3.3 (f), RFC 6960 §4.2.2.2.1"},
    FlawRow{F::not_current, "not_current", "RFC 5280 §6.3.3 (a), RFC 6960 §3.2 (5), (6)"},
    FlawRow{F::certificate_ended, "certificate_ended", "RFC 5280 §5, RFC 6960 §4.4.4"},
    FlawRow{F::signer_path, "signer_path", "RFC 5280 §6.3.3 (f)"},
    FlawRow{F::signer_revoked, "signer_revoked", "RFC 5280 §6.3.3 (f)"},
    FlawRow{F::signer_unproven, "signer_unproven", "RFC 5280 §6.3.3 (f)"},
    FlawRow{F::circular, "circular", "RFC 5280 §6.3.3 (f)"},
    FlawRow{F::status_unknown, "status_unknown", "RFC 6960 §2.2"},
    FlawRow{F::some_reasons, "some_reasons", "RFC 5280 §6.3.3 (l)"},
};

constexpr bool flaws_in_order() {
  for (std::size_t i = 0; i < kFlaws.size(); ++i) {
    if (static_cast<std::size_t>(kFlaws[i].flaw) != i) {
      return false;
    }
  }
  return kFlaws.size() == static_cast<std::size_t>(RevocationFlaw::some_reasons) + 1;
}
static_assert(flaws_in_order(), "a row per RevocationFlaw, in the order of the enumeration");

}  // namespace

std::string_view to_string(RevocationFlaw flaw) noexcept { return kFlaws[static_cast<std::size_t>(flaw)].name; }
std::string_view clause_of(RevocationFlaw flaw) noexcept { return kFlaws[static_cast<std::size_t>(flaw)].clause; }

}  // namespace rakkan::pki
