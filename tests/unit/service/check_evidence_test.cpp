// The question what signatures could be brought to: for each credential and unit, with the reason where it is not
// B-LTA, and without touching a document's key.
#include "rakkan/async/task.hpp"
#include "rakkan/service/evidence_check.hpp"
#include "unit/service/evidenced_service.hpp"

namespace rakkan::service {
namespace {

using pades::BaselineLevel;
using test::AuthorityBehaviour;
using testing::HasSubstr;

class CheckEvidence : public test::EvidencedService {
 protected:
  CheckEvidence() { enrol("seal", credentials::CredentialKind::operator_seal); }

  EvidenceCheck check(const access::Principal& by = {"operator"}) {
    return test::value_or_throw(async::block_on(assembly_->signing().check_evidence({by})));
  }
  std::optional<BaselineLevel> reached() {
    const EvidenceCheck all = check();
    EXPECT_EQ(all.credentials.size(), 1U);
    return all.credentials.at(0).reaches;
  }
};

TEST_F(CheckEvidence, SaysWhatEachReaches) {
  const EvidenceCheck all = check();
  EXPECT_TRUE(all.complete());
  ASSERT_EQ(all.units.size(), 2U) << "of signatures, and the same for archives, which has no list of its own";
  EXPECT_EQ(all.units[0].role, TsaRole::signature);
  EXPECT_EQ(all.units[1].role, TsaRole::archive);
  for (const CheckedUnit& unit : all.units) {
    EXPECT_EQ(unit.profile, "archive");
    EXPECT_EQ(unit.found.certificate, unit_certificate_);
    EXPECT_TRUE(unit.found.table && unit.found.table->complete());
  }
  ASSERT_EQ(all.credentials.size(), 1U);
  EXPECT_EQ(all.credentials[0].id.value(), "seal");
  EXPECT_EQ(all.credentials[0].reaches, BaselineLevel::b_lta);
  EXPECT_EQ(all.credentials[0].found.certificate, certificate_of("seal"));
  EXPECT_FALSE(all.credentials[0].waits);
  EXPECT_EQ(fixture_.software_keys.at("seal").signatures, 0);
  EXPECT_EQ(archive_->requests, 1) << "the authority names its unit in a token alone, and is asked for one";
}

TEST_F(CheckEvidence, ASignerWithoutEvidenceReachesBT) {
  authority_.revoke(certificate_of("seal"), fixture_.clock.time - std::chrono::hours(1));
  const EvidenceCheck all = check();
  EXPECT_FALSE(all.complete());
  ASSERT_EQ(all.credentials.size(), 1U);
  EXPECT_EQ(all.credentials[0].reaches, BaselineLevel::b_t);
  ASSERT_TRUE(all.credentials[0].found.missing);
  EXPECT_EQ(all.credentials[0].found.missing->code, ErrorCode::certificate_revoked);
  EXPECT_THAT(all.credentials[0].found.missing->detail, HasSubstr("seal"));
  EXPECT_FALSE(all.units.at(0).found.missing) << "the unit is good all the same";
}

TEST_F(CheckEvidence, WithoutAUnitSignaturesStayAtBB) {
  archive_->failure = ErrorCode::tsa_unreachable;
  const EvidenceCheck all = check();
  EXPECT_FALSE(all.complete());
  ASSERT_TRUE(all.units.at(0).found.missing);
  EXPECT_EQ(all.units[0].found.missing->code, ErrorCode::tsa_unreachable);
  EXPECT_EQ(all.credentials.at(0).reaches, BaselineLevel::b_b);
  EXPECT_FALSE(all.credentials[0].found.missing) << "its own evidence is complete";
}

TEST_F(CheckEvidence, ARevokedUnitHoldsAllCredentialsAtBT) {
  authority_.revoke(unit_certificate_, fixture_.clock.time - std::chrono::hours(1));
  EXPECT_EQ(reached(), BaselineLevel::b_t);
}

TEST_F(CheckEvidence, EvidenceThatHasToBeNewerMakesItWait) {
  evidence_.credentials["seal"].mode = EvidenceFreshness::kAfterSignature;
  evidence_.credentials["seal"].grace = std::chrono::hours(2);
  restart();
  const EvidenceCheck all = check();
  EXPECT_TRUE(all.credentials.at(0).waits);
  EXPECT_EQ(all.credentials[0].reaches, BaselineLevel::b_lta) << "as far as can be known before the signature";
}

TEST_F(CheckEvidence, TellsOfCredentialsThatCanSignAndOnlyToThoseWhoSeeThem) {
  enrol("disabled", credentials::CredentialKind::operator_seal);
  ASSERT_THAT(assembly_->credentials().disable({"operator"}, CredentialId("disabled")), test::IsOk());
  EXPECT_EQ(check().credentials.size(), 1U);
  fixture_.software_keys.hide({"seal", "seal", {}});
  restart();
  const EvidenceCheck all = check();
  ASSERT_EQ(all.credentials.size(), 1U);
  EXPECT_EQ(all.credentials[0].reaches, std::nullopt) << "its key cannot be opened";
  EXPECT_TRUE(all.credentials[0].found.missing);
}

}  // namespace
}  // namespace rakkan::service
