#include "rakkan/pki/algorithm_policy.hpp"

#include <gmock/gmock.h>

#include <string>

#include "support/result_matchers.hpp"

namespace rakkan::pki {
namespace {

using crypto::HashAlgorithm;
using crypto::KeyKind;
using crypto::VerificationScheme;
using test::FailsWith;
using test::IsOk;
using testing::HasSubstr;
using Type = crypto::VerificationKey::Type;

constexpr auto kInvalid = ErrorCode::algorithm_catalogue_invalid;

Instant at(std::string_view text) { return parse_rfc3339(text).value(); }
const AlgorithmPolicy& ts() { return AlgorithmPolicy::ts_119_312(); }
const crypto::AlgorithmSuite& suite(std::string_view name) { return *crypto::suite_from_name(name); }

TEST(AlgorithmPolicy, TheCatalogueThatIsCompiledInIsRead) {
  EXPECT_GT(ts().rows().size(), 30U);
  EXPECT_EQ(ts().issued(), at("2024-10-13T00:00:00Z"));
  for (const AlgorithmRow& row : ts().rows()) {
    EXPECT_FALSE(row.evaluations.empty()) << row.name;
  }
}

TEST(AlgorithmPolicy, AHashEndsWithItsLastDay) {
  const AlgorithmStanding sha1 = ts().hash(HashAlgorithm::sha1);
  EXPECT_TRUE(sha1.acceptable_at(at("2012-07-31T23:59:59.999Z")));
  EXPECT_FALSE(sha1.acceptable_at(at("2012-08-01T00:00:00Z")));
  EXPECT_EQ(sha1.limit, "SHA-1");
  EXPECT_TRUE(ts().hash(HashAlgorithm::sha256).acceptable_at(at("2090-01-01T00:00:00Z")));
  EXPECT_FALSE(ts().hash(HashAlgorithm::sha512_224).listed);
}

TEST(AlgorithmPolicy, ASignatureEndsWithItsFirstPart) {
  const Instant before = at("2028-12-31T23:59:59Z");
  const Instant after = at("2029-01-01T00:00:00Z");
  const auto standing = [](std::string_view name, KeyKind kind) { return ts().signature(suite(name), kind); };
  EXPECT_TRUE(standing("rsa-pkcs1-sha256", KeyKind::rsa_4096).acceptable_at(before));
  EXPECT_FALSE(standing("rsa-pkcs1-sha256", KeyKind::rsa_4096).acceptable_at(after));
  EXPECT_FALSE(standing("rsa-pss-sha256", KeyKind::rsa_2048).acceptable_at(after));
  EXPECT_TRUE(standing("rsa-pss-sha256", KeyKind::rsa_3072).acceptable_at(after));
  EXPECT_TRUE(standing("ecdsa-sha256", KeyKind::ec_p256).acceptable_at(after));
  EXPECT_TRUE(standing("ecdsa-sha384", KeyKind::ec_p384).acceptable_at(after));
  EXPECT_TRUE(standing("ed25519", KeyKind::ed25519).acceptable_at(after));
}

TEST(AlgorithmPolicy, KeysAreJudgedByTheirSize) {
  const crypto::VerificationAlgorithm sha256{VerificationScheme::rsa_pkcs1, HashAlgorithm::sha256, {}};
  EXPECT_FALSE(ts().signature(sha256, {Type::rsa, 512}).listed);
  EXPECT_EQ(*ts().signature(sha256, {Type::rsa, 1024}).until, at("2019-09-30T23:59:59.999Z"));
  EXPECT_EQ(*ts().signature(sha256, {Type::rsa, 1899}).until, at("2019-09-30T23:59:59.999Z"));
  EXPECT_EQ(*ts().signature(sha256, {Type::rsa, 1900}).until, at("2028-12-31T23:59:59.999Z"));
  const crypto::VerificationAlgorithm dsa{VerificationScheme::dsa, HashAlgorithm::sha256, {}};
  EXPECT_EQ(*ts().signature(dsa, {Type::dsa, 2048, 224}).until, at("2028-12-31T23:59:59.999Z"));
  EXPECT_EQ(*ts().signature(dsa, {Type::dsa, 2048, 160}).until, at("2015-11-30T23:59:59.999Z")) << "q is short";
  EXPECT_FALSE(ts().signature(dsa, {Type::dsa, 3072, 256}).until) << "without an end";
}

TEST(AlgorithmPolicy, CurvesAreJudgedByTheirName) {
  const crypto::VerificationAlgorithm ecdsa{VerificationScheme::ecdsa, HashAlgorithm::sha256, {}};
  EXPECT_TRUE(ts().signature(ecdsa, {Type::ec, 521, 0, {1, 3, 132, 0, 35}}).listed);
  EXPECT_TRUE(ts().signature(ecdsa, {Type::ec, 256, 0, {1, 3, 36, 3, 3, 2, 8, 1, 1, 7}}).listed);
  const AlgorithmStanding bitcoin = ts().signature(ecdsa, {Type::ec, 256, 0, {1, 3, 132, 0, 10}});
  EXPECT_FALSE(bitcoin.listed);
  EXPECT_EQ(bitcoin.limit, "the curve 1.3.132.0.10");
}

TEST(AlgorithmPolicy, TheMaskOfPssCounts) {
  crypto::VerificationAlgorithm pss{VerificationScheme::rsa_pss, HashAlgorithm::sha256,
                                    crypto::PssParameters{HashAlgorithm::sha256, HashAlgorithm::sha256, 32}};
  EXPECT_FALSE(ts().signature(pss, {Type::rsa, 3072}).until);
  pss.pss->mask_hash = HashAlgorithm::sha1;
  EXPECT_EQ(ts().signature(pss, {Type::rsa, 3072}).limit, "SHA-1");
}

TEST(AlgorithmPolicy, ASuiteThatHasEndedIsRefusedForNewSignatures) {
  const auto require = [](std::string_view name, KeyKind kind, std::string_view time) {
    return require_acceptable(ts(), suite(name), kind, at(time));
  };
  EXPECT_THAT(require("rsa-pkcs1-sha256", KeyKind::rsa_2048, "2028-12-31T12:00:00Z"), IsOk());
  const auto refused = require("rsa-pkcs1-sha256", KeyKind::rsa_2048, "2029-01-01T00:00:00Z");
  EXPECT_THAT(refused, FailsWith(ErrorCode::algorithm_not_acceptable));
  EXPECT_THAT(refused.error().detail,
              HasSubstr("RSA PKCS#1 v1.5 with SHA-256 by RSA-2048 was acceptable until 2028-12-31"));
  EXPECT_THAT(require("ecdsa-sha256", KeyKind::ec_p256, "2060-01-01T00:00:00Z"), IsOk());
}

// ---- A user's own catalogue

std::string catalogue(const std::string& algorithms) {
  return R"({"SecuritySuitabilityPolicyType":{"PolicyName":{"Name":"Ours"},"Publisher":{"Name":"We"},)"
         R"("PolicyIssueDate":"2026-01-01T00:00:00Z","Algorithm":[)" +
         algorithms + "]}}";
}
std::string row(const std::string& evaluation, const std::string& oid = "2.16.840.1.101.3.4.2.1") {
  return R"({"AlgorithmIdentifier":{"Name":"SHA-256","ObjectIdentifier":")" + oid + R"("},"Evaluation":[)" +
         evaluation + "]}";
}

TEST(AlgorithmPolicy, AUsersCatalogueTakesItsPlace) {
  ASSERT_OK_AND_ASSIGN(
      const AlgorithmPolicy policy,
      AlgorithmPolicy::parse(catalogue(
          row(R"({"Validity":{"Start":"2025-01-01","End":"2030-06-30T12:00:00+09:00"},"Recommendation":"L"})"))));
  const AlgorithmStanding sha256 = policy.hash(HashAlgorithm::sha256);
  EXPECT_FALSE(sha256.acceptable_at(at("2024-12-31T23:59:59Z")));
  EXPECT_TRUE(sha256.acceptable_at(at("2025-01-01T00:00:00Z")));
  EXPECT_TRUE(sha256.acceptable_at(at("2030-06-30T03:00:00Z")));
  EXPECT_FALSE(sha256.acceptable_at(at("2030-06-30T03:00:00.001Z")));
  EXPECT_FALSE(policy.hash(HashAlgorithm::sha384).listed);
}

TEST(AlgorithmPolicy, ARowForAUseCountsForThatUseAlone) {
  ASSERT_OK_AND_ASSIGN(
      const AlgorithmPolicy policy,
      AlgorithmPolicy::parse(
          catalogue(row(R"({"Validity":{"End":"2027-01-01"}},{"Validity":{},"AlgorithmUsage":"http://a.test/x"})"))));
  EXPECT_TRUE(policy.hash(HashAlgorithm::sha256).until);
  EXPECT_FALSE(policy.hash(HashAlgorithm::sha256, "http://a.test/x").until);
}

TEST(AlgorithmPolicy, AParameterThatIsNotKnownNeverFits) {
  ASSERT_OK_AND_ASSIGN(
      const AlgorithmPolicy policy,
      AlgorithmPolicy::parse(catalogue(row(R"({"Validity":{},"Parameter":[{"name":"colour","Min":1}]})"))));
  EXPECT_FALSE(policy.hash(HashAlgorithm::sha256).listed);
}

TEST(AlgorithmPolicy, RefusesACatalogueWithItsPlace) {
  const auto where = [](const std::string& json) {
    const auto policy = AlgorithmPolicy::parse(json);
    EXPECT_THAT(policy, FailsWith(kInvalid)) << json;
    return policy ? std::string() : policy.error().where;
  };
  EXPECT_THAT(AlgorithmPolicy::parse("{"), FailsWith(kInvalid));
  EXPECT_THAT(AlgorithmPolicy::parse("{}"), FailsWith(kInvalid));
  EXPECT_THAT(where(catalogue(row(R"({"Validity":{"End":"2030-13-01"}})"))), HasSubstr("Validity.End"));
  EXPECT_THAT(where(catalogue(row(R"({"Validity":{"Start":"2031-01-01","End":"2030-12-31"}})"))),
              HasSubstr("Evaluation[0].Validity"));
  EXPECT_THAT(where(catalogue(row(R"({"Validity":{},"Colour":1})"))), HasSubstr("Evaluation[0].Colour"));
  EXPECT_THAT(where(catalogue(row(R"({"Validity":{}})", "2.x"))), HasSubstr("ObjectIdentifier"));
  EXPECT_THAT(where(catalogue(row(R"({"Validity":{}})") + "," + row(R"({"Validity":{}})"))), HasSubstr("Algorithm[1]"));
}

}  // namespace
}  // namespace rakkan::pki
