// The disk takes no more bytes while rakkand runs: it stops signing, says so, and signs again after a restart, with
// everything that it acknowledged. A limit on file sizes (RLIMIT_FSIZE) is the full disk.
#include <sys/resource.h>

#include <string>

#include "rakkan/tsp/timestamp_token.hpp"
#include "support/server_fixture.hpp"

namespace rakkan::test {
namespace {

class DiskFullTest : public ServerFixture {};

TEST_F(DiskFullTest, SigningStopsUntilARestartAndNothingIsLost) {
  std::string before;
  {
    ServerProcess server = folder_.start();
    EXPECT_EQ(get("/readyz").status, 200);
    const auto first = sign("before");
    ASSERT_EQ(first.status, 200) << text_of(first.body);
    before = member(first, "signature_id");

    const rlimit full{0, RLIM_INFINITY};
    ASSERT_EQ(::prlimit(server.pid(), RLIMIT_FSIZE, &full, nullptr), 0);
    const auto refused = sign("while it is full");
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(member(refused, "code"), "audit-unavailable");
    EXPECT_TRUE(soon([&] { return get("/readyz").status == 503; }));  // its answer is a moment old
    EXPECT_EQ(get("/healthz").status, 200);

    // There is space again, but nobody knows what a failed write left on the disk, so the server signs nothing.
    const rlimit space{RLIM_INFINITY, RLIM_INFINITY};
    ASSERT_EQ(::prlimit(server.pid(), RLIMIT_FSIZE, &space, nullptr), 0);
    EXPECT_EQ(sign("after").status, 503);
    const auto token = arrived(caller_.timestamp("no token either"));
    const auto response = tsp::parse_response(token.body);
    ASSERT_TRUE(response.has_value());
    const auto* rejection = std::get_if<tsp::Rejection>(&*response);
    ASSERT_NE(rejection, nullptr) << "a timestamp without its journal entry";
    EXPECT_EQ(rejection->failure_info, PkiFailureInfo::system_failure);
    // A folder that was found below the limit can still be read.
    EXPECT_EQ(get("/v1/signatures/" + before).status, 200);
    server.stop();
  }
  ServerProcess server = folder_.start();
  EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_EQ(get("/v1/signatures/" + before).status, 200);
  const auto again = sign("again");
  EXPECT_EQ(again.status, 200) << text_of(again.body);
}

}  // namespace
}  // namespace rakkan::test
