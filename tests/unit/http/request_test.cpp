#include "rakkan/http/request.hpp"

#include "rakkan/async/task.hpp"

#include <array>

#include "support/memory_body.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::http {
namespace {

using test::FailsWith;
using test::MemoryBody;

TEST(Request, FieldsAreFoundInAnyCase) {
  const std::array headers{Header{"Content-TYPE", "Application/JSON; charset=utf-8"}, Header{"accept", "text/*"}};
  Request request;
  request.headers = headers;
  EXPECT_EQ(request.header("ACCEPT"), "text/*");
  EXPECT_EQ(request.header("Accep"), std::nullopt);
  EXPECT_EQ(request.media_type(), "application/json");
}

TEST(Request, QueryParametersAreDecodedStrictly) {
  Request request;
  request.query = "a=1&name=%E7%BD%B2%20x&empty&bad=%G1&cut=%4&plus=a+b";
  EXPECT_EQ(request.query_parameter("a"), "1");
  EXPECT_EQ(request.query_parameter("name"), "署 x");
  EXPECT_EQ(request.query_parameter("empty"), "");
  EXPECT_EQ(request.query_parameter("bad"), std::nullopt);
  EXPECT_EQ(request.query_parameter("cut"), std::nullopt);
  EXPECT_EQ(request.query_parameter("plus"), "a+b");
  EXPECT_EQ(request.query_parameter("none"), std::nullopt);
}

TEST(Request, AWholeBodyIsReadWithinItsLimit) {
  for (const std::size_t piece : {1U, 3U, 100U}) {
    MemoryBody fits(copy_of(bytes_of("0123456789")), piece);
    ASSERT_OK_AND_ASSIGN(const Bytes whole, async::block_on(read_all(fits, 10)));
    EXPECT_EQ(text_of(whole), "0123456789");
    MemoryBody longer(copy_of(bytes_of("0123456789")), piece);
    EXPECT_THAT(async::block_on(read_all(longer, 9)), FailsWith(ErrorCode::input_too_large));
  }
}

}  // namespace
}  // namespace rakkan::http
