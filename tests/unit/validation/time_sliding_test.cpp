// Validation time sliding, EN 319 102-1 §5.6.2.2, and past certificate validation, §5.6.2.1.
#include "validation/time_sliding.hpp"

#include <gtest/gtest.h>

#include "support/facts_world.hpp"
#include "validation/past_certificate.hpp"

namespace rakkan::validation {
namespace {

using test::at;
using test::FactsWorld;

constexpr std::chrono::milliseconds kJustBefore{1};

// Everything was proven to exist on 2026-01-11.
struct Slide {
  FactsWorld world;
  std::string_view now = "2026-01-12";
  std::vector<std::string> unproven = {};

  [[nodiscard]] SlidResult run() const {
    const Case facts(world.facts, world.policy, at(now));
    PoeSet poe(facts.now());
    for (const Id& each : world.facts.timestamps.back().covers) {
      if (std::find(unproven.begin(), unproven.end(), each) == unproven.end()) {
        poe.add(each, at("2026-01-11"), "doc-tst");
      }
    }
    StepLog log;
    return validate_past_chain(facts, facts.certificate("signer")->chains.front(), Role::signer, poe, log);
  }
};

TEST(ValidationTimeSliding, StaysWhereEverythingIsGood) {
  const Slide slide;
  EXPECT_TRUE(slide.run().conclusion.is_passed());
  EXPECT_EQ(slide.run().control_time, at("2026-01-12"));
}

TEST(ValidationTimeSliding, SlidesToTheProofOfDataThatWereFreshThen) {
  Slide slide;
  slide.now = "2026-01-20";
  EXPECT_TRUE(slide.run().conclusion.is_passed());
  EXPECT_EQ(slide.run().control_time, at("2026-01-11"));
}

TEST(ValidationTimeSliding, SlidesToDataThatWereStaleWhenProven) {
  Slide slide;
  slide.now = "2026-01-20";
  slide.world.evidence("ocsp-signer").next_update = at("2026-01-10T18:00:00Z");
  EXPECT_TRUE(slide.run().conclusion.is_passed());
  EXPECT_EQ(slide.run().control_time, at("2026-01-10T12:00:00Z"));
}

TEST(ValidationTimeSliding, SlidesToTheRevocation) {
  Slide slide;
  slide.world.revoke("ocsp-signer", "2026-01-10T06:00:00Z");
  EXPECT_EQ(slide.run().control_time, at("2026-01-10T06:00:00Z") - kJustBefore);
}

TEST(ValidationTimeSliding, SlidesToTheRevocationOfTheCa) {
  Slide slide;
  slide.world.revoke("crl-ca", "2026-01-11T12:00:00Z");
  EXPECT_EQ(slide.run().control_time, at("2026-01-11T12:00:00Z") - kJustBefore);
}

// Below a CA that was revoked on the 9th, the signer's status of the 10th says nothing.
TEST(ValidationTimeSliding, DataFromAfterTheControlTimeDoNotCount) {
  Slide slide;
  slide.world.revoke("crl-ca", "2026-01-09");
  EXPECT_TRUE(slide.run().conclusion.is(SubIndication::no_poe));
}

TEST(ValidationTimeSliding, DataWithoutAProofByTheControlTimeDoNotCount) {
  Slide slide;
  slide.world.revoke("crl-ca", "2026-01-11T12:00:00Z");
  slide.unproven = {"ocsp-signer"};
  EXPECT_TRUE(slide.run().conclusion.is(SubIndication::no_poe));
}

TEST(ValidationTimeSliding, ACertificateWithoutAProofByTheControlTimeDoesNotCount) {
  Slide slide;
  slide.world.revoke("crl-ca", "2026-01-11T12:00:00Z");
  slide.unproven = {"signer"};
  EXPECT_TRUE(slide.run().conclusion.is(SubIndication::no_poe));
}

TEST(ValidationTimeSliding, SlidesToTheSunset) {
  Slide slide;
  slide.world.facts.anchors.front().sunset = at("2026-01-11T06:00:00Z");
  EXPECT_EQ(slide.run().control_time, at("2026-01-11T06:00:00Z"));
}

TEST(ValidationTimeSliding, SlidesToTheEndOfAnAlgorithm) {
  Slide slide;
  slide.now = "2030-01-01";
  slide.world.refresh_evidence("2029-12-31", "");
  slide.world.certificate("ca").signature = test::rsa_2048_with();
  // The data of 2029 are beyond the end; the control time goes on to those of 2026.
  EXPECT_TRUE(slide.run().conclusion.is_passed());
  EXPECT_EQ(slide.run().control_time, at("2026-01-11"));
}

TEST(ValidationTimeSliding, SlidesToTheEndOfTheDatasAlgorithm) {
  Slide slide;
  slide.now = "2030-01-01";
  slide.world.refresh_evidence("2029-12-31", "");
  slide.world.certificate("signer").not_after = at("2035-01-01");
  slide.world.evidence("fresh-signer").algorithm = test::rsa_2048_with();
  EXPECT_EQ(slide.run().control_time, at("2028-12-31T23:59:59.999Z"));
}

TEST(ValidationTimeSliding, AnAlgorithmThatNeverCountedStops) {
  Slide slide;
  slide.world.certificate("ca").signature.scheme.reset();
  EXPECT_TRUE(slide.run().conclusion.is(SubIndication::crypto_constraints_failure_no_poe));
}

TEST(ValidationTimeSliding, DataOfAnEndedResponderNeedAProofFromItsTime) {
  Slide slide;
  slide.world.certificate("responder").not_after = at("2026-01-11T12:00:00Z");
  EXPECT_TRUE(slide.run().conclusion.is_passed());
  slide.unproven = {"ocsp-signer"};
  EXPECT_TRUE(slide.run().conclusion.is(SubIndication::no_poe));
}

TEST(ValidationTimeSliding, ExemptCertificatesNeedNoData) {
  Slide slide;
  slide.world.drop_evidence("ocsp-signer");
  EXPECT_TRUE(slide.run().conclusion.is(SubIndication::no_poe));
  slide.world.certificate("signer").has_validity_assured_short_term = true;
  EXPECT_TRUE(slide.run().conclusion.is_passed());
}

TEST(ValidationPastCertificate, AChainThatWasNeverGoodStays) {
  Slide slide;
  slide.world.certificate("signer").chains.front().findings = {{"not_a_ca", "", "ca", ""}};
  EXPECT_TRUE(slide.run().conclusion.is(SubIndication::chain_constraints_failure));
}

TEST(ValidationPastCertificate, TheChainWasValidTogetherOnce) {
  Slide slide;
  slide.world.certificate("ca").not_after = at("2024-12-31");
  EXPECT_TRUE(slide.run().conclusion.is(SubIndication::certificate_chain_general_failure));
}

}  // namespace
}  // namespace rakkan::validation
