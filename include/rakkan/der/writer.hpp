// Writer appends DER to one buffer. The content of a constructed element is written by a closure; the element's length
// is set when the closure is done. Writing cannot fail. The caller may take the buffer; clear() keeps its capacity for
// the next use of the same Writer.
//
//   writer.sequence([&] {
//     writer.oid(kIdSignedData);
//     writer.constructed(context_constructed(0), [&] { … });
//   });
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/der/oid.hpp"
#include "rakkan/der/tag.hpp"

namespace rakkan::der {

class Writer {
 public:
  Writer() = default;
  explicit Writer(std::size_t capacity) { buffer_.reserve(capacity); }

  [[nodiscard]] ByteView view() const noexcept { return buffer_; }
  [[nodiscard]] std::size_t size() const noexcept { return buffer_.size(); }
  [[nodiscard]] Bytes take() noexcept { return std::exchange(buffer_, {}); }
  void clear() noexcept { buffer_.clear(); }

  template <class Body>
  void constructed(Tag tag, Body&& body) {
    const std::size_t mark = open(tag);
    std::forward<Body>(body)();
    close(mark);
  }
  template <class Body>
  void sequence(Body&& body) {
    constructed(Tag::sequence, std::forward<Body>(body));
  }
  template <class Body>
  void set(Body&& body) {
    constructed(Tag::set, std::forward<Body>(body));
  }

  // Writes a SET OF (X.690 §11.6) of complete encodings, in ascending order.
  void set_of(Tag tag, std::vector<Bytes> encodings);
  // The same for views of the caller, which are sorted in place; for the hot path.
  void set_of(Tag tag, std::span<ByteView> encodings);

  void raw(ByteView encoding);  // complete elements, as they are
  void primitive(Tag tag, ByteView content);
  void boolean(bool value);
  void small_unsigned(std::uint64_t value, Tag tag = Tag::integer);
  void integer(ByteView twos_complement);     // INTEGER from minimal content octets
  void unsigned_integer(ByteView magnitude);  // INTEGER from a big-endian magnitude; leading zeros allowed
  void oid(const Oid& oid);
  void octet_string(ByteView content) { primitive(Tag::octet_string, content); }
  void bit_string(ByteView octets);  // no unused bits
  void named_bits(std::uint32_t bits_msb_first,
                  unsigned count);  // X.690 §11.2.2: trailing zero bits removed; bit 0 is the MSB of `count` bits
  void null();
  void text(Tag tag, std::string_view value) { primitive(tag, bytes_of(value)); }
  void time(Instant instant);  // RFC 5280 §4.1.2.5: UTCTime to 2049, GeneralizedTime from 2050, whole seconds
  // GeneralizedTime in the form of RFC 3161 §2.4.2: milliseconds without trailing zeros.
  void generalized_time(Instant instant, Tag tag = Tag::generalized_time);

 private:
  // open() leaves one octet for the length; close() shifts the content when the length takes more. Most content is
  // short, and shifting the few KB of a SignedData costs less than measuring everything first.
  std::size_t open(Tag tag);
  void close(std::size_t mark);
  void header(Tag tag, std::size_t content_size);

  Bytes buffer_;
};

// The number of octets of the header (identifier and length) of an element with that many content octets.
[[nodiscard]] std::size_t header_size(std::size_t content_size) noexcept;

// Appends identifier and length octets (X.690 §8.1.3, shortest form).
inline void append_header(Bytes& out, Tag tag, std::size_t content_size) {
  out.push_back(static_cast<Byte>(tag));
  if (content_size < 0x80) {
    out.push_back(static_cast<Byte>(content_size));
    return;
  }
  unsigned octets = 1;
  for (std::size_t rest = content_size >> 8; rest != 0; rest >>= 8) {
    ++octets;
  }
  out.push_back(static_cast<Byte>(0x80U | octets));
  while (octets-- != 0) {
    out.push_back(static_cast<Byte>(content_size >> (8 * octets) & 0xFFU));
  }
}

}  // namespace rakkan::der
