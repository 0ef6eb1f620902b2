// Bodies on real sockets: whole, chunked, in parts, too large, too slow, broken off, and what memory they may take.
#include <gmock/gmock.h>

#include "rakkan/async/task.hpp"
#include "support/http_server_fixture.hpp"

namespace rakkan::http {
namespace {

using namespace std::chrono_literals;
using test::RawAnswer;
using test::RawHttpClient;
using ::testing::Contains;
using ::testing::HasSubstr;

using HttpBodies = test::HttpServerFixture;

std::string post(std::string_view path, std::string_view fields) {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + std::string(fields) + "\r\n";
}

std::string with_length(std::string_view path, std::string_view body, std::string_view fields = {}) {
  return post(path, "Content-Length: " + std::to_string(body.size()) + "\r\n" + std::string(fields)) +
         std::string(body);
}

std::string chunk(std::string_view bytes) {
  std::array<char, 20> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
  return size.data() + std::string(bytes) + "\r\n";
}

TEST_F(HttpBodies, ALargeBodyComesBackWhole) {
  start();
  std::string body(kBodyLimit, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) {
    body[i] = static_cast<char>(i * 31 + i / 251);
  }
  RawHttpClient client = connect();
  client.send(with_length("/echo", body));
  EXPECT_EQ(client.answer().body, body);
  client.send(post("/echo", "Transfer-Encoding: chunked\r\n"));
  for (std::size_t at = 0; at < body.size(); at += 70'000) {
    client.send(chunk(std::string_view(body).substr(at, 70'000)));
  }
  client.send("0\r\nTrailer: thrown away\r\n\r\n");
  EXPECT_EQ(client.answer().body, body);
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.answer().status, 200U);
}

// Each chunk costs a round of the thread that all connections share, however little is in it.
TEST_F(HttpBodies, ABodyInCrumbsIsRefused) {
  start();
  const auto status_of = [&](int crumbs) {
    RawHttpClient client = connect();
    std::string body;
    for (int i = 0; i < crumbs; ++i) {
      body += chunk("a");
    }
    client.send(post("/echo", "Transfer-Encoding: chunked\r\n") + body + "0\r\n\r\n");
    return client.answer().status;
  };
  EXPECT_EQ(status_of(1'000), 200U);
  EXPECT_EQ(status_of(10'000), 400U);
}

TEST_F(HttpBodies, ContinueIsSentWhenTheBodyIsWanted) {
  start();
  RawHttpClient client = connect();
  client.send(post("/echo", "Content-Length: 4\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(client.answer().status, 100U);
  client.send("body");
  EXPECT_EQ(client.answer().body, "body");
}

TEST_F(HttpBodies, ContinueIsNotSentForABodyThatIsThereOrNotWanted) {
  start();
  RawHttpClient client = connect();
  client.send(post("/echo", "Content-Length: 4\r\nExpect: 100-continue\r\n") + "body");
  EXPECT_EQ(client.answer().status, 200U);
  client.send(post("/ignore", "Content-Length: 4\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(client.answer().status, 200U);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpBodies, TooLongByItsLengthIsRefusedBeforeItComes) {
  start();
  RawHttpClient client = connect();
  client.send(post("/echo", "Content-Length: 1048577\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(client.answer().status, 413U);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpBodies, ACallerThatSendsRegardlessStillReadsTheAnswer) {
  start();
  RawHttpClient client = connect();
  client.send(post("/echo", "Content-Length: 3000000\r\n"));
  client.send(std::string(3'000'000, 'a'));
  EXPECT_EQ(client.answer().status, 413U);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpBodies, TooLongInChunksIsRefusedWhenItIs) {
  start();
  RawHttpClient client = connect();
  client.send(post("/echo", "Transfer-Encoding: chunked\r\n"));
  for (int i = 0; i < 40; ++i) {
    client.send(chunk(std::string(64 * 1024, 'a')));
  }
  EXPECT_EQ(client.answer().status, 413U);
}

TEST_F(HttpBodies, ASmallBodyThatNobodyReadsDoesNotEndTheConnection) {
  start();
  RawHttpClient client = connect();
  client.send(with_length("/ignore", std::string(30'000, 'a')) + with_length("/nothing", "abc"));
  EXPECT_EQ(client.answer().status, 200U);
  EXPECT_EQ(client.answer().status, 404U);
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.answer().status, 200U);
}

// A body that is announced costs nothing until it comes.
TEST_F(HttpBodies, AnAnnouncedBodyTakesNothingUntilItComes) {
  options_.limits.in_flight = 1'200'000;
  options_.limits.tenant_share = 100;
  options_.timeouts.stall = 60s;
  Server& server = start();
  RawHttpClient patient = connect();
  patient.send(post("/echo", "Content-Length: 1048576\r\n") + std::string(1'000, 'a'));
  ASSERT_TRUE(soon([&] { return server.load().in_flight > 0; }));
  EXPECT_LE(server.load().in_flight, 256U * 1'024);
  const std::string large(700'000, 'b');
  EXPECT_EQ(ask(with_length("/echo", large)).body, large);
  EXPECT_EQ(ask(with_length("/echo", "abc")).body, "abc");
  patient.send(std::string(1'048'576 - 1'000, 'a'));
  EXPECT_EQ(patient.answer().status, 200U);
}

TEST_F(HttpBodies, TheBudgetRefusesWhatDoesNotFit) {
  options_.limits.in_flight = 100'000;
  options_.limits.tenant_share = 100;
  options_.limits.body = 1'024;
  options_.timeouts.stall = 60s;
  Server& server = start();
  RawHttpClient first = connect();
  first.send(post("/echo", "Content-Length: 60000\r\n") + std::string(50'000, 'a'));
  ASSERT_TRUE(soon([&] { return server.load().in_flight == 60'000; }));
  const RawAnswer refused = ask(with_length("/echo", std::string(60'000, 'a')));
  EXPECT_EQ(refused.status, 503U);
  EXPECT_EQ(refused.field("Retry-After"), "1");
  EXPECT_THAT(refused.body, HasSubstr("\"code\":\"overloaded\""));
  EXPECT_EQ(ask(with_length("/echo", std::string(1'024, 'a'))).status, 200U) << "small ones have room of their own";
  first.send(std::string(10'000, 'a'));
  EXPECT_EQ(first.answer().status, 200U);
  EXPECT_TRUE(soon([&] { return server.load().in_flight == 0; }));
  EXPECT_EQ(ask(with_length("/echo", std::string(60'000, 'a'))).status, 200U);
  RawHttpClient never = connect();
  never.send(post("/echo", "Content-Length: 100001\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(never.answer().status, 413U);
}

// Callers are told apart by a field, as by a key.
class HttpShares : public test::HttpServerFixture {
 protected:
  Router routes() override {
    Router router = HttpServerFixture::routes();
    router.guard([](const Route&, Request& request) -> async::Task<Result<void>> {
      if (const auto tenant = request.header("Tenant")) {
        request.caller = std::make_shared<test::Tenant>(*tenant);
      }
      co_return Result<void>();
    });
    return router;
  }
};

TEST_F(HttpShares, ACallerBeyondItsShareIsRefusedAloneAndTheNextIsServed) {
  options_.limits.in_flight = 4U << 20U;
  options_.limits.body = 1'024;
  options_.timeouts.stall = 60s;
  Server& server = start();
  const std::string large(900'000, 'a');
  const auto upload = [&](const std::string& tenant) { return ask(with_length("/echo", large, tenant)).status; };
  std::vector<RawHttpClient> patient;
  for (std::uint64_t held = 0; held < 2; ++held) {
    patient.push_back(connect());
    patient.back().send(post("/echo", "Content-Length: 900001\r\nTenant: a\r\n") + large);
    ASSERT_TRUE(soon([&] { return server.load().in_flight == (held + 1) * 900'001; }));
  }
  EXPECT_EQ(upload("Tenant: a\r\n"), 503U);
  EXPECT_EQ(ask(with_length("/echo", "small", "Tenant: a\r\n")).status, 200U);
  EXPECT_EQ(upload("Tenant: b\r\n"), 200U);
  EXPECT_EQ(upload(""), 200U) << "without a key";
  for (RawHttpClient& client : patient) {
    client.send("a");
    EXPECT_EQ(client.answer().status, 200U) << "what was taken in is done";
  }
  EXPECT_EQ(upload("Tenant: a\r\n"), 200U);
}

TEST_F(HttpShares, CallersWithoutAKeyHaveOneShareTogether) {
  options_.limits.in_flight = 2U << 20U;
  options_.limits.body = 1'024;
  options_.timeouts.stall = 60s;
  Server& server = start();
  RawHttpClient patient = connect();
  patient.send(post("/echo", "Content-Length: 900001\r\n") + std::string(900'000, 'a'));
  ASSERT_TRUE(soon([&] { return server.load().in_flight == 900'001; }));
  EXPECT_EQ(ask(with_length("/echo", std::string(200'000, 'a'))).status, 503U);
  EXPECT_EQ(ask(with_length("/echo", std::string(200'000, 'a'), "Tenant: b\r\n")).status, 200U);
}

std::string form_of(std::string_view document) {
  std::string form =
      "--b\r\nContent-Disposition: form-data; name=request\r\n\r\n{}\r\n"
      "--b\r\nContent-Disposition: form-data; name=document\r\n\r\n";
  form.append(document).append("\r\n--b--\r\n");
  return form;
}
std::string post_form(const std::string& form, std::string_view fields = {}) {
  return post("/form", "Content-Type: multipart/form-data; boundary=b\r\n" + std::string(fields) +
                           "Content-Length: " + std::to_string(form.size()) + "\r\n") +
         form;
}
// No two places of it are alike.
std::string document_of(std::size_t size, unsigned seed) {
  std::string document;
  for (std::size_t i = 0; document.size() < size; ++i) {
    document += std::to_string(i * 7 + seed) + "\r\n--";
  }
  return document.substr(0, size);
}

// Received into memory that earlier ones had, whole, and no further than its own end.
TEST_F(HttpShares, DocumentsOfTenantsThatFollowEachOtherAreTheirOwn) {
  Server& server = start();
  RawHttpClient client = connect();
  unsigned seed = 0;
  for (const std::size_t size : {900'000U, 500'000U, 262'144U, 700'000U, 70'000U, 10U, 900'000U}) {
    for (const char* tenant : {"Tenant: a\r\n", "Tenant: b\r\n", "Tenant: b\r\n"}) {
      const std::string document = document_of(size, ++seed);
      client.send(post_form(form_of(document), tenant) + "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
      const RawAnswer answer = client.answer();
      ASSERT_EQ(answer.status, 200U) << answer.body;
      EXPECT_EQ(answer.field("X-Seen"), std::to_string(size));
      EXPECT_TRUE(answer.body == document + "|tail") << size << ' ' << tenant;
      EXPECT_EQ(client.answer().status, 200U) << "what stood behind the form";
    }
  }
  EXPECT_GT(server.load().kept, 0U);
  EXPECT_LE(server.load().kept, options_.limits.in_flight);
  EXPECT_TRUE(soon([&] { return server.load().kept == 0; })) << "it goes back when nobody wants it";
}

TEST_F(HttpShares, ADocumentThatIsTooLongForItsShareLeavesNothing) {
  options_.limits.in_flight = 2U << 20U;
  options_.limits.body = 1'024;
  Server& server = start();
  RawHttpClient patient = connect();
  patient.send(post("/echo", "Tenant: a\r\nContent-Length: 600000\r\n") + std::string(599'999, 'a'));
  ASSERT_TRUE(soon([&] { return server.load().in_flight == 600'000; }));
  EXPECT_EQ(ask(post_form(form_of(document_of(800'000, 1)), "Tenant: a\r\n")).status, 503U);
  EXPECT_TRUE(soon([&] { return server.load().in_flight == 600'000; }));
}

// Others fill the sockets' buffers meanwhile.
TEST_F(HttpBodies, AFormInCrumbsIsTheSame) {
  start();
  RawHttpClient client = connect();
  const std::string document = document_of(300'000, 1);
  const std::string whole = post_form(form_of(document));
  for (std::size_t at = 0; at < whole.size(); at += 4'999) {
    client.send(whole.substr(at, 4'999));
  }
  EXPECT_TRUE(client.answer().body == document + "|tail");
}

TEST_F(HttpBodies, AWholeBodyHasItsTimeHoweverSteadilyItComes) {
  options_.timeouts.stall = 60s;
  options_.timeouts.transfer = 300ms;
  options_.limits.slowest_rate = 1;
  start();
  RawHttpClient client = connect();
  client.send(post("/echo", "Content-Length: 100000\r\n") + "a");
  EXPECT_EQ(client.answer().status, 408U);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpBodies, ASlowBodyIsCutOff) {
  options_.timeouts.stall = 400ms;
  start();
  RawHttpClient client = connect();
  client.send(post("/echo", "Content-Length: 100\r\n") + "abc");
  const RawAnswer answer = client.answer();
  EXPECT_EQ(answer.status, 408U);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpBodies, ABodyThatTricklesIsCutOff) {
  options_.timeouts.stall = 400ms;
  options_.limits.slowest_rate = 10'000;
  start();
  RawHttpClient client = connect();
  client.send(post("/echo", "Content-Length: 100000\r\n"));
  // Never a stall, but 100 bytes a second.
  EXPECT_TRUE(soon([&] { return !client.send("a") || !client.stays_open(10ms); })) << "it may go on for ever";
  EXPECT_TRUE(soon([&] { return !observer_.errors().empty(); }));
  EXPECT_THAT(observer_.errors(), Contains(ErrorCode::request_timeout));
}

TEST_F(HttpBodies, ACallerThatHalfClosesInABodyIsTold) {
  start();
  RawHttpClient client = connect();
  client.send(post("/echo", "Content-Length: 100\r\n") + "abc");
  client.half_close();
  EXPECT_EQ(client.answer().status, 400U);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpBodies, ACallerThatHalfClosesBehindItsRequestGetsItsAnswer) {
  start();
  RawHttpClient client = connect();
  client.send(with_length("/echo", "abc"));
  client.half_close();
  EXPECT_EQ(client.answer().body, "abc");
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpBodies, AResetInABodyHarmsNobodyElse) {
  Server& server = start();
  RawHttpClient client = connect();
  client.send(post("/echo", "Content-Length: 100\r\n") + "abc");
  ASSERT_TRUE(soon([&] { return server.load().in_flight == 100; }));  // as much as is still to come
  client.reset();
  EXPECT_TRUE(soon([&] { return server.load().connections == 0; }));
  EXPECT_EQ(server.load().in_flight, 0U);
  EXPECT_EQ(ask("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").status, 200U);
}

TEST_F(HttpBodies, AnAnswerThatNobodyTakesIsBrokenOff) {
  options_.timeouts.stall = 400ms;
  Server& server = start();
  RawHttpClient client = connect();
  client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(soon([&] { return observer_.answers().size() == 1; }));
  EXPECT_TRUE(soon([&] { return server.load().connections == 0; }));
  EXPECT_FALSE(observer_.answers()[0].complete);
}

TEST_F(HttpBodies, ALargeAnswerComesWhole) {
  start();
  const RawAnswer answer = ask("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(answer.whole);
  EXPECT_EQ(answer.body.size(), (8U << 20U) + 3);
  EXPECT_EQ(answer.body.substr(8U << 20U), "end");
}

TEST_F(HttpBodies, AStreamAnswersWhileTheBodyStillComes) {
  start();
  RawHttpClient client = connect();
  client.send(post("/stream", "Transfer-Encoding: chunked\r\n") + chunk("axb"));
  EXPECT_TRUE(client.stays_open(20ms));
  client.send(chunk("xyx") + "0\r\n\r\n");
  const RawAnswer answer = client.answer();
  EXPECT_TRUE(answer.whole);
  EXPECT_EQ(answer.body, "aXbXyX");
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.answer().status, 200U);
}

TEST_F(HttpBodies, AStreamThatFailsIsNotEnded) {
  start();
  RawHttpClient client = connect();
  client.send(post("/stream", "Transfer-Encoding: chunked\r\n") + chunk("axb") + "nonsense\r\n");
  const RawAnswer answer = client.answer();
  EXPECT_EQ(answer.status, 200U);
  EXPECT_FALSE(answer.whole);
  EXPECT_TRUE(client.is_closed());
}

constexpr std::string_view kFormType = "Content-Type: multipart/form-data; boundary=XyZ\r\n";

std::string part(std::string_view name, std::string_view type, std::string_view content) {
  return "--XyZ\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"; filename=\"a;b.pdf\"\r\n" +
         "Content-Type: " + std::string(type) + "\r\n\r\n" + std::string(content) + "\r\n";
}

TEST_F(HttpBodies, AFormIsReadInItsOrder) {
  start();
  std::string pdf(300'000, 'p');
  for (std::size_t i = 0; i < pdf.size(); i += 997) {
    pdf.replace(i, 7, "\r\n--XyY");  // almost the boundary
  }
  const RawAnswer answer = ask(with_length(
      "/form", part("request", "application/json", "{}") + part("document", "application/pdf", pdf) + "--XyZ--\r\n",
      kFormType));
  EXPECT_EQ(answer.status, 200U) << answer.body;
  EXPECT_EQ(answer.field("X-Seen"), std::to_string(pdf.size()));
  EXPECT_TRUE(answer.body == pdf + "|tail");
}

TEST_F(HttpBodies, AFormInAnotherOrderIsRefused) {
  start();
  const RawAnswer answer = ask(with_length(
      "/form", part("document", "application/pdf", "%PDF") + part("request", "application/json", "{}") + "--XyZ--\r\n",
      kFormType));
  EXPECT_EQ(answer.status, 400U);
  EXPECT_THAT(answer.body, HasSubstr("\"code\":\"malformed-multipart\""));
  EXPECT_THAT(answer.body, HasSubstr("\"where\":\"document\""));
}

TEST_F(HttpBodies, AnotherMediaTypeIs415) {
  start();
  EXPECT_EQ(ask(with_length("/form", "{}", "Content-Type: application/json\r\n")).status, 415U);
  EXPECT_EQ(ask(with_length("/form", part("request", "text/html", "{}") + "--XyZ--\r\n", kFormType)).status, 415U);
  EXPECT_EQ(ask(with_length("/form", "--XyZ--\r\n", "Content-Type: multipart/form-data\r\n")).status, 400U);
}

}  // namespace
}  // namespace rakkan::http
