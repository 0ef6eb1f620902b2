// `openssl ts` asks our unit and verifies its tokens; and the other way round.
#include <gmock/gmock.h>

#include <tuple>

#include "support/ber.hpp"
#include "support/corpora.hpp"
#include "support/result_matchers.hpp"
#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_tsu.hpp"

namespace rakkan::tsp {
namespace {

using crypto::KeyKind;
using test::FailsWith;
using test::IsOk;
using test::run_command;
using testing::HasSubstr;

constexpr std::string_view kContent = "署名値";

struct Files {
  test::TemporaryFolder folder;
  [[nodiscard]] std::string path(std::string_view name) const { return (folder.path() / name).string(); }
  std::string write(std::string_view name, ByteView bytes) const {
    return test::write_bytes(folder.path() / name, bytes).string();
  }
  [[nodiscard]] Bytes read(std::string_view name) const { return test::file_bytes(folder.path() / name); }
};

struct OpenSslClient : testing::Test {
  Files files;
  test::TestAuthority authority;
  std::string content = files.write("content", bytes_of(kContent));
  std::string ca = files.write("ca.pem", bytes_of(authority.pem()));

  Bytes query(const std::vector<std::string>& options) {
    std::vector<std::string> command{"openssl", "ts", "-query", "-data", content, "-out", files.path("query.tsq")};
    command.insert(command.end(), options.begin(), options.end());
    const auto outcome = run_command(command);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    return files.read("query.tsq");
  }
  test::CommandOutcome verify(ByteView response, const std::vector<std::string>& options = {}) {
    std::vector<std::string> command{"openssl",
                                     "ts",
                                     "-verify",
                                     "-queryfile",
                                     files.path("query.tsq"),
                                     "-in",
                                     files.write("response.tsr", response)};
    command.insert(command.end(), options.begin(), options.end());
    if (options.empty()) {
      command.insert(command.end(), {"-CAfile", ca});
    }
    return run_command(command);
  }
  std::string text_of_response(ByteView response) {
    return run_command({"openssl", "ts", "-reply", "-in", files.write("response.tsr", response), "-text"}).output;
  }
};

TEST_F(OpenSslClient, VerifiesOurTokensOfEveryKeyAndImprint) {
  for (const KeyKind kind : {KeyKind::ec_p256, KeyKind::ec_p384, KeyKind::rsa_2048, KeyKind::rsa_3072}) {
    const test::TestTsu unit(authority, kind);
    for (const std::string_view digest : {"-sha256", "-sha384", "-sha512"}) {
      const auto outcome = verify(test::respond(*unit.tsu, query({std::string(digest), "-cert"})));
      EXPECT_EQ(outcome.exit_code, 0) << crypto::name(kind) << digest << outcome.output;
      EXPECT_THAT(outcome.output, HasSubstr("Verification: OK"));
    }
  }
}

// `openssl ts` knows PKCS#1 v1.5 only and calls a correct PSS token wrong; `openssl cms` reads the same token rightly.
// Asserted, so that a newer OpenSSL that mends it is noticed.
TEST_F(OpenSslClient, VerifiesOurTokensByPssAsCmsOnly) {
  const test::TestTsu unit(authority, authority.tsu(KeyKind::rsa_3072), *crypto::suite_from_name("rsa-pss-sha256"),
                           test::TestTsu::policy());
  const Bytes response = test::respond(*unit.tsu, query({"-sha256", "-cert"}));
  EXPECT_THAT(verify(response).output, testing::Not(HasSubstr("Verification: OK")));

  const auto token = std::get<TimestampToken>(test::value_or_throw(parse_response(response)));
  const auto as_cms =
      run_command({"openssl", "cms", "-verify", "-cades", "-purpose", "timestampsign", "-binary", "-inform", "DER",
                   "-in", files.write("token.p7s", token.der()), "-CAfile", ca, "-out", files.path("tstinfo")});
  EXPECT_THAT(as_cms.output, HasSubstr("erification successful"));
  EXPECT_EQ(files.read("tstinfo"), copy_of(*token.signed_data().content()));
}

TEST_F(OpenSslClient, VerifiesATokenWithoutNonceAndOneOfAnotherPolicy) {
  const test::TestTsu unit(authority);
  EXPECT_THAT(verify(test::respond(*unit.tsu, query({"-sha256", "-cert", "-no_nonce"}))).output,
              HasSubstr("Verification: OK"));
  EXPECT_THAT(
      verify(test::respond(*unit.tsu, query({"-sha256", "-cert", "-tspolicy", "1.3.6.1.4.1.99999.1.2"}))).output,
      HasSubstr("Verification: OK"));
}

TEST_F(OpenSslClient, R6_VerifiesATokenWithoutCertificatesWithTheOneItIsGiven) {
  const test::TestTsu unit(authority);
  const Bytes response = test::respond(*unit.tsu, query({"-sha256"}));
  const std::string certificate =
      files.write("tsu.pem", bytes_of(pki::to_pem("CERTIFICATE", unit.identity.certificate.der())));
  EXPECT_THAT(verify(response, {"-CAfile", ca, "-untrusted", certificate}).output, HasSubstr("Verification: OK"));
  EXPECT_THAT(verify(response).output, testing::Not(HasSubstr("Verification: OK")));
}

TEST_F(OpenSslClient, RefusesAlteredTokensOtherQueriesAndOtherAuthorities) {
  const test::TestTsu unit(authority);
  const Bytes response = test::respond(*unit.tsu, query({"-sha256", "-cert"}));
  Bytes altered = response;
  altered.back() ^= 0x01U;
  const auto refused = [](const test::CommandOutcome& outcome) {
    return outcome.exit_code != 0 && outcome.output.find("Verification: OK") == std::string::npos;
  };
  EXPECT_TRUE(refused(verify(altered)));
  const test::TestAuthority other("Another Root");
  EXPECT_TRUE(refused(verify(response, {"-CAfile", files.write("other.pem", bytes_of(other.pem()))})));
  static_cast<void>(query({"-sha256", "-cert"}));  // another nonce
  EXPECT_TRUE(refused(verify(response)));
}

TEST_F(OpenSslClient, ReadsEveryFieldOfAToken) {
  test::TestTsu unit(authority);
  const Bytes request = query({"-sha256", "-cert"});
  unit.clock->time = parse_rfc3339("2027-01-02T03:04:05.670Z");
  const std::string text = text_of_response(test::respond(*unit.tsu, request));
  for (const std::string_view line :
       {"Status: Granted.", "Version: 1", "Policy OID: 1.3.6.1.4.1.99999.1.1", "Hash Algorithm: sha256",
        "Time stamp: Jan  2 03:04:05.67 2027 GMT", "Accuracy: 0x01 seconds, unspecified millis, unspecified micros",
        "Ordering: no", "Nonce: 0x", "Serial number: 0x010000000000000001000000000000"}) {
    EXPECT_THAT(text, HasSubstr(std::string(line)));
  }
}

TEST_F(OpenSslClient, R13_ReadsOurRejectionsAndTheirReasons) {
  test::TestTsu unit(authority);
  const auto rejected = [&](const Bytes& request, std::string_view reason) {
    const std::string text = text_of_response(test::respond(*unit.tsu, request));
    EXPECT_THAT(text, HasSubstr("Status: Rejected."));
    EXPECT_THAT(text, HasSubstr(std::string(reason)));
  };
  rejected(query({"-sha1"}), "unrecognized or unsupported algorithm identifier");
  rejected(query({"-md5"}), "unrecognized or unsupported algorithm identifier");
  rejected(query({"-sha256", "-tspolicy", "1.2.3.4"}), "the requested TSA policy is not supported by the TSA");
  rejected(copy_of(bytes_of("0")), "the data submitted has the wrong format");
  unit.clock->closed = true;
  rejected(query({"-sha256"}), "the TSA's time source is not available");
  unit.clock->closed = false;
  unit.signer->failure = ErrorCode::hsm_failed;
  rejected(query({"-sha256"}), "the request cannot be handled due to system failure");
}

// OpenSSL reads the same token from the BER that our tests write.
TEST_F(OpenSslClient, VerifiesInBerWhatWeReadInBer) {
  const test::TestTsu unit(authority);
  const Bytes response = test::respond(*unit.tsu, query({"-sha256", "-cert"}));
  const auto outcome = verify(test::with_streamed_token(response));
  EXPECT_THAT(outcome.output, HasSubstr("Verification: OK"));
}

// OpenSSL as the authority: a self-signed certificate is its own trust, which is not our question here.
struct OpenSslAuthority : testing::Test {
  Files files;
  TimestampRequest request =
      TimestampRequest::for_digest(crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(kContent)), Bytes(8, 0x42));

