#include "rakkan/fetch/tsa_client.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>
#include <thread>

#include "rakkan/async/task.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/cms/signed_data_builder.hpp"
#include "support/eventually.hpp"
#include "support/fake_clock.hpp"
#include "support/loopback_tsa.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_tsu.hpp"

namespace rakkan::fetch {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using test::IsOk;
using test::TsaBehaviour;

crypto::Digest digest_of(std::string_view text) {
  return crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(text));
}

struct Client : testing::Test {
  test::TestAuthority authority;
  test::TestTsu unit{authority};
  test::LoopbackTsa server{unit.tsu};
  crypto::SystemRandom random;
  std::unique_ptr<ExchangeLoop> loop = test::value_or_throw(ExchangeLoop::create(relaxed()));

  static Options relaxed() {
    Options options;
    options.breaker_failures = 1'000;
    options.retry_pause = 2ms;
    return options;
  }
  Result<tsp::TimestampToken> ask_by(TsaClient& client, std::string_view text = "x",
                                     std::chrono::milliseconds within = test::kPatience) {
    return async::block_on(client.timestamp(digest_of(text), "signature", async::deadline_in(within)));
  }
  Result<tsp::TimestampToken> ask_by(const TsaOptions& options) {
    RAKKAN_TRY(const auto client, TsaClient::create(options, "test", *loop, random));
    return ask_by(*client);
  }
  Result<tsp::TimestampToken> ask(TsaBehaviour behaviour, const std::function<void(TsaOptions&)>& change = {}) {
    server.behave(behaviour);
    TsaOptions options{
        .url = server.url(), .timeout = test::kPatience, .connect_timeout = test::kPatience, .max_response = 64 * 1024};
    if (change) {
      change(options);
    }
    return ask_by(options);
  }
};

TEST_F(Client, BringsAVerifiedTokenForTheDigest) {
  ASSERT_OK_AND_ASSIGN(const tsp::TimestampToken token, ask(TsaBehaviour::good));
  EXPECT_EQ(token.info().message_imprint, tsp::MessageImprint::of(digest_of("x")));
  EXPECT_THAT(token.verify_signature(), IsOk());
}

TEST_F(Client, BringsInDerWhatAnAuthoritySendsInBer) {
  ASSERT_OK_AND_ASSIGN(const tsp::TimestampToken token, ask(TsaBehaviour::ber));
  EXPECT_EQ(token.info().message_imprint, tsp::MessageImprint::of(digest_of("x")));
  EXPECT_THAT(token.verify_signature(), IsOk());
  EXPECT_THAT(cms::SignedData::parse(token.der()), IsOk()) << "not in DER";
}

TEST_F(Client, SendsAndAcceptsTheMediaTypes) {
  ASSERT_THAT(ask(TsaBehaviour::good), IsOk());
  EXPECT_THAT(server.last_head(), testing::StartsWith("POST /tsa HTTP/1.1"));
  EXPECT_THAT(server.last_head(), testing::HasSubstr("\r\nContent-Type: application/timestamp-query\r\n"));
}

TEST_F(Client, SendsAnotherNonceEachTime) {
  ASSERT_OK_AND_ASSIGN(const tsp::TimestampToken first, ask(TsaBehaviour::good));
  ASSERT_OK_AND_ASSIGN(const tsp::TimestampToken second, ask(TsaBehaviour::good));
  EXPECT_NE(first.info().nonce, second.info().nonce);
}

TEST_F(Client, GivesUpOnAServerThatHangs) {
  EXPECT_THAT(ask(TsaBehaviour::hang, [](TsaOptions& o) { o.timeout = 300ms; }), FailsWith(ErrorCode::tsa_timeout));
}

TEST_F(Client, GivesUpOnAServerThatTrickles) {
  EXPECT_THAT(ask(TsaBehaviour::trickle, [](TsaOptions& o) { o.timeout = 300ms; }), FailsWith(ErrorCode::tsa_timeout));
}

TEST_F(Client, StopsReceivingAtTheLimit) {
  EXPECT_THAT(ask(TsaBehaviour::oversize), FailsWith(ErrorCode::tsa_response_too_large));
}

TEST_F(Client, RefusesAGoodAnswerThatIsLargerThanTheLimit) {
  EXPECT_THAT(ask(TsaBehaviour::good, [](TsaOptions& o) { o.max_response = 100; }),
              FailsWith(ErrorCode::tsa_response_too_large));
}

TEST_F(Client, RefusesGarbage) {
  EXPECT_THAT(ask(TsaBehaviour::garbage), FailsWith(ErrorCode::malformed_timestamp_response));
}

TEST_F(Client, RefusesAnotherMediaType) {
  EXPECT_THAT(ask(TsaBehaviour::wrong_type), FailsWith(ErrorCode::malformed_timestamp_response));
}

