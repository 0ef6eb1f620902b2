#include "http/query.hpp"

#include <array>

#include "support/result_matchers.hpp"

namespace rakkan::http {
namespace {

using test::FailsWith;
using test::IsOk;

constexpr std::array<std::string_view, 2> kNames{"proof", "journal"};

std::string refused(std::string_view query) {
  const auto checked = check_query(query, kNames);
  return checked ? "(nothing)" : checked.error().where;
}

TEST(Query, HoldsWhatARouteNames) {
  for (const char* query : {"", "proof=wait", "journal=tokens&proof=wait", "proof", "&&proof=&", "%70roof=x"}) {
    EXPECT_THAT(check_query(query, kNames), IsOk()) << query;
  }
}

TEST(Query, AnythingElseIsNamed) {
  EXPECT_EQ(refused("colour=red"), "colour");
  EXPECT_EQ(refused("proof=wait&colour"), "colour");
  EXPECT_EQ(refused("Proof=wait"), "Proof");
  EXPECT_EQ(refused("proof+=wait"), "proof+");
  EXPECT_EQ(refused("%E7%BD%B2=1"), "%E7%BD%B2");
  EXPECT_EQ(refused("%G1=1"), "%G1");
  EXPECT_EQ(refused("a;b=1"), "a;b");
  const auto nameless = check_query("=1", kNames);
  EXPECT_THAT(nameless, FailsWith(ErrorCode::invalid_request));
  const auto checked = check_query("colour=red", kNames);
  ASSERT_THAT(checked, FailsWith(ErrorCode::invalid_request));
  EXPECT_EQ(checked.error().allowed, (std::vector<std::string>{"proof", "journal"}));
  EXPECT_EQ(checked.error().detail, "is no query parameter of this path; known: proof, journal");
  EXPECT_EQ(check_query("a", {}).error().detail, "is no query parameter of this path; there are none");
}

TEST(Query, AParameterStandsThereOnce) {
  EXPECT_EQ(refused("proof=wait&proof=wait"), "proof");
  EXPECT_EQ(refused("proof=wait&%70roof=no"), "proof");
}

TEST(Query, AValueThatCannotBeDecodedIsNotLeftOut) {
  for (const char* query : {"proof=%", "proof=%4", "proof=wai%G1", "journal=tokens&proof=100%"}) {
    const auto checked = check_query(query, kNames);
    ASSERT_THAT(checked, FailsWith(ErrorCode::malformed_request)) << query;
    EXPECT_EQ(checked.error().where, "proof");
  }
}

TEST(Query, ALongNameIsCut) { EXPECT_EQ(refused(std::string(10'000, 'x')), std::string(64, 'x') + "..."); }

TEST(Query, AValueIsFoundByItsName) {
  EXPECT_EQ(query_value("a=1&journal=%E7%BD%B2%20x", "journal"), "署 x");
  EXPECT_EQ(query_value("%6Aournal=1", "journal"), "1");
  EXPECT_EQ(query_value("journal", "journal"), "");
  EXPECT_EQ(query_value("journal=%G1", "journal"), std::nullopt);
  EXPECT_EQ(query_value("a=journal", "journal"), std::nullopt);
}

}  // namespace
}  // namespace rakkan::http
