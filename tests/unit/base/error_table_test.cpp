#include "rakkan/base/error_table.hpp"

#include <gmock/gmock.h>

#include <set>

#include "rakkan/base/error.hpp"

namespace rakkan {
namespace {

TEST(ErrorTable, SlugsAreUniqueAndLowerCase) {
  std::set<std::string_view> seen;
  for (const ErrorRow& row : error_table()) {
    EXPECT_TRUE(seen.insert(row.slug).second) << row.slug;
    EXPECT_EQ(row.slug.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string_view::npos) << row.slug;
    EXPECT_EQ(error_code_from_slug(row.slug), row.code);
  }
}

TEST(ErrorTable, NoFailureExitsWithSuccess) {
  for (const ErrorRow& row : error_table()) {
    EXPECT_NE(row.exit_code, ExitCode::ok) << row.slug;
    EXPECT_GE(row.http_status, 400) << row.slug;
  }
}

TEST(Error, TextNamesCodeDetailPlaceAndCause) {
  const Error error = Error{ErrorCode::tsa_timeout, "no answer after 10 s", "", {}, {}}.at("tsa.url").because(
      Error{ErrorCode::internal, "beneath", "", {}, {}});
  EXPECT_EQ(to_string(error), "tsa-timeout: no answer after 10 s (tsa.url); caused by internal: beneath");
}

TEST(Error, NamesTheValuesThatWouldDo) {
  const Error one = not_among(ErrorCode::invalid_request, {"wait"}, "proof");
  EXPECT_EQ(one.detail, "must be wait");
  EXPECT_EQ(one.where, "proof");
  EXPECT_EQ(one.allowed, std::vector<std::string>{"wait"});
  EXPECT_EQ(not_among(ErrorCode::invalid_request, {"a", "b", "c"}, "").detail, "must be a, b or c");
}

}  // namespace
}  // namespace rakkan
