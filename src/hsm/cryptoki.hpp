// The PKCS#11 C API (p11-kit's header, 2.40), which only this file includes, and the conversion of its answers to
// Results.
#pragma once

#include <p11-kit/pkcs11.h>

#include <optional>
#include <string_view>

#include "rakkan/base/result.hpp"
#include "rakkan/hsm/return_codes.hpp"

namespace rakkan::hsm {

// Failure is a call that did not return CKR_OK, or a failure of this program around the calls.
struct Failure {
  CK_RV code = CKR_OK;
  std::string_view call;       // "C_Sign"
  std::optional<Error> error;  // a failure of this program, which is never retried

  [[nodiscard]] ReturnClass return_class() const noexcept { return error ? ReturnClass::caller_fault : classify(code); }
};

template <class T>
using Outcome = tl::expected<T, Failure>;

[[nodiscard]] inline tl::unexpected<Failure> failed(Error error) {
  return tl::unexpected<Failure>(Failure{CKR_OK, {}, std::move(error)});
}

[[nodiscard]] inline Outcome<void> check(CK_RV code, std::string_view call) {
  if (code == CKR_OK) {
    return {};
  }
  return tl::unexpected<Failure>(Failure{code, call, std::nullopt});
}

// The error of a failure after its last try.
[[nodiscard]] inline Error to_error(Failure failure) {
  if (failure.error) {
    return *std::move(failure.error);
  }
  const ReturnClassRow& row_of_class = row(failure.return_class());
  return Error{row_of_class.error,
               std::string(failure.call) + " answered " + describe_return_code(failure.code),
               {},
               std::nullopt,
               {}};
}

}  // namespace rakkan::hsm

// RAKKAN_TRY and RAKKAN_CHECK for Outcome inside hsm: they leave the function with the Failure.
#define RAKKAN_HSM_CHECK(expression)                                                      \
  do {                                                                                    \
    if (auto rakkan_outcome = (expression); !rakkan_outcome.has_value()) {                \
      return ::tl::unexpected<::rakkan::hsm::Failure>(std::move(rakkan_outcome).error()); \
    }                                                                                     \
  } while (false)
#define RAKKAN_HSM_CALL(functions, name, ...) \
  RAKKAN_HSM_CHECK(::rakkan::hsm::check((functions).name(__VA_ARGS__), #name))
#define RAKKAN_HSM_TRY_IMPL(result, declaration, expression)                    \
  auto result = (expression);                                                   \
  if (!result.has_value()) {                                                    \
    return ::tl::unexpected<::rakkan::hsm::Failure>(std::move(result).error()); \
  }                                                                             \
  declaration = *std::move(result)
#define RAKKAN_HSM_TRY(declaration, expression) \
  RAKKAN_HSM_TRY_IMPL(RAKKAN_CONCAT(rakkan_outcome_, __LINE__), declaration, expression)
