// Validation of timestamps, EN 319 102-1 §5.4, and content timestamps in §5.3.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/facts_world.hpp"

namespace rakkan::validation {
namespace {

using test::at;
using test::FactsWorld;

TEST(ValidationTimestamp, EverythingInOrderPasses) {
  const FactsWorld world;
  EXPECT_EQ(world.timestamp_verdict("sig-tst"), "PASSED");
  EXPECT_EQ(world.timestamp_verdict("doc-tst"), "PASSED");
}

TEST(ValidationTimestamp, ItsImprintMustBeThatOfTheData) {
  FactsWorld world;
  world.timestamp("sig-tst").imprint.match = Match::mismatch;
  EXPECT_EQ(world.timestamp_verdict("sig-tst"), "FAILED/HASH_FAILURE");
  world.timestamp("sig-tst").imprint.match = Match::not_found;
  EXPECT_EQ(world.timestamp_verdict("sig-tst"), "INDETERMINATE/SIGNED_DATA_NOT_FOUND");
}

TEST(ValidationTimestamp, ItsContentMustBeTheSignedOne) {
  FactsWorld world;
  world.timestamp("sig-tst").signer.digests.front().match = Match::mismatch;
  EXPECT_EQ(world.timestamp_verdict("sig-tst"), "FAILED/HASH_FAILURE");
}

TEST(ValidationTimestamp, ItsSignatureMustVerify) {
  FactsWorld world;
  world.timestamp("sig-tst").signer.signature = Check::bad;
  EXPECT_EQ(world.timestamp_verdict("sig-tst"), "FAILED/SIG_CRYPTO_FAILURE");
}

TEST(ValidationTimestamp, ItsFormMustBeRight) {
  FactsWorld world;
  world.timestamp("doc-tst").structure = {{"timestamp-copied", "", "", {}, ""}};
  EXPECT_EQ(world.timestamp_verdict("doc-tst"), "FAILED/FORMAT_FAILURE");
  world.timestamp("doc-tst").structure.clear();
  world.timestamp("doc-tst").pdf.coverage = Coverage::contiguous_block;
  EXPECT_EQ(world.timestamp_verdict("doc-tst"), "FAILED/FORMAT_FAILURE");
}

TEST(ValidationTimestamp, ItsUnitMustHaveAStatus) {
  FactsWorld world;
  world.drop_evidence("ocsp-tsu");
  EXPECT_EQ(world.timestamp_verdict("sig-tst"), "INDETERMINATE/TRY_LATER");
}

TEST(ValidationTimestamp, APolicyMayTakeDataThatAreNotFresh) {
  FactsWorld world;
  EXPECT_EQ(world.timestamp_verdict("doc-tst", "2026-03-01"), "INDETERMINATE/TRY_LATER");
  world.policy.timestamp_freshness = Weight::warn;
  EXPECT_EQ(world.timestamp_verdict("doc-tst", "2026-03-01"), "PASSED");
  const Verdict verdict = world.judge("2026-03-01");
  EXPECT_EQ(verdict.signatures.front().indication, Indication::passed);
  const std::vector<Finding>& findings = verdict.timestamps.back().findings;
  const auto said = std::count_if(findings.begin(), findings.end(), [](const Finding& each) {
    return each.code == "revocation-not-fresh" && each.severity == Severity::warning && each.object == "doc-tst";
  });
  EXPECT_EQ(said, 2);  // of the unit, and of its CA
  world.revoke("ocsp-tsu", "2026-01-09");
  EXPECT_EQ(world.timestamp_verdict("doc-tst", "2026-03-01"), "INDETERMINATE/REVOKED_NO_POE");
}

// The signer's own data have to be fresh at the best signature time all the same.
TEST(ValidationTimestamp, TheSignersDataAreNotMeant) {
  FactsWorld world;
  world.policy.timestamp_freshness = Weight::warn;
  world.evidence("ocsp-signer").this_update = at("2026-01-02");
  world.evidence("ocsp-signer").next_update = at("2026-01-09");
  EXPECT_EQ(world.verdict("2026-03-01"), "INDETERMINATE/TRY_LATER");
}

TEST(ValidationTimestamp, ARevokedUnitProvesNothing) {
  FactsWorld world;
  world.revoke("ocsp-tsu", "2026-01-09");
  EXPECT_EQ(world.timestamp_verdict("sig-tst"), "INDETERMINATE/REVOKED_NO_POE");
  const auto verdict = world.judge();
  EXPECT_FALSE(verdict.signatures.front().best_signature_time.has_value());
  EXPECT_EQ(verdict.signatures.front().level, Level::b_b);
  EXPECT_EQ(verdict.signatures.front().indication, Indication::passed);
}

TEST(ValidationTimestamp, AFailedDocumentTimestampOnlyProvesNothing) {
  FactsWorld world;
  world.timestamp("doc-tst").signer.signature = Check::bad;
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  EXPECT_EQ(world.judge().signatures.front().level, Level::b_lt);
  bool noted = false;
  const Verdict verdict = world.judge();
  for (const Finding& each : verdict.signatures.front().findings) {
    noted = noted || (each.code == "timestamp-not-passed" && each.object == "doc-tst");
  }
  EXPECT_TRUE(noted);
}

TEST(ValidationTimestamp, FromAfterTheJudgementItIsIgnored) {
  FactsWorld world;
  EXPECT_EQ(world.timestamp_verdict("doc-tst", "2026-01-10T23:59:59Z"), "absent");
  EXPECT_EQ(world.verdict("2026-01-10T23:59:59Z"), "TOTAL-PASSED");
  EXPECT_EQ(world.judge("2026-01-10T23:59:59Z").findings.front().object, "doc-tst");
}

TEST(ValidationTimestamp, ATokenAloneHasAVerdictOfItsOwn) {
  FactsWorld world;
  world.drop_timestamp("doc-tst");
  world.timestamp("sig-tst").kind = TimestampKind::bare;
  world.facts.signatures.clear();
  world.facts.document.format = "timestamp token";
  EXPECT_TRUE(world.judge().is_timestamp_alone);
  EXPECT_EQ(world.judge().indication, Indication::passed);
  world.timestamp("sig-tst").imprint.match = Match::mismatch;
  EXPECT_EQ(world.judge().indication, Indication::failed);
  EXPECT_EQ(world.judge().sub_indication, SubIndication::hash_failure);
}

TEST(ValidationTimestamp, TheAccreditationOfItsTimeIsTold) {
  FactsWorld world;
  world.facts.anchors.front().accreditation = AccreditationFacts{"A-1", at("2025-01-01"), at("2025-12-31")};
  world.certificate("ca").accreditation = AccreditationFacts{"A-2", at("2026-01-01"), at("2026-01-10T12:00:00Z")};
  EXPECT_EQ(world.judge().timestamps.at(0).accreditation->number, "A-2");
  EXPECT_FALSE(world.judge().timestamps.at(1).accreditation.has_value());
}

// --- Content timestamps: the signature was made after them.

FactsWorld with_content_timestamp(std::string_view time) {
  FactsWorld world;
  world.be_basic();
  world.add_timestamp("content-tst", TimestampKind::content, time, {"sig", "signer"});
  world.signature().timestamps = {"content-tst"};
  return world;
}

TEST(ValidationContentTimestamp, ProvesNothingAboutTheSignature) {
  const FactsWorld world = with_content_timestamp("2026-01-09");
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  EXPECT_FALSE(world.judge().signatures.front().best_signature_time.has_value());
  EXPECT_EQ(world.judge().signatures.front().level, Level::b_b);
}

TEST(ValidationContentTimestamp, ShowsThatTheSignerWasRevokedAlready) {
  FactsWorld world = with_content_timestamp("2026-01-09");
  world.revoke("ocsp-signer", "2026-01-09");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/REVOKED_NO_POE");
  world.revoke("ocsp-signer", "2026-01-08");
  EXPECT_EQ(world.verdict(), "TOTAL-FAILED/REVOKED");
}

TEST(ValidationContentTimestamp, ShowsThatTheSignerHadExpiredAlready) {
  FactsWorld world = with_content_timestamp("2026-01-11");
  world.certificate("signer").not_after = at("2026-01-10T13:00:00Z");
  EXPECT_EQ(world.verdict(), "TOTAL-FAILED/EXPIRED");
}

TEST(ValidationContentTimestamp, ShowsThatTheAlgorithmHadEndedAlready) {
  FactsWorld world = with_content_timestamp("2026-01-09");
  world.signature().signer.algorithm = test::p256_with(crypto::HashAlgorithm::sha1);
  EXPECT_EQ(world.verdict(), "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE");
}

TEST(ValidationContentTimestamp, ShowsNothingWhenItDoesNotPass) {
  FactsWorld world = with_content_timestamp("2026-01-09");
  world.revoke("ocsp-signer", "2026-01-08");
  world.timestamp("content-tst").signer.signature = Check::bad;
  EXPECT_EQ(world.verdict(), "INDETERMINATE/REVOKED_NO_POE");
}

}  // namespace
}  // namespace rakkan::validation
