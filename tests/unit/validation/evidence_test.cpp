// Acceptance and freshness of revocation data: EN 319 102-1 §5.2.5.
#include <gtest/gtest.h>

#include "support/facts_world.hpp"

namespace rakkan::validation {
namespace {

using test::at;
using test::FactsWorld;

constexpr auto kNotAcceptable = "INDETERMINATE/CERTIFICATE_CHAIN_GENERAL_FAILURE";

FactsWorld basic_world() {
  FactsWorld world;
  world.be_basic();
  return world;
}

TEST(ValidationEvidence, MustVerify) {
  for (const Check check : {Check::bad, Check::unsupported, Check::not_checked}) {
    FactsWorld world = basic_world();
    world.evidence("ocsp-signer").signature = check;
    EXPECT_EQ(world.verdict(), kNotAcceptable);
  }
}

TEST(ValidationEvidence, MustBeSignedBySomebodyKnown) {
  FactsWorld world = basic_world();
  world.evidence("ocsp-signer").signer.reset();
  EXPECT_EQ(world.verdict(), kNotAcceptable);
  world.evidence("ocsp-signer").signer = "absent";
  EXPECT_EQ(world.verdict(), kNotAcceptable);
}

TEST(ValidationEvidence, MustBeSignedBySomebodyAuthorised) {
  FactsWorld world = basic_world();
  world.evidence("ocsp-signer").entries.front().is_authorised = false;
  EXPECT_EQ(world.verdict(), kNotAcceptable);
}

TEST(ValidationEvidence, UnknownIsNoAnswer) {
  FactsWorld world = basic_world();
  world.evidence("ocsp-signer").entries.front().status = CertificateStatus::unknown;
  EXPECT_EQ(world.verdict(), kNotAcceptable);
}

TEST(ValidationEvidence, MustBeUsable) {
  FactsWorld world = basic_world();
  world.evidence("ocsp-signer").entries.front().unusable = "unknown critical extension";
  EXPECT_EQ(world.verdict(), kNotAcceptable);
}

TEST(ValidationEvidence, ACertHashMustBeTheCertificates) {
  FactsWorld world = basic_world();
  world.evidence("ocsp-signer").entries.front().cert_hash_match = false;
  EXPECT_EQ(world.verdict(), kNotAcceptable);
}

TEST(ValidationEvidence, OlderThanTheCertificateItSaysNothing) {
  FactsWorld world = basic_world();
  world.certificate("signer").not_before = at("2026-01-10T12:00:00Z");
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  world.certificate("signer").not_before = at("2026-01-10T12:00:01Z");
  EXPECT_EQ(world.verdict(), kNotAcceptable);
}

// After its end a certificate may be off the list; then the data have to say that they look back so far.
TEST(ValidationEvidence, AfterTheCertificatesEndItMustLookBack) {
  FactsWorld world = basic_world();
  world.certificate("signer").not_after = at("2026-01-10T11:00:00Z");
  EXPECT_EQ(world.verdict(), kNotAcceptable);
  world.evidence("ocsp-signer").archive_cutoff = at("2026-01-10T11:00:00Z");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/OUT_OF_BOUNDS_NOT_REVOKED");
  world.evidence("ocsp-signer").archive_cutoff = at("2026-01-10T11:00:01Z");
  EXPECT_EQ(world.verdict(), kNotAcceptable);
  world.evidence("ocsp-signer").expired_certs_on_crl = at("2026-01-01");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/OUT_OF_BOUNDS_NOT_REVOKED");
  world.evidence("ocsp-signer").expired_certs_on_crl.reset();
  world.evidence("ocsp-signer").entries.front().cert_hash_match = true;
  EXPECT_EQ(world.verdict(), "INDETERMINATE/OUT_OF_BOUNDS_NOT_REVOKED");
}

TEST(ValidationEvidence, TheResponderWasValidWhenItSpoke) {
  FactsWorld world = basic_world();
  world.certificate("responder").not_before = at("2026-01-10T12:00:01Z");
  EXPECT_EQ(world.verdict(), kNotAcceptable);
  world.certificate("responder").not_before = at("2025-01-01");
  world.certificate("responder").not_after = at("2026-01-10T11:59:59Z");
  EXPECT_EQ(world.verdict(), kNotAcceptable);
}

TEST(ValidationEvidence, TheIssuerWasValidWhenItSpoke) {
  FactsWorld world = basic_world();
  world.evidence("ocsp-signer").signer = "ca";
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  world.certificate("ca").not_after = at("2026-01-10T11:59:59Z");
  EXPECT_EQ(world.verdict(), kNotAcceptable);
  bool refused = false;
  const Verdict judged = world.judge();
  for (const Step& each : judged.signatures.front().steps) {
    refused = refused || each.detail.find("was not valid when it was made") != std::string::npos;
  }
  EXPECT_TRUE(refused);
}

TEST(ValidationEvidence, AResponderThatHasEndedNeedsAProof) {
  FactsWorld world = basic_world();
  world.certificate("responder").not_after = at("2026-01-11");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/REVOCATION_OUT_OF_BOUNDS_NO_POE");
}

TEST(ValidationEvidence, TheRespondersChainMustBeSound) {
  FactsWorld world = basic_world();
  world.certificate("responder").chains.front().findings = {{"signature", "", "responder", ""}};
  EXPECT_EQ(world.verdict(), kNotAcceptable);
  world.certificate("responder").chains.clear();
  EXPECT_EQ(world.verdict(), kNotAcceptable);
}

TEST(ValidationEvidence, ARespondersAnchorMustServeRevocation) {
  FactsWorld world = basic_world();
  world.add_certificate("other-root", "2015-01-01", "2045-01-01", {}, "");
  world.certificate("other-root").chains.clear();
  world.facts.anchors.push_back({"other-root"});
  world.certificate("responder").chains = {{{"responder"}, "other-root", {}}};
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  world.facts.anchors.back().purposes.revocation = false;
  EXPECT_EQ(world.verdict(), kNotAcceptable);
}

TEST(ValidationEvidence, WithoutNoCheckARespondersStatusMustBeKnown) {
  FactsWorld world = basic_world();
  world.certificate("responder").has_ocsp_no_check = false;
  EXPECT_EQ(world.verdict(), kNotAcceptable);
  world.add_evidence("crl-responder", RevocationKind::crl, "responder", "ca", "2026-01-10T12:00:00Z", "2026-02-10");
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
}

TEST(ValidationEvidence, ARevokedResponderNeedsAProofFromBefore) {
  FactsWorld world = basic_world();
  world.certificate("responder").has_ocsp_no_check = false;
  world.add_evidence("crl-responder", RevocationKind::crl, "responder", "ca", "2026-01-10T12:00:00Z", "2026-02-10");
  world.revoke("crl-responder", "2026-01-11");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/REVOCATION_OUT_OF_BOUNDS_NO_POE");
}

TEST(ValidationEvidence, AResponderDoesNotVouchForItself) {
  FactsWorld world = basic_world();
  world.certificate("responder").has_ocsp_no_check = false;
  world.add_evidence("ocsp-loop", RevocationKind::ocsp, "responder", "responder", "2026-01-10T12:00:00Z", "2026-02-10");
  EXPECT_EQ(world.verdict(), kNotAcceptable);
  world.policy.responder_loop = Weight::warn;
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
}

TEST(ValidationEvidence, RespondersDoNotVouchForEachOther) {
  FactsWorld world = basic_world();
  world.certificate("responder").has_ocsp_no_check = false;
  world.add_certificate("second", "2025-01-01", "2035-01-01", {"second", "ca"}, "ca");
  world.add_evidence("ocsp-a", RevocationKind::ocsp, "responder", "second", "2026-01-10T12:00:00Z", "2026-02-10");
  world.add_evidence("ocsp-b", RevocationKind::ocsp, "second", "responder", "2026-01-10T12:00:00Z", "2026-02-10");
  EXPECT_EQ(world.verdict(), kNotAcceptable);
}

// A hundred responders, each judged by the next, and the last one exempt: bounded, and not believed.
TEST(ValidationEvidence, ALongLineOfRespondersIsNotFollowed) {
  FactsWorld world = basic_world();
  world.certificate("responder").has_ocsp_no_check = false;
  std::string before = "responder";
  for (int index = 0; index < 100; ++index) {
    const std::string next = "r" + std::to_string(index);
    world.add_certificate(next, "2025-01-01", "2035-01-01", {next, "ca"}, "ca").has_ocsp_no_check = index == 99;
    world.add_evidence("e" + std::to_string(index), RevocationKind::ocsp, before, next, "2026-01-10T12:00:00Z",
                       "2026-02-10");
    before = next;
  }
  EXPECT_EQ(world.verdict(), kNotAcceptable);
}

TEST(ValidationEvidence, TheNewestAcceptableCounts) {
  FactsWorld world = basic_world();
  world.add_evidence("newer", RevocationKind::ocsp, "signer", "responder", "2026-01-11T12:00:00Z", "2026-01-18");
  world.revoke("ocsp-signer", "2026-01-09", "certificateHold");
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  world.evidence("newer").signature = Check::bad;
  EXPECT_EQ(world.verdict(), "INDETERMINATE/TRY_LATER");
}

TEST(ValidationEvidence, ARevocationForGoodIsNotTakenBack) {
  FactsWorld world = basic_world();
  world.add_evidence("newer", RevocationKind::ocsp, "signer", "responder", "2026-01-11T12:00:00Z", "2026-01-18");
  world.revoke("ocsp-signer", "2026-01-09");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/REVOKED_NO_POE");
}

TEST(ValidationEvidence, FromAfterTheJudgementItIsIgnoredAndNamed) {
  FactsWorld world = basic_world();
  world.add_evidence("later", RevocationKind::ocsp, "signer", "responder", "2026-01-13", "2026-01-20");
  world.revoke("later", "2026-01-09");
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  const auto verdict = world.judge();
  ASSERT_EQ(verdict.findings.size(), 1U);
  EXPECT_EQ(verdict.findings.front().code, "evidence-from-later");
  EXPECT_EQ(verdict.findings.front().object, "later");
  EXPECT_EQ(world.verdict("2026-01-13"), "INDETERMINATE/REVOKED_NO_POE");
}

// --- §5.2.5.4

TEST(ValidationFreshness, WithoutNextUpdateThePolicySetsTheAge) {
  FactsWorld world = basic_world();
  world.evidence("ocsp-signer").next_update.reset();
  EXPECT_EQ(world.verdict(), "INDETERMINATE/TRY_LATER");
  world.policy.freshness = std::chrono::hours(48);
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  world.policy.freshness = std::chrono::hours(36);
  EXPECT_EQ(world.verdict(), "INDETERMINATE/TRY_LATER");
}

TEST(ValidationFreshness, APolicyMayDoWithout) {
  FactsWorld world = basic_world();
  world.policy.freshness_is_needed = false;
  EXPECT_EQ(world.verdict("2027-01-01"), "TOTAL-PASSED");
}

}  // namespace
}  // namespace rakkan::validation
