#include "rakkan/der/reader.hpp"

#include <algorithm>
#include <string>

#include "rakkan/base/hex.hpp"

namespace rakkan::der {
namespace {

constexpr Byte kClassMask = 0xC0;
constexpr Byte kConstructed = 0x20;
constexpr Byte kNumberMask = 0x1F;

// True for an identifier octet that may occur in DER. High tag numbers and end-of-contents may not; of the universal
// types SEQUENCE, SET and the EXTERNAL family are constructed, all others primitive (X.690 §8, §10.2: strings are
// primitive).
bool possible_identifier(Byte identifier) noexcept {
  const unsigned number = identifier & kNumberMask;
  if (number == kNumberMask) {
    return false;
  }
  if ((identifier & kClassMask) != 0) {
    return true;
  }
  const bool constructed_type = number == 8 || number == 11 || number == 16 || number == 17 || number == 29;
  return number != 0 && constructed_type == ((identifier & kConstructed) != 0);
}

std::string name(Tag tag) {
  const Byte identifier = static_cast<Byte>(tag);
  return "tag 0x" + to_hex(ByteView(&identifier, 1));
}

// The number of the two decimal digits at `at`; nothing when other characters are there.
std::optional<int> two_digits(ByteView text, std::size_t at) noexcept {
  const unsigned tens = text[at] - unsigned{'0'};
  const unsigned ones = text[at + 1] - unsigned{'0'};
  if (tens > 9 || ones > 9) {
    return std::nullopt;
  }
  return static_cast<int>(tens * 10 + ones);
}

// The time MMDDHHMMSS at `at`, in the given year.
std::optional<Instant> from_year_on(int year, ByteView text, std::size_t at, int millisecond) noexcept {
  const auto month = two_digits(text, at);
  const auto day = two_digits(text, at + 2);
  const auto hour = two_digits(text, at + 4);
  const auto minute = two_digits(text, at + 6);
  const auto second = two_digits(text, at + 8);
  if (!month || !day || !hour || !minute || !second) {
    return std::nullopt;
  }
  return instant_from_utc({year, *month, *day, *hour, *minute, *second, millisecond});
}

// UTCTime: YYMMDDHHMMSSZ; RFC 5280 §4.1.2.5.1: the years 50 to 99 are 19YY, 00 to 49 are 20YY.
std::optional<Instant> parse_utc_time(ByteView text) noexcept {
  if (text.size() != 13 || text.back() != 'Z') {
    return std::nullopt;
  }
  const auto year = two_digits(text, 0);
  if (!year) {
    return std::nullopt;
  }
  return from_year_on(*year + (*year >= 50 ? 1900 : 2000), text, 2, 0);
}

// The fraction ".s+" in milliseconds; X.690 §11.7.3 forbids trailing zeros.
std::optional<int> parse_fraction(ByteView text) noexcept {
  if (text.size() < 2 || text.front() != '.' || text.back() == '0') {
    return std::nullopt;
  }
  int value = 0;
  int weight = 100;
  for (const Byte digit : text.subspan(1)) {
    if (digit < '0' || digit > '9') {
      return std::nullopt;
    }
    value += weight * (digit - '0');
    weight /= 10;
  }
  return value;
}

// GeneralizedTime: YYYYMMDDHHMMSS[.s+]Z (RFC 5280 §4.1.2.5.2, RFC 3161 §2.4.2).
std::optional<Instant> parse_generalized_time(ByteView text, bool allow_fraction) noexcept {
  constexpr std::size_t kWholeSeconds = 14;
  if (text.size() < kWholeSeconds + 1 || text.back() != 'Z') {
    return std::nullopt;
  }
  int millisecond = 0;
  if (text.size() > kWholeSeconds + 1) {
    const auto fraction = parse_fraction(text.subspan(kWholeSeconds, text.size() - kWholeSeconds - 1));
    if (!allow_fraction || !fraction) {
      return std::nullopt;
    }
    millisecond = *fraction;
  }
  const auto century = two_digits(text, 0);
  const auto year = two_digits(text, 2);
  if (!century || !year) {
    return std::nullopt;
  }
  return from_year_on(*century * 100 + *year, text, 4, millisecond);
}

}  // namespace

std::optional<Tag> Reader::peek() const noexcept {
  if (rest_.empty()) {
    return std::nullopt;
  }
  return static_cast<Tag>(rest_.front());
}

Result<Element> Reader::any() {
  if (rest_.size() < 2) {
    return malformed(rest_.empty() ? "an element is missing" : "an element's header is cut short");
  }
  const Byte identifier = rest_[0];
  if (!possible_identifier(identifier)) {
    return malformed(name(static_cast<Tag>(identifier)) + " does not occur in DER");
  }
  std::size_t header = 2;
  std::size_t length = rest_[1];
  if (length >= 0x80) {
    // X.690 §10.1: the definite form with the fewest octets.
    const std::size_t octets = length & 0x7F;
    if (octets == 0) {
      return malformed("indefinite length");
    }
    if (octets > sizeof(std::uint64_t)) {
      return malformed("length is too large");
    }
    if (rest_.size() - header < octets) {
      return malformed("an element's header is cut short");
    }
    length = 0;
    for (const Byte octet : rest_.subspan(header, octets)) {
      length = length << 8 | octet;
    }
    if (length < 0x80 || rest_[header] == 0) {
      return malformed("length is not minimal");
    }
    header += octets;
  }
  if (length > rest_.size() - header) {
    return malformed("an element reaches beyond its container");
  }
  const Element element{static_cast<Tag>(identifier), rest_.subspan(header, length), rest_.first(header + length)};
  rest_ = rest_.subspan(header + length);
  return element;
}

Result<Element> Reader::element(Tag expected) {
  if (peek() != expected) {
    return unexpected_tag(expected);
  }
  return any();
}

Result<ByteView> Reader::content(Tag expected) {
  RAKKAN_TRY(const Element found, element(expected));
  return found.content;
}

Result<Reader> Reader::enter(Tag expected) {
  if (depth_ >= kMaxDepth) {
    return malformed("nested too deeply");
  }
  RAKKAN_TRY(const Element found, element(expected));
  return Reader(found.content, start_, depth_ + 1);
}

Result<std::optional<Reader>> Reader::enter_if(Tag expected) {
  if (peek() != expected) {
    return std::nullopt;
  }
  RAKKAN_TRY(Reader inner, enter(expected));
  return inner;
}

Result<std::optional<Element>> Reader::element_if(Tag expected) {
  if (peek() != expected) {
    return std::nullopt;
  }
  RAKKAN_TRY(const Element found, any());
  return found;
}

Result<void> Reader::end() const {
  if (!at_end()) {
    return malformed(std::to_string(rest_.size()) + " octets too many");
  }
  return {};
}

Result<bool> Reader::boolean() {
  const std::size_t at = offset();
  RAKKAN_TRY(const ByteView octets, content(Tag::boolean));
  if (octets.size() != 1 || (octets[0] != 0x00 && octets[0] != 0xFF)) {
    return malformed_at(at, "BOOLEAN is neither 00 nor FF");
  }
  return octets[0] == 0xFF;
}

Result<bool> Reader::boolean_default_false() {
  if (peek() != Tag::boolean) {
    return false;
  }
  const std::size_t at = offset();
  RAKKAN_TRY(const bool value, boolean());
  if (!value) {
    return malformed_at(at, "a default value is encoded");  // X.690 §11.5
  }
  return true;
}

Result<ByteView> Reader::integer(Tag tag) {
  const std::size_t at = offset();
  RAKKAN_TRY(const ByteView octets, content(tag));
  if (octets.empty()) {
    return malformed_at(at, "INTEGER without content");
  }
  // X.690 §8.3.2: the first nine bits are not all equal.
  if (octets.size() > 1 && ((octets[0] == 0x00 && octets[1] < 0x80) || (octets[0] == 0xFF && octets[1] >= 0x80))) {
    return malformed_at(at, "INTEGER is not minimal");
  }
  return octets;
}

Result<ByteView> Reader::unsigned_integer() {
  const std::size_t at = offset();
  RAKKAN_TRY(const ByteView octets, integer());
  if (octets[0] >= 0x80) {
    return malformed_at(at, "INTEGER is negative");
  }
  return octets.size() > 1 && octets[0] == 0x00 ? octets.subspan(1) : octets;
}

Result<std::uint64_t> Reader::small_unsigned(Tag tag) {
  const std::size_t at = offset();
  RAKKAN_TRY(const ByteView octets, integer(tag));
  if (octets[0] >= 0x80) {
    return malformed_at(at, "INTEGER is negative");
  }
  if (octets.size() > sizeof(std::uint64_t) + (octets[0] == 0x00 ? 1 : 0)) {
    return malformed_at(at, "INTEGER is too large");
  }
  std::uint64_t value = 0;
  for (const Byte octet : octets) {
    value = value << 8 | octet;
  }
  return value;
}

Result<Oid> Reader::oid() {
  const std::size_t at = offset();
  RAKKAN_TRY(const ByteView octets, content(Tag::oid));
  const auto oid = Oid::from_content(octets);
  if (!oid) {
    return malformed_at(at, "OBJECT IDENTIFIER is malformed or too long");
  }
  return *oid;
}

Result<ByteView> Reader::octet_string() { return content(Tag::octet_string); }

Result<BitString> Reader::bits() {
  const std::size_t at = offset();
  RAKKAN_TRY(const ByteView octets, content(Tag::bit_string));
  if (octets.empty() || octets[0] > 7 || (octets.size() == 1 && octets[0] != 0)) {
    return malformed_at(at, "BIT STRING is malformed");
  }
  const unsigned unused = octets[0];
  if ((octets.back() & ((1U << unused) - 1)) != 0 && octets.size() > 1) {
    return malformed_at(at, "unused bits of a BIT STRING are not zero");  // X.690 §11.2.1
  }
  return BitString{octets.subspan(1), unused};
}

Result<ByteView> Reader::bit_string() {
  const std::size_t at = offset();
  RAKKAN_TRY(const BitString value, bits());
  if (value.unused_bits != 0) {
    return malformed_at(at, "BIT STRING is not of whole octets");
  }
  return value.octets;
}

Result<void> Reader::null() {
  const std::size_t at = offset();
  RAKKAN_TRY(const ByteView octets, content(Tag::null));
  if (!octets.empty()) {
    return malformed_at(at, "NULL has content");
  }
  return {};
}

Result<Instant> Reader::time() {
  if (peek() == Tag::generalized_time) {
    return generalized_time(false);
  }
  const std::size_t at = offset();
  RAKKAN_TRY(const ByteView text, content(Tag::utc_time));
  const auto instant = parse_utc_time(text);
  if (!instant) {
    return malformed_at(at, "UTCTime is not a time of the form YYMMDDHHMMSSZ");
  }
  return *instant;
}

Result<Instant> Reader::generalized_time(bool allow_fraction, Tag tag) {
  const std::size_t at = offset();
  RAKKAN_TRY(const ByteView text, content(tag));
  const auto instant = parse_generalized_time(text, allow_fraction);
  if (!instant) {
    return malformed_at(at, "GeneralizedTime is not a time of the form YYYYMMDDHHMMSSZ");
  }
  return *instant;
}

tl::unexpected<Error> Reader::malformed_at(std::size_t offset, std::string what) {
  return fail(ErrorCode::malformed_der, std::move(what), "offset " + std::to_string(offset));
}

tl::unexpected<Error> Reader::unexpected_tag(Tag expected) const {
  const auto found = peek();
  return malformed(found ? name(expected) + " expected, found " + name(*found) : name(expected) + " is missing");
}

}  // namespace rakkan::der
