// X.509 certificate validation at the time of judgement: EN 319 102-1 §5.2.6.
#include <gtest/gtest.h>

#include "support/facts_world.hpp"

namespace rakkan::validation {
namespace {

using test::at;
using test::FactsWorld;

FactsWorld basic_world() {
  FactsWorld world;
  world.be_basic();
  return world;
}

TEST(ValidationX509, WithoutAnAnchorThereIsNoChain) {
  FactsWorld world = basic_world();
  world.certificate("signer").chains.clear();
  EXPECT_EQ(world.verdict(), "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND");
}

TEST(ValidationX509, AnAnchorServesItsPurposesAlone) {
  FactsWorld world;
  world.facts.anchors.front().purposes = {false, true, true};
  EXPECT_EQ(world.verdict(), "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND");
  EXPECT_EQ(world.timestamp_verdict("sig-tst"), "PASSED");
  world.facts.anchors.front().purposes = {true, false, true};
  EXPECT_EQ(world.timestamp_verdict("sig-tst"), "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND");
}

TEST(ValidationX509, AnAnchorIsTrustedFromItsFirstMoment) {
  FactsWorld world = basic_world();
  world.facts.anchors.front().from = at("2026-01-12");
  EXPECT_EQ(world.verdict("2026-01-12"), "TOTAL-PASSED");
  world.facts.anchors.front().from = at("2026-01-13");
  EXPECT_EQ(world.verdict("2026-01-12"), "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND");
}

TEST(ValidationX509, TheSunsetItselfIsStillTrusted) {
  FactsWorld world = basic_world();
  world.facts.anchors.front().sunset = at("2026-01-12");
  EXPECT_EQ(world.verdict("2026-01-12"), "TOTAL-PASSED");
  EXPECT_EQ(world.verdict("2026-01-12T00:00:01Z"), "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND_NO_POE");
}

TEST(ValidationX509, ACertificateThatIsTheAnchorNeedsNothing) {
  FactsWorld world = basic_world();
  world.certificate("signer").chains = {{{}, "signer", {}}};
  world.facts.anchors = {{"signer"}};
  world.facts.revocations.clear();
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  EXPECT_EQ(world.judge().signatures.front().anchor, "signer");
}

TEST(ValidationX509, AnIncompleteChainIsNone) {
  FactsWorld world = basic_world();
  world.certificate("signer").chains.front().certificates = {"signer", "absent"};
  EXPECT_EQ(world.verdict(), "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND");
}

TEST(ValidationX509, AnotherCertificatesChainIsNotItsOwn) {
  FactsWorld world = basic_world();
  world.certificate("signer").chains.front().certificates = {"tsu", "ca"};
  EXPECT_EQ(world.verdict(), "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND");
}

TEST(ValidationX509, ABadSignatureInTheChainIsAGeneralFailure) {
  for (const char* code : {"signature", "algorithm_unsupported", "issuer_name", "malformed_extension"}) {
    FactsWorld world;
    world.certificate("signer").chains.front().findings = {{code, "RFC 5280 §6.1.3", "signer", ""}};
    EXPECT_EQ(world.verdict(), "INDETERMINATE/CERTIFICATE_CHAIN_GENERAL_FAILURE");
  }
}

TEST(ValidationX509, AConstraintOfTheChainIsAChainConstraint) {
  for (const char* code : {"not_a_ca", "path_length", "key_usage", "name_not_permitted", "critical_extension", "new"}) {
    FactsWorld world;
    world.certificate("signer").chains.front().findings = {{code, "RFC 5280 §6.1.4", "ca", ""}};
    EXPECT_EQ(world.verdict(), "INDETERMINATE/CHAIN_CONSTRAINTS_FAILURE");
  }
}

TEST(ValidationX509, APolicyWeighsChainFindings) {
  FactsWorld world;
  world.certificate("signer").chains.front().findings = {{"name_excluded", "RFC 5280 §6.1.3 (c)", "ca", ""}};
  world.policy.chain["name_excluded"] = Weight::warn;
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  EXPECT_EQ(world.judge().signatures.front().findings.front().code, "chain-finding");
}

TEST(ValidationX509, AnotherChainWithoutFindingsIsTaken) {
  FactsWorld world;
  Chain bad = world.certificate("signer").chains.front();
  bad.findings = {{"path_length", "", "ca", ""}};
  world.certificate("signer").chains.insert(world.certificate("signer").chains.begin(), bad);
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
}

TEST(ValidationX509, TheKeyMustBeForSigning) {
  FactsWorld world;
  world.certificate("signer").key_usage = {"keyEncipherment"};
  EXPECT_EQ(world.verdict(), "INDETERMINATE/CHAIN_CONSTRAINTS_FAILURE");
  world.certificate("signer").key_usage = {"digitalSignature"};
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  world.certificate("signer").key_usage.reset();
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
}

TEST(ValidationX509, ATimestampNeedsItsExtendedKeyUsage) {
  FactsWorld world;
  world.certificate("tsu").extended_key_usage = {"1.3.6.1.5.5.7.3.1"};
  EXPECT_EQ(world.timestamp_verdict("sig-tst"), "INDETERMINATE/CHAIN_CONSTRAINTS_FAILURE");
  world.certificate("tsu").extended_key_usage.reset();
  EXPECT_EQ(world.timestamp_verdict("sig-tst"), "INDETERMINATE/CHAIN_CONSTRAINTS_FAILURE");
}

// --- §5.2.6.4 (2)

TEST(ValidationX509, ARevokedSignerNeedsAProof) {
  FactsWorld world = basic_world();
  world.revoke("ocsp-signer", "2026-01-09");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/REVOKED_NO_POE");
}

TEST(ValidationX509, ARevocationCountsFromItsTimeOn) {
  FactsWorld world = basic_world();
  world.revoke("ocsp-signer", "2026-01-12T00:00:01Z");
  EXPECT_EQ(world.verdict("2026-01-12"), "TOTAL-PASSED");
  EXPECT_EQ(world.verdict("2026-01-12T00:00:01Z"), "INDETERMINATE/REVOKED_NO_POE");
}

TEST(ValidationX509, ASignerOnHoldMayComeBack) {
  FactsWorld world = basic_world();
  world.revoke("ocsp-signer", "2026-01-09", "certificateHold");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/TRY_LATER");
}

TEST(ValidationX509, ARevokedCaIsNamedAsSuch) {
  FactsWorld world = basic_world();
  world.revoke("crl-ca", "2026-01-09");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/REVOKED_CA_NO_POE");
}

TEST(ValidationX509, AnExpiredSignerKnownToBeGoodWasNotRevoked) {
  FactsWorld world = basic_world();
  world.certificate("signer").not_after = at("2026-01-11");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/OUT_OF_BOUNDS_NOT_REVOKED");
}

TEST(ValidationX509, AnExpiredSignerWithoutStatusIsOutOfBounds) {
  FactsWorld world = basic_world();
  world.certificate("signer").not_after = at("2026-01-11");
  world.drop_evidence("ocsp-signer");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/OUT_OF_BOUNDS_NO_POE");
}

TEST(ValidationX509, ACertificateIsValidToItsLastMoment) {
  FactsWorld world = basic_world();
  world.certificate("signer").not_after = at("2026-01-12");
  EXPECT_EQ(world.verdict("2026-01-12"), "TOTAL-PASSED");
}

TEST(ValidationX509, ASignerThatIsNotYetValidIsOutOfBounds) {
  FactsWorld world = basic_world();
  world.certificate("signer").not_before = at("2026-01-12T00:00:01Z");
  world.drop_evidence("ocsp-signer");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/OUT_OF_BOUNDS_NO_POE");
}

TEST(ValidationX509, AnExpiredCaIsOutOfBounds) {
  FactsWorld world = basic_world();
  world.certificate("ca").not_after = at("2026-01-11");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/OUT_OF_BOUNDS_NO_POE");
}

TEST(ValidationX509, AnExpiredAnchorIsAnAnchorStill) {
  FactsWorld world;
  world.certificate("root").not_after = at("2020-01-01");
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
}

TEST(ValidationX509, WithoutRevocationDataTheStatusMayBeKnownLater) {
  FactsWorld world = basic_world();
  world.drop_evidence("ocsp-signer");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/TRY_LATER");
  world.policy.signer.revocation = RevocationNeed::if_present;
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
}

TEST(ValidationX509, WithoutRevocationDataAboutTheCaTheStatusMayBeKnownLater) {
  FactsWorld world = basic_world();
  world.drop_evidence("crl-ca");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/TRY_LATER");
  world.policy.signer.ca_revocation = RevocationNeed::none;
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
}

TEST(ValidationX509, IfPresentARevocationStillCounts) {
  FactsWorld world = basic_world();
  world.policy.signer.revocation = RevocationNeed::if_present;
  world.revoke("ocsp-signer", "2026-01-09");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/REVOKED_NO_POE");
}

TEST(ValidationX509, ShortTermCertificatesNeedNoRevocationData) {
  FactsWorld world = basic_world();
  world.drop_evidence("ocsp-signer");
  world.certificate("signer").has_validity_assured_short_term = true;
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  world.certificate("signer").has_validity_assured_short_term = false;
  world.certificate("signer").has_no_rev_avail = true;
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
}

TEST(ValidationX509, NoCheckIsForRespondersAlone) {
  FactsWorld world = basic_world();
  world.drop_evidence("ocsp-signer");
  world.certificate("signer").has_ocsp_no_check = true;
  EXPECT_EQ(world.verdict(), "INDETERMINATE/TRY_LATER");
}

TEST(ValidationX509, StaleDataMayBeKnownBetterLater) {
  FactsWorld world = basic_world();
  EXPECT_EQ(world.verdict("2026-01-17T11:59:59Z"), "TOTAL-PASSED");
  EXPECT_EQ(world.verdict("2026-01-17T12:00:00Z"), "INDETERMINATE/TRY_LATER");
}

TEST(ValidationX509, StaleDataAboutTheCaMayBeKnownBetterLater) {
  FactsWorld world = basic_world();
  world.evidence("crl-ca").next_update = at("2026-01-11");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/TRY_LATER");
}

}  // namespace
}  // namespace rakkan::validation
