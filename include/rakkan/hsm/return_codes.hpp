// The one table of PKCS#11 return codes (CK_RV): what each means to us and what is done about it. Calls are judged by
// it and by nothing else; docs/operations.md shows it to operators, and a test compares the two.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "rakkan/base/error_code.hpp"

namespace rakkan::hsm {

enum class ReturnClass : std::uint8_t {
  ok,
  success_like,  // of C_Login and C_Initialize: somebody did it before
  session_lost,
  stale_handle,
  poisoned,  // the session holds an operation that is not ours
  device_gone,
  pressure,
  pin,
  starting,  // a token that another process is just opening
  caller_fault,
  unknown,
};

struct ReturnClassRow {
  ReturnClass return_class;
  std::string_view name;    // as in docs/operations.md
  std::string_view action;  // what we do, for people
  unsigned tries;           // of one request, the first included
  ErrorCode error;          // what the caller gets when that did not help
};

struct ReturnCodeRow {
  std::uint64_t code;
  std::string_view name;  // without the CKR_
  ReturnClass return_class;
};

[[nodiscard]] const ReturnClassRow& row(ReturnClass return_class) noexcept;
[[nodiscard]] std::span<const ReturnClassRow> return_classes() noexcept;
// In ascending order of the codes.
[[nodiscard]] std::span<const ReturnCodeRow> return_codes() noexcept;

// unknown for a code that the table lacks, vendor codes among them.
[[nodiscard]] ReturnClass classify(std::uint64_t code) noexcept;
// "CKR_DEVICE_ERROR (0x30)", "0x80000017" for a code without a name.
[[nodiscard]] std::string describe_return_code(std::uint64_t code);

}  // namespace rakkan::hsm
