// Cryptographic verification and signature acceptance: EN 319 102-1 §5.2.7, §5.2.8.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "support/facts_world.hpp"

namespace rakkan::validation {
namespace {

using test::at;
using test::FactsWorld;

TEST(ValidationCryptography, AnotherDigestFails) {
  FactsWorld world;
  world.signature().signer.digests.front().match = Match::mismatch;
  EXPECT_EQ(world.verdict(), "TOTAL-FAILED/HASH_FAILURE");
  EXPECT_EQ(world.judge().signatures.front().cryptographically_valid, false);
  EXPECT_EQ(world.judge().signatures.front().level, Level::none);
}

TEST(ValidationCryptography, OneDigestOfManyIsEnoughToFail) {
  FactsWorld world;
  world.signature().signer.digests.push_back({"reference", crypto::HashAlgorithm::sha256, Match::not_found});
  world.signature().signer.digests.push_back({"reference", crypto::HashAlgorithm::sha256, Match::mismatch});
  EXPECT_EQ(world.verdict(), "TOTAL-FAILED/HASH_FAILURE");
}

TEST(ValidationCryptography, DataThatAreNotThereAreNotFound) {
  FactsWorld world;
  world.signature().signer.digests.front().match = Match::not_found;
  EXPECT_EQ(world.verdict(), "INDETERMINATE/SIGNED_DATA_NOT_FOUND");
  const Verdict verdict = world.judge();
  EXPECT_EQ(verdict.signatures.front().cryptographically_valid, std::nullopt);
  EXPECT_TRUE(std::ranges::any_of(verdict.signatures.front().findings,
                                  [](const Finding& each) { return each.code == "signed-data-not-found"; }));
}

TEST(ValidationCryptography, ASignatureValueThatDoesNotVerifyFails) {
  FactsWorld world;
  world.signature().signer.signature = Check::bad;
  EXPECT_EQ(world.verdict(), "TOTAL-FAILED/SIG_CRYPTO_FAILURE");
}

TEST(ValidationCryptography, ASignatureOverNothingFails) {
  FactsWorld world;
  world.signature().signer.digests.clear();
  EXPECT_EQ(world.verdict(), "TOTAL-FAILED/FORMAT_FAILURE");
}

TEST(ValidationCryptography, AnAlgorithmThatCannotBeVerifiedIsNeitherGoodNorBad) {
  FactsWorld world;
  world.signature().signer.signature = Check::unsupported;
  EXPECT_EQ(world.verdict(), "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE");
  EXPECT_FALSE(world.judge().signatures.front().cryptographically_valid.has_value());
}

TEST(ValidationCryptography, AFailureIsWorseThanAnyChain) {
  FactsWorld world;
  world.facts.anchors.clear();
  EXPECT_EQ(world.verdict(), "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND");
  world.signature().signer.signature = Check::bad;
  EXPECT_EQ(world.verdict(), "TOTAL-FAILED/SIG_CRYPTO_FAILURE");
}

TEST(ValidationAcceptance, AWeakDigestNeedsAProof) {
  FactsWorld world;
  world.be_basic();
  world.signature().signer.digests.front().hash = crypto::HashAlgorithm::sha1;
  EXPECT_EQ(world.verdict(), "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE");
}

TEST(ValidationAcceptance, AWeakSignatureAlgorithmNeedsAProof) {
  FactsWorld world;
  world.be_basic();
  world.signature().signer.algorithm = test::p256_with(crypto::HashAlgorithm::sha1);
  EXPECT_EQ(world.verdict(), "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE");
}

TEST(ValidationAcceptance, AnUnknownAlgorithmNeverCounts) {
  FactsWorld world;
  world.signature().signer.algorithm.scheme.reset();
  EXPECT_EQ(world.verdict(), "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE");
}

TEST(ValidationAcceptance, AnUnknownDigestNeverCounts) {
  FactsWorld world;
  world.signature().signer.digests.front().hash.reset();
  EXPECT_EQ(world.verdict(), "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE");
}

TEST(ValidationAcceptance, TheClaimedTimeIsWeighed) {
  FactsWorld world;
  world.signature().claimed_time.reset();
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  world.policy.claimed_time_absent = Weight::fail;
  EXPECT_EQ(world.verdict(), "INDETERMINATE/SIG_CONSTRAINTS_FAILURE");
  world.signature().claimed_time = at("2024-12-31");
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  world.policy.claimed_time_outside_certificate = Weight::fail;
  EXPECT_EQ(world.verdict(), "INDETERMINATE/SIG_CONSTRAINTS_FAILURE");
}

}  // namespace
}  // namespace rakkan::validation
