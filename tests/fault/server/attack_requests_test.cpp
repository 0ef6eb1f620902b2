// Requests that are made to be misunderstood: smuggled ones, odd targets, and bombs of fields, parts and brackets.
#include <algorithm>

#include "attack_scene.hpp"

namespace rakkan::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class RequestsAttack : public AttackScene {
 protected:
  [[nodiscard]] std::string key() const { return attacked_.attacker_key; }
  [[nodiscard]] double listings() const { return metrics().sum("rakkan_http_requests_total", "/v1/keys"); }

  // The server's answers to these bytes until it ends the connection; a connection that stays open is ended here.
  [[nodiscard]] std::string all_answers(const std::string& bytes) const {
    Wire wire = connect();
    wire.send(bytes);
    wire.half_close();
    return wire.rest().value_or("the connection stays open");
  }
  static std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) {
      ++found;
    }
    return found;
  }
};

struct Smuggled {
  const char* name;
  std::string bytes;  // before the request that must not be seen
};

// Two servers, one in front of the other, must not see two different requests: RFC 9112 §11.2. Behind each of these
// stands one for the keys, which is never answered.
TEST_F(RequestsAttack, NothingIsSmuggled) {
  start_alone();
  // With a key, so that bodies are read.
  const std::string rights = "Content-Type: application/timestamp-query\r\nAuthorization: Bearer " + key() + "\r\n";
  const std::string post = "POST /tsa HTTP/1.1\r\nHost: rakkan\r\n" + rights;
  const std::string get = "GET /healthz HTTP/1.1\r\nHost: rakkan\r\n";
  const std::string chunked = post + "Transfer-Encoding: chunked\r\n";
  const std::vector<Smuggled> attempts{
      {"two lengths", post + "Content-Length: 0\r\nContent-Length: 5\r\n\r\n"},
      {"two lengths in one field", post + "Content-Length: 0, 0\r\n\r\n"},
      {"the same length twice", post + "Content-Length: 0\r\nContent-Length: 0\r\n\r\n"},
      {"a length with a sign", post + "Content-Length: +0\r\n\r\n"},
      {"a negative length", post + "Content-Length: -1\r\n\r\n"},
      {"a length in hexadecimal", post + "Content-Length: 0x0\r\n\r\n"},
      {"a length of too many digits", post + "Content-Length: 18446744073709551616\r\n\r\n"},
      {"an empty length", post + "Content-Length: \r\n\r\n"},
      {"length and chunks", chunked + "Content-Length: 0\r\n\r\n"},
      {"length behind chunks", post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"an unknown coding", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
      {"chunked and then another", post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"},
      {"chunked twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"chunked, misspelt", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"},
      {"chunked behind a tab", post + "Transfer-Encoding:\x0b"
                                      "chunked\r\n\r\n0\r\n\r\n"},
      {"chunked in HTTP/1.0", "POST /tsa HTTP/1.0\r\nHost: rakkan\r\n" + rights +
                                  "Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n0\r\n\r\n"},
      {"a blank before the colon", post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"},
      {"a blank before the colon of the length", post + "Content-Length : 0\r\n\r\n"},
      {"a folded line", get + "X-Folded: a\r\n b: c\r\n\r\n"},
      {"a folded coding", post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"},
      {"a folded first line", "GET /healthz HTTP/1.1\r\n Host: rakkan\r\n\r\n"},
      {"bare line feeds", "GET /healthz HTTP/1.1\nHost: rakkan\n\n"},
      {"a bare line feed in a field", get + "X-A: b\nX-C: d\r\n\r\n"},
      {"a bare carriage return", get + "X-A: b\rContent-Length: 5\r\n\r\n"},
      {"a zero octet", get + std::string("X-A: b\0c\r\n\r\n", 11)},
      {"a chunk's size with a sign", chunked + "\r\n+0\r\n\r\n"},
      {"a chunk's size with a prefix", chunked + "\r\n0x0\r\n\r\n"},
      {"a chunk's size that wraps", chunked + "\r\n10000000000000000\r\n\r\n"},
      {"a chunk that ends in a bare line feed", chunked + "\r\n1\na\n0\n\n"},
      {"a chunk without its line end", chunked + "\r\n1\r\nab\r\n0\r\n\r\n"},
      {"trailer fields", chunked + "\r\n0\r\nContent-Length: 5\r\nHost: other\r\n\r\n"},
      {"a trailer field with a coding", chunked + "\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {"no host", "GET /healthz HTTP/1.1\r\n\r\n"},
      {"two hosts", get + "Host: other\r\n\r\n"},
      {"a field without a name", get + ": value\r\n\r\n"},
      {"another version", "GET /healthz HTTP/1.2\r\nHost: rakkan\r\n\r\n"},
      {"a preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
  };
  const std::string hidden = test::get("/v1/keys", attacked_.attacker_admin, "X-Request-Id: smuggled\r\n");
  // Control: behind a request that is right it is answered, so that the attempts below are attempts.
  EXPECT_EQ(count(all_answers(get + "\r\n" + hidden), "HTTP/1.1 200"), 2U);
  // A request is counted when its answer has been written.
  EXPECT_TRUE(soon([&] { return listings() > 0; }));
  const double before = listings();
  for (const Smuggled& attempt : attempts) {
    const std::string answers = all_answers(attempt.bytes + hidden);
    EXPECT_EQ(count(answers, "\r\nDate: "), 1U) << attempt.name << "\n" << answers;
    EXPECT_THAT(answers, Not(HasSubstr("\r\nX-Request-Id: smuggled"))) << attempt.name;
    EXPECT_THAT(answers.substr(0, 13), ::testing::MatchesRegex("HTTP/1.1 (400|411|413|501|505) ")) << attempt.name;
  }
  EXPECT_EQ(listings(), before);
}

// RFC 9110 §7.1, RFC 3986 §3.2: a target that is neither a path of ours nor an absolute form with an authority is
// refused, and text behind a query or a fragment is never routed.
TEST_F(RequestsAttack, OddTargetsAreRefused) {
  start_alone();
  const double before = listings();
  for (const char* target : {"http://evil?/v1/keys",
                             "http://evil#/healthz",
                             "http://evil#/v1/keys",
                             "http:///v1/keys",
                             "http://?/v1/keys",
                             "http://user@evil/v1/keys",
                             "http://user:secret@evil/v1/keys",
                             "http://evil\\/v1/keys",
                             "http:\\\\evil/v1/keys",
                             "http:/v1/keys",
                             "http:v1/keys",
                             "ftp://rakkan/v1/keys",
                             "//evil/v1/keys",
                             "/v1/keys#fragment",
                             "/healthz#/v1/keys",
                             "\\v1\\keys",
                             "/v1\\keys",
                             "v1/keys",
                             "*",
                             "http://[::1/v1/keys",
                             "http://evil:99999/v1/keys",
                             "http://evil:x/v1/keys",
                             "/../v1/keys",
                             "/v1/./keys",
                             "/v1//keys",
                             "/v1/%6beys",
                             "/v1/keys/",
                             "/v1/keys%00",
                             "/V1/KEYS",
                             "/v1/keys;a=b"}) {
    const std::string answers =
        all_answers("GET " + std::string(target) + " HTTP/1.1\r\nHost: rakkan\r\nAuthorization: Bearer " +
                    attacked_.attacker_admin + "\r\n\r\n");
    EXPECT_THAT(answers.substr(0, 13), ::testing::MatchesRegex("HTTP/1.1 4[0-9][0-9] ")) << target;
  }
  EXPECT_EQ(listings(), before) << "a target was routed to the keys";
  // Control: these are ours.
  for (const char* target : {"/v1/keys", "/v1/keys?", "http://rakkan/v1/keys", "http://rakkan:80/v1/keys?"}) {
    EXPECT_EQ(ask("GET " + std::string(target) + " HTTP/1.1\r\nHost: rakkan\r\nAuthorization: Bearer " +
                  attacked_.attacker_admin + "\r\n\r\n")
                  .status,
              200U)
        << target;
  }
}

// One bomb of each kind at a time: its cost is bounded, and the answer is a refusal.
TEST_F(RequestsAttack, BombsAreRefused) {
  start_alone();
  const std::string nested(60'000, '[');
  const std::string objects = [] {
    std::string text;
    while (text.size() < 60'000) {
      text += "{\"a\":";
    }
    return text;
  }();
  std::string members = "{";
  for (int i = 0; members.size() < 60'000; ++i) {
    members += "\"digest\":" + std::to_string(i) + ",";
  }
  std::string fields;
  for (int i = 0; i < 5'000; ++i) {
    fields += "a:b\r\n";
  }
  std::string parts;
  for (int i = 0; i < 10'000; ++i) {
    parts += "------rakkan\r\nContent-Disposition: form-data; name=\"request\"\r\n\r\n\r\n";
  }
  std::string headed = "------rakkan\r\n";
  for (int i = 0; i < 20'000; ++i) {
    headed += "X-A: b\r\n";
  }
  const auto json = [&](const std::string& body) { return post("/v1/cms", key(), kJson, body); };
  const auto multipart = [&](const std::string& body, const std::string& type = kFormType) {
    return post("/v1/signatures", key(), type, body);
  };
  const std::vector<std::pair<const char*, std::string>> bombs{
      {"brackets", json(nested)},
      {"objects in objects", json(objects)},
      {"a member many times", json(members + "\"a\":1}")},
      {"a number of 60,000 digits", json("{\"digest\":" + std::string(60'000, '9') + "}")},
      {"a number with a large exponent", json("{\"digest\":1e999999999}")},
      {"surrogates alone", json("{\"credential\":\"\\ud800\\udc00\\udc00\"}")},
      {"octets that are no UTF-8", json("{\"credential\":\"\xc0\xaf\xff\"}")},
      {"an object that never ends", json("{\"credential\":\"" + std::string(60'000, 'a'))},
      {"many fields", "GET /healthz HTTP/1.1\r\nHost: rakkan\r\n" + fields + "\r\n"},
      {"one long field", get("/healthz", {}, "X-A: " + std::string(1U << 20U, 'a') + "\r\n")},
      {"a long target", get("/" + std::string(1U << 20U, 'a'))},
      {"a long method", bodiless(std::string(1U << 20U, 'A'), "/healthz", {})},
      {"many empty lines", std::string(1U << 20U, '\n') + get("/healthz")},
      {"many parts", multipart(parts + "------rakkan--\r\n")},
      {"many headers of a part", multipart(headed)},
      {"a boundary that begins and never ends", multipart(std::string(1U << 18U, '-'))},
      {"a long boundary", multipart("a", "multipart/form-data; boundary=" + std::string(8'000, 'b'))},
      {"no boundary", multipart("a", "multipart/form-data")},
      {"a preamble of 1 MB", multipart(std::string(1U << 20U, 'a'))},
      {"a coding that expands",
       post("/v1/cms", key(), kJson, std::string(1'000, '\x1f'), "Content-Encoding: gzip\r\n")},
      {"a chunk extension of 1 MB", post_head("/v1/cms", key(), kJson, "Transfer-Encoding: chunked\r\n\r\n") + "1;" +
                                        std::string(1U << 20U, 'a') + "\r\na\r\n0\r\n\r\n"},
  };
  const double before = memory_mb();
  for (const auto& [name, bytes] : bombs) {
    Wire wire = connect();
    const RawAnswer answer = wire.ask(bytes);
    EXPECT_THAT(std::to_string(answer.status), ::testing::MatchesRegex("4[0-9][0-9]|501")) << name << answer.body;
    EXPECT_EQ(ask(get("/readyz")).status, 200U) << name;
  }
  EXPECT_LT(server_->peak_memory_mb() - before, 32.0 * kSlowness * kSlowness);
  EXPECT_EQ(metrics().sum("rakkan_http_exceptions_total"), 0);
}

// Many chunks of one octet each: much work for a small body.
TEST_F(RequestsAttack, BombsWithoutPause) {
  start();
  std::string crumbs;
  for (int i = 0; i < 60'000; ++i) {
    crumbs += "1\r\n[\r\n";
  }
  const std::string chunked =
      post_head("/v1/cms", key(), kJson, "Transfer-Encoding: chunked\r\n\r\n") + crumbs + "0\r\n\r\n";
  const std::string brackets = post("/v1/cms", key(), kJson, std::string(60'000, '['));
  const std::string fields = get("/healthz", {}, [] {
    std::string text;
    for (int i = 0; i < 5'000; ++i) {
      text += "a:b\r\n";
    }
    return text;
  }());
  std::string parts;
  for (int i = 0; i < 10'000; ++i) {
    parts += "------rakkan\r\nContent-Disposition: form-data; name=\"request\"\r\n\r\n\r\n";
  }
  const std::string multipart = post("/v1/signatures", key(), kFormType, parts);
  std::vector<Peer> peers;
  for (std::size_t i = 0; i < 16; ++i) {
    peers.push_back(attacker_peer(i));
  }
  Flood attack(16, peers, [&](unsigned number) {
    const std::string* const bombs[] = {&chunked, &brackets, &fields, &multipart};
    return *bombs[number % 4];
  });
  const Outcome outcome = suffer("16 connections with bombs of fields, parts, chunks and brackets", attack);
  EXPECT_THAT(outcome.harm, IsEmpty());
  EXPECT_GT(attack.answers()["400"], 0);
}

// Health, readiness and what is open to everybody, as often as it goes.
TEST_F(RequestsAttack, OpenRoutesWithoutPause) {
  start();
  std::vector<Peer> peers;
  for (std::size_t i = 0; i < 32; ++i) {
    peers.push_back(attacker_peer(i));
  }
  Flood attack(32, peers, [&](unsigned number) {
    const char* const paths[] = {"/readyz", "/openapi.json", "/healthz", "/problems/overloaded"};
    return get(paths[number % 4]);
  });
  const Outcome outcome = suffer("32 connections without a key that ask for what is open", attack);
  EXPECT_THAT(outcome.harm, IsEmpty());
  EXPECT_GT(attack.answers()["200"], 0);
}

}  // namespace
}  // namespace rakkan::test
