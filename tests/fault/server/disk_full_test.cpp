// The disk takes no more bytes while rakkand runs: it stops signing, says so, and signs again after a restart, with
// everything that it acknowledged. A limit on file sizes (RLIMIT_FSIZE) is the full disk.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <boost/json.hpp>
#include <string>

#include "rakkan/base/hex.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/fetch/http_client.hpp"
#include "rakkan/tsp/timestamp_token.hpp"
#include "support/server_folder.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::test {
namespace {

constexpr std::uint16_t kPort = 18'472;

class DiskFullTest : public ::testing::Test {
 protected:
  fetch::HttpResponse send(const std::string& method, const std::string& path, const std::string& content_type = {},
                           ByteView body = {}) {
    fetch::HttpRequest request{method, folder_.url(path), {{"Authorization", "Bearer " + folder_.api_key()}}, {}};
    if (!content_type.empty()) {
      request.headers.push_back({"Content-Type", content_type});
      request.body.push_back(body);
    }
    auto answer = client_.send(request);
    EXPECT_TRUE(answer.has_value()) << path << ": " << to_string(answer.error());
    return answer ? std::move(*answer) : fetch::HttpResponse{};
  }

  fetch::HttpResponse sign(const std::string& about) {
    const auto digest = crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(about));
    const std::string digest_json = R"({"alg":"SHA-256","value":")" + to_hex(digest.view()) + R"("})";
    const std::string now = to_rfc3339(SystemClock{}.now());
    const std::string json = R"({"credential":"operator-p256","type":"witness","level":"B-B","digest":)" + digest_json +
                             R"(,"instruction":{"who":{"id":"u-1","name":"山田太郎"},"when":")" + now +
                             R"(","authenticated":[{"class":"mailbox","method":"mail_link","at":")" + now +
                             R"("}],"document_digest":)" + digest_json + R"(,"envelope":"ENV-1"}})";
    return send("POST", "/v1/cms", "application/json", bytes_of(json));
  }

  static std::string member(const fetch::HttpResponse& answer, std::string_view name) {
    return std::string(boost::json::parse(text_of(answer.body)).as_object().at(name).as_string());
  }

  TemporaryFolder temporary_;
  ServerFolder folder_{RAKKAN_PROGRAMS, temporary_.path() / "data", kPort};
  fetch::HttpClient client_{fetch::HttpOptions{}};
};

TEST_F(DiskFullTest, SigningStopsUntilARestartAndNothingIsLost) {
  std::string before;
  {
    ServerProcess server = folder_.start();
    EXPECT_EQ(send("GET", "/readyz").status, 200);
    const auto first = sign("before");
    ASSERT_EQ(first.status, 200) << text_of(first.body);
    before = member(first, "signature_id");

    const rlimit full{0, RLIM_INFINITY};
    ASSERT_EQ(::prlimit(server.pid(), RLIMIT_FSIZE, &full, nullptr), 0);
    const auto refused = sign("while it is full");
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(member(refused, "code"), "audit-unavailable");
    EXPECT_EQ(send("GET", "/readyz").status, 503);
    EXPECT_EQ(send("GET", "/healthz").status, 200);

    // Space again: what a failed write left on the disk is not known, so it stays shut.
    const rlimit space{RLIM_INFINITY, RLIM_INFINITY};
    ASSERT_EQ(::prlimit(server.pid(), RLIMIT_FSIZE, &space, nullptr), 0);
    EXPECT_EQ(sign("after").status, 503);
    const auto digest = crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of("no token either"));
    const Bytes query = tsp::TimestampRequest::for_digest(digest, digest.view().first(8)).encode();
    const auto token = send("POST", "/tsa", "application/timestamp-query", query);
    const auto response = tsp::parse_response(token.body);
    ASSERT_TRUE(response.has_value());
    const auto* rejection = std::get_if<tsp::Rejection>(&*response);
    ASSERT_NE(rejection, nullptr) << "a timestamp without its journal entry";
    EXPECT_EQ(rejection->failure_info, PkiFailureInfo::system_failure);
    // A folder that was found below the limit can still be read.
    EXPECT_EQ(send("GET", "/v1/signatures/" + before).status, 200);
    server.stop();
  }
  ServerProcess server = folder_.start();
  EXPECT_EQ(send("GET", "/readyz").status, 200);
  EXPECT_EQ(send("GET", "/v1/signatures/" + before).status, 200);
  const auto again = sign("again");
  EXPECT_EQ(again.status, 200) << text_of(again.body);
}

}  // namespace
}  // namespace rakkan::test
