// The HSM goes away while rakkand signs and comes back: requests that were under way are refused as such and leave
// their outcome in the trail, nothing is lost, and the same process signs again.
#include <gmock/gmock.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "rakkan/audit/entry.hpp"
#include "rakkan/audit/verify.hpp"
#include "rakkan/base/file_system.hpp"
#include "rakkan/tsp/timestamp_token.hpp"
#include "support/server_fixture.hpp"

namespace rakkan::test {
namespace {

class TokenAwayTest : public ServerFixture {
 protected:
  TokenAwayTest() { ::setenv("RAKKAN_TOKEN_AWAY", away_.c_str(), 1); }

  // Makes the function ("*": every one) find no device from now on.
  void take_away(const std::string& function) const {
    const std::filesystem::path written = away_.string() + ".new";
    std::ofstream(written) << function;
    std::filesystem::rename(written, away_);
  }
  void bring_back() const { std::filesystem::remove(away_); }

  [[nodiscard]] ServerProcess start() const {
    return folder_.start(
        {std::string("hsm.module=") + RAKKAN_FAULTY_PKCS11, "hsm.breaker_first=20ms", "hsm.breaker_last=100ms"});
  }

  [[nodiscard]] std::string event(std::uint64_t index) const {
    const auto line = audit::read_entry({posix_file_system(), folder_.path() / "audit" / "trail"}, index);
    EXPECT_TRUE(line.has_value()) << to_string(line.error());
    const auto entry = audit::Entry::parse(bytes_of(line.value_or("")));
    return entry ? entry->event : std::string();
  }
  const std::filesystem::path away_ = temporary_.path() / "away";
};

TEST_F(TokenAwayTest, TheRequestUnderWayIsRefusedAndItsOutcomeIsRecorded) {
  ServerProcess server = start();
  const auto before = sign("before");
  ASSERT_EQ(before.status, 200) << text_of(before.body);
  // The intent is durable by then; the use of the key fails.
  take_away("C_Sign");
  const auto refused = sign("under way");
  EXPECT_EQ(refused.status, 503) << text_of(refused.body);
  EXPECT_THAT(member(refused, "code"), ::testing::StartsWith("hsm-"));
  EXPECT_FALSE(refused.header("retry-after").value_or("").empty());
  bring_back();
  ASSERT_TRUE(soon([&] { return sign("after").status == 200; }));
  EXPECT_EQ(get("/v1/signatures/" + member(before, "signature_id")).status, 200);
  EXPECT_EQ(server.stop(), 0);

  const auto outcome = boost::json::parse(text_of(before.body)).at("audit").at("outcome").to_number<std::uint64_t>();
  EXPECT_EQ(event(outcome), "signature.made");
  EXPECT_EQ(event(outcome + 1), "signature.intent");
  EXPECT_EQ(event(outcome + 2), "signature.failed");
  folder_.rakkan({"audit", "verify"});
}

TEST_F(TokenAwayTest, WithoutATokenNothingIsSignedAndTheSameProcessGoesOnWhenItIsBack) {
  ServerProcess server = start();
  std::atomic<bool> over{false};
  std::atomic<int> signed_while_away{0}, refused_while_away{0};
  std::atomic<bool> away{false};
  std::mutex mutex;
  std::vector<std::string> acknowledged, unexpected;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      const ServerCaller caller(folder_);
      for (int n = 0; !over; ++n) {
        const bool was_away = away;
        const auto answer = caller.sign(std::to_string(i) + "/" + std::to_string(n));
        const bool is_away = was_away && away;  // from before it was asked until it was answered
        const std::scoped_lock lock(mutex);
        if (!answer || (answer->status != 200 && answer->status != 503)) {
          unexpected.push_back(answer ? std::string(text_of(answer->body)) : to_string(answer.error()));
        } else if (answer->status == 200) {
          acknowledged.push_back(member(*answer, "signature_id"));
          signed_while_away += is_away ? 1 : 0;
        } else {
          refused_while_away += is_away ? 1 : 0;
        }
      }
    });
  }
  const auto is_signing = [&] {
    const std::scoped_lock lock(mutex);
    return acknowledged.size() >= 10;
  };
  EXPECT_TRUE(soon(is_signing)) << "nothing is signed before it is taken away";
  take_away("*");
  away = true;
  EXPECT_TRUE(soon([&] { return get("/readyz").status == 503; }));
  EXPECT_EQ(get("/healthz").status, 200);
  const auto token = arrived(caller_.timestamp("no token without the token"));
  const auto response = tsp::parse_response(token.body);
  EXPECT_TRUE(token.status == 503 || (response && std::get_if<tsp::Rejection>(&*response) != nullptr));
  EXPECT_TRUE(soon([&] { return refused_while_away >= 20; })) << "nobody asks while it is away";
  away = false;
  bring_back();
  EXPECT_TRUE(soon([&] { return get("/readyz").status == 200; }));
  EXPECT_TRUE(soon([&] { return sign("again").status == 200; }));
  over = true;
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_THAT(unexpected, ::testing::IsEmpty());
  EXPECT_EQ(signed_while_away, 0);
  for (const std::string& id : acknowledged) {
    EXPECT_EQ(get("/v1/signatures/" + id).status, 200) << id;
  }
  EXPECT_EQ(server.stop(), 0);
}

}  // namespace
}  // namespace rakkan::test
