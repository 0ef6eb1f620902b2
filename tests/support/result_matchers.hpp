// Matchers for Result<T>: EXPECT_THAT(parse(x), IsOk()); EXPECT_THAT(parse(x), FailsWith(ErrorCode::malformed_der)).
#pragma once

#include <gmock/gmock.h>

#include "rakkan/base/result.hpp"

namespace rakkan::test {

MATCHER(IsOk, "succeeds") {
  if (arg.has_value()) {
    return true;
  }
  *result_listener << "failed with " << to_string(arg.error());
  return false;
}

MATCHER_P(FailsWith, code, std::string("fails with ") + std::string(row(code).slug)) {
  if (arg.has_value()) {
    *result_listener << "succeeded";
    return false;
  }
  *result_listener << "failed with " << to_string(arg.error());
  return arg.error().code == code;
}

}  // namespace rakkan::test

// The value of a Result in a test, or a failure that shows the error and leaves the test.
#define ASSERT_OK_AND_ASSIGN(declaration, expression) \
  ASSERT_OK_AND_ASSIGN_IMPL(RAKKAN_CONCAT(rakkan_test_result_, __LINE__), declaration, expression)
#define ASSERT_OK_AND_ASSIGN_IMPL(result, declaration, expression)        \
  auto result = (expression);                                             \
  ASSERT_TRUE(result.has_value()) << ::rakkan::to_string(result.error()); \
  declaration = *std::move(result)
