// Algorithms and the policy's ends: EN 319 102-1 §5.1.4.3, TS 119 312.
#include <gtest/gtest.h>

#include "support/facts_world.hpp"

namespace rakkan::validation {
namespace {

using test::at;
using test::FactsWorld;

// RSA-2048 counts to the end of 2028.
FactsWorld signed_by_rsa() {
  FactsWorld world;
  world.signature().signer.algorithm = test::rsa_2048_with();
  world.certificate("signer").not_after = at("2035-01-01");
  return world;
}

TEST(ValidationAlgorithms, AnAlgorithmCountsToItsLastMoment) {
  FactsWorld world = signed_by_rsa();
  world.be_basic();
  world.refresh_evidence("2028-12-31", "-28");
  world.refresh_evidence("2029-01-01", "-29");
  EXPECT_EQ(world.verdict("2028-12-31T23:59:59Z"), "TOTAL-PASSED");
  EXPECT_EQ(world.verdict("2029-01-01"), "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE");
}

TEST(ValidationAlgorithms, ATimestampFromBeforeTheEndProvesTheSignature) {
  FactsWorld world = signed_by_rsa();
  world.refresh_evidence("2029-01-01", "-29");
  EXPECT_EQ(world.verdict("2029-01-02"), "TOTAL-PASSED");
}

TEST(ValidationAlgorithms, EndsAfterThePolicysDateOnlyWarn) {
  FactsWorld world = signed_by_rsa();
  world.be_basic();
  world.refresh_evidence("2029-01-01", "-29");
  world.policy.algorithm_ends_count_until = at("2026-01-01");
  EXPECT_EQ(world.verdict("2029-01-02"), "TOTAL-PASSED");
  bool warned = false;
  const Verdict judged = world.judge("2029-01-02");
  for (const Finding& each : judged.signatures.front().findings) {
    warned = warned || each.code == "algorithm-ended";
  }
  EXPECT_TRUE(warned);
}

TEST(ValidationAlgorithms, TheChainsAlgorithmsCountToo) {
  FactsWorld world;
  world.be_basic();
  world.certificate("ca").signature = test::p256_with(crypto::HashAlgorithm::sha1);
  EXPECT_EQ(world.verdict(), "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE");
}

TEST(ValidationAlgorithms, TheAnchorsOwnSignatureDoesNotCount) {
  FactsWorld world;
  world.certificate("root").signature = test::p256_with(crypto::HashAlgorithm::md5);
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
}

TEST(ValidationAlgorithms, RevocationDatasAlgorithmsCountToo) {
  FactsWorld world;
  world.be_basic();
  world.evidence("ocsp-signer").algorithm = test::p256_with(crypto::HashAlgorithm::sha1);
  EXPECT_EQ(world.verdict(), "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE");
}

TEST(ValidationAlgorithms, TheRespondersCertificatesAlgorithmsCountToo) {
  FactsWorld world;
  world.be_basic();
  world.certificate("responder").signature = test::p256_with(crypto::HashAlgorithm::sha1);
  EXPECT_EQ(world.verdict(), "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE");
}

TEST(ValidationAlgorithms, ATokensImprintCounts) {
  FactsWorld world;
  world.timestamp("doc-tst").imprint.hash = crypto::HashAlgorithm::sha1;
  EXPECT_EQ(world.timestamp_verdict("doc-tst"), "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE");
}

TEST(ValidationAlgorithms, AnEdwardsKeyHasNoHash) {
  FactsWorld world;
  world.signature().signer.algorithm = {
      "Ed25519", crypto::VerificationScheme::ed25519, std::nullopt, std::nullopt, {KeyType::ed25519, 256, 0, {}}};
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  world.signature().signer.algorithm.scheme = crypto::VerificationScheme::rsa_pkcs1;
  EXPECT_EQ(world.verdict(), "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE");
}

TEST(ValidationAlgorithms, TheMasksHashCounts) {
  FactsWorld world;
  world.signature().signer.algorithm = {"PSS",
                                        crypto::VerificationScheme::rsa_pss,
                                        crypto::HashAlgorithm::sha256,
                                        crypto::HashAlgorithm::sha256,
                                        {KeyType::rsa, 4096, 0, {}}};
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
  world.be_basic();
  world.signature().signer.algorithm.mask_hash = crypto::HashAlgorithm::sha1;
  EXPECT_EQ(world.verdict(), "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE");
}

}  // namespace
}  // namespace rakkan::validation