  void make_certificate(const std::string& extended_key_usage) {
    const auto made = run_command({"openssl",  "req",
                                   "-x509",    "-nodes",
                                   "-newkey",  "ec",
                                   "-pkeyopt", "ec_paramgen_curve:P-256",
                                   "-subj",    "/C=JP/O=Test/CN=OpenSSL TSA",
                                   "-days",    "30",
                                   "-addext",  "extendedKeyUsage=" + extended_key_usage,
                                   "-addext",  "keyUsage=critical,digitalSignature",
                                   "-addext",  "basicConstraints=critical,CA:FALSE",
                                   "-keyout",  files.path("key.pem"),
                                   "-out",     files.path("cert.pem")});
    ASSERT_EQ(made.exit_code, 0) << made.output;
  }

  Result<std::variant<TimestampToken, Rejection>> ask(const std::string& settings) {
    const std::string config =
        files.write("tsa.cnf", bytes_of("[tsa]\ndefault_tsa = unit\n[unit]\nserial = " + files.path("serial") +
                                        "\ncrypto_device = builtin\nsigner_cert = " + files.path("cert.pem") +
                                        "\nsigner_key = " + files.path("key.pem") +
                                        "\nsigner_digest = sha256\ndefault_policy = 1.2.3.4.1\n" + settings));
    const auto outcome = run_command({"openssl", "ts", "-reply", "-config", config, "-queryfile",
                                      files.write("query.tsq", request.encode()), "-out", files.path("response.tsr")});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    return parse_response(files.read("response.tsr"));
  }
};

TEST_F(OpenSslAuthority, AnswersOurRequestAndWeVerifyItsToken) {
  make_certificate("critical,timeStamping");
  ASSERT_OK_AND_ASSIGN(const auto answer,
                       ask("digests = sha256\naccuracy = secs:1, millisecs:500\nordering = yes\ntsa_name = yes\n"
                           "clock_precision_digits = 3\ness_cert_id_alg = sha256\n"));
  const auto& token = std::get<TimestampToken>(answer);
  EXPECT_THAT(token.matches(request), IsOk());
  EXPECT_THAT(token.verify_signature(), IsOk());
  EXPECT_EQ(token.info().accuracy, (Accuracy{1, 500, 0}));
  EXPECT_TRUE(token.info().ordering);
  EXPECT_FALSE(token.info().tsa_name.empty());
}

// An authority that writes its CMS as a stream: indefinite lengths, and the TSTInfo in pieces.
TEST_F(OpenSslAuthority, ThatStreamsItsTokenInBerIsVerifiedToo) {
  make_certificate("critical,timeStamping");
  TstInfo info;
  info.policy = *der::Oid::from_dotted("1.2.3.4.1");
  info.message_imprint = request.message_imprint;
  info.serial_number = {0x07};
  info.generation_time = SystemClock().now();
  info.nonce = request.nonce;
  const Bytes content = info.encode();
  const auto made = run_command({"openssl",
                                 "cms",
                                 "-sign",
                                 "-binary",
                                 "-nodetach",
                                 "-stream",
                                 "-cades",
                                 "-nosmimecap",
                                 "-md",
                                 "sha256",
                                 "-econtent_type",
                                 "1.2.840.113549.1.9.16.1.4",
                                 "-outform",
                                 "DER",
                                 "-signer",
                                 files.path("cert.pem"),
                                 "-inkey",
                                 files.path("key.pem"),
                                 "-in",
                                 files.write("tst_info", content),
                                 "-out",
                                 files.path("token.ber")});
  ASSERT_EQ(made.exit_code, 0) << made.output;
  const Bytes ber = files.read("token.ber");
  ASSERT_EQ(ber.at(1), 0x80) << "of indefinite length";
  ASSERT_OK_AND_ASSIGN(const auto answer, parse_response(encode_granted(ber)));
  const auto& token = std::get<TimestampToken>(answer);
  EXPECT_THAT(token.matches(request), IsOk());
  EXPECT_THAT(token.verify_signature(), IsOk());
  EXPECT_EQ(copy_of(*token.signed_data().content()), content);
  // OpenSSL finds the token as we keep it, in DER, to have the same content and signature.
  const auto kept = run_command({"openssl", "cms", "-verify", "-cades", "-purpose", "timestampsign", "-binary",
                                 "-inform", "DER", "-in", files.write("token.der", token.der()), "-CAfile",
                                 files.path("cert.pem"), "-partial_chain", "-out", files.path("seen")});
  EXPECT_THAT(kept.output, HasSubstr("erification successful"));
  EXPECT_EQ(files.read("seen"), content);
}

TEST_F(OpenSslAuthority, OfAnotherHashForTheCertificateIsVerifiedToo) {
  make_certificate("critical,timeStamping");
  ASSERT_OK_AND_ASSIGN(const auto answer, ask("digests = sha256\ness_cert_id_alg = sha512\n"));
  EXPECT_THAT(std::get<TimestampToken>(answer).verify_signature(), IsOk());
}

TEST_F(OpenSslAuthority, R11_ThatNamesItsCertificateBySha1IsReadButNotVerified) {
  make_certificate("critical,timeStamping");
  ASSERT_OK_AND_ASSIGN(const auto answer, ask("digests = sha256\ness_cert_id_alg = sha1\n"));
  EXPECT_THAT(std::get<TimestampToken>(answer).verify_signature(), FailsWith(ErrorCode::signature_invalid));
}

TEST_F(OpenSslAuthority, ThatRejectsIsARejection) {
  make_certificate("critical,timeStamping");
  ASSERT_OK_AND_ASSIGN(const auto answer, ask("digests = sha512\ness_cert_id_alg = sha256\n"));
  const auto& rejection = std::get<Rejection>(answer);
  EXPECT_EQ(rejection.status, 2U);
  EXPECT_EQ(rejection.failure_info, PkiFailureInfo::bad_alg);
  EXPECT_FALSE(rejection.text.empty());
}

}  // namespace
}  // namespace rakkan::tsp
