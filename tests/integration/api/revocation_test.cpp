// A key ends at once: also for a batch that is open, a body on its way, and requests that are being worked on.
#include <thread>

#include "support/api_fixture.hpp"
#include "support/eventually.hpp"
#include "support/gate.hpp"

namespace rakkan::test {
namespace {

using access::Scope;
using testing::HasSubstr;
using testing::Not;

class ApiRevocation : public ApiFixture {
 protected:
  ApiRevocation() { enrol_all(); }

  [[nodiscard]] static ApiKeyId id_of(const std::string& text) { return ApiKeyId(text.substr(4, 16)); }
  void revoke(const std::string& text) {
    const RawAnswer answer = ask({"DELETE", "/v1/keys/" + id_of(text).value(), acme});
    ASSERT_EQ(answer.status, 200U) << answer.body;
  }
  // How many intents in the key's name stand behind its revocation.
  [[nodiscard]] std::size_t intents_behind_revocation(const std::string& text) {
    const std::string name = "key:" + id_of(text).value();
    const std::string revoked = R"("key":")" + id_of(text).value() + R"(","tenant")";
    bool over = false;
    std::size_t behind = 0;
    for (std::uint64_t index = 0; index < trail->size(audit::Journal::trail); ++index) {
      const std::string body = value_or_throw(store->record(index)).body;
      const bool intent = body.find("intent_of") != std::string::npos && body.find(name) != std::string::npos;
      behind += over && intent ? 1 : 0;
      over = over || (body.find(revoked) != std::string::npos && body.find("scopes") == std::string::npos &&
                      body.find("action") == std::string::npos);
    }
    EXPECT_TRUE(over) << "the revocation is in the trail";
    return behind;
  }

  // A batch whose answers are read while it is sent.
  class OpenBatch {
   public:
    OpenBatch(std::uint16_t port, const std::string& key) : client_(port) {
      client_.send("POST /v1/cms:batch HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer " + key +
                   "\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n");
    }
    void send(const std::string& line) {
      std::ostringstream chunk;
      chunk << std::hex << line.size() + 1 << "\r\n" << line << "\n\r\n";
      client_.send(chunk.str());
    }
    [[nodiscard]] RawAnswer head() { return client_.answer(true); }
    [[nodiscard]] std::string rest() { return client_.rest(kPatience).value_or("(nothing came)"); }

   private:
    RawHttpClient client_;
  };

  const Bytes content_ = copy_of(bytes_of("what is signed"));
};

TEST_F(ApiRevocation, AnOpenBatchEndsWithItsKey) {
  const std::string signer = key("acme", {Scope::sign});
  OpenBatch batch(server->port(), signer);
  batch.send(witness_cms(content_));
  ASSERT_EQ(batch.head().status, 200U);
  ASSERT_TRUE(eventually([&] { return records_with(R"("signature_value")") == 1; }));
  revoke(signer);
  batch.send(witness_cms(content_));
  const std::string rest = batch.rest();
  EXPECT_THAT(rest, HasSubstr(R"({"line":1,"status":200)"));
  EXPECT_THAT(rest, HasSubstr(R"({"line":2,"status":401)"));
  EXPECT_THAT(rest, HasSubstr("api-key-expired"));
  EXPECT_THAT(rest, testing::EndsWith("0\r\n\r\n")) << "the answer has an end, and so has the connection";
  EXPECT_EQ(records_with("intent_of"), 1U);
  EXPECT_EQ(intents_behind_revocation(signer), 0U);
}

TEST_F(ApiRevocation, AnOpenBatchEndsWithItsKeysTime) {
  const std::string signer = key("acme", {Scope::sign}, {}, clock.now() + std::chrono::hours(1));
  OpenBatch batch(server->port(), signer);
  batch.send(witness_cms(content_));
  ASSERT_EQ(batch.head().status, 200U);
  ASSERT_TRUE(eventually([&] { return records_with(R"("signature_value")") == 1; }));
  clock.advance(std::chrono::hours(1));
  batch.send(witness_cms(content_));
  EXPECT_THAT(batch.rest(), HasSubstr("api-key-expired"));
  EXPECT_EQ(records_with("intent_of"), 1U);
}

// Lines that were taken before the key ended are answered one by one.
TEST_F(ApiRevocation, LinesThatWaitAreNotSignedAnyMore) {
  Gate gate;
  keys_in_memory.at("operator").before = [&gate](const crypto::Digest&) { gate.pass(); };
  const std::string signer = key("acme", {Scope::sign});
  std::string lines;
  for (int i = 0; i < 40; ++i) {
    lines += witness_cms(content_) + "\n";
  }
  RawHttpClient batch(server->port());
  batch.send(text_of_request({"POST", "/v1/cms:batch", signer, {{"Content-Type", "application/x-ndjson"}}, lines}));
  ASSERT_TRUE(eventually([&] { return records_with("intent_of") > 0; }));
  revoke(signer);
  const std::size_t begun = records_with("intent_of");
  gate.open();
  const RawAnswer answer = batch.answer(false, kPatience);
  ASSERT_TRUE(answer.whole);
  std::size_t refused = 0;
  for (std::size_t at = 0; (at = answer.body.find(R"("status":401)", at)) != std::string::npos; ++at) {
    ++refused;
  }
  EXPECT_GT(refused, 0U);
  EXPECT_EQ(records_with("intent_of"), begun);
  EXPECT_EQ(intents_behind_revocation(signer), 0U);
}

TEST_F(ApiRevocation, ABodyOnItsWayEndsWithItsKey) {
  const std::string signer = key("acme", {Scope::sign});
  const Bytes document = sample_pdf();
  ApiRequest request = form(signer, witness(document), document);
  request.headers["Expect"] = "100-continue";
  const std::string upload = text_of_request(request);
  const std::size_t head = upload.size() - request.body.size();
  const std::size_t half = head + request.body.size() / 2;
  RawHttpClient client(server->port());
  client.send(upload.substr(0, head));
  ASSERT_EQ(client.answer(false, kPatience).status, 100U) << "the key was good, the body may come";
  client.send(upload.substr(head, half - head));
  revoke(signer);
  client.send(upload.substr(half));
  const RawAnswer answer = client.answer(false, kPatience);
  EXPECT_EQ(answer.status, 401U);
  EXPECT_EQ(problem_of(answer), "api-key-expired");
  EXPECT_EQ(records_with("intent_of"), 0U);
}

// Twelve connections sign as fast as they can while their key is revoked: all recorded intents stand before that.
TEST_F(ApiRevocation, NoIntentStandsBehindTheRevocation) {
  for (int round = 0; round < 3; ++round) {
    const std::string signer = key("acme", {Scope::sign});
    std::atomic<int> made = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 12; ++t) {
      threads.emplace_back([&] {
        RawHttpClient client(server->port());
        const std::string request = text_of_request(post_json("/v1/cms", signer, witness_cms(content_)));
        for (;;) {
          client.send(request);
          const RawAnswer answer = client.answer(false, kPatience);
          if (answer.status != 200) {
            EXPECT_EQ(problem_of(answer), "api-key-expired");
            return;
          }
          ++made;
        }
      });
    }
    EXPECT_TRUE(eventually([&] { return made >= 24; }));
    revoke(signer);
    for (std::thread& thread : threads) {
      thread.join();
    }
    EXPECT_EQ(intents_behind_revocation(signer), 0U);
  }
}

}  // namespace
}  // namespace rakkan::test
