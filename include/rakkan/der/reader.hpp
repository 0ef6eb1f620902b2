// Reader walks strict DER (X.690 §10): definite minimal lengths, low tag numbers, strings in primitive form, no octets
// left unread. It never copies: returned views alias the input. Every failure is malformed_der with the offset from the
// start of the outermost input in Error::where. Cheap to copy; not to be shared between threads.
//
//   Reader top(input);
//   RAKKAN_TRY(Reader request, top.enter(Tag::sequence));
//   RAKKAN_CHECK(top.end());                                   // nothing after it
//   RAKKAN_TRY(const std::uint64_t version, request.small_unsigned());
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/der/oid.hpp"
#include "rakkan/der/tag.hpp"

namespace rakkan::der {

struct Element {
  Tag tag{};
  ByteView content;   // without header
  ByteView encoding;  // header and content
};

struct BitString {
  ByteView octets;
  unsigned unused_bits = 0;  // in the last octet; they are zero (X.690 §11.2.1)

  // Bit 0 is the most significant bit of the first octet; a bit beyond the end is zero (X.680 §22.7).
  [[nodiscard]] bool bit(unsigned number) const noexcept {
    return number / 8 < octets.size() && (octets[number / 8] >> (7 - number % 8) & 1) != 0;
  }
};

class Reader {
 public:
  // Depth of nesting that enter() allows from the outermost reader on; deeper input is malformed_der.
  static constexpr unsigned kMaxDepth = 64;

  explicit Reader(ByteView input) noexcept : start_(input.data()), rest_(input) {}

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  [[nodiscard]] ByteView rest() const noexcept { return rest_; }
  [[nodiscard]] std::size_t offset() const noexcept { return static_cast<std::size_t>(rest_.data() - start_); }
  // The tag of the next element, or nothing at the end.
  [[nodiscard]] std::optional<Tag> peek() const noexcept;

  [[nodiscard]] Result<Element> any();                   // the next element, with any tag
  [[nodiscard]] Result<Element> element(Tag expected);   // the next element, which must have this tag
  [[nodiscard]] Result<ByteView> content(Tag expected);  // its content
  [[nodiscard]] Result<Reader> enter(Tag expected);      // a reader of its content, one level deeper
  [[nodiscard]] Result<std::optional<Reader>> enter_if(
      Tag expected);  // nothing when the next element has another tag, or there is none
  [[nodiscard]] Result<std::optional<Element>> element_if(Tag expected);
  [[nodiscard]] Result<void> end() const;  // fails when octets are left

  [[nodiscard]] Result<bool> boolean();                // X.690 §11.1: FF or 00
  [[nodiscard]] Result<bool> boolean_default_false();  // DEFAULT FALSE: absent is false, an encoded FALSE is refused
  // An INTEGER from 0 to 2^64 - 1. `tag` differs from Tag::integer where the type is tagged IMPLICIT; so for the
  // functions below.
  [[nodiscard]] Result<std::uint64_t> small_unsigned(Tag tag = Tag::integer);
  [[nodiscard]] Result<ByteView> integer(Tag tag = Tag::integer);  // its minimal two's complement content, any size
  [[nodiscard]] Result<ByteView> unsigned_integer();  // an INTEGER of 0 or more as magnitude, without leading zeros
  [[nodiscard]] Result<Oid> oid();
  [[nodiscard]] Result<ByteView> octet_string();
  [[nodiscard]] Result<ByteView> bit_string();  // a BIT STRING of whole octets (no unused bits)
  [[nodiscard]] Result<BitString> bits();       // any BIT STRING
  [[nodiscard]] Result<void> null();
  // UTCTime or GeneralizedTime in the forms of RFC 5280 §4.1.2.5: UTC, with seconds, without a fraction.
  // Deviations: a GeneralizedTime before 2050 is accepted (PKITS 4.2.4 wants it).
  [[nodiscard]] Result<Instant> time();
  // A GeneralizedTime with a fraction, when that is allowed, in the form of RFC 3161 §2.4.2, without trailing zeros;
  // digits beyond the millisecond are cut off.
  [[nodiscard]] Result<Instant> generalized_time(bool allow_fraction, Tag tag = Tag::generalized_time);

  // The error malformed_der at this reader's offset.
  [[nodiscard]] tl::unexpected<Error> malformed(std::string what) const {
    return malformed_at(offset(), std::move(what));
  }

 private:
  Reader(ByteView input, const Byte* start, unsigned depth) noexcept : start_(start), rest_(input), depth_(depth) {}

  [[nodiscard]] static tl::unexpected<Error> malformed_at(std::size_t offset, std::string what);
  [[nodiscard]] tl::unexpected<Error> unexpected_tag(Tag expected) const;

  const Byte* start_;
  ByteView rest_;
  unsigned depth_ = 0;
};

}  // namespace rakkan::der