TEST_F(Client, RefusesAnotherNonce) {
  EXPECT_THAT(ask(TsaBehaviour::wrong_nonce), FailsWith(ErrorCode::tsa_response_mismatch));
}

TEST_F(Client, RefusesAnotherImprint) {
  EXPECT_THAT(ask(TsaBehaviour::wrong_imprint), FailsWith(ErrorCode::tsa_response_mismatch));
}

TEST_F(Client, RefusesATokenWhoseSignatureDoesNotVerify) {
  EXPECT_THAT(ask(TsaBehaviour::broken_signature), FailsWith(ErrorCode::tsa_response_mismatch));
}

TEST_F(Client, ReportsARejectionWithItsReasonInPrintableText) {
  const auto answer = ask(TsaBehaviour::rejection);
  ASSERT_THAT(answer, FailsWith(ErrorCode::tsa_rejected));
  EXPECT_EQ(answer.error().detail, "status 2 timeNotAvailable: clock?[31m lost");
}

TEST_F(Client, ReportsAnHttpError) {
  const auto answer = ask(TsaBehaviour::server_error);
  ASSERT_THAT(answer, FailsWith(ErrorCode::tsa_rejected));
  EXPECT_EQ(answer.error().detail, "HTTP status 500");
}

TEST_F(Client, FollowsNoRedirect) {
  EXPECT_THAT(ask(TsaBehaviour::redirect), FailsWith(ErrorCode::tsa_rejected));
  EXPECT_EQ(server.requests(), 1);
}

TEST_F(Client, ReportsAConnectionThatIsClosedEarly) {
  EXPECT_THAT(ask(TsaBehaviour::closes_early), FailsWith(ErrorCode::tsa_unreachable));
}

TEST_F(Client, ReportsAPortWhereNobodyListens) {
  std::string url;
  {
    const test::LoopbackTsa gone(unit.tsu);
    url = gone.url();
  }
  EXPECT_THAT(ask(TsaBehaviour::good, [&](TsaOptions& o) { o.url = url; }), FailsWith(ErrorCode::tsa_unreachable));
}

TEST_F(Client, RefusesOtherSchemes) {
  for (const std::string_view url :
       {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "not a url", ""}) {
    EXPECT_THAT(ask(TsaBehaviour::good, [&](TsaOptions& o) { o.url = url; }),
                FailsWith(ErrorCode::configuration_invalid))
        << url;
  }
}

TEST_F(Client, RefusesACaFileThatCannotBeRead) {
  EXPECT_THAT(ask(TsaBehaviour::good,
                  [](TsaOptions& o) {
                    o.url.replace(0, 4, "https");
                    o.ca_file = "/nonexistent/ca.pem";
                  }),
              FailsWith(ErrorCode::configuration_invalid));
}

TEST_F(Client, IgnoresProxyVariables) {
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  ::setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  EXPECT_THAT(ask(TsaBehaviour::good), IsOk());
  ::unsetenv("http_proxy");
  ::unsetenv("ALL_PROXY");
}

TEST_F(Client, WorksAgainAfterEveryFailure) {
  for (const TsaBehaviour behaviour : {TsaBehaviour::closes_early, TsaBehaviour::oversize, TsaBehaviour::garbage}) {
    EXPECT_FALSE(ask(behaviour).has_value());
    EXPECT_THAT(ask(TsaBehaviour::good), IsOk());
  }
}

TEST_F(Client, ServesSeveralThreads) {
  ASSERT_OK_AND_ASSIGN(const auto client, TsaClient::create({.url = server.url()}, "test", *loop, random));
  std::atomic<int> granted = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        for (int j = 0; j < 5; ++j) {
          const std::string text = std::to_string(10 * i + j);
          const auto token = ask_by(*client, text);
          granted += token && token->info().message_imprint == tsp::MessageImprint::of(digest_of(text)) ? 1 : 0;
        }
      });
    }
  }
  EXPECT_EQ(granted, 20);
}

TEST_F(Client, SendsNothingWithoutRandomness) {
  test::StuckRandom broken;
  broken.broken = true;
  ASSERT_OK_AND_ASSIGN(const auto client, TsaClient::create({.url = server.url()}, "test", *loop, broken));
  EXPECT_THAT(ask_by(*client), FailsWith(ErrorCode::internal));
  EXPECT_EQ(server.requests(), 0);
}

TEST_F(Client, ARequestThatWasSentIsNotSentAgain) {
  EXPECT_THAT(ask(TsaBehaviour::closes_early), FailsWith(ErrorCode::tsa_unreachable));
  EXPECT_EQ(server.requests(), 1);
}

TEST_F(Client, TheCallersDeadlineGoesBeforeItsOwnTime) {
  server.behave(TsaBehaviour::hang);
  ASSERT_OK_AND_ASSIGN(const auto client,
                       TsaClient::create({.url = server.url(), .timeout = test::kPatience}, "test", *loop, random));
  EXPECT_THAT(ask_by(*client, "x", 200ms), FailsWith(ErrorCode::tsa_timeout));
}

