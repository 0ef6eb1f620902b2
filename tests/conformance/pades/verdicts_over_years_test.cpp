// Our own verdict (EN 319 102-1) on our own signatures over the years: passed as long as they were renewed in time, and
// refused by a named reason when they were not.
#include <gmock/gmock.h>

#include <array>

#include "conformance/pades/archiving_service.hpp"
#include "rakkan/gather/gather.hpp"
#include "rakkan/validation/decide.hpp"

namespace rakkan::test {
namespace {

using crypto::KeyKind;
using pades::BaselineLevel;
using ::testing::StartsWith;
using Archived = ArchivingService::Archived;

struct NextUnit {
  const char* name;
  KeyKind kind;
  int authority;
  const char* until;
};
constexpr std::array kUnits{
    NextUnit{"Unit 1", KeyKind::ec_p256, 1, "2032-01-01"},
    NextUnit{"Unit 2", KeyKind::ec_p256, 1, "2038-01-01"},
    NextUnit{"Unit 3", KeyKind::ec_p256, 1, "2044-01-01"},
    NextUnit{"Unit 4", KeyKind::ec_p384, 2, "2049-07-01"},
};

class VerdictsOverYears : public ::testing::TestWithParam<LoopbackPki::Status> {
 protected:
  VerdictsOverYears() { archive_.add_unit(kUnits[0].name, kUnits[0].kind, kUnits[0].authority, at(kUnits[0].until)); }

  Archived sign(BaselineLevel level) {
    return archive_.sign(archive_.enrol("seal", credentials::CredentialKind::operator_seal), sample_pdf(), level);
  }
  void replace_unit() {
    const NextUnit& before = kUnits.at(unit_);
    const NextUnit& next = kUnits.at(++unit_);
    if (next.kind == before.kind) {
      archive_.replace_unit(next.name, next.authority, at(next.until));
    } else {
      archive_.start("tsu-2");
      archive_.add_unit(next.name, next.kind, next.authority, at(next.until));
    }
  }
  // "TOTAL-PASSED B-LTA", or the indication with its reason, from nothing but the document and the root.
  std::string verdict(const Bytes& document, Instant time) {
    const pki::TrustStore trust =
        pki::TrustStore::from_certificates(value_or_throw(pki::parse_certificates(bytes_of(archive_.root_pem()))));
    const gather::Gathered gathered = value_or_throw(gather::facts_of(document, {.trust = &trust}));
    const validation::Verdict said = validation::decide(gathered.facts, validation::Policy::rakkan(), time);
    const validation::SignatureVerdict& signature = said.signatures.at(0);
    return std::string(signature_word(signature.indication)) + " " +
           std::string(signature.sub_indication ? to_string(*signature.sub_indication) : to_string(signature.level));
  }

  ArchivingService archive_{at("2026-04-01"), GetParam()};
  std::size_t unit_ = 0;
};

// The renewal of 2040 takes a unit of another authority: nothing that is fetched about the new unit speaks of the one
// before, about which data that are current then are fetched as well (EN 319 102-1 §5.6.2.2).
TEST_P(VerdictsOverYears, ARenewedSignaturePasses) {
  Archived contract = sign(BaselineLevel::b_lta);
  EXPECT_EQ(verdict(contract.document, archive_.now()), "TOTAL-PASSED B-LTA");
  while (unit_ + 1 < kUnits.size()) {  // 2031, 2037, 2040
    archive_.travel_to(contract.renew_by());
    replace_unit();
    contract = value_or_throw(archive_.renew(contract.document));
    EXPECT_EQ(verdict(contract.document, archive_.now()), "TOTAL-PASSED B-LTA") << to_rfc3339(archive_.now());
  }
  for (const Instant later : {archive_.now() + std::chrono::hours(24), contract.renew_by()}) {
    EXPECT_EQ(verdict(contract.document, later), "TOTAL-PASSED B-LTA") << to_rfc3339(later);
  }
}

TEST_P(VerdictsOverYears, ASignatureThatIsNotRenewedEndsByAReason) {
  const Instant signed_at = archive_.now();
  const Archived basic = sign(BaselineLevel::b_lt);
  EXPECT_EQ(verdict(basic.document, signed_at), "TOTAL-PASSED B-LT");
  // The signer's certificate ends in 2029, the unit's in 2032.
  for (const char* const later : {"2033-01-01", "2050-01-01", "2066-04-01"}) {
    EXPECT_THAT(verdict(basic.document, at(later)), StartsWith("INDETERMINATE ")) << later;
  }
}

INSTANTIATE_TEST_SUITE_P(Of, VerdictsOverYears,
                         ::testing::Values(LoopbackPki::Status::crl, LoopbackPki::Status::crl_and_ocsp),
                         [](const auto& chosen) {
                           return std::string(chosen.param == LoopbackPki::Status::crl ? "Crls"
                                                                                       : "OcspResponsesAndCrls");
                         });

}  // namespace
}  // namespace rakkan::test
