#include "rakkan/crypto/self_check.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>
#include <vector>

#include "rakkan/crypto/software_signer.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::crypto {
namespace {

using test::FailsWith;
using test::IsOk;

struct Signed {
  explicit Signed(KeyKind kind)
      : signer(SoftwareSigner::generate(kind).value()),
        suite(default_suite(kind)),
        data(digest(suite.digest, bytes_of("契約書"))),
        signature(signer.sign(suite, data).value()),
        check(signer.public_key()) {}

  [[nodiscard]] Result<void> verify() const { return check.verify(suite, data, signature); }
  void verify_until_a_table_pays() const {
    for (std::uint64_t i = 0; i < SelfCheck::kChecksToATable; ++i) {
      ASSERT_THAT(verify(), IsOk());
    }
  }

  SoftwareSigner signer;
  const AlgorithmSuite& suite;
  Digest data;
  Bytes signature;
  SelfCheck check;
};

class SelfCheckOf : public testing::TestWithParam<KeyKind> {};

TEST_P(SelfCheckOf, SaysTheSameWithAndWithoutATable) {
  Signed made(GetParam());
  for (const bool with_table : {false, true}) {
    if (with_table) {
      made.check.build_table();
      EXPECT_EQ(made.check.has_table(), GetParam() == KeyKind::ec_p256);
    }
    EXPECT_THAT(made.verify(), IsOk());
    EXPECT_THAT(made.check.verify(made.suite, digest(made.suite.digest, bytes_of("契約害")), made.signature),
                FailsWith(ErrorCode::signature_invalid));
    EXPECT_THAT(made.check.verify(made.suite, made.data, {}), FailsWith(ErrorCode::signature_invalid));
    const AlgorithmSuite& unsuited =
        *suite_from_name(made.suite.scheme == SignatureScheme::ecdsa ? "rsa-pkcs1-sha256" : "ecdsa-sha256");
    EXPECT_THAT(made.check.verify(unsuited, made.data, made.signature), FailsWith(ErrorCode::unsupported_algorithm));
    const AlgorithmSuite& other_digest = *find_suite(made.suite.scheme, DigestAlgorithm::sha512);
    EXPECT_THAT(made.check.verify(other_digest, made.data, made.signature),
                FailsWith(ErrorCode::unsupported_algorithm));
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, SelfCheckOf, testing::Values(KeyKind::ec_p256, KeyKind::ec_p384, KeyKind::rsa_2048));

TEST(SelfCheck, IsDueATableOnceAfterEnoughChecks) {
  Signed made(KeyKind::ec_p256);
  EXPECT_FALSE(made.check.claim_table());
  made.verify_until_a_table_pays();
  EXPECT_TRUE(made.check.claim_table());
  EXPECT_FALSE(made.check.claim_table());
  made.verify_until_a_table_pays();  // it was not made: the pool was full
  EXPECT_TRUE(made.check.claim_table());
  made.check.build_table();
  made.verify_until_a_table_pays();
  EXPECT_FALSE(made.check.claim_table());
}

TEST(SelfCheck, IsNeverDueATableForAKeyOfAnotherKind) {
  Signed made(KeyKind::ec_p384);
  made.verify_until_a_table_pays();
  EXPECT_FALSE(made.check.claim_table());
}

TEST(SelfCheck, BuildsNoMoreTablesThanAllKeysMayHave) {
  ASSERT_OK_AND_ASSIGN(const SoftwareSigner signer, SoftwareSigner::generate(KeyKind::ec_p256));
  std::vector<std::unique_ptr<SelfCheck>> checks;
  for (std::uint64_t i = 0; i <= SelfCheck::kMostTables; ++i) {
    checks.push_back(std::make_unique<SelfCheck>(signer.public_key()));
    checks.back()->build_table();
    checks.back()->build_table();  // again is harmless
    ASSERT_EQ(checks.back()->has_table(), i < SelfCheck::kMostTables);
  }
  checks.erase(checks.begin());  // gives its place back
  checks.back()->build_table();
  EXPECT_TRUE(checks.back()->has_table());
}

TEST(SelfCheck, GetsItsTableWhileOthersVerify) {
  Signed made(KeyKind::ec_p256);
  const Digest other = digest(made.suite.digest, bytes_of("契約害"));
  std::atomic<int> wrong{0};
  std::atomic<bool> built{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      for (int after = 0; after < 20; after += built.load() ? 1 : 0) {
        wrong += made.verify() ? 0 : 1;
        wrong += made.check.verify(made.suite, other, made.signature) ? 1 : 0;
      }
    });
  }
  made.check.build_table();
  built = true;
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace rakkan::crypto
