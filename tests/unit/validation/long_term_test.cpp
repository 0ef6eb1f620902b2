// Signatures with time and with long-term validation data: EN 319 102-1 §5.5.
#include <gtest/gtest.h>

#include "support/facts_world.hpp"

namespace rakkan::validation {
namespace {

using test::at;
using test::FactsWorld;

// B-T: the signature timestamp alone.
FactsWorld world_with_time() {
  FactsWorld world;
  world.drop_timestamp("doc-tst");
  return world;
}

TEST(ValidationLongTerm, TheBestSignatureTimeIsTheEarliestProof) {
  FactsWorld world;
  EXPECT_EQ(world.judge().signatures.front().best_signature_time, at("2026-01-10T00:01:00Z"));
  world.drop_timestamp("sig-tst");
  EXPECT_EQ(world.judge().signatures.front().best_signature_time, at("2026-01-11"));
  world.drop_timestamp("doc-tst");
  EXPECT_FALSE(world.judge().signatures.front().best_signature_time.has_value());
}

TEST(ValidationLongTerm, ARevocationAfterTheProofDoesNotCount) {
  FactsWorld world = world_with_time();
  world.revoke("ocsp-signer", "2026-01-10T06:00:00Z");
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
}

TEST(ValidationLongTerm, ARevocationBeforeTheProofCounts) {
  FactsWorld world = world_with_time();
  world.revoke("ocsp-signer", "2026-01-10T00:01:00Z");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/REVOKED_NO_POE");
}

TEST(ValidationLongTerm, AHoldAfterTheProofDoesNotCount) {
  FactsWorld world = world_with_time();
  world.revoke("ocsp-signer", "2026-01-10T06:00:00Z", "certificateHold");
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  world.revoke("ocsp-signer", "2026-01-10T00:00:00Z", "certificateHold");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/TRY_LATER");
}

TEST(ValidationLongTerm, AnEndAfterTheProofDoesNotCount) {
  FactsWorld world = world_with_time();
  world.certificate("signer").not_after = at("2026-01-11");
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
}

TEST(ValidationLongTerm, AnEndBeforeTheProofCounts) {
  FactsWorld world = world_with_time();
  world.certificate("signer").not_after = at("2026-01-10T00:00:30Z");
  world.evidence("ocsp-signer").archive_cutoff = at("2025-01-01");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/OUT_OF_BOUNDS_NOT_REVOKED");
}

TEST(ValidationLongTerm, ASignatureOlderThanItsCertificateFails) {
  FactsWorld world = world_with_time();
  world.certificate("signer").not_before = at("2026-01-10T00:02:00Z");
  EXPECT_EQ(world.verdict(), "TOTAL-FAILED/NOT_YET_VALID");
}

TEST(ValidationLongTerm, DataThatWereFreshAtTheProofDo) {
  FactsWorld world = world_with_time();
  world.refresh_evidence("2027-01-01", "");
  world.drop_evidence("fresh-signer");
  EXPECT_EQ(world.verdict("2027-01-02"), "TOTAL-PASSED");
  world.evidence("ocsp-signer").this_update = at("2026-01-02");
  world.evidence("ocsp-signer").next_update = at("2026-01-09");
  EXPECT_EQ(world.verdict("2027-01-02"), "INDETERMINATE/TRY_LATER");
}

TEST(ValidationLongTerm, ARevokedCaNeedsMore) {
  FactsWorld world = world_with_time();
  world.revoke("crl-ca", "2026-01-10T06:00:00Z");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/REVOKED_CA_NO_POE");
}

TEST(ValidationLongTerm, ATimestampThatDoesNotPassIsNoProof) {
  FactsWorld world = world_with_time();
  world.revoke("ocsp-signer", "2026-01-10T06:00:00Z");
  world.timestamp("sig-tst").imprint.match = Match::mismatch;
  EXPECT_EQ(world.verdict(), "INDETERMINATE/REVOKED_NO_POE");
}

TEST(ValidationLongTerm, AnothersTimestampIsNoProof) {
  FactsWorld world = world_with_time();
  world.revoke("ocsp-signer", "2026-01-10T06:00:00Z");
  world.signature().timestamps.clear();
  world.timestamp("sig-tst").covers = {"other"};
  EXPECT_EQ(world.verdict(), "INDETERMINATE/REVOKED_NO_POE");
}

TEST(ValidationLongTerm, TimestampsKeepTheirOrder) {
  FactsWorld world;
  world.timestamp("doc-tst").gen_time = at("2026-01-10T00:00:59Z");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/TIMESTAMP_ORDER_FAILURE");
  world.policy.timestamp_order = Weight::warn;
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
}

TEST(ValidationLongTerm, ATimestampIsNotOlderThanWhatItCovers) {
  FactsWorld world;
  world.add_timestamp("second", TimestampKind::document, "2026-01-10T18:00:00Z", {"sig", "doc-tst"});
  world.signature().timestamps.push_back("second");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/TIMESTAMP_ORDER_FAILURE");
}

TEST(ValidationLongTerm, AContentTimestampIsNotYoungerThanTheSignatures) {
  FactsWorld world;
  world.add_timestamp("content-tst", TimestampKind::content, "2026-01-10T00:02:00Z", {});
  world.signature().timestamps.insert(world.signature().timestamps.begin(), "content-tst");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/TIMESTAMP_ORDER_FAILURE");
}

TEST(ValidationLongTerm, APolicyMayLimitTheDelay) {
  FactsWorld world;
  world.policy.timestamp_delay = std::chrono::seconds(60);
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  world.policy.timestamp_delay = std::chrono::seconds(59);
  EXPECT_EQ(world.verdict(), "INDETERMINATE/SIG_CONSTRAINTS_FAILURE");
}

}  // namespace
}  // namespace rakkan::validation
