#include "rakkan/hsm/return_codes.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace rakkan::hsm {
namespace {

using enum ReturnClass;

// clang-format off
constexpr std::array kClasses = {
  ReturnClassRow{ok, "ok", "continue", 1, ErrorCode::internal},
  ReturnClassRow{success_like, "success-like", "continue", 1, ErrorCode::hsm_failed},
  ReturnClassRow{session_lost, "session lost", "drop the session, open a new one, log in, retry once", 2, ErrorCode::hsm_session_lost},
  ReturnClassRow{stale_handle, "stale handle", "find the key again, retry once", 2, ErrorCode::hsm_failed},
  ReturnClassRow{poisoned, "poisoned", "close the session, retry once on a new one", 2, ErrorCode::hsm_session_lost},
  ReturnClassRow{device_gone, "device gone", "open the breaker; after its wait one caller re-initialises the module", 1, ErrorCode::hsm_device_gone},
  ReturnClassRow{pressure, "pressure", "back off with jitter, three tries; when no session could be had, open no more for a while", 3, ErrorCode::hsm_pressure},
  ReturnClassRow{pin, "PIN", "stop the token at once; never tried again in this process", 1, ErrorCode::hsm_pin_rejected},
  ReturnClassRow{starting, "starting", "one more login after a pause, at start only", 1, ErrorCode::hsm_operation_refused},
  ReturnClassRow{caller_fault, "caller fault", "an error, no retry", 1, ErrorCode::hsm_operation_refused},
  ReturnClassRow{unknown, "unknown", "an error, no retry", 1, ErrorCode::hsm_failed},
};

constexpr std::array kCodes = {
  ReturnCodeRow{0x000, "OK", ok},
  ReturnCodeRow{0x001, "CANCEL", unknown},
  ReturnCodeRow{0x002, "HOST_MEMORY", pressure},
  ReturnCodeRow{0x003, "SLOT_ID_INVALID", device_gone},
  ReturnCodeRow{0x005, "GENERAL_ERROR", device_gone},
  ReturnCodeRow{0x006, "FUNCTION_FAILED", unknown},
  ReturnCodeRow{0x007, "ARGUMENTS_BAD", caller_fault},
  ReturnCodeRow{0x00A, "CANT_LOCK", caller_fault},
  ReturnCodeRow{0x010, "ATTRIBUTE_READ_ONLY", caller_fault},
  ReturnCodeRow{0x011, "ATTRIBUTE_SENSITIVE", caller_fault},
  ReturnCodeRow{0x012, "ATTRIBUTE_TYPE_INVALID", caller_fault},
  ReturnCodeRow{0x013, "ATTRIBUTE_VALUE_INVALID", caller_fault},
  ReturnCodeRow{0x01B, "ACTION_PROHIBITED", caller_fault},
  ReturnCodeRow{0x020, "DATA_INVALID", caller_fault},
  ReturnCodeRow{0x021, "DATA_LEN_RANGE", caller_fault},
  ReturnCodeRow{0x030, "DEVICE_ERROR", device_gone},
  ReturnCodeRow{0x031, "DEVICE_MEMORY", pressure},
  ReturnCodeRow{0x032, "DEVICE_REMOVED", device_gone},
  ReturnCodeRow{0x050, "FUNCTION_CANCELED", unknown},
  ReturnCodeRow{0x054, "FUNCTION_NOT_SUPPORTED", caller_fault},
  ReturnCodeRow{0x060, "KEY_HANDLE_INVALID", stale_handle},
  ReturnCodeRow{0x062, "KEY_SIZE_RANGE", caller_fault},
  ReturnCodeRow{0x063, "KEY_TYPE_INCONSISTENT", caller_fault},
  ReturnCodeRow{0x068, "KEY_FUNCTION_NOT_PERMITTED", caller_fault},
  ReturnCodeRow{0x06A, "KEY_UNEXTRACTABLE", caller_fault},
  ReturnCodeRow{0x070, "MECHANISM_INVALID", caller_fault},
  ReturnCodeRow{0x071, "MECHANISM_PARAM_INVALID", caller_fault},
  ReturnCodeRow{0x082, "OBJECT_HANDLE_INVALID", stale_handle},
  ReturnCodeRow{0x090, "OPERATION_ACTIVE", poisoned},
  ReturnCodeRow{0x091, "OPERATION_NOT_INITIALIZED", poisoned},
  ReturnCodeRow{0x0A0, "PIN_INCORRECT", pin},
  ReturnCodeRow{0x0A1, "PIN_INVALID", pin},
  ReturnCodeRow{0x0A2, "PIN_LEN_RANGE", pin},
  ReturnCodeRow{0x0A3, "PIN_EXPIRED", pin},
  ReturnCodeRow{0x0A4, "PIN_LOCKED", pin},
  ReturnCodeRow{0x0B0, "SESSION_CLOSED", session_lost},
  ReturnCodeRow{0x0B1, "SESSION_COUNT", pressure},
  ReturnCodeRow{0x0B3, "SESSION_HANDLE_INVALID", session_lost},
  ReturnCodeRow{0x0B5, "SESSION_READ_ONLY", caller_fault},
  ReturnCodeRow{0x0B6, "SESSION_EXISTS", caller_fault},
  ReturnCodeRow{0x0D0, "TEMPLATE_INCOMPLETE", caller_fault},
  ReturnCodeRow{0x0D1, "TEMPLATE_INCONSISTENT", caller_fault},
  ReturnCodeRow{0x0E0, "TOKEN_NOT_PRESENT", device_gone},
  ReturnCodeRow{0x0E1, "TOKEN_NOT_RECOGNIZED", device_gone},
  ReturnCodeRow{0x0E2, "TOKEN_WRITE_PROTECTED", caller_fault},
  ReturnCodeRow{0x100, "USER_ALREADY_LOGGED_IN", success_like},
  ReturnCodeRow{0x101, "USER_NOT_LOGGED_IN", session_lost},
  ReturnCodeRow{0x102, "USER_PIN_NOT_INITIALIZED", starting},
  ReturnCodeRow{0x103, "USER_TYPE_INVALID", caller_fault},
  ReturnCodeRow{0x104, "USER_ANOTHER_ALREADY_LOGGED_IN", caller_fault},
  ReturnCodeRow{0x130, "DOMAIN_PARAMS_INVALID", caller_fault},
  ReturnCodeRow{0x140, "CURVE_NOT_SUPPORTED", caller_fault},
  ReturnCodeRow{0x150, "BUFFER_TOO_SMALL", caller_fault},
  ReturnCodeRow{0x190, "CRYPTOKI_NOT_INITIALIZED", device_gone},
  ReturnCodeRow{0x191, "CRYPTOKI_ALREADY_INITIALIZED", success_like},
  ReturnCodeRow{0x200, "FUNCTION_REJECTED", pressure},
};
// clang-format on

constexpr bool classes_in_order() {
  for (std::size_t i = 0; i < kClasses.size(); ++i) {
    if (static_cast<std::size_t>(kClasses.at(i).return_class) != i) {
      return false;
    }
  }
  return kClasses.size() == static_cast<std::size_t>(unknown) + 1;
}
static_assert(classes_in_order(), "a row per class, in the order of the enumeration");
static_assert(std::ranges::is_sorted(kCodes, std::ranges::less{}, &ReturnCodeRow::code));

const ReturnCodeRow* find(std::uint64_t code) noexcept {
  const auto found = std::ranges::lower_bound(kCodes, code, std::ranges::less{}, &ReturnCodeRow::code);
  return found != kCodes.end() && found->code == code ? &*found : nullptr;
}

}  // namespace

const ReturnClassRow& row(ReturnClass return_class) noexcept {
  return kClasses[static_cast<std::size_t>(return_class)];
}

std::span<const ReturnClassRow> return_classes() noexcept { return kClasses; }

std::span<const ReturnCodeRow> return_codes() noexcept { return kCodes; }

ReturnClass classify(std::uint64_t code) noexcept {
  const ReturnCodeRow* known = find(code);
  return known != nullptr ? known->return_class : unknown;
}

std::string describe_return_code(std::uint64_t code) {
  std::array<char, 24> number{};
  const int length = std::snprintf(number.data(), number.size(), "0x%llX", static_cast<unsigned long long>(code));
  const std::string hex(number.data(), static_cast<std::size_t>(length));
  const ReturnCodeRow* known = find(code);
  return known != nullptr ? "CKR_" + std::string(known->name) + " (" + hex + ")" : hex;
}

}  // namespace rakkan::hsm
