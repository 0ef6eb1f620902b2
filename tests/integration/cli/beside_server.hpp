// A server that runs on the suite's data folder, and callers who go on signing meanwhile.
#pragma once

#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "integration/cli/cli_fixture.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/fetch/http_client.hpp"
#include "support/free_port.hpp"
#include "support/server_process.hpp"
#include "support/witness_request.hpp"

namespace rakkan::test {

class BesideAServer : public CliTest {
 protected:
  static void SetUpTestSuite() {
    CliTest::SetUpTestSuite();
    for (const char* tenant : {"acme", "zebra"}) {
      const std::string file = path(std::string("week-") + tenant + ".key");
      if (!std::filesystem::exists(file)) {
        answer({"keys", "create", "--tenant", tenant, "--label", "week", "--scope", "admin", "--scope", "audit",
                "--scope", "sign", "-o", file});
      }
    }
  }
  ~BesideAServer() override { stop(); }

  void start(const std::string& socket = "{data_dir}/rakkand.sock") {
    auto started = start_on(path("data"), path("week.log"), url_, socket);
    ASSERT_TRUE(started.has_value());
    server_.emplace(*std::move(started));
  }
  // rakkand on a data folder, with its URL; nothing when it does not start.
  static std::optional<ServerProcess> start_on(const std::filesystem::path& folder, const std::string& log,
                                               std::string& url,
                                               const std::string& socket = "{data_dir}/rakkand.sock") {
    const std::uint16_t port = free_port();
    ::setenv("RAKKAN_HTTP_PORT", std::to_string(port).c_str(), 1);
    ::setenv("RAKKAN_METRICS_PORT", "0", 1);
    ::setenv("RAKKAN_ADMIN_SOCKET", socket.c_str(), 1);
    auto started = ServerProcess::start(RAKKAND_PROGRAM, {"--config", (folder / "rakkan.toml").string()}, port, log);
    for (const char* name : {"RAKKAN_HTTP_PORT", "RAKKAN_METRICS_PORT", "RAKKAN_ADMIN_SOCKET"}) {
      ::unsetenv(name);
    }
    EXPECT_TRUE(started.has_value()) << to_string(started.error());
    url = "http://127.0.0.1:" + std::to_string(port);
    return started ? std::optional(std::move(*started)) : std::nullopt;
  }
  void stop() {
    if (server_) {
      EXPECT_EQ(server_->stop(), 0);
      server_.reset();
    }
  }
  static std::string socket() { return path("data/rakkand.sock"); }

  std::optional<ServerProcess> server_;
  std::string url_;
};

// Callers who go on signing: none of their requests may fail.
class Callers {
 public:
  explicit Callers(std::string url, const std::string& key_file) : url_(std::move(url)) {
    std::ifstream(key_file) >> key_;
    thread_ = std::thread([this] { run(); });
  }
  ~Callers() {
    stopping_ = true;
    thread_.join();
  }
  Callers(const Callers&) = delete;
  Callers& operator=(const Callers&) = delete;

  [[nodiscard]] unsigned signed_so_far() const noexcept { return signed_; }
  [[nodiscard]] unsigned failed() const noexcept { return failed_; }
  // The time of the slowest request since this was asked last.
  [[nodiscard]] std::chrono::microseconds slowest() noexcept { return std::chrono::microseconds(slowest_.exchange(0)); }

 private:
  void run() {
    const fetch::HttpClient client(fetch::HttpOptions{});
    for (unsigned i = 0; !stopping_; ++i) {
      const auto digest = crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(std::to_string(i)));
      const std::string body = cms_request("operator", digest, to_rfc3339(SystemClock().now()));
      const auto begun = std::chrono::steady_clock::now();
      const auto answer = client.send({"POST",
                                       url_ + "/v1/cms",
                                       {{"Authorization", "Bearer " + key_}, {"Content-Type", "application/json"}},
                                       {bytes_of(body)}});
      const auto took = std::chrono::steady_clock::now() - begun;
      slowest_ = std::max<std::int64_t>(slowest_, std::chrono::ceil<std::chrono::microseconds>(took).count());
      ++(answer && answer->status == 200 ? signed_ : failed_);
    }
  }

  std::string url_;
  std::string key_;
  std::atomic<bool> stopping_{false};
  std::atomic<unsigned> signed_{0};
  std::atomic<unsigned> failed_{0};
  std::atomic<std::int64_t> slowest_{0};  // microseconds
  std::thread thread_;
};

}  // namespace rakkan::test
