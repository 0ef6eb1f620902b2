// The files of every token go away under a running rakkand and come back: what SoftHSM shows then is a token without
// its keys. This is trouble of the token for the unit, the operator, a party and the log's checkpoints alike: refused,
// counted, logged and red meanwhile, and over in the same process when the files are back.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "rakkan/tsp/timestamp_token.hpp"
#include "support/server_fixture.hpp"

namespace rakkan::test {
namespace {

using ::testing::StartsWith;

class VanishedKeyTest : public ServerFixture {
 protected:
  void take_away() const { std::filesystem::rename(tokens_, away_); }
  void bring_back() const { std::filesystem::rename(away_, tokens_); }

  // The failInfo of the answer; nothing when a token was granted.
  [[nodiscard]] std::optional<PkiFailureInfo> rejected(const std::string& about) {
    const auto answer = arrived(caller_.timestamp(about));
    const auto response = tsp::parse_response(answer.body);
    EXPECT_TRUE(response.has_value()) << text_of(answer.body);
    const auto* rejection = response ? std::get_if<tsp::Rejection>(&*response) : nullptr;
    return rejection != nullptr ? rejection->failure_info : std::nullopt;
  }
  [[nodiscard]] std::string log() const {
    std::ostringstream text;
    text << std::ifstream(folder_.path() / "rakkand.log").rdbuf();
    return text.str();
  }
  [[nodiscard]] std::string metrics() const {
    const std::string lines = log();
    const std::string name = R"("metrics_port":)";
    const std::size_t at = lines.find(name);
    EXPECT_NE(at, std::string::npos) << lines;
    const std::string port = std::to_string(std::stoul(lines.substr(at + name.size())));
    const auto answer =
        fetch::HttpClient(fetch::HttpOptions{}).send({"GET", "http://127.0.0.1:" + port + "/metrics", {}, {}});
    return answer ? std::string(text_of(answer->body)) : to_string(answer.error());
  }
  [[nodiscard]] bool counts(const std::string& sample) const { return metrics().find(sample) != std::string::npos; }
  [[nodiscard]] std::string activation(const std::string& about) {
    return member(arrived(caller_.activate(about)), "activation");
  }

  const std::filesystem::path tokens_ = folder_.path() / "tokens";
  const std::filesystem::path away_ = folder_.path() / "tokens.away";
};

TEST_F(VanishedKeyTest, OfUnitOperatorPartyAndLogAreRedCountedAndLoggedAndComeBackByThemselves) {
  ServerProcess server = folder_.start({"hsm.breaker_first=20ms", "hsm.breaker_last=100ms"});
  ASSERT_EQ(rejected("before"), std::nullopt);
  ASSERT_EQ(sign("before").status, 200);
  ASSERT_EQ(arrived(caller_.sign_as_party("before", activation("before"))).status, 200);
  ASSERT_EQ(get("/readyz").status, 200);
  const std::string for_later = activation("away");

  take_away();
  // Only the unit is asked for anything, and by nobody who looks at /readyz.
  ASSERT_TRUE(soon([&] { return rejected("away") == PkiFailureInfo::system_failure; }));
  EXPECT_TRUE(soon([&] { return counts("rakkan_ready 0"); }));
  EXPECT_TRUE(soon([&] { return log().find(R"("msg":"not ready","error":"hsm-)") != std::string::npos; })) << log();
  EXPECT_TRUE(soon([&] { return log().find(R"("msg":"a timestamp was refused")") != std::string::npos; })) << log();
  const std::string counted = metrics();
  EXPECT_THAT(counted,
              ::testing::ContainsRegex(
                  R"re(rakkan_tsa_rejections_total\{error="hsm-[a-z-]+",fail_info="systemFailure"\} [1-9])re"));
  EXPECT_THAT(counted, ::testing::ContainsRegex(R"re(rakkan_key_uses_total\{of="unit",outcome="failed"\} [1-9])re"));

  EXPECT_EQ(get("/readyz").status, 503);
  const auto by_operator = sign("away");
  EXPECT_EQ(by_operator.status, 503) << text_of(by_operator.body);
  EXPECT_THAT(member(by_operator, "code"), StartsWith("hsm-"));
  const auto by_party = arrived(caller_.sign_as_party("away", for_later));
  EXPECT_EQ(by_party.status, 503) << text_of(by_party.body);
  EXPECT_THAT(member(by_party, "code"), StartsWith("hsm-"));

  bring_back();
  EXPECT_TRUE(soon([&] { return counts("rakkan_ready 1"); })) << "without a request that would use a key";
  EXPECT_TRUE(soon([&] { return log().find("ready again") != std::string::npos; })) << log();
  EXPECT_TRUE(soon([&] { return get("/readyz").status == 200; }));
  EXPECT_TRUE(soon([&] { return rejected("back") == std::nullopt; }));
  EXPECT_TRUE(soon([&] { return arrived(caller_.sign_as_party("away", for_later)).status == 200; }))
      << "nothing was given out for that activation";
  fetch::HttpResponse signed_again;
  EXPECT_TRUE(soon([&] {
    signed_again = sign("back");
    return signed_again.status == 200;
  }));
  const auto entry =
      boost::json::parse(text_of(signed_again.body)).at("audit").at("outcome").to_number<std::uint64_t>();
  EXPECT_TRUE(soon([&] { return get("/v1/audit/proofs/" + std::to_string(entry)).status == 200; }))
      << "the key of the checkpoints is back, too";
  EXPECT_EQ(server.stop(), 0);
  folder_.rakkan({"audit", "verify"});
}

}  // namespace
}  // namespace rakkan::test
