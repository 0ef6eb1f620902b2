#include "rakkan/crypto/sha1_name.hpp"

#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "rakkan/crypto/algorithm_suite.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/der/writer.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::crypto {
namespace {

// source: FIPS 180-2 appendix A.1, A.2; RFC 3174 §7.3
TEST(Sha1Name, IsSha1) {
  EXPECT_EQ(to_hex(sha1_name(bytes_of("abc"))), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(to_hex(sha1_name(bytes_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  EXPECT_EQ(to_hex(sha1_name({})), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

constexpr der::Oid kSha1{1, 3, 14, 3, 2, 26};
constexpr der::Oid kSha1WithRsa{1, 2, 840, 113549, 1, 1, 5};
constexpr der::Oid kEcdsaWithSha1{1, 2, 840, 10045, 4, 1};

TEST(Sha1Name, NoDigestAlgorithmAndNoSuiteReachesSha1) {
  EXPECT_FALSE(digest_algorithm_from_oid(kSha1));
  EXPECT_FALSE(digest_algorithm_from_name("SHA-1"));
  EXPECT_FALSE(digest_algorithm_from_name("sha1"));
  for (const der::Oid& oid : {kSha1WithRsa, kEcdsaWithSha1}) {
    der::Writer writer;
    writer.sequence([&] { writer.oid(oid); });
    EXPECT_THAT(suite_from_identifier(writer.view(), std::nullopt), test::FailsWith(ErrorCode::unsupported_algorithm));
  }
  for (const AlgorithmSuite& suite : algorithm_suites()) {
    EXPECT_GE(info(suite.digest).size, 32) << suite.name;
  }
}

}  // namespace
}  // namespace rakkan::crypto
