// Oid is an OBJECT IDENTIFIER (X.690 §8.19) as its DER content octets, at most 47 of them; compared byte by byte.
// (The longest in real certificates are the template identifiers of Microsoft's CA: 1.3.6.1.4.1.311.21.8 and nine
// arcs.)
//
//   constexpr Oid kSha256{2, 16, 840, 1, 101, 3, 4, 2, 1};
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "rakkan/base/bytes.hpp"

namespace rakkan::der {

class Oid {
 public:
  static constexpr std::size_t kMaxContentSize = 47;

  constexpr Oid() noexcept = default;

  // Makes an Oid of its arcs at compile time: arcs that do not fit or are not allowed do not compile.
  consteval Oid(std::initializer_list<std::uint64_t> arcs) {
    const auto* arc = arcs.begin();
    const std::uint64_t first = *arc++;
    const std::uint64_t second = *arc++;
    if (first > 2 || (first < 2 && second > 39)) {
      throw "not an object identifier";
    }
    push_arc(first * 40 + second);
    for (; arc != arcs.end(); ++arc) {
      push_arc(*arc);
    }
  }

  // Reads content octets: nothing when they are empty, too long or cut short, or an arc is padded (X.690 §8.19.2). Arcs
  // may be of any size: 2.25 is followed by a UUID of 128 bits (X.667).
  [[nodiscard]] static std::optional<Oid> from_content(ByteView content) noexcept;
  // Reads dotted decimal text as in a configuration, "1.2.840.113549", without leading zeros.
  [[nodiscard]] static std::optional<Oid> from_dotted(std::string_view text);

  [[nodiscard]] constexpr ByteView content() const noexcept { return {content_.data(), size_}; }
  [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::string dotted() const;

  friend constexpr bool operator==(const Oid& a, const Oid& b) noexcept {
    return a.size_ == b.size_ && std::equal(a.content_.begin(), a.content_.begin() + a.size_, b.content_.begin());
  }
  friend constexpr auto operator<=>(const Oid& a, const Oid& b) noexcept {
    return std::lexicographical_compare_three_way(a.content_.begin(), a.content_.begin() + a.size_, b.content_.begin(),
                                                  b.content_.begin() + b.size_);
  }

 private:
  constexpr void push_arc(std::uint64_t arc) {
    unsigned groups = 1;
    for (std::uint64_t rest = arc >> 7; rest != 0; rest >>= 7) {
      ++groups;
    }
    while (groups-- != 0) {
      content_.at(size_++) = static_cast<Byte>((arc >> (7 * groups) & 0x7F) | (groups != 0 ? 0x80 : 0));
    }
  }

  std::array<Byte, kMaxContentSize> content_{};
  std::uint8_t size_ = 0;
};

}  // namespace rakkan::der
