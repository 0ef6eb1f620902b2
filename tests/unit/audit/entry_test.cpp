#include "rakkan/audit/entry.hpp"

#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::audit {
namespace {

using test::FailsWith;
using test::IsOk;

const Instant kAt = *parse_rfc3339("2026-11-24T01:02:03.123Z");

TEST(Entry, OfTheTrailIsOneLineWithoutTheRecord) {
  const TreeHash commitment = commitment_of(Bytes(kSaltSize, 0x11), R"({"name":"山田"})");
  const Entry entry{"signature.intent", kAt, commitment};
  const std::string line = entry.encode();
  EXPECT_EQ(line, R"({"v":1,"event":"signature.intent","at":"2026-11-24T01:02:03.123Z","record":)"
                  R"("2/tE8hb9+0Oz/WGMBR26Qc2w+TJd/EWWELSIAognWpk="})");
  ASSERT_OK_AND_ASSIGN(const Entry read, Entry::parse(bytes_of(line)));
  EXPECT_EQ(read.event, "signature.intent");
  EXPECT_EQ(read.at, kAt);
  ASSERT_NE(read.commitment(), nullptr);
  EXPECT_EQ(*read.commitment(), commitment);
}

TEST(Entry, OfTheTokensCarriesItsBody) {
  const Entry entry{"timestamp.intent", kAt, std::string(R"({"serial":"01"})")};
  const std::string line = entry.encode();
  EXPECT_EQ(line, R"({"v":1,"event":"timestamp.intent","at":"2026-11-24T01:02:03.123Z","body":{"serial":"01"}})");
  ASSERT_OK_AND_ASSIGN(const Entry read, Entry::parse(bytes_of(line)));
  ASSERT_NE(read.body(), nullptr);
  EXPECT_EQ(*read.body(), R"({"serial":"01"})");
}

TEST(Entry, WhatWeDoNotWriteIsNoEntry) {
  const std::string good = Entry{"a.b", kAt, TreeHash{}}.encode();
  ASSERT_THAT(Entry::parse(bytes_of(good)), IsOk());
  const auto replaced = [&](std::string_view what, std::string_view with) {
    std::string line = good;
    return line.replace(line.find(what), what.size(), with);
  };
  for (const std::string& line :
       {std::string(), std::string("{}"), good + "\n", " " + good, replaced("\"v\":1", "\"v\":2"),
        replaced("a.b", "a..b"), replaced("a.b", "A.b"), replaced("a.b", ""), replaced("03.123Z", "03.1Z"),
        replaced("03.123Z", "03.123+00:00"), replaced("AAAA", "AAA"), replaced("record", "body"),
        replaced("\"at\"", "\"At\"")}) {
    EXPECT_THAT(Entry::parse(bytes_of(line)), FailsWith(ErrorCode::audit_log_corrupt)) << line;
  }
}

TEST(Entry, TheCommitmentCoversSaltAndBody) {
  const Bytes salt(kSaltSize, 0x11);
  EXPECT_NE(commitment_of(salt, "{}"), commitment_of(Bytes(kSaltSize, 0x12), "{}"));
  EXPECT_NE(commitment_of(salt, "{}"), commitment_of(salt, "{ }"));
}

}  // namespace
}  // namespace rakkan::audit
