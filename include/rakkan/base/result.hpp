// Result<T> is a value or an Error. Every function that returns one is [[nodiscard]] (checked by tests/tools).
//
//   RAKKAN_TRY(auto prepared, pades::prepare(document, field));   // leaves the function with the error
//   RAKKAN_CHECK(writer.close());                                 // the same for Result<void>
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "rakkan/base/error.hpp"

namespace rakkan {

template <class T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string detail, std::string where = {}) {
  return tl::unexpected<Error>(Error{code, std::move(detail), std::move(where), std::nullopt, {}});
}

[[nodiscard]] inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace rakkan

#define RAKKAN_CONCAT_INNER(a, b) a##b
#define RAKKAN_CONCAT(a, b) RAKKAN_CONCAT_INNER(a, b)
#define RAKKAN_TRY_IMPL(result, declaration, expression)                 \
  auto result = (expression);                                            \
  if (!result.has_value()) {                                             \
    return ::tl::unexpected<::rakkan::Error>(std::move(result).error()); \
  }                                                                      \
  declaration = *std::move(result)
#define RAKKAN_TRY(declaration, expression) \
  RAKKAN_TRY_IMPL(RAKKAN_CONCAT(rakkan_result_, __LINE__), declaration, expression)
#define RAKKAN_CHECK(expression)                                                 \
  do {                                                                           \
    if (auto rakkan_check = (expression); !rakkan_check.has_value()) {           \
      return ::tl::unexpected<::rakkan::Error>(std::move(rakkan_check).error()); \
    }                                                                            \
  } while (false)
