// A server's statement about its log is read back as a verification here would have given it.
#include "cli/verified_journals.hpp"

#include <gmock/gmock.h>

#include "support/result_matchers.hpp"

namespace rakkan::cli {
namespace {

using test::FailsWith;

boost::json::object parsed(const char* text) { return boost::json::parse(text).as_object(); }

TEST(VerifiedJournals, AreReadWithAllTheirFacts) {
  ASSERT_OK_AND_ASSIGN(const auto journals, journals_of(parsed(R"({"verified":false,"key":"given","logs":[
      {"journal":"trail","verified":true,"origin":"log.example/trail","size":7,
       "root":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","checkpoint":"note","records":5,"erased":[1,3],
       "timestamps":[{"size":6,"time":"2026-11-24T00:00:00.000Z","authority":"CN=TSA","own":true}]},
      {"journal":"tokens","verified":false,"error":{"code":"audit-log-corrupt","detail":"d","where":"tile/0/000"}}]})")));
  ASSERT_EQ(journals.size(), 2U);
  ASSERT_TRUE(journals[0].result.has_value());
  EXPECT_EQ(journals[0].result->checkpoint.tree.size, 7U);
  EXPECT_EQ(journals[0].result->records, 5U);
  EXPECT_THAT(journals[0].result->erased, testing::ElementsAre(1, 3));
  EXPECT_EQ(journals[0].result->timestamps.at(0).authority, "CN=TSA");
  EXPECT_TRUE(journals[0].result->timestamps.at(0).own);
  EXPECT_THAT(journals[1].result, FailsWith(ErrorCode::audit_log_corrupt));
  EXPECT_EQ(journals[1].result.error().where, "tile/0/000");
  EXPECT_EQ(report_logs(journals, KeyOrigin::given).exit_code, ExitCode::verification_failed);
}

// A verdict is believed only as it is meant: silence, or an error of another kind, is no "verified".
TEST(VerifiedJournals, OfAnotherFormAreNone) {
  for (const char* text :
       {R"({})", R"({"logs":[]})", R"({"logs":[{"journal":"trail"}]})",
        R"({"logs":[{"journal":"trail","verified":true}]})", R"({"logs":[{"journal":"trail","verified":false}]})",
        R"({"logs":[{"journal":"trail","verified":false,"error":{"code":"overloaded"}}]})",
        R"({"logs":[{"journal":"trail","verified":true,"size":1,"records":0,"root":"AA=="}]})"}) {
    EXPECT_THAT(journals_of(parsed(text)), FailsWith(ErrorCode::malformed_server_answer)) << text;
  }
}

}  // namespace
}  // namespace rakkan::cli
