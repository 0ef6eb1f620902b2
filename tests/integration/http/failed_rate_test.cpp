// The rate of an address for callers without a good key. A caller with one, or on a route that needs none, does not
// feel it.
#include <gmock/gmock.h>

#include "support/http_server_fixture.hpp"

namespace rakkan::test {
namespace {

class FailedRate : public HttpServerFixture {
 protected:
  FailedRate() {
    options_.failed_rate = {1, 3};
    options_.trusted_proxies = {"127.0.0.1"};
  }

  http::Router routes() override {
    http::Router router;
    router.add({http::Method::get, "/locked", http::Scope::sign, 0, handlers::hello});
    router.add({http::Method::get, "/open", http::Scope::sign, 0, handlers::hello}).open = true;
    router.guard([](const http::Route& route, http::Request& request) -> async::Task<Result<void>> {
      if (route.open || request.header("Authorization").value_or("") == "Bearer good") {
        co_return Result<void>();
      }
      co_return fail(ErrorCode::api_key_unknown, "not known");
    });
    return router;
  }

  [[nodiscard]] RawAnswer get(const std::string& path, const std::string& from, const std::string& key = "bad") {
    return ask("GET " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key + "\r\nX-Forwarded-For: " + from +
               "\r\nConnection: close\r\n\r\n");
  }
  // Sends requests without a good key until one is refused as too many; the rate lets some more through as time passes.
  [[nodiscard]] RawAnswer refused(const std::string& from) {
    for (int i = 0; i < 1'000; ++i) {
      if (RawAnswer answer = get("/locked", from); answer.status != 401) {
        return answer;
      }
    }
    return {};
  }
};

TEST_F(FailedRate, TheAddressIsToldToWait) {
  start();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(get("/locked", "192.0.2.1").status, 401U) << i;
  }
  const RawAnswer answer = refused("192.0.2.1");
  EXPECT_EQ(answer.status, 429U);
  EXPECT_FALSE(answer.field("Retry-After").empty());
  EXPECT_THAT(answer.body, testing::HasSubstr("rate-limited"));
}

TEST_F(FailedRate, AGoodKeyAndAnOpenRouteOfTheSameAddressAreServed) {
  start();
  ASSERT_EQ(refused("192.0.2.1").status, 429U);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(get("/locked", "192.0.2.1", "good").status, 200U);
    EXPECT_EQ(get("/open", "192.0.2.1").status, 200U);
  }
}

TEST_F(FailedRate, OtherAddressesBehindTheSameProxyHaveTheirOwn) {
  start();
  ASSERT_EQ(refused("192.0.2.1").status, 429U);
  EXPECT_EQ(get("/locked", "192.0.2.2").status, 401U);
  ASSERT_EQ(refused("2001:db8::1").status, 429U);
  EXPECT_EQ(get("/locked", "2001:db8::ffff").status, 429U) << "one /64 is one caller's";
  EXPECT_EQ(get("/locked", "2001:db8:0:1::1").status, 401U);
}

TEST_F(FailedRate, ARateOfNothingIsNoLimit) {
  options_.failed_rate = {0, 1};
  start();
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(get("/locked", "192.0.2.1").status, 401U);
  }
}

}  // namespace
}  // namespace rakkan::test
