#include "rakkan/der/writer.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace rakkan::der {
namespace {

// The number of octets of the big-endian value without leading zeros, at least one.
constexpr unsigned significant_octets(std::uint64_t value) noexcept {
  unsigned octets = 1;
  for (value >>= 8; value != 0; value >>= 8) {
    ++octets;
  }
  return octets;
}

// The number of octets of the length field (X.690 §8.1.3, §10.1).
constexpr std::size_t length_size(std::size_t content_size) noexcept {
  return content_size < 0x80 ? 1 : 1 + significant_octets(content_size);
}

// Writes the length field at `out`, which has room for it.
void put_length(Byte* out, std::size_t content_size) noexcept {
  if (content_size < 0x80) {
    *out = static_cast<Byte>(content_size);
    return;
  }
  unsigned octets = significant_octets(content_size);
  *out++ = static_cast<Byte>(0x80 | octets);
  while (octets-- != 0) {
    *out++ = static_cast<Byte>(content_size >> (8 * octets));
  }
}

template <std::size_t N>
struct Text {
  std::array<char, N> characters{};
  std::size_t size = 0;

  void put(char c) noexcept { characters[size++] = c; }
  void put(int value, int digits) noexcept {
    size += static_cast<std::size_t>(digits);
    for (std::size_t at = size; digits-- != 0; value /= 10) {
      characters[--at] = static_cast<char>('0' + value % 10);
    }
  }
  void put_from_month_on(const UtcFields& fields) noexcept {
    put(fields.month, 2);
    put(fields.day, 2);
    put(fields.hour, 2);
    put(fields.minute, 2);
    put(fields.second, 2);
  }
  [[nodiscard]] std::string_view view() const noexcept { return {characters.data(), size}; }
};

}  // namespace

std::size_t header_size(std::size_t content_size) noexcept { return 1 + length_size(content_size); }

void Writer::header(Tag tag, std::size_t content_size) {
  std::array<Byte, 2 + sizeof(std::size_t)> octets;
  octets[0] = static_cast<Byte>(tag);
  put_length(octets.data() + 1, content_size);
  append(buffer_, ByteView(octets.data(), header_size(content_size)));
}

std::size_t Writer::open(Tag tag) {
  buffer_.push_back(static_cast<Byte>(tag));
  buffer_.push_back(0);
  return buffer_.size();
}

void Writer::close(std::size_t mark) {
  const std::size_t content_size = buffer_.size() - mark;
  const std::size_t extra = length_size(content_size) - 1;
  if (extra != 0) {
    buffer_.resize(buffer_.size() + extra);
    std::memmove(buffer_.data() + mark + extra, buffer_.data() + mark, content_size);
  }
  put_length(buffer_.data() + mark - 1, content_size);
}

void Writer::set_of(Tag tag, std::vector<Bytes> encodings) {
  std::sort(encodings.begin(), encodings.end());
  std::size_t content_size = 0;
  for (const Bytes& encoding : encodings) {
    content_size += encoding.size();
  }
  header(tag, content_size);
  for (const Bytes& encoding : encodings) {
    raw(encoding);
  }
}

void Writer::set_of(Tag tag, std::span<ByteView> encodings) {
  std::sort(encodings.begin(), encodings.end(), [](ByteView a, ByteView b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
  });
  std::size_t content_size = 0;
  for (const ByteView encoding : encodings) {
    content_size += encoding.size();
  }
  header(tag, content_size);
  for (const ByteView encoding : encodings) {
    raw(encoding);
  }
}

void Writer::raw(ByteView encoding) { append(buffer_, encoding); }

void Writer::primitive(Tag tag, ByteView content) {
  header(tag, content.size());
  append(buffer_, content);
}

void Writer::boolean(bool value) {
  const Byte octet = value ? 0xFF : 0x00;
  primitive(Tag::boolean, ByteView(&octet, 1));
}

void Writer::small_unsigned(std::uint64_t value, Tag tag) {
  std::array<Byte, sizeof(value) + 1> octets{};
  for (std::size_t i = octets.size(); i-- > 1; value >>= 8) {
    octets[i] = static_cast<Byte>(value);
  }
  // X.690 §8.3.2: the fewest octets whose first bit, the sign, is zero.
  std::size_t start = 0;
  while (start + 1 < octets.size() && octets[start] == 0 && octets[start + 1] < 0x80) {
    ++start;
  }
  primitive(tag, ByteView(octets).subspan(start));
}

void Writer::integer(ByteView twos_complement) { primitive(Tag::integer, twos_complement); }

void Writer::unsigned_integer(ByteView magnitude) {
  while (!magnitude.empty() && magnitude.front() == 0) {
    magnitude = magnitude.subspan(1);
  }
  const bool sign_octet = magnitude.empty() || magnitude.front() >= 0x80;
  header(Tag::integer, magnitude.size() + (sign_octet ? 1 : 0));
  if (sign_octet) {
    buffer_.push_back(0);
  }
  append(buffer_, magnitude);
}

void Writer::oid(const Oid& oid) { primitive(Tag::oid, oid.content()); }

void Writer::bit_string(ByteView octets) {
  header(Tag::bit_string, octets.size() + 1);
  buffer_.push_back(0);
  append(buffer_, octets);
}

void Writer::named_bits(std::uint32_t bits_msb_first, unsigned count) {
  while (count != 0 && (bits_msb_first & 1) == 0) {
    bits_msb_first >>= 1;
    --count;
  }
  if (count == 0) {
    bit_string({});
    return;
  }
  const unsigned size = (count + 7) / 8;
  const unsigned unused = size * 8 - count;
  const std::uint64_t aligned = std::uint64_t{bits_msb_first} << unused;
  header(Tag::bit_string, size + 1);
  buffer_.push_back(static_cast<Byte>(unused));
  for (unsigned i = size; i-- != 0;) {
    buffer_.push_back(static_cast<Byte>(aligned >> (8 * i)));
  }
}

void Writer::null() { header(Tag::null, 0); }

void Writer::time(Instant instant) {
  const UtcFields fields = utc_fields(instant);
  Text<16> value;
  const bool utc_time = fields.year >= 1950 && fields.year < 2050;
  if (utc_time) {
    value.put(fields.year % 100, 2);
  } else {
    value.put(fields.year, 4);
  }
  value.put_from_month_on(fields);
  value.put('Z');
  text(utc_time ? Tag::utc_time : Tag::generalized_time, value.view());
}

void Writer::generalized_time(Instant instant, Tag tag) {
  const UtcFields fields = utc_fields(instant);
  Text<20> value;
  value.put(fields.year, 4);
  value.put_from_month_on(fields);
  if (fields.millisecond != 0) {
    value.put('.');
    value.put(fields.millisecond, 3);
    while (value.characters[value.size - 1] == '0') {
      --value.size;
    }
  }
  value.put('Z');
  text(tag, value.view());
}

}  // namespace rakkan::der
