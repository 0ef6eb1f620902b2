// A PIN, an activation and an API key leave the memory of a running server with the requests that brought them: its
// writable mappings are searched for them, as somebody with a core or a swap file would.
#include <gmock/gmock.h>

#include <map>

#include "support/process_memory.hpp"
#include "support/raw_http_client.hpp"
#include "support/server_fixture.hpp"

namespace rakkan::test {
namespace {

using ::testing::IsEmpty;

class SecretsInMemory : public ServerFixture {
 protected:
  SecretsInMemory() : server_(folder_.start({"pin.max_failures=50"})), memory_(server_.pid()) {}
  void SetUp() override {
    if (!memory_.is_open()) {
      GTEST_SKIP()
          << "the kernel shows the memory of a process that is not dumpable to nobody but those who may trace all";
    }
  }

  static crypto::Digest digest_of(const std::string& about) {
    return crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(about));
  }
  [[nodiscard]] std::string head(const std::string& path, const std::string& type, std::size_t length) const {
    return "POST " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + folder_.api_key() +
           "\r\nContent-Type: " + type + "\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
  }
  [[nodiscard]] std::string json_request(const std::string& path, const std::string& json) const {
    return head(path, "application/json", json.size()) + json;
  }
  static std::string with_pin(const std::string& about, const std::string& pin) {
    return R"({"digest":)" + json_of(digest_of(about)) +
           R"(,"credential":"party-takasaki","type":"party","level":"B-B","pin":")" + pin + R"("})";
  }
  [[nodiscard]] std::string form(const std::string& json) const {
    const std::string body =
        "--b\r\nContent-Disposition: form-data; name=\"request\"\r\nContent-Type: application/json\r\n\r\n" + json +
        "\r\n--b\r\nContent-Disposition: form-data; name=\"document\"\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.7 "
        "none" +
        "\r\n--b--\r\n";
    return head("/v1/signatures", "multipart/form-data; boundary=b", body.size()) + body;
  }
  // One request on a connection of its own, in so many pieces.
  unsigned ask(const std::string& request, std::size_t pieces = 1) {
    RawHttpClient client(folder_.port());
    const std::size_t size = request.size() / pieces + 1;
    for (std::size_t at = 0; at < request.size(); at += size) {
      client.send(request.substr(at, size));
    }
    last_ = client.answer();
    return last_.status;
  }
  // The places where the secret still stands, after waiting for none: an answer is with its caller a moment before its
  // request is over.
  std::vector<std::string> what_is_left_of(const std::string& secret) {
    std::vector<std::string> places;
    static_cast<void>(soon([&] {
      places = memory_.places_of(secret);
      return places.empty();
    }));
    return places;
  }

  ServerProcess server_;
  ProcessMemory memory_;
  RawAnswer last_;
};

TEST_F(SecretsInMemory, AreThereWhileARequestIsUnderWayAndGoneWhenItIsOver) {
  const std::string secret = "pin-of-a-request-under-way";
  const std::string request = json_request("/v1/cms", with_pin("a", secret));
  RawHttpClient client(folder_.port());
  client.send(request.substr(0, request.size() - 1));
  EXPECT_TRUE(soon([&] { return !memory_.places_of(secret).empty(); }))
      << "the control: the search finds what is there";
  EXPECT_FALSE(memory_.places_of(folder_.api_key()).empty());
  client.send(request.substr(request.size() - 1));
  EXPECT_GE(client.answer().status, 400U);
  EXPECT_THAT(what_is_left_of(secret), IsEmpty()) << "although the connection is still open";
  EXPECT_THAT(what_is_left_of(folder_.api_key()), IsEmpty());
}

TEST_F(SecretsInMemory, LeaveNothingBehindHoweverTheyCame) {
  const std::string pin = ServerFolder::party_pin();
  std::map<std::string, std::string> wrong;  // PINs that are none, by the way in which they came
  const auto wrong_pin = [&](const std::string& way) { return wrong[way] = "wrong-pin-" + way; };
  const std::string padding = R"(,"tsa":")" + std::string(20'000, 'x') + "\"";
  const auto padded = [&](const std::string& json) { return json.substr(0, json.size() - 1) + padding + "}"; };

  EXPECT_EQ(ask(json_request("/v1/activations", activation_request("party-takasaki", digest_of("a"), pin))), 201U);
  const std::string activation(boost::json::parse(last_.body).as_object().at("activation").as_string());
  EXPECT_EQ(ask(json_request("/v1/cms", party_cms_request("party-takasaki", digest_of("a"), activation)), 3), 200U);
  EXPECT_EQ(ask(json_request("/v1/cms", with_pin("b", pin))), 200U);
  EXPECT_GE(ask(json_request("/v1/cms", with_pin("c", wrong_pin("in-pieces"))), 7), 400U);
  EXPECT_EQ(ask(json_request("/v1/cms", padded(with_pin("d", wrong_pin("before-much-else")))), 5), 400U);
  EXPECT_EQ(ask(json_request("/v1/cms", R"({"pin":")" + wrong_pin("in-broken-json"))), 400U);
  EXPECT_EQ(ask(json_request("/v1/nothing", with_pin("e", wrong_pin("unread")))), 404U);
  EXPECT_EQ(ask(form(with_pin("f", wrong_pin("in-a-form")))), 400U);
  EXPECT_EQ(ask(form(padded(with_pin("g", wrong_pin("in-a-form-in-pieces")))), 9), 400U);
  const std::string escaped = with_pin("h", R"(\u0065)" + wrong_pin("scaped").substr(1));
  EXPECT_GE(ask(json_request("/v1/cms", escaped)), 400U);
  {
    const std::string request = json_request("/v1/cms", with_pin("i", wrong_pin("broken-off")));
    RawHttpClient client(folder_.port());
    client.send(request.substr(0, request.size() - 1));
    EXPECT_TRUE(soon([&] { return !memory_.places_of(wrong.at("broken-off")).empty(); }));
    client.reset();
  }
  const std::string chunked = "POST /v1/cms HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + folder_.api_key() +
                              "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string body = padded(with_pin("j", wrong_pin("in-chunks")));
  std::string chunks;
  for (std::size_t at = 0; at < body.size(); at += 1'000) {
    const std::string chunk = body.substr(at, 1'000);
    std::array<char, 20> size{};
    std::snprintf(size.data(), size.size(), "%zx\r\n", chunk.size());
    chunks += size.data() + chunk + "\r\n";
  }
  EXPECT_EQ(ask(chunked + chunks + "0\r\n\r\n", 4), 400U);
  const std::string lines =
      with_pin("k", wrong_pin("in-a-batch")) + "\n" + padded(with_pin("l", wrong_pin("in-a-long-line"))) + "\n";
  EXPECT_EQ(ask(head("/v1/cms:batch", "application/x-ndjson", lines.size()) + lines, 6), 200U);

  EXPECT_THAT(what_is_left_of(pin), IsEmpty());
  EXPECT_THAT(what_is_left_of(activation), IsEmpty());
  EXPECT_THAT(what_is_left_of(folder_.api_key()), IsEmpty());
  EXPECT_THAT(what_is_left_of(folder_.api_key().substr(folder_.api_key().size() - 40)), IsEmpty()) << "its secret half";
  for (const auto& [way, secret] : wrong) {
    EXPECT_THAT(what_is_left_of(secret), IsEmpty()) << way;
  }
}

}  // namespace
}  // namespace rakkan::test
