#include "rakkan/fetch/evidence_client.hpp"

#include <gmock/gmock.h>

#include "rakkan/base/base64.hpp"
#include "support/exchange_fixture.hpp"
#include "support/fake_clock.hpp"

namespace rakkan::fetch {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using test::http_answer;
using test::IsOk;
using test::ScriptedServer;
using test::SilentServer;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr std::string_view kOcspField = "Content-Type: application/ocsp-response\r\n";

class Evidences : public test::ExchangeFixture {
 protected:
  test::FakeClock clock{Instant(std::chrono::hours(500'000))};
  MemoryEvidenceCache cache;
  async::BoundedPool pool{{"cpu", 1, 16}};

  EvidenceEnvironment with() { return {options, loop(), cache, clock, pool}; }
  // Accepts "good…" for an hour.
  EvidenceQuery query(const std::string& url) {
    return {.url = url,
            .verify = [this](ByteView answer, std::string_view) -> Result<Freshness> {
              if (!text_of(answer).starts_with("good")) {
                return fail(ErrorCode::malformed_der, "not good");
              }
              return Freshness{clock.time - 1min, clock.time + 1h};
            },
            .purpose = {ExchangeKind::ocsp, "TSU", "CN=Unit", "CN=Issuer"},
            .deadline = async::deadline_in(test::kPatience)};
  }
  Result<Evidence> ocsp(const EvidenceQuery& query, Bytes request = Bytes(60, 0xFB),
                        OcspClient::Method method = OcspClient::Method::by_length) {
    const OcspClient client(with());
    return async::block_on(client.fetch(std::move(request), query, method));
  }
  void allow(const ScriptedServer& server) { options.allowed_origins.push_back(server.url()); }
};

TEST_F(Evidences, AShortOcspRequestIsAGet) {
  const ScriptedServer server([](const auto& client) { client.send(http_answer("200 OK", "good", kOcspField)); });
  allow(server);
  ASSERT_OK_AND_ASSIGN(const Evidence evidence, ocsp(query(server.url() + "/o")));
  EXPECT_EQ(text_of(*evidence.bytes), "good");
  EXPECT_EQ(evidence.media_type, "application/ocsp-response");
  ASSERT_THAT(server.targets(), SizeIs(1));
  std::string escaped;
  for (const char c : to_base64(Bytes(60, 0xFB))) {
    escaped += c == '+' ? "%2B" : c == '/' ? "%2F" : c == '=' ? "%3D" : std::string(1, c);
  }
  EXPECT_EQ(server.targets().front(), "/o/" + escaped);
  EXPECT_THAT(server.heads().front(), AllOf(StartsWith("GET "), HasSubstr("Accept: application/ocsp-response")));
}

TEST_F(Evidences, ALongOcspRequestIsAPost) {
  const ScriptedServer server([](const auto& client) { client.send(http_answer("200 OK", "good", kOcspField)); });
  allow(server);
  EXPECT_THAT(ocsp(query(server.url()), Bytes(300, 0xFB)), IsOk());
  EXPECT_THAT(server.heads().front(),
              AllOf(StartsWith("POST / "), HasSubstr("Content-Type: application/ocsp-request")));
  EXPECT_EQ(server.bodies().front(), Bytes(300, 0xFB));
  EXPECT_THAT(ocsp(query(server.url()), Bytes(10, 0x01), OcspClient::Method::post), IsOk());
  EXPECT_THAT(server.heads().back(), StartsWith("POST / "));
}

TEST(OcspGetUrl, EndsAt255Bytes) {
  const std::string url = "http://o.example/" + std::string(100, 'a');
  // 117 bytes of URL, one slash, and 4 bytes for 3 of the request
  EXPECT_TRUE(ocsp_get_url(url, Bytes(102, 'x'))) << "254 bytes";
  EXPECT_FALSE(ocsp_get_url(url, Bytes(105, 'x'))) << "258 bytes";
  EXPECT_FALSE(ocsp_get_url("http://o.example/?a", Bytes(3, 'x')));
  EXPECT_EQ(ocsp_get_url("http://o.example/", bytes_of("\xFB\xFF\xFE")), "http://o.example/%2B%2F%2F%2B");
}

TEST_F(Evidences, AResponderThatKnowsNoGetIsAskedByPost) {
  const ScriptedServer server([](const auto& client) {
    client.send(client.head.starts_with("GET ") ? http_answer("405 Method Not Allowed", "")
                                                : http_answer("200 OK", "good", kOcspField));
  });
  allow(server);
  EXPECT_THAT(ocsp(query(server.url())), IsOk());
  EXPECT_EQ(server.requests(), 2);
}

TEST_F(Evidences, AnOcspAnswerOfAnotherMediaTypeIsRefused) {
  const ScriptedServer server(
      [](const auto& client) { client.send(http_answer("200 OK", "good", "Content-Type: text/html\r\n")); });
  allow(server);
  EXPECT_THAT(ocsp(query(server.url())), FailsWith(ErrorCode::evidence_answer_invalid));
}

TEST_F(Evidences, CrlsAndCertificatesComeInAnyMediaType) {
  const ScriptedServer server(
      [](const auto& client) { client.send(http_answer("200 OK", "good crl", "Content-Type: text/plain\r\n")); });
  allow(server);
  const CrlClient crls(with());
  ASSERT_OK_AND_ASSIGN(const Evidence crl, async::block_on(crls.fetch(query(server.url() + "/crl"))));
  EXPECT_EQ(crl.media_type, "text/plain");
  EXPECT_EQ(text_of(*crl.bytes), "good crl");
  const AiaClient certificates(with());
  EXPECT_THAT(async::block_on(certificates.fetch(query(server.url() + "/aia"))), IsOk());
}

TEST_F(Evidences, EachKindHasItsSizeLimit) {
  options.ocsp_response = 10;
  options.crl = 20;
  options.certificates = 30;
  const ScriptedServer server(
      [](const auto& client) { client.send(http_answer("200 OK", "good" + std::string(21, 'x'), kOcspField)); });
  allow(server);
  EXPECT_THAT(ocsp(query(server.url())), FailsWith(ErrorCode::evidence_answer_invalid));
  const CrlClient crls(with());
  EXPECT_THAT(async::block_on(crls.fetch(query(server.url()))), FailsWith(ErrorCode::evidence_answer_invalid));
  const AiaClient certificates(with());
  EXPECT_THAT(async::block_on(certificates.fetch(query(server.url()))), IsOk());
}

TEST_F(Evidences, ErrorsNameSubjectIssuerRoleAndUrl) {
  const ScriptedServer garbage([](const auto& client) { client.send(http_answer("200 OK", "garbage", kOcspField)); });
  const ScriptedServer missing([](const auto& client) { client.send(http_answer("410 Gone", "")); });
  const ScriptedServer broken([](const auto& client) { client.reset(); });
  const SilentServer silent;
  options.timeout = 300ms;
  options.allowed_origins = {garbage.url(), missing.url(), broken.url(), silent.url()};
  struct Case {
    std::string url;
    ErrorCode code;
  };
  for (const Case& one :
       {Case{garbage.url(), ErrorCode::evidence_answer_invalid},
        Case{missing.url(), ErrorCode::evidence_answer_invalid}, Case{broken.url(), ErrorCode::evidence_unreachable},
        Case{silent.url(), ErrorCode::evidence_timeout},
        Case{"http://127.0.0.1:1", ErrorCode::outside_address_refused}}) {
    const auto answer = ocsp(query(one.url + "/o?x"), Bytes(300, 1));
    ASSERT_THAT(answer, FailsWith(one.code));
    EXPECT_THAT(answer.error().detail, StartsWith("OCSP response for CN=Unit, issued by CN=Issuer (TSU): "));
    EXPECT_EQ(answer.error().where, one.url + "/o");
  }
}

TEST_F(Evidences, TheReadersErrorIsTheCause) {
  const ScriptedServer garbage([](const auto& client) { client.send(http_answer("200 OK", "garbage", kOcspField)); });
  allow(garbage);
  const auto answer = ocsp(query(garbage.url()));
  ASSERT_THAT(answer, FailsWith(ErrorCode::evidence_answer_invalid));
  ASSERT_THAT(answer.error().causes, SizeIs(1));
  EXPECT_EQ(answer.error().causes.front().code, ErrorCode::malformed_der);
}

TEST_F(Evidences, WhatVerifiedIsKeptUntilItsNextUpdate) {
  const ScriptedServer server([](const auto& client) { client.send(http_answer("200 OK", "good", kOcspField)); });
  allow(server);
  ASSERT_OK_AND_ASSIGN(const Evidence first, ocsp(query(server.url())));
  EXPECT_FALSE(first.from_cache);
  ASSERT_OK_AND_ASSIGN(const Evidence second, ocsp(query(server.url())));
  EXPECT_TRUE(second.from_cache);
  EXPECT_EQ(text_of(*second.bytes), "good");
  EXPECT_THAT(ocsp(query(server.url()), Bytes(60, 0x01)), IsOk());
  EXPECT_EQ(server.requests(), 2) << "another request has another answer";
  clock.time += 1h;
  ASSERT_OK_AND_ASSIGN(const Evidence third, ocsp(query(server.url())));
  EXPECT_FALSE(third.from_cache);
}

TEST_F(Evidences, WhatDidNotVerifyIsNotKept) {
  std::atomic<bool> good = false;
  const ScriptedServer server(
      [&](const auto& client) { client.send(http_answer("200 OK", good ? "good" : "garbage", kOcspField)); });
  allow(server);
  EXPECT_FALSE(ocsp(query(server.url())).has_value());
  EXPECT_EQ(cache.load().entries, 0U);
  good = true;
  EXPECT_THAT(ocsp(query(server.url())), IsOk());
}

TEST_F(Evidences, OlderDataThanTheCallerWantsIsFetchedAgain) {
  const ScriptedServer server([](const auto& client) { client.send(http_answer("200 OK", "good", kOcspField)); });
  allow(server);
  EXPECT_THAT(ocsp(query(server.url())), IsOk());
  EvidenceQuery later = query(server.url());
  later.not_before = clock.time - 1min;
  ASSERT_OK_AND_ASSIGN(const Evidence same, ocsp(later));
  EXPECT_TRUE(same.from_cache);
  later.not_before = clock.time;
  ASSERT_OK_AND_ASSIGN(const Evidence newer, ocsp(later));
  EXPECT_FALSE(newer.from_cache);
}

TEST_F(Evidences, AnswersToANonceAreNeitherKeptNorTakenFromTheCache) {
  const ScriptedServer server([](const auto& client) { client.send(http_answer("200 OK", "good", kOcspField)); });
  allow(server);
  EvidenceQuery with_nonce = query(server.url());
  with_nonce.cacheable = false;
  EXPECT_THAT(ocsp(with_nonce), IsOk());
  EXPECT_THAT(ocsp(with_nonce), IsOk());
  EXPECT_EQ(server.requests(), 2);
  EXPECT_EQ(cache.load().entries, 0U);
}

TEST_F(Evidences, RedirectsOfAResponderAreFollowed) {
  const ScriptedServer server([](const auto& client) {
    client.send(client.head.starts_with("POST /new ") ? http_answer("200 OK", "good", kOcspField)
                                                      : http_answer("301 Moved Permanently", "", "Location: /new\r\n"));
  });
  allow(server);
  EXPECT_THAT(ocsp(query(server.url() + "/old"), Bytes(300, 1)), IsOk());
}

}  // namespace
}  // namespace rakkan::fetch
