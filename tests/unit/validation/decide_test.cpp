// decide as a whole: the document's verdict, determinism, and what more or less evidence may change.
#include "rakkan/validation/decide.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "rakkan/validation/verdict_json.hpp"
#include "support/facts_world.hpp"

namespace rakkan::validation {
namespace {

using test::at;
using test::FactsWorld;

TEST(ValidationDecide, WithoutASignatureThereIsNoVerdict) {
  FactsWorld world;
  world.facts.signatures.clear();
  const Verdict verdict = world.judge();
  EXPECT_FALSE(verdict.indication.has_value());
  ASSERT_EQ(verdict.findings.size(), 1U);
  EXPECT_EQ(verdict.findings.front().code, "no-signature");
  EXPECT_FALSE(verdict.findings.front().ja.empty());
}

TEST(ValidationDecide, NoFactsGiveNoVerdict) {
  EXPECT_FALSE(decide(Facts{}, Policy::rakkan(), at("2026-01-12")).indication.has_value());
}

TEST(ValidationDecide, TheWorstSignatureIsTheDocuments) {
  FactsWorld world;
  world.facts.signatures.push_back(world.signature());
  world.facts.signatures.back().id = "second";
  EXPECT_EQ(world.judge().indication, Indication::passed);
  world.facts.signatures.back().signer.certificate.reset();
  EXPECT_EQ(world.judge().indication, Indication::indeterminate);
  world.facts.signatures.front().signer.signature = Check::bad;
  EXPECT_EQ(world.judge().indication, Indication::failed);
  EXPECT_EQ(world.judge().sub_indication, SubIndication::sig_crypto_failure);
}

TEST(ValidationDecide, EveryStepHasItsClause) {
  const Verdict verdict = FactsWorld().judge();
  ASSERT_FALSE(verdict.signatures.front().steps.empty());
  for (const Step& each : verdict.signatures.front().steps) {
    EXPECT_EQ(each.clause.rfind("EN 319 102-1 §5.", 0), 0U) << each.check;
  }
  for (const TimestampVerdict& timestamp : verdict.timestamps) {
    ASSERT_FALSE(timestamp.steps.empty());
    EXPECT_EQ(timestamp.steps.back().check, "poe");
  }
}

TEST(ValidationDecide, TheChainAndItsAnchorAreTold) {
  const SignatureVerdict verdict = FactsWorld().judge().signatures.front();
  EXPECT_EQ(verdict.anchor, "root");
  EXPECT_EQ(verdict.chain, (std::vector<Id>{"signer", "ca"}));
  EXPECT_EQ(verdict.signing_certificate, "signer");
  EXPECT_EQ(verdict.cryptographically_valid, true);
}

TEST(ValidationDecide, TheOperatorsMarkIsTold) {
  FactsWorld world;
  world.certificate("signer").is_operator = true;
  const auto findings = world.judge().signatures.front().findings;
  EXPECT_TRUE(std::any_of(findings.begin(), findings.end(),
                          [](const Finding& each) { return each.code == "operator-certificate"; }));
}

TEST(ValidationDecide, AClaimLaterThanTheProofIsNoted) {
  FactsWorld world;
  world.signature().claimed_time = at("2026-01-10T00:02:00Z");
  const auto findings = world.judge().signatures.front().findings;
  EXPECT_TRUE(std::any_of(findings.begin(), findings.end(),
                          [](const Finding& each) { return each.code == "claimed-time-after-proof"; }));
}

// A world with choices: two chains, several CRLs and responses, some of them bad, of equal age too.
FactsWorld crowded_world() {
  FactsWorld world;
  world.add_certificate("root2", "2015-01-01", "2045-01-01", {}, "").chains = {};
  world.facts.anchors.push_back({"root2"});
  world.certificate("signer").chains.push_back({{"signer", "ca"}, "root2", {}});
  world.certificate("signer").chains.push_back({{"signer"}, "root2", {{"signature", "", "signer", ""}}});
  for (const char* id : {"b", "a", "c"}) {
    world.add_evidence(id, RevocationKind::ocsp, "signer", "responder", "2026-01-10T12:00:00Z", "2026-01-17");
  }
  world.evidence("b").signature = Check::bad;
  world.revoke("c", "2026-01-10T18:00:00Z", "certificateHold");
  world.add_timestamp("other-tst", TimestampKind::signature, "2026-01-10T00:01:00Z", {"sig"});
  world.signature().timestamps.push_back("other-tst");
  return world;
}

TEST(ValidationDecide, TheOrderOfFactsDoesNotMatter) {
  const FactsWorld original = crowded_world();
  const Verdict expected = original.judge();
  std::mt19937 random(7);  // NOLINT: a fixed seed, so that a failure comes again
  for (int round = 0; round < 50; ++round) {
    FactsWorld world = original;
    std::shuffle(world.facts.certificates.begin(), world.facts.certificates.end(), random);
    std::shuffle(world.facts.anchors.begin(), world.facts.anchors.end(), random);
    std::shuffle(world.facts.revocations.begin(), world.facts.revocations.end(), random);
    std::shuffle(world.certificate("signer").chains.begin(), world.certificate("signer").chains.end(), random);
    EXPECT_EQ(world.judge(), expected);
  }
}

TEST(ValidationDecide, TheSameArgumentsGiveTheSameVerdict) {
  const FactsWorld world = crowded_world();
  EXPECT_EQ(to_json(world.judge(), world.facts, {true}), to_json(world.judge(), world.facts, {true}));
}

int goodness(const Verdict& verdict) { return verdict.indication ? 2 - static_cast<int>(*verdict.indication) : 0; }

// Less is never better, where nothing speaks against the signature: each fact that can be left out, left out.
TEST(ValidationDecide, WithoutAFactNothingGetsBetter) {
  const FactsWorld original;
  for (const char* time : {"2026-01-12", "2026-01-20", "2028-06-01"}) {
    const int before = goodness(original.judge(time));
    for (std::size_t index = 0; index < original.facts.revocations.size(); ++index) {
      FactsWorld world = original;
      world.facts.revocations.erase(world.facts.revocations.begin() + static_cast<std::ptrdiff_t>(index));
      EXPECT_LE(goodness(world.judge(time)), before);
    }
    for (const char* id : {"sig-tst", "doc-tst"}) {
      FactsWorld world = original;
      world.drop_timestamp(id);
      EXPECT_LE(goodness(world.judge(time)), before);
    }
    FactsWorld world = original;
    world.facts.anchors.clear();
    EXPECT_LE(goodness(world.judge(time)), before);
  }
}

// A certificate that is revoked for good stays so, whatever else is said about it.
TEST(ValidationDecide, MoreEvidenceDoesNotUndoARevocation) {
  FactsWorld world;
  world.be_basic();
  world.revoke("ocsp-signer", "2026-01-09");
  for (int day = 11; day < 13; ++day) {
    world.add_evidence("more-" + std::to_string(day), RevocationKind::ocsp, "signer", "responder",
                       "2026-01-" + std::to_string(day), "2026-01-30");
    EXPECT_EQ(world.verdict(), "INDETERMINATE/REVOKED_NO_POE");
  }
}

// Every single fact that is made worse.
TEST(ValidationDecide, AWorseFactIsNeverBetter) {
  const FactsWorld original;
  const int best = goodness(original.judge());
  ASSERT_EQ(best, 2);
  std::vector<FactsWorld> worse(8, original);
  worse[0].signature().signer.signature = Check::unsupported;
  worse[1].signature().signer.digests.front().match = Match::not_found;
  worse[2].signature().pdf.coverage = Coverage::unclear;
  worse[3].signature().signer.reference = CertificateReference::mismatch;
  worse[4].certificate("signer").chains.clear();
  worse[5].evidence("ocsp-signer").signature = Check::bad;
  worse[6].evidence("crl-ca").entries.front().is_authorised = false;
  worse[7].signature().pdf.modification = ModificationLevel::other;
  for (const FactsWorld& each : worse) {
    EXPECT_LT(goodness(each.judge()), best);
  }
}

// Facts that contradict themselves do not end the program.
TEST(ValidationDecide, FactsThatNameNothingAreHarmless) {
  FactsWorld world;
  world.signature().timestamps.push_back("absent");
  world.certificate("ca").chains.push_back({{"ca", "absent"}, "root", {}});
  world.certificate("ca").chains.push_back({{}, "ca", {}});
  world.timestamp("doc-tst").covers.push_back("doc-tst");
  world.timestamp("doc-tst").covers.push_back("nothing");
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  world.facts.certificates.clear();
  EXPECT_EQ(world.verdict(), "INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND");
}

}  // namespace
}  // namespace rakkan::validation
