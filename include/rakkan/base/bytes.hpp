// Byte strings: a ByteView or ByteSpan never owns its bytes, a Bytes always does. A view must not outlive the object
// that it points into.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace rakkan {

using Byte = std::uint8_t;
using ByteView = std::span<const Byte>;
using ByteSpan = std::span<Byte>;
using Bytes = std::vector<Byte>;

// The bytes of a text; aliases it.
inline ByteView bytes_of(std::string_view text) noexcept {
  return {reinterpret_cast<const Byte*>(text.data()), text.size()};
}

// The text in the bytes, unchecked (no encoding is assumed); aliases them.
inline std::string_view text_of(ByteView bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes copy_of(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

inline void append(Bytes& to, ByteView from) { to.insert(to.end(), from.begin(), from.end()); }
inline void append(Bytes& to, std::string_view from) { append(to, bytes_of(from)); }

// True when both are equal; stops at the first difference (not for secrets: see SecureBytes).
bool equal(ByteView a, ByteView b) noexcept;

// The value in the narrower type, or nothing when it does not fit.
template <class To, class From>
[[nodiscard]] constexpr std::optional<To> checked_cast(From value) noexcept {
  static_assert(std::is_integral_v<To> && std::is_integral_v<From>);
  if (!std::in_range<To>(value)) {
    return std::nullopt;
  }
  return static_cast<To>(value);
}

// a + b, or nothing when it overflows.
template <class T>
[[nodiscard]] constexpr std::optional<T> checked_add(T a, T b) noexcept {
  T sum{};
  if (__builtin_add_overflow(a, b, &sum)) {
    return std::nullopt;
  }
  return sum;
}

template <class T>
[[nodiscard]] constexpr std::optional<T> checked_multiply(T a, T b) noexcept {
  T product{};
  if (__builtin_mul_overflow(a, b, &product)) {
    return std::nullopt;
  }
  return product;
}

}  // namespace rakkan
