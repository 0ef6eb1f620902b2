#include "rakkan/der/oid.hpp"

#include <vector>

namespace rakkan::der {
namespace {

// A decimal number as its digits, the most significant first: arcs have no upper bound, and no hot path uses dotted
// text.
using Decimal = std::string;

// Computes value * 128 + addend.
void shift_in(Decimal& value, unsigned addend) {
  unsigned carry = addend;
  for (auto digit = value.rbegin(); digit != value.rend(); ++digit) {
    carry += static_cast<unsigned>(*digit - '0') * 128;
    *digit = static_cast<char>('0' + carry % 10);
    carry /= 10;
  }
  for (; carry != 0; carry /= 10) {
    value.insert(value.begin(), static_cast<char>('0' + carry % 10));
  }
}

// Divides by 128 and returns the remainder; leading zeros are removed, and zero is the empty text.
unsigned shift_out(Decimal& value) {
  unsigned remainder = 0;
  for (char& digit : value) {
    remainder = remainder * 10 + static_cast<unsigned>(digit - '0');
    digit = static_cast<char>('0' + remainder / 128);
    remainder %= 128;
  }
  value.erase(0, value.find_first_not_of('0'));
  return remainder;
}

// Computes value + addend, with addend below 1000.
void add(Decimal& value, unsigned addend) {
  unsigned carry = addend;
  for (auto digit = value.rbegin(); digit != value.rend() && carry != 0; ++digit) {
    carry += static_cast<unsigned>(*digit - '0');
    *digit = static_cast<char>('0' + carry % 10);
    carry /= 10;
  }
  for (; carry != 0; carry /= 10) {
    value.insert(value.begin(), static_cast<char>('0' + carry % 10));
  }
}

// The first subidentifier is 40 * first + second, and first is at most 2 (X.690 §8.19.4).
std::string first_two_arcs(Decimal subidentifier) {
  if (subidentifier.size() <= 2 && (subidentifier.size() < 2 || subidentifier < "80")) {
    const int value = std::stoi(subidentifier);
    return std::to_string(value / 40) + '.' + std::to_string(value % 40);
  }
  // Computes subidentifier - 80; the leading digits cannot run out.
  int borrow = 8;
  for (auto digit = subidentifier.rbegin() + 1; borrow != 0; ++digit) {
    const int rest = *digit - '0' - borrow;
    *digit = static_cast<char>('0' + (rest + 10) % 10);
    borrow = rest < 0 ? 1 : 0;
  }
  const std::size_t significant = subidentifier.find_first_not_of('0');
  return "2." + (significant == std::string::npos ? "0" : subidentifier.substr(significant));
}

// The numbers between the points of dotted text; nothing when one is empty, or has other characters or a leading zero.
std::optional<std::vector<Decimal>> split(std::string_view text) {
  std::vector<Decimal> arcs;
  for (;;) {
    const std::size_t point = text.find('.');
    const std::string_view digits = text.substr(0, point);
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos ||
        (digits.size() > 1 && digits.front() == '0')) {
      return std::nullopt;
    }
    arcs.emplace_back(digits);
    if (point == std::string_view::npos) {
      return arcs;
    }
    text.remove_prefix(point + 1);
  }
}

// Appends one subidentifier as groups of seven bits, the highest first, with bit 8 set in all but the last (X.690
// §8.19.2).
void append_subidentifier(Bytes& content, Decimal value) {
  const auto start = static_cast<std::ptrdiff_t>(content.size());
  Byte mark = 0;
  do {
    content.insert(content.begin() + start, static_cast<Byte>(shift_out(value) | mark));
    mark = 0x80;
  } while (!value.empty());
}

}  // namespace

std::optional<Oid> Oid::from_content(ByteView content) noexcept {
  if (content.empty() || content.size() > kMaxContentSize || (content.back() & 0x80) != 0) {
    return std::nullopt;
  }
  bool at_start_of_arc = true;
  for (const Byte octet : content) {
    if (at_start_of_arc && octet == 0x80) {
      return std::nullopt;
    }
    at_start_of_arc = (octet & 0x80) == 0;
  }
  Oid oid;
  std::copy(content.begin(), content.end(), oid.content_.begin());
  oid.size_ = static_cast<std::uint8_t>(content.size());
  return oid;
}

std::optional<Oid> Oid::from_dotted(std::string_view text) {
  constexpr std::size_t kMaxText = 4 * kMaxContentSize + 1;  // an octet is at most "127.", and the first one "2.47."
  if (text.size() > kMaxText) {
    return std::nullopt;
  }
  auto arcs = split(text);
  if (!arcs || arcs->size() < 2 || arcs->front().size() != 1 || arcs->front() > "2") {
    return std::nullopt;
  }
  const Decimal first = arcs->front();
  Decimal& second = (*arcs)[1];
  if (first < "2" && (second.size() > 2 || std::stoi(second) > 39)) {
    return std::nullopt;
  }
  add(second, static_cast<unsigned>(first.front() - '0') * 40);

  Bytes content;
  for (auto arc = arcs->begin() + 1; arc != arcs->end(); ++arc) {
    append_subidentifier(content, *arc);
  }
  return from_content(content);
}

std::string Oid::dotted() const {
  std::string text;
  Decimal arc;
  for (const Byte octet : content()) {
    shift_in(arc, octet & 0x7F);
    if ((octet & 0x80) != 0) {
      continue;
    }
    if (arc.empty()) {
      arc = "0";
    }
    text += text.empty() ? first_two_arcs(arc) : '.' + arc;
    arc.clear();
  }
  return text;
}

}  // namespace rakkan::der
