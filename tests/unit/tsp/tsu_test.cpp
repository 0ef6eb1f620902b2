#include "rakkan/tsp/tsu.hpp"

#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "support/result_matchers.hpp"
#include "support/test_tsu.hpp"

namespace rakkan::tsp {
namespace {

using namespace std::chrono_literals;
using crypto::DigestAlgorithm;
using crypto::KeyKind;
using test::FailsWith;
using test::IsOk;

TimestampRequest request_for(std::string_view text, DigestAlgorithm algorithm = DigestAlgorithm::sha256) {
  return TimestampRequest::for_digest(crypto::digest(algorithm, bytes_of(text)), Bytes(8, 0x11));
}

struct TimestampUnit : testing::Test {
  test::TestAuthority authority;
  test::TestTsu unit{authority};

  std::variant<TimestampToken, Rejection> respond(ByteView request) {
    return test::value_or_throw(parse_response(test::respond(*unit.tsu, request)));
  }
  TimestampToken granted(const TimestampRequest& request) {
    return std::get<TimestampToken>(respond(request.encode()));
  }
  std::optional<PkiFailureInfo> refused(ByteView request) {
    const auto answer = respond(request);
    const auto* rejection = std::get_if<Rejection>(&answer);
    if (rejection == nullptr || rejection->status != 2 || rejection->text.empty()) {
      return std::nullopt;
    }
    return rejection->failure_info;
  }
  std::optional<PkiFailureInfo> refused(const TimestampRequest& request) { return refused(request.encode()); }
};

TEST_F(TimestampUnit, GrantsATokenThatAnswersTheRequestAndVerifies) {
  const TimestampRequest request = request_for("x");
  const TimestampToken token = granted(request);
  EXPECT_THAT(token.matches(request), IsOk());
  EXPECT_THAT(token.verify_signature(), IsOk());
}

TEST_F(TimestampUnit, EchoesTheNonceOctetForOctetOrLeavesItOut) {
  TimestampRequest request = request_for("x");
  for (const Bytes& nonce : {Bytes{0x00}, Bytes{0x7F}, Bytes{0x80}, Bytes{0xFF, 0x01}, Bytes(64, 0x5A)}) {
    request.nonce = nonce;
    EXPECT_EQ(granted(request).info().nonce, nonce);
  }
  request.nonce.reset();
  EXPECT_FALSE(granted(request).info().nonce.has_value());
}

TEST_F(TimestampUnit, EchoesTheImprintInTheRequestsEncoding) {
  TimestampRequest request = request_for("x");
  for (const bool null_parameters : {false, true}) {
    request.message_imprint.null_parameters = null_parameters;
    EXPECT_EQ(granted(request).info().message_imprint.null_parameters, null_parameters);
  }
}

TEST_F(TimestampUnit, UsesThePolicyAskedForOrTheDefault) {
  TimestampRequest request = request_for("x");
  EXPECT_EQ(granted(request).info().policy, test::kTestPolicy);
  request.policy = test::kOtherTestPolicy;
  EXPECT_EQ(granted(request).info().policy, test::kOtherTestPolicy);
  request.policy = *der::Oid::from_dotted("1.2.3.4");
  EXPECT_EQ(refused(request), PkiFailureInfo::unaccepted_policy);
}

TEST_F(TimestampUnit, GivesEveryTokenItsOwnSerialNumber) {
  const auto first = granted(request_for("x")).info().serial_number;
  const auto second = granted(request_for("x")).info().serial_number;
  EXPECT_NE(first, second);
  EXPECT_LE(first.size(), 20U);
  EXPECT_LT(first.front(), 0x80);
}

TEST_F(TimestampUnit, EmbedsCertificatesOnlyWhenAskedFor) {
  TimestampRequest request = request_for("x");
  EXPECT_EQ(granted(request).signed_data().certificates().size(), 2U);
  request.certificate_requested = false;
  EXPECT_TRUE(granted(request).signed_data().certificates().empty());
  EXPECT_THAT(granted(request).verify_signature({unit.identity.certificate}), IsOk());
}

TEST_F(TimestampUnit, RefusesEveryExtensionCriticalOrNot) {
  for (const std::string_view extensions : {"a00d300b06032a03050101ff040100", "a00a300806032a0305040100"}) {
    der::Writer writer;
    writer.sequence([&] {
      writer.small_unsigned(1);
      request_for("x").message_imprint.write(writer);
      writer.raw(*from_hex(extensions));
    });
    EXPECT_EQ(refused(writer.view()), PkiFailureInfo::unaccepted_extension);
  }
}

TEST_F(TimestampUnit, RefusesOtherVersionsAsBadRequest) {
  TimestampRequest request = request_for("x");
  for (const std::uint64_t version : {0U, 2U, 3U}) {
    request.version = version;
    EXPECT_EQ(refused(request), PkiFailureInfo::bad_request);
  }
}

TEST_F(TimestampUnit, RefusesUnknownAndWeakHashesAsBadAlg) {
  TimestampRequest request = request_for("x");
  for (const auto& [oid, size] : {std::pair{"1.3.14.3.2.26", 20U}, {"1.2.840.113549.2.5", 16U}, {"1.2.3.4", 32U}}) {
    request.message_imprint = {*der::Oid::from_dotted(oid), Bytes(size, 0x11), true};
    EXPECT_EQ(refused(request), PkiFailureInfo::bad_alg) << oid;
  }
}

TEST_F(TimestampUnit, RefusesAnImprintOfAnotherLengthAsBadDataFormat) {
  TimestampRequest request = request_for("x");
  for (const std::size_t size : {0U, 20U, 31U, 33U, 64U}) {
    request.message_imprint.hashed_message.assign(size, 0x11);
    EXPECT_EQ(refused(request), PkiFailureInfo::bad_data_format) << size;
  }
}

TEST_F(TimestampUnit, AnswersARequestWhoseCertReqFalseIsWrittenOut) {
  TimestampRequest request = request_for("x");
  request.certificate_requested = false;
  Bytes written = request.encode();
  append(written, Bytes{0x01, 0x01, 0x00});
  written[1] = static_cast<Byte>(written[1] + 3);
  const auto answer = respond(written);
  const auto* token = std::get_if<TimestampToken>(&answer);
  ASSERT_NE(token, nullptr);
  EXPECT_THAT(token->matches(request), IsOk());
  EXPECT_TRUE(token->signed_data().certificates().empty());
}

TEST_F(TimestampUnit, RefusesAHashThatThePolicyLeavesOut) {
  auto policy = test::TestTsu::policy();
  policy.imprint_algorithms = {DigestAlgorithm::sha512};
  const test::TestTsu narrow(authority, KeyKind::ec_p256, policy);
  EXPECT_THAT(test::issue(*narrow.tsu, request_for("x")), FailsWith(ErrorCode::bad_imprint_algorithm));
  EXPECT_THAT(test::issue(*narrow.tsu, request_for("x", DigestAlgorithm::sha512)), IsOk());
}

TEST_F(TimestampUnit, RefusesWhatIsNotDerAsBadDataFormat) {
  Bytes trailing = request_for("x").encode();
  trailing.push_back(0x00);
  EXPECT_EQ(refused(trailing), PkiFailureInfo::bad_data_format);
  EXPECT_EQ(refused(ByteView{}), PkiFailureInfo::bad_data_format);
  EXPECT_EQ(refused(bytes_of("GET / HTTP/1.1")), PkiFailureInfo::bad_data_format);
  EXPECT_EQ(refused(Bytes(5000, 0x30)), PkiFailureInfo::bad_data_format);
}

TEST_F(TimestampUnit, MakesNoTokenWhileTheClockGateIsClosed) {
  unit.clock->closed = true;
  EXPECT_EQ(refused(request_for("x")), PkiFailureInfo::time_not_available);
  EXPECT_EQ(unit.signer->signatures, 0);
}

TEST_F(TimestampUnit, MakesNoTokenWithoutASerialNumber) {
  crypto::SystemRandom random;
  const auto tsu = test::value_or_throw(Tsu::create(unit.identity.key, crypto::default_suite(KeyKind::ec_p256),
                                                    unit.identity.certificate, {}, test::TestTsu::policy(),
                                                    make_epoch_serial_source(1, random, kSerialsPerEpoch), unit.clock));
  const auto answer = test::value_or_throw(parse_response(test::respond(*tsu, request_for("x").encode())));
  EXPECT_EQ(std::get<Rejection>(answer).failure_info, PkiFailureInfo::system_failure);
}

TEST_F(TimestampUnit, AnswersAFailedKeyWithSystemFailureAndWithoutDetails) {
  unit.signer->failure = ErrorCode::hsm_device_gone;
  EXPECT_EQ(refused(request_for("x")), PkiFailureInfo::system_failure);
  EXPECT_THAT(std::get<Rejection>(respond(request_for("x").encode())).text,
              testing::Not(testing::HasSubstr("failed by the test")));
}

TEST_F(TimestampUnit, ReleasesNoSignatureThatDoesNotVerify) {
  unit.signer->flips_a_bit = true;
  EXPECT_EQ(refused(request_for("x")), PkiFailureInfo::system_failure);
  EXPECT_THAT(test::issue(*unit.tsu, request_for("x")), FailsWith(ErrorCode::self_check_failed));
}

TEST_F(TimestampUnit, SaysTheGatesTimeInMillisecondsWithTheAccuracy) {
  unit.clock->time = SystemClock{}.now();
  const TstInfo info = granted(request_for("x")).info();
  EXPECT_EQ(info.generation_time, *unit.clock->time);
  EXPECT_EQ(info.accuracy, (Accuracy{1, 0, 0}));
}

TEST_F(TimestampUnit, LeavesOrderingFalse) { EXPECT_FALSE(granted(request_for("x")).info().ordering); }

TEST_F(TimestampUnit, EnforcesTheCertificatesValidityForEachToken) {
  const pki::Validity validity = unit.identity.certificate.validity();
  unit.clock->time = validity.not_after;
  EXPECT_THAT(test::issue(*unit.tsu, request_for("x")), IsOk());
  unit.clock->time = validity.not_after + 1s;
  EXPECT_THAT(test::issue(*unit.tsu, request_for("x")), FailsWith(ErrorCode::certificate_expired));
  unit.clock->time = validity.not_before - 1s;
  EXPECT_THAT(test::issue(*unit.tsu, request_for("x")), FailsWith(ErrorCode::certificate_not_yet_valid));
  EXPECT_EQ(unit.signer->signatures, 1);
}

TEST_F(TimestampUnit, EnforcesThePrivateKeyUsagePeriodForEachToken) {
  const pki::Validity validity = test::TestAuthority::validity();
  const Instant period_end = validity.not_before + 24h * 365;
  test::TestTsu limited(authority, KeyKind::ec_p256, test::TestTsu::policy(), [&](pki::CertificateTemplate& content) {
    content.private_key_usage_period = pki::PrivateKeyUsagePeriod{validity.not_before, period_end};
  });
  limited.clock->time = period_end;
  EXPECT_THAT(test::issue(*limited.tsu, request_for("x")), IsOk());
  limited.clock->time = period_end + 1s;
  EXPECT_THAT(test::issue(*limited.tsu, request_for("x")), FailsWith(ErrorCode::certificate_expired));
  EXPECT_EQ(limited.signer->signatures, 1);
}

// TS 119 312: RSA below 3000 bits and PKCS#1 v1.5 end with 2028.
TEST_F(TimestampUnit, IssuesNothingByAnAlgorithmThatHasEnded) {
  const Instant end = parse_rfc3339("2028-12-31T23:59:59.999Z").value();
  const auto long_lived = [&](pki::CertificateTemplate& content) { content.validity.not_after = end + 24h * 365; };
  test::TestTsu rsa(authority, KeyKind::rsa_2048, test::TestTsu::policy(), long_lived);
  test::TestTsu ecdsa(authority, KeyKind::ec_p256, test::TestTsu::policy(), long_lived);
  rsa.clock->time = ecdsa.clock->time = end;
  EXPECT_THAT(test::issue(*rsa.tsu, request_for("x")), IsOk());
  rsa.clock->time = ecdsa.clock->time = end + 1ms;
  const auto refused = test::issue(*rsa.tsu, request_for("x"));
  ASSERT_THAT(refused, FailsWith(ErrorCode::algorithm_not_acceptable));
  EXPECT_THAT(refused.error().detail, testing::HasSubstr("acceptable until 2028-12-31"));
  EXPECT_EQ(rsa.signer->signatures, 1) << "the key is not touched";
  EXPECT_THAT(test::issue(*ecdsa.tsu, request_for("x")), IsOk());
}

TEST_F(TimestampUnit, RefusesAnImpossibleAccuracy) {
  for (const Accuracy accuracy : {Accuracy{0, 0, 0}, Accuracy{1, 1, 0}, Accuracy{2, 0, 0}, Accuracy{0, 1000, 0}}) {
    auto policy = test::TestTsu::policy();
    policy.accuracy = accuracy;
    EXPECT_THAT(Tsu::create(unit.identity.key, crypto::default_suite(KeyKind::ec_p256), unit.identity.certificate, {},
                            policy, make_epoch_serial_source(1, unit.random), unit.clock),
                FailsWith(ErrorCode::configuration_invalid));
  }
}

TEST_F(TimestampUnit, RefusesToExistWithoutAPolicy) {
  EXPECT_THAT(Tsu::create(unit.identity.key, crypto::default_suite(KeyKind::ec_p256), unit.identity.certificate, {},
                          TsuPolicy{}, make_epoch_serial_source(1, unit.random), unit.clock),
              FailsWith(ErrorCode::configuration_invalid));
}

TEST_F(TimestampUnit, RefusesACertificateThatIsNotATimestampUnits) {
  const test::Identity signer = authority.signer(KeyKind::ec_p256);
  EXPECT_THAT(Tsu::create(signer.key, crypto::default_suite(KeyKind::ec_p256), signer.certificate, {},
                          test::TestTsu::policy(), make_epoch_serial_source(1, unit.random), unit.clock),
              FailsWith(ErrorCode::certificate_unsuitable));
}

TEST_F(TimestampUnit, RefusesAKeyThatIsNotTheCertificates) {
  EXPECT_THAT(Tsu::create(authority.tsu().key, crypto::default_suite(KeyKind::ec_p256), unit.identity.certificate, {},
                          test::TestTsu::policy(), make_epoch_serial_source(1, unit.random), unit.clock),
              FailsWith(ErrorCode::key_certificate_mismatch));
}

TEST_F(TimestampUnit, RefusesASuiteThatIsNotTheKeys) {
  EXPECT_THAT(Tsu::create(unit.identity.key, crypto::default_suite(KeyKind::rsa_2048), unit.identity.certificate, {},
                          test::TestTsu::policy(), make_epoch_serial_source(1, unit.random), unit.clock),
              FailsWith(ErrorCode::unsupported_algorithm));
}

TEST_F(TimestampUnit, NamesItselfWhenThePolicySaysSo) {
  EXPECT_TRUE(granted(request_for("x")).info().tsa_name.empty());
  auto policy = test::TestTsu::policy();
  policy.include_tsa_name = true;
  const test::TestTsu named(authority, KeyKind::ec_p256, policy);
  ASSERT_OK_AND_ASSIGN(const TimestampToken token, test::issue(*named.tsu, request_for("x")));
  der::Reader name(token.info().tsa_name);
  ASSERT_OK_AND_ASSIGN(const ByteView directory_name, name.content(der::context_constructed(4)));
  EXPECT_EQ(to_hex(directory_name), to_hex(named.identity.certificate.subject().der()));
}

TEST_F(TimestampUnit, NoTokenIsLargerThanTheMaximum) {
  TimestampRequest request = request_for("x", DigestAlgorithm::sha512);
  request.message_imprint.null_parameters = true;
  request.nonce = Bytes(64, 0x7F);
  unit.clock->time = Instant{std::chrono::floor<std::chrono::seconds>(SystemClock{}.now())} + 123ms;
  std::size_t largest = 0;
  for (int i = 0; i < 50; ++i) {  // ECDSA values differ in length
    largest = std::max(largest, granted(request).der().size());
  }
  EXPECT_LE(largest, unit.tsu->max_token_size());
  EXPECT_GE(largest + 8, unit.tsu->max_token_size());
}

// A response without certificates by a P-256 key was 511 bytes with OpenSSL; ours has more attributes.
TEST_F(TimestampUnit, ATokenWithoutCertificatesIsSmall) {
  TimestampRequest request = request_for("x");
  request.certificate_requested = false;
  EXPECT_LT(test::respond(*unit.tsu, request.encode()).size(), 700U);
}

TEST(TimestampUnitKeys, EveryKindOfKeyIssues) {
  test::TestAuthority authority;
  for (const KeyKind kind : {KeyKind::rsa_2048, KeyKind::ec_p256, KeyKind::ec_p384}) {
    const test::TestTsu unit(authority, kind);
    ASSERT_OK_AND_ASSIGN(const TimestampToken token, test::issue(*unit.tsu, request_for("x")));
    EXPECT_THAT(token.verify_signature(), IsOk()) << crypto::name(kind);
  }
}

}  // namespace
}  // namespace rakkan::tsp
