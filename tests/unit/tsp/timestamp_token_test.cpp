#include "rakkan/tsp/timestamp_token.hpp"

#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "support/handmade_cms.hpp"
#include "support/result_matchers.hpp"
#include "support/test_tsu.hpp"

namespace rakkan::tsp {
namespace {

using namespace std::chrono_literals;
using crypto::DigestAlgorithm;
using crypto::KeyKind;
using test::FailsWith;
using test::IsOk;

struct Token : testing::Test {
  test::TestAuthority authority;
  test::TestTsu unit{authority};
  TimestampRequest request =
      TimestampRequest::for_digest(crypto::digest(DigestAlgorithm::sha256, bytes_of("x")), Bytes(8, 0x11));
  TimestampToken token = test::value_or_throw(test::issue(*unit.tsu, request));
  const crypto::AlgorithmSuite& suite = crypto::default_suite(KeyKind::ec_p256);

  // The token's TSTInfo in a SignedData made by hand.
  test::HandmadeCms handmade(const test::Identity& by, const TstInfo& info) const {
    const Bytes content = info.encode();
    test::HandmadeCms cms(by, suite, content, cms::kIdCtTstInfo);
    cms.version = 3;
    cms.content = test::encoded([&](der::Writer& w) { w.octet_string(content); });
    cms.sign();
    return cms;
  }
  Result<pki::Certificate> verify(const test::HandmadeCms& cms, const std::vector<pki::Certificate>& extra = {}) const {
    RAKKAN_TRY(const TimestampToken parsed, TimestampToken::parse(cms.encode()));
    return parsed.verify_signature(extra);
  }
};

TEST_F(Token, VerifiesAndNamesItsUnit) {
  ASSERT_OK_AND_ASSIGN(const pki::Certificate certificate, token.verify_signature());
  EXPECT_EQ(certificate, unit.identity.certificate);
}

TEST_F(Token, HandmadeVerifies) { EXPECT_THAT(verify(handmade(unit.identity, token.info())), IsOk()); }

TEST_F(Token, R8_HasExactlyOneSigner) {
  auto cms = handmade(unit.identity, token.info());
  for (const unsigned count : {0U, 2U}) {
    cms.signer_count = count;
    EXPECT_THAT(TimestampToken::parse(cms.encode()), FailsWith(ErrorCode::malformed_timestamp_response));
  }
}

TEST_F(Token, R8_IsOverTstInfoAndNotDetached) {
  auto cms = handmade(unit.identity, token.info());
  cms.content_type = cms::kIdData;
  EXPECT_THAT(TimestampToken::parse(cms.encode()), FailsWith(ErrorCode::malformed_timestamp_response));
  auto detached = handmade(unit.identity, token.info());
  detached.content.reset();
  EXPECT_THAT(TimestampToken::parse(detached.encode()), FailsWith(ErrorCode::malformed_timestamp_response));
}

TEST_F(Token, RefusesEveryChangedOctetOfItsContent) {
  const Bytes content = token.info().encode();
  for (std::size_t i = 0; i < content.size(); ++i) {
    auto cms = handmade(unit.identity, token.info());
    Bytes changed = content;
    changed[i] ^= 0x01U;
    cms.content = test::encoded([&](der::Writer& w) { w.octet_string(changed); });
    EXPECT_FALSE(verify(cms).has_value()) << "offset " << i;
  }
}

// A token with a flipped bit is refused, or its statement is untouched (the bit was in certificates or other unsigned
// parts).
TEST_F(Token, NoFlippedBitChangesWhatAVerifiedTokenSays) {
  const Bytes good = copy_of(token.der());
  const Bytes said = token.info().encode();
  int verified = 0;
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes changed = good;
    changed[bit / 8] ^= static_cast<Byte>(1U << (bit % 8));
    const auto parsed = TimestampToken::parse(changed);
    if (parsed && parsed->verify_signature()) {
      ++verified;
      EXPECT_EQ(parsed->info().encode(), said) << "bit " << bit;
    }
  }
  EXPECT_GT(verified, 0);  // flips in the root's certificate, which no verifier needs
  EXPECT_LT(verified, static_cast<int>(good.size() * 8 / 2));
}

TEST_F(Token, RefusesAnotherSignature) {
  auto cms = handmade(unit.identity, token.info());
  cms.signature.back() ^= 0x01U;
  EXPECT_THAT(verify(cms), FailsWith(ErrorCode::signature_invalid));
}

TEST_F(Token, T_c_IsNotDeceivedByInjectedCertificates) {
  const test::Identity other = authority.tsu();  // also a timestamp unit, with the right extended key usage
  auto cms = handmade(unit.identity, token.info());
  cms.certificates.insert(cms.certificates.begin(), copy_of(other.certificate.der()));
  ASSERT_OK_AND_ASSIGN(const pki::Certificate found, verify(cms));
  EXPECT_EQ(found, unit.identity.certificate);
  cms.certificates = {copy_of(other.certificate.der())};
  EXPECT_THAT(verify(cms), FailsWith(ErrorCode::signature_invalid));
}

TEST_F(Token, WithoutCertificatesVerifiesWithTheOneThatIsSupplied) {
  auto cms = handmade(unit.identity, token.info());
  cms.certificates.clear();
  EXPECT_THAT(verify(cms), FailsWith(ErrorCode::signature_invalid));
  const test::Identity other = authority.tsu();
  ASSERT_OK_AND_ASSIGN(const pki::Certificate found, verify(cms, {other.certificate, unit.identity.certificate}));
  EXPECT_EQ(found, unit.identity.certificate);
  EXPECT_THAT(verify(cms, {other.certificate}), FailsWith(ErrorCode::signature_invalid));
}

TEST_F(Token, R23_RefusesACertificateThatIsNotForTimestampingAloneAndCritically) {
  const auto with_usage = [&](std::optional<pki::ExtendedKeyUsage> usage) {
    const test::Identity identity =
        authority.tsu(KeyKind::ec_p256, [&](pki::CertificateTemplate& content) { content.extended_key_usage = usage; });
    return verify(handmade(identity, token.info()));
  };
  EXPECT_THAT(with_usage(std::nullopt), FailsWith(ErrorCode::certificate_unsuitable));
  EXPECT_THAT(with_usage(pki::ExtendedKeyUsage{{pki::kEkuTimeStamping}, false}),
              FailsWith(ErrorCode::certificate_unsuitable));
  EXPECT_THAT(with_usage(pki::ExtendedKeyUsage{{pki::kEkuTimeStamping, pki::kEkuOcspSigning}, true}),
              FailsWith(ErrorCode::certificate_unsuitable));
  EXPECT_THAT(with_usage(pki::ExtendedKeyUsage{{pki::kEkuTimeStamping}, true}), IsOk());
}

TEST_F(Token, RefusesATimeOutsideTheCertificatesValidity) {
  TstInfo info = token.info();
  info.generation_time = unit.identity.certificate.validity().not_after + 1s;
  EXPECT_THAT(verify(handmade(unit.identity, info)), FailsWith(ErrorCode::certificate_expired));
  info.generation_time = unit.identity.certificate.validity().not_before - 1s;
  EXPECT_THAT(verify(handmade(unit.identity, info)), FailsWith(ErrorCode::certificate_not_yet_valid));
}

TEST_F(Token, MatchesTheRequestItAnswers) { EXPECT_THAT(token.matches(request), IsOk()); }

TEST_F(Token, R3_MatchesNoOtherNonce) {
  TimestampRequest other = request;
  other.nonce->back() ^= 0x01U;
  EXPECT_THAT(token.matches(other), FailsWith(ErrorCode::tsa_response_mismatch));
  other.nonce.reset();
  EXPECT_THAT(token.matches(other), FailsWith(ErrorCode::tsa_response_mismatch));
}

TEST_F(Token, MatchesNoOtherImprint) {
  TimestampRequest other = request;
  other.message_imprint.hashed_message.back() ^= 0x01U;
  EXPECT_THAT(token.matches(other), FailsWith(ErrorCode::tsa_response_mismatch));
  other = request;
  other.message_imprint.hash_algorithm = crypto::info(DigestAlgorithm::sha384).oid;
  EXPECT_THAT(token.matches(other), FailsWith(ErrorCode::tsa_response_mismatch));
}

TEST_F(Token, R4_MatchesNoOtherPolicyThanTheOneAskedFor) {
  TimestampRequest other = request;
  other.policy = test::kOtherTestPolicy;
  EXPECT_THAT(token.matches(other), FailsWith(ErrorCode::tsa_response_mismatch));
}

}  // namespace
}  // namespace rakkan::tsp
