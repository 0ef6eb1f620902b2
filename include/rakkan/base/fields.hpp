// Fields one after another, each text or byte string behind its length: the form of small records that only this
// program reads. Numbers are big-endian; a length has 4 octets. A record's own version and meaning are its user's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "rakkan/base/bytes.hpp"

namespace rakkan {

class FieldWriter {
 public:
  explicit FieldWriter(std::size_t expected = 256) { written_.reserve(expected); }

  FieldWriter& number(std::uint64_t value, unsigned octets = 8) {
    for (unsigned left = octets; left-- > 0;) {
      written_.push_back(static_cast<Byte>(value >> (8 * left)));
    }
    return *this;
  }
  FieldWriter& bytes(ByteView field) {
    number(field.size(), 4);
    append(written_, field);
    return *this;
  }
  FieldWriter& text(std::string_view field) { return bytes(bytes_of(field)); }
  [[nodiscard]] Bytes take() && { return std::move(written_); }

 private:
  Bytes written_;
};

// FieldReader reads what a FieldWriter wrote. From the first field on that is not whole, every one is empty or zero,
// and done() is false. It is a view: the record outlives it.
class FieldReader {
 public:
  explicit FieldReader(ByteView record) noexcept : rest_(record) {}

  [[nodiscard]] std::uint64_t number(unsigned octets = 8) noexcept {
    std::uint64_t value = 0;
    for (const Byte octet : take(octets)) {
      value = value << 8 | octet;
    }
    return value;
  }
  [[nodiscard]] ByteView bytes() noexcept { return take(static_cast<std::size_t>(number(4))); }
  [[nodiscard]] std::string text() { return std::string(text_of(bytes())); }
  // True when all fields were whole and nothing is left.
  [[nodiscard]] bool done() const noexcept { return whole_ && rest_.empty(); }

 private:
  ByteView take(std::size_t size) noexcept {
    whole_ = whole_ && size <= rest_.size();
    const ByteView taken = whole_ ? rest_.first(size) : ByteView();
    rest_ = whole_ ? rest_.subspan(size) : ByteView();
    return taken;
  }
  ByteView rest_;
  bool whole_ = true;
};

}  // namespace rakkan
