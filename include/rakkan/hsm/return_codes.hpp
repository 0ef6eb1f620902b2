// The one table of PKCS#11 return codes (CK_RV): the meaning of each and the reaction to it. Calls are judged by this
// table alone; docs/operations.md shows it to operators, and a test compares the two.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "rakkan/base/error_code.hpp"

namespace rakkan::hsm {

enum class ReturnClass : std::uint8_t {
  ok,
  success_like,  // C_Login or C_Initialize had been called before
  session_lost,
  stale_handle,
  poisoned,  // the session holds an operation that was not begun by this call
  device_gone,
  pressure,
  pin,
  starting,  // the token is just being opened by another process
  caller_fault,
  unknown,
};

struct ReturnClassRow {
  ReturnClass return_class;
  std::string_view name;    // as in docs/operations.md
  std::string_view action;  // the reaction, in words
  unsigned tries;           // tries of one request, the first included
  ErrorCode error;          // the caller's error when the tries did not help
};

struct ReturnCodeRow {
  std::uint64_t code;
  std::string_view name;  // without the CKR_
  ReturnClass return_class;
};

[[nodiscard]] const ReturnClassRow& row(ReturnClass return_class) noexcept;
[[nodiscard]] std::span<const ReturnClassRow> return_classes() noexcept;
// The rows, in ascending order of the codes.
[[nodiscard]] std::span<const ReturnCodeRow> return_codes() noexcept;

// The class of a code; `unknown` for a code that the table lacks, such as a vendor's.
[[nodiscard]] ReturnClass classify(std::uint64_t code) noexcept;
// The code in words: "CKR_DEVICE_ERROR (0x30)", or "0x80000017" for a code without a name.
[[nodiscard]] std::string describe_return_code(std::uint64_t code);

}  // namespace rakkan::hsm
