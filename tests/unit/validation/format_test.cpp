// Format checking, identification of the signer, signature policy: EN 319 102-1 §5.2.2 to §5.2.4.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/facts_world.hpp"

namespace rakkan::validation {
namespace {

using test::FactsWorld;

bool has_finding(const std::vector<Finding>& findings, std::string_view code) {
  return std::any_of(findings.begin(), findings.end(), [&](const Finding& each) { return each.code == code; });
}

TEST(ValidationFormat, EverythingInOrderPasses) { EXPECT_EQ(FactsWorld().verdict(), "TOTAL-PASSED"); }

TEST(ValidationFormat, AStructureFindingFails) {
  FactsWorld world;
  world.signature().structure = {{"contents-gap", "ISO 32000-2 §12.8.1", "", 1, "12 0 obj"}};
  EXPECT_EQ(world.verdict(), "TOTAL-FAILED/FORMAT_FAILURE");
  const auto verdict = world.judge();
  EXPECT_TRUE(has_finding(verdict.signatures.front().findings, "contents-gap"));
  EXPECT_EQ(verdict.signatures.front().findings.front().revision, 1U);
  EXPECT_EQ(verdict.signatures.front().findings.front().object, "12 0 obj");
  EXPECT_EQ(verdict.signatures.front().cryptographically_valid, false);
}

TEST(ValidationFormat, AnUnknownCodeFails) {
  FactsWorld world;
  world.signature().structure = {{"something-new", "", "", {}, ""}};
  EXPECT_EQ(world.verdict(), "TOTAL-FAILED/FORMAT_FAILURE");
}

TEST(ValidationFormat, APolicyWeighsAFinding) {
  FactsWorld world;
  world.signature().structure = {{"contents-padding", "", "", {}, ""}};
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  EXPECT_TRUE(has_finding(world.judge().signatures.front().findings, "contents-padding"));
  world.policy.structure["contents-padding"] = Weight::ignore;
  EXPECT_FALSE(has_finding(world.judge().signatures.front().findings, "contents-padding"));
}

TEST(ValidationFormat, TimestampsThatAreLeftOutWarn) {
  for (const char* policy : {"rakkan", "compare-pyhanko", "compare-dss"}) {
    FactsWorld world;
    world.policy = *Policy::builtin(policy);
    world.signature().structure = {{"timestamps-left-out", "", "", {}, ""}};
    EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
    const auto findings = world.judge().signatures.front().findings;
    const auto found = std::find_if(findings.begin(), findings.end(),
                                    [](const Finding& each) { return each.code == "timestamps-left-out"; });
    ASSERT_NE(found, findings.end()) << policy;
    EXPECT_EQ(found->severity, Severity::warning);
    EXPECT_EQ(found->en, "The signature holds more timestamps than are looked at");
  }
}

TEST(ValidationFormat, AnUnknownSubFilterIsIndeterminateAtBest) {
  FactsWorld world;
  world.signature().structure = {{"sub-filter-unknown", "", "", {}, ""}};
  EXPECT_EQ(world.verdict(), "INDETERMINATE/SIG_CONSTRAINTS_FAILURE");
  world.signature().signer.signature = Check::bad;
  EXPECT_EQ(world.verdict(), "TOTAL-FAILED/SIG_CRYPTO_FAILURE");
}

TEST(ValidationFormat, CoverageOfNoRevisionFails) {
  for (const Coverage coverage : {Coverage::contiguous_block, Coverage::unclear}) {
    FactsWorld world;
    world.signature().pdf.coverage = coverage;
    EXPECT_EQ(world.verdict(), "TOTAL-FAILED/FORMAT_FAILURE");
  }
}

TEST(ValidationFormat, UnexplainedChangesFailAndTheSignedRevisionKeepsItsVerdict) {
  for (const ModificationLevel level :
       {ModificationLevel::other, ModificationLevel::annotations, ModificationLevel::not_analysed}) {
    FactsWorld world;
    world.signature().pdf.modification = level;
    EXPECT_EQ(world.verdict(), "TOTAL-FAILED/FORMAT_FAILURE");
    EXPECT_EQ(world.judge().signatures.front().signed_revision_indication, Indication::passed);
  }
}

TEST(ValidationFormat, FormFillingPassesUnlessCertifiedAgainstChanges) {
  FactsWorld world;
  world.signature().pdf.modification = ModificationLevel::form_filling;
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  EXPECT_EQ(world.judge().signatures.front().doc_mdp_ok, true);
  world.signature().pdf.permission = Permission::no_changes;
  EXPECT_EQ(world.verdict(), "TOTAL-FAILED/FORMAT_FAILURE");
  EXPECT_EQ(world.judge().signatures.front().doc_mdp_ok, false);
}

TEST(ValidationFormat, AnnotationsWarnWhereTheyAreAllowed) {
  FactsWorld world;
  world.signature().pdf.modification = ModificationLevel::annotations;
  world.signature().pdf.permission = Permission::annotations;
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  EXPECT_TRUE(has_finding(world.judge().signatures.front().findings, "modified-after-signing"));
}

TEST(ValidationFormat, ViolatedPermissionsFail) {
  FactsWorld world;
  world.signature().pdf.permissions_kept = false;
  EXPECT_EQ(world.verdict(), "TOTAL-FAILED/FORMAT_FAILURE");
  EXPECT_EQ(world.judge().signatures.front().doc_mdp_ok, false);
}

TEST(ValidationFormat, ADocumentsFindingsCountForAll) {
  FactsWorld world;
  world.facts.document.findings = {{"unsigned-tail", "", "", 3, ""}};
  EXPECT_EQ(world.judge().indication, Indication::failed);
  EXPECT_EQ(world.judge().sub_indication, SubIndication::format_failure);
  world.facts.document.findings = {{"limit-exceeded", "", "", {}, ""}};
  EXPECT_EQ(world.judge().indication, Indication::indeterminate);
}

// --- §5.2.3

TEST(ValidationIdentification, WithoutACertificateNothingIsFound) {
  FactsWorld world;
  world.signature().signer.certificate.reset();
  world.signature().signer.signature = Check::not_checked;
  EXPECT_EQ(world.verdict(), "INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND");
  EXPECT_FALSE(world.judge().signatures.front().cryptographically_valid.has_value());
}

TEST(ValidationIdentification, AReferenceToAnotherCertificateIsNotAccepted) {
  FactsWorld world;
  world.signature().signer.reference = CertificateReference::mismatch;
  EXPECT_EQ(world.verdict(), "INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND");
}

TEST(ValidationIdentification, AnAbsentReferenceIsWeighedByThePolicy) {
  FactsWorld world;
  world.signature().signer.reference = CertificateReference::absent;
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  EXPECT_TRUE(has_finding(world.judge().signatures.front().findings, "signing-certificate-reference-absent"));
  world.policy.reference_absent = Weight::fail;
  EXPECT_EQ(world.verdict(), "INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND");
}

TEST(ValidationIdentification, AnAmbiguousReferenceIsWeighedByThePolicy) {
  FactsWorld world;
  world.signature().signer.reference = CertificateReference::ambiguous;
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  world.policy.reference_ambiguous = Weight::fail;
  EXPECT_EQ(world.verdict(), "INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND");
}

TEST(ValidationIdentification, ATokenMustReferToItsCertificate) {
  FactsWorld world;
  world.timestamp("sig-tst").signer.reference = CertificateReference::absent;
  EXPECT_EQ(world.timestamp_verdict("sig-tst"), "INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND");
}

// --- §5.2.4

TEST(ValidationContext, APolicyThatIsNotAtHandIsWeighed) {
  FactsWorld world;
  world.signature().policy = SignaturePolicyFacts{"1.2.3", false, std::nullopt};
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  world.policy.policy_unavailable = Weight::fail;
  EXPECT_EQ(world.verdict(), "INDETERMINATE/SIGNATURE_POLICY_NOT_AVAILABLE");
}

TEST(ValidationContext, AnotherPolicyThanTheSignedOneIsAnError) {
  FactsWorld world;
  world.signature().policy = SignaturePolicyFacts{"1.2.3", true, false};
  EXPECT_EQ(world.verdict(), "INDETERMINATE/POLICY_PROCESSING_ERROR");
  world.signature().policy = SignaturePolicyFacts{"1.2.3", true, true};
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
}

}  // namespace
}  // namespace rakkan::validation
