// rakkand is killed while a party changes its PIN over HTTP, by the present PIN and by codes in turn, at no
// particular moment. Each change goes from one PIN to the next, so that the log's count of changes says which PIN has
// to hold.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <cstdlib>
#include <random>
#include <string>

#include "rakkan/async/task.hpp"
#include "rakkan/audit/entry.hpp"
#include "rakkan/audit/verify.hpp"
#include "rakkan/base/file_system.hpp"
#include "rakkan/fetch/http_client.hpp"
#include "support/killed_server.hpp"
#include "support/result_matchers.hpp"
#include "support/server_fixture.hpp"

namespace rakkan::test {
namespace {

constexpr const char* kParty = "party-takasaki";

// RAKKAN_KILLS: how often; the default is what every run does.
int kills() {
  const char* text = std::getenv("RAKKAN_KILLS");
  return text != nullptr ? std::atoi(text) : 20;
}

class PinKillTest : public ServerFixture {
 protected:
  static std::string pin(unsigned number) {
    return number == 0 ? ServerFolder::party_pin() : "the-pin-" + std::to_string(number);
  }

  [[nodiscard]] Result<fetch::HttpResponse> put_pin(const std::string& right, const std::string& new_pin) const {
    const std::string json = R"({"pin":")" + new_pin + "\"," + right + "}";
    return fetch::HttpClient(fetch::HttpOptions{})
        .send({"PUT",
               folder_.url(std::string("/v1/credentials/") + kParty + "/pin"),
               {{"Authorization", "Bearer " + folder_.api_key()}, {"Content-Type", "application/json"}},
               {bytes_of(json)}});
  }
  [[nodiscard]] Result<fetch::HttpResponse> activate(const std::string& with_pin) const {
    const auto digest = crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(std::string_view("a document")));
    const std::string json = activation_request(kParty, digest, with_pin);
    return fetch::HttpClient(fetch::HttpOptions{})
        .send({"POST",
               folder_.url("/v1/activations"),
               {{"Authorization", "Bearer " + folder_.api_key()}, {"Content-Type", "application/json"}},
               {bytes_of(json)}});
  }
  // Empty: the server is gone.
  [[nodiscard]] std::string issue_code() const {
    fetch::HttpOptions options;
    options.unix_socket = folder_.path() / "rakkand.sock";
    const auto answer = fetch::HttpClient(options).send(
        {"POST", std::string("http://localhost/v1/credentials/") + kParty + "/pin-code", {}, {}});
    return answer && answer->status == 201 ? member(*answer, "code") : std::string();
  }
  static std::string old_pin(unsigned number) { return R"("old_pin":")" + pin(number) + "\""; }

  // One change after another, until the server is gone.
  void change_pins(const std::atomic<bool>& over) {
    while (!over) {
      if (in_doubt_) {
        // The change whose answer was lost has been made, or has not: one of the two PINs holds.
        const auto next = activate(pin(number_ + 1));
        if (!next || (next->status != 201 && next->status != 403)) {
          continue;
        }
        number_ += next->status == 201 ? 1 : 0;
        in_doubt_ = false;
      }
      const bool by_code = number_ % 2 == 1;
      const std::string code = by_code ? issue_code() : std::string();
      if (by_code && code.empty()) {
        continue;
      }
      const auto answer = put_pin(by_code ? R"("code":")" + code + "\"" : old_pin(number_), pin(number_ + 1));
      if (answer && answer->status == 200) {
        ++number_;
        ++changes_;
      } else {
        EXPECT_TRUE(!answer || answer->status == 503) << answer->status << text_of(answer->body);
        in_doubt_ = true;
      }
    }
  }

  // The server lives for so many changes, and a while of the next.
  void live_and_die(std::size_t how_many, std::chrono::microseconds more) {
    ServerProcess server =
        folder_.start({"pin.memory=8MiB", "pin.iterations=1", "pin.max_failures=100", "pin.first_wait=0s"});
    kill_while_serving(
        server, {[this](const std::atomic<bool>& over) { change_pins(over); }}, [this] { return changes_.load(); },
        how_many, more);
  }

  // Entries of the log about changes of a PIN.
  unsigned changes_in_log() {
    const audit::LogFolder log{posix_file_system(), folder_.path() / "audit" / "trail"};
    unsigned found = 0;
    for (std::uint64_t index = 0;; ++index) {
      const auto line = audit::read_entry(log, index);
      if (!line) {
        EXPECT_THAT(line, FailsWith(ErrorCode::audit_index_unknown));
        return found;
      }
      const auto entry = audit::Entry::parse(bytes_of(*line));
      found += entry && entry->event == "pin.changed" ? 1 : 0;
    }
  }

  unsigned number_ = 0;  // of the present PIN, or of the one before it
  bool in_doubt_ = false;
  std::atomic<unsigned> changes_ = 0;  // acknowledged
};

TEST_F(PinKillTest, LogAndStoreAgreeWheneverItIsKilled) {
  std::mt19937 random(20'261'130);
  std::uniform_int_distribution<unsigned> how_many(0, 8);
  std::uniform_int_distribution<int> more(0, 100'000);
  for (int round = 0; round < kills(); ++round) {
    const unsigned first = how_many(random);
    live_and_die(first, std::chrono::microseconds(more(random)));
  }
  ASSERT_GT(changes_, 10U) << "the load was none";
  EXPECT_EQ(folder_.start().stop(), 0);  // the last checkpoint covers everything
  const unsigned logged = changes_in_log();
  EXPECT_GE(logged, changes_) << "an acknowledged change is gone";
  const ServerProcess server = folder_.start({"pin.first_wait=0s"});
  const auto holds = activate(pin(logged));
  ASSERT_THAT(holds, IsOk());
  EXPECT_EQ(holds->status, 201) << "after " << logged << " changes another PIN holds: " << text_of(holds->body);
}

}  // namespace
}  // namespace rakkan::test
