#include "rakkan/pki/renewal.hpp"

#include <gmock/gmock.h>

#include "support/handmade_certificates.hpp"

namespace rakkan::pki {
namespace {

using namespace test;
using crypto::KeyKind;
using testing::HasSubstr;
using testing::SizeIs;

Instant at(std::string_view text) { return parse_rfc3339(text).value(); }

AlgorithmInUse use_of(std::string_view suite, KeyKind kind) {
  return {"signature of the timestamp token",
          AlgorithmPolicy::ts_119_312().signature(*crypto::suite_from_name(suite), kind)};
}

TEST(Renewal, IsDueBeforeTheUnitsCertificateEnds) {
  const Renewal due = renewal_due({.unit_certificate_end = at("2031-05-01T00:00:00Z"),
                                   .algorithms = {use_of("ecdsa-sha256", KeyKind::ec_p256)},
                                   .margin = std::chrono::hours{24 * 30}});
  EXPECT_EQ(due.reason, RenewalReason::unit_certificate_ends);
  EXPECT_EQ(due.limit, at("2031-05-01T00:00:00Z"));
  EXPECT_EQ(due.by, at("2031-04-01T00:00:00Z"));
}

TEST(Renewal, IsDueBeforeAnAlgorithmEnds) {
  const Renewal due = renewal_due(
      {.unit_certificate_end = at("2036-01-01T00:00:00Z"),
       .algorithms = {use_of("ecdsa-sha256", KeyKind::ec_p256), use_of("rsa-pss-sha256", KeyKind::rsa_2048)},
       .last_revocation_data = at("2035-01-01T00:00:00Z"),
       .margin = std::chrono::hours{24}});
  EXPECT_EQ(due.reason, RenewalReason::algorithm_ends);
  EXPECT_EQ(due.by, at("2028-12-30T23:59:59.999Z"));
  EXPECT_EQ(due.detail, "signature of the timestamp token: RSASSA-PSS with SHA-256 by RSA-2048");
}

TEST(Renewal, IsDueWhileRevocationDataCanBeHad) {
  const Renewal due = renewal_due({.unit_certificate_end = at("2036-01-01T00:00:00Z"),
                                   .algorithms = {use_of("ecdsa-sha256", KeyKind::ec_p256)},
                                   .last_revocation_data = at("2027-01-01T00:00:00Z")});
  EXPECT_EQ(due.reason, RenewalReason::revocation_data_ends);
  EXPECT_EQ(due.by, at("2027-01-01T00:00:00Z"));
}

TEST(Renewal, IsDueAtOnceForAnAlgorithmThatIsNotListed) {
  AlgorithmInUse imprint{"imprint", AlgorithmPolicy::ts_119_312().hash(crypto::HashAlgorithm::sha512_256)};
  const Renewal due = renewal_due({.unit_certificate_end = at("2036-01-01T00:00:00Z"), .algorithms = {imprint}});
  EXPECT_EQ(due.reason, RenewalReason::algorithm_not_listed);
  EXPECT_LT(due.by, at("1970-01-01T00:00:00Z"));
  EXPECT_EQ(due.detail, "imprint: SHA-512/256");
}

TEST(Renewal, KnowsTheAlgorithmsOfAChain) {
  const HandmadeCa root("Root");
  const HandmadeCa ca("CA");
  const auto uses =
      algorithms_of({{root.self_signed()}, {root.certify(ca), ca.certify_end("Unit")}}, AlgorithmPolicy::ts_119_312());
  ASSERT_THAT(uses, SizeIs(2));
  EXPECT_THAT(uses.front().use, HasSubstr("CN=CA"));
  EXPECT_TRUE(uses.front().standing.listed);
  EXPECT_FALSE(uses.back().standing.until);
}

}  // namespace
}  // namespace rakkan::pki
