// File descriptors run out. A process that may have 1,024, as any shell gives, meets strangers who open 1,100
// connections and say nothing; one that has none left for a while goes on when there are some again; and where there
// are too few to serve anybody, the server does not start and says why.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <string>
#include <vector>

#include "support/raw_http_client.hpp"
#include "support/run_command.hpp"
#include "support/sanitizers.hpp"
#include "support/server_fixture.hpp"

namespace rakkan::test {
namespace {

using ::testing::HasSubstr;

class DescriptorsTest : public ServerFixture {
 protected:
  DescriptorsTest() {
    rlimit mine{};
    ::getrlimit(RLIMIT_NOFILE, &mine);
    mine.rlim_cur = mine.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &mine);  // 1,100 connections have two ends
  }

  // The server's words under `ulimit -n`, which sets both limits.
  [[nodiscard]] std::vector<std::string> limited(unsigned descriptors) const {
    return {"-c",
            "ulimit -n " + std::to_string(descriptors) + " && exec \"$@\"",
            "sh",
            "/usr/bin/env",
            "RAKKAN_HTTP_PORT=" + std::to_string(folder_.port()),
            "RAKKAN_METRICS_PORT=0",
            std::string(RAKKAN_PROGRAMS) + "/rakkand",
            "--config",
            (folder_.path() / "rakkan.toml").string()};
  }
  [[nodiscard]] ServerProcess start_limited(unsigned descriptors) const {
    auto started =
        ServerProcess::start("/bin/sh", limited(descriptors), folder_.port(), folder_.path() / "rakkand.log");
    if (!started) {
      throw std::runtime_error(to_string(started.error()));
    }
    return std::move(*started);
  }

  // Over a connection that is open already.
  [[nodiscard]] RawAnswer ask(RawHttpClient& client, const std::string& method, const std::string& path,
                              const std::string& body = {}) const {
    std::string text =
        method + " " + path + " HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer " + folder_.api_key() + "\r\n";
    if (!body.empty()) {
      text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    }
    client.send(text + "\r\n" + body);
    return client.answer();
  }
  [[nodiscard]] RawAnswer sign_over(RawHttpClient& client, const std::string& about) const {
    const auto digest = crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(about));
    return ask(client, "POST", "/v1/cms", cms_request("operator-p256", digest, to_rfc3339(SystemClock{}.now())));
  }
  bool signs_again(const std::string& about) {
    return soon([&] {
      const auto answer = caller_.sign(about);
      return answer && answer->status == 200;
    });
  }
  bool is_ready() {
    return soon([&] {
      const auto answer = caller_.get("/readyz");
      return answer && answer->status == 200;
    });
  }
};

TEST_F(DescriptorsTest, SilentConnectionsLeaveEnoughForWhoeverSigns) {
  ServerProcess server = start_limited(1'024);
  RawHttpClient signer(folder_.port());
  ASSERT_EQ(sign_over(signer, "before").status, 200U);
  {
    std::vector<RawHttpClient> silent;
    for (int i = 0; i < 1'100; ++i) {
      silent.emplace_back(folder_.port());
    }
    for (int i = 0; i < 20; ++i) {
      const RawAnswer answer = sign_over(signer, "beside them " + std::to_string(i));
      ASSERT_EQ(answer.status, 200U) << answer.head << answer.body;
    }
    // The log's files were opened meanwhile: no shortage.
    const RawAnswer ready = ask(signer, "GET", "/readyz");
    EXPECT_EQ(ready.status, 200U) << ready.body;
  }
  EXPECT_TRUE(signs_again("after"));
  EXPECT_TRUE(is_ready());
  EXPECT_EQ(server.stop(), 0);
}

TEST_F(DescriptorsTest, WhenNoneAreLeftItWaitsAndGoesOnByItself) {
  if (kAddressSanitizer) {
    GTEST_SKIP() << "the sanitizer itself looks at memory through a pipe: without descriptors it takes it for broken";
  }
  ServerProcess server = folder_.start();
  RawHttpClient signer(folder_.port());
  RawHttpClient watcher(folder_.port());
  ASSERT_EQ(sign_over(signer, "before").status, 200U);
  ASSERT_EQ(ask(watcher, "GET", "/readyz").status, 200U);
  rlimit before{};
  ASSERT_EQ(::prlimit(server.pid(), RLIMIT_NOFILE, nullptr, &before), 0);
  const rlimit none{8, before.rlim_max};  // what is open stays open
  ASSERT_EQ(::prlimit(server.pid(), RLIMIT_NOFILE, &none, nullptr), 0);
  // Whether the token signs without files is its own affair; the intent alone needs a checkpoint.
  static_cast<void>(sign_over(signer, "while there are none"));
  EXPECT_TRUE(soon([&] {
    const RawAnswer ready = ask(watcher, "GET", "/readyz");
    return ready.status == 503 && ready.body.find("resource-shortage") != std::string::npos;
  })) << "readiness does not tell of the shortage";
  ASSERT_EQ(::prlimit(server.pid(), RLIMIT_NOFILE, &before, nullptr), 0);
  EXPECT_TRUE(is_ready()) << "it stays red";
  EXPECT_TRUE(signs_again("after"));
  EXPECT_EQ(server.stop(), 0);
  folder_.rakkan({"audit", "verify"});
}

TEST_F(DescriptorsTest, TooFewToServeAnybodyAreRefusedWithTheSum) {
  std::vector<std::string> words = limited(200);
  words.insert(words.begin(), "/bin/sh");
  const CommandOutcome outcome = run_command(words);
  EXPECT_EQ(outcome.exit_code, 3) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("of 200 file descriptors"));
  EXPECT_THAT(outcome.output, HasSubstr("http.limits.connections"));
}

}  // namespace
}  // namespace rakkan::test