TEST_F(Client, AsksNoMoreOftenThanItsBudgetAllows) {
  ASSERT_OK_AND_ASSIGN(const auto client, TsaClient::create({.url = server.url(), .budget = 2}, "test", *loop, random));
  EXPECT_EQ(client->budget_left(), 2U);
  EXPECT_THAT(ask_by(*client), IsOk());
  EXPECT_THAT(ask_by(*client), IsOk());
  const auto spent = ask_by(*client);
  ASSERT_THAT(spent, FailsWith(ErrorCode::tsa_budget_spent));
  EXPECT_EQ(spent.error().where, "tsa.test");
  EXPECT_TRUE(spent.error().retry_after);
  EXPECT_EQ(server.requests(), 2);
}

TEST_F(Client, ARequestThatIsNotMadeCostsNoBudget) {
  Options options = relaxed();
  options.breaker_failures = 1;
  options.breaker_first = std::chrono::hours(1);
  options.breaker_last = std::chrono::hours(2);
  ASSERT_OK_AND_ASSIGN(loop, ExchangeLoop::create(options));
  server.behave(TsaBehaviour::closes_early);
  ASSERT_OK_AND_ASSIGN(const auto client, TsaClient::create({.url = server.url(), .budget = 5}, "test", *loop, random));
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(ask_by(*client), FailsWith(ErrorCode::tsa_unreachable));
  }
  EXPECT_EQ(server.requests(), 1);
  EXPECT_EQ(client->budget_left(), 4U);
}

TEST_F(Client, AnErrorNamesRoleProfileAndUrl) {
  const auto answer = ask(TsaBehaviour::closes_early);
  ASSERT_THAT(answer, FailsWith(ErrorCode::tsa_unreachable));
  EXPECT_THAT(answer.error().detail, testing::StartsWith("timestamp (signature, by tsa.test): "));
  EXPECT_EQ(answer.error().where, server.url());
}

// An authority that goes on with RSA after TS 119 312 has ended it gives nothing that would last.
TEST(GrantedToken, IsRefusedWhenItsAlgorithmHadEnded) {
  const Instant end = parse_rfc3339("2028-12-31T23:59:59.999Z").value();
  test::TestAuthority authority;
  const test::Identity unit = authority.tsu(crypto::KeyKind::rsa_2048, [&](pki::CertificateTemplate& content) {
    content.validity.not_after = end + 24h * 365;
  });
  const auto& suite = crypto::default_suite(crypto::KeyKind::rsa_2048);
  const auto request = tsp::TimestampRequest::for_digest(digest_of("x"), Bytes(8, 0x11));
  const auto response_at = [&](Instant time) {
    tsp::TstInfo info;
    info.policy = test::kTestPolicy;
    info.message_imprint = request.message_imprint;
    info.serial_number = {0x01};
    info.generation_time = time;
    info.nonce = request.nonce;
    const Bytes content = info.encode();
    const auto attributes =
        cms::SignedAttributes::make(cms::kIdCtTstInfo, crypto::digest(suite.digest, content), unit.certificate, suite);
    const Bytes value = unit.key->sign(suite, attributes.digest()).value();
    return tsp::encode_granted(cms::assemble_signed_data({.attributes = attributes,
                                                          .signer = unit.certificate,
                                                          .signature = value,
                                                          .certificates = {},
                                                          .embed_signer = true,
                                                          .content = content,
                                                          .content_type = cms::kIdCtTstInfo,
                                                          .signature_timestamp = std::nullopt}));
  };
  EXPECT_THAT(granted_token(response_at(end), request), IsOk());
  const auto refused = granted_token(response_at(end + 1ms), request);
  ASSERT_THAT(refused, FailsWith(ErrorCode::algorithm_not_acceptable));
  EXPECT_THAT(refused.error().detail, testing::HasSubstr("signature of the timestamp token"));
}

TEST_F(Client, ShowsItsPassword) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "password";
  ASSERT_THAT(write_file_atomically(file, {bytes_of("user:pass")}, true), IsOk());
  EXPECT_THAT(ask(TsaBehaviour::good, [&](TsaOptions& o) { o.credentials.basic = file.string(); }), IsOk());
  EXPECT_THAT(server.last_head(), testing::HasSubstr("\r\nAuthorization: Basic dXNlcjpwYXNz\r\n"));
}

TEST_F(Client, APasswordFileThatOthersMayReadMakesNoClient) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "password";
  ASSERT_THAT(write_file_atomically(file, {bytes_of("user:pass")}), IsOk());
  std::filesystem::permissions(file, std::filesystem::perms(0644));
  EXPECT_THAT(ask(TsaBehaviour::good, [&](TsaOptions& o) { o.credentials.basic = file.string(); }),
              FailsWith(ErrorCode::permissions_unsafe));
}

}  // namespace
}  // namespace rakkan::fetch
