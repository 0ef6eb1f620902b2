#include "pdf/xref_stream.hpp"

#include <limits>

namespace rakkan::pdf {
namespace {

tl::unexpected<Error> malformed(std::string what, Value at) {
  return fail(ErrorCode::pdf_malformed, std::move(what), "offset " + std::to_string(at.offset()));
}

// Reads /W (§7.5.8.2, table 17): three widths of at most 8 bytes each, not all of them 0.
Result<std::array<std::size_t, 3>> widths_of(Value dictionary) {
  const Value w = dictionary.find("W");
  std::array<std::size_t, 3> widths{};
  std::size_t count = 0;
  std::size_t sum = 0;
  for (const Value element : w.elements()) {
    const auto width = element.integer();
    if (!width || *width < 0 || *width > 8) {
      return malformed("/W of a cross-reference stream is out of range", w);
    }
    if (count < widths.size()) {
      widths.at(count) = static_cast<std::size_t>(*width);
      sum += widths.at(count);
    }
    ++count;
  }
  if (count != widths.size() || sum == 0) {
    return malformed("/W of a cross-reference stream is missing or wrong", dictionary);
  }
  return widths;
}

std::uint64_t big_endian(ByteView bytes) noexcept {
  std::uint64_t value = 0;
  for (const Byte byte : bytes) {
    value = value << 8 | byte;
  }
  return value;
}

std::uint32_t clamped(std::uint64_t value) noexcept {
  return value > std::numeric_limits<std::uint32_t>::max() ? std::numeric_limits<std::uint32_t>::max()
                                                           : static_cast<std::uint32_t>(value);
}

}  // namespace

Result<XrefStream> XrefStream::read(Value dictionary, Bytes rows, std::uint64_t max_number) {
  XrefStream stream;
  RAKKAN_TRY(stream.widths_, widths_of(dictionary));
  const std::size_t row_size = stream.widths_[0] + stream.widths_[1] + stream.widths_[2];
  const std::uint64_t row_count = rows.size() / row_size;

  std::uint64_t row = 0;
  const auto add = [&](std::int64_t first, std::int64_t count) -> Result<void> {
    const auto end = checked_add(first, count);
    if (first < 0 || count < 0) {
      return malformed("/Index of a cross-reference stream is out of range", dictionary);
    }
    if (!end || static_cast<std::uint64_t>(*end) > max_number + 1) {
      return fail(ErrorCode::pdf_limit_exceeded, "the cross-reference stream names too many objects",
                  "offset " + std::to_string(dictionary.offset()));
    }
    if (static_cast<std::uint64_t>(count) > row_count - row) {
      return malformed("a cross-reference stream is shorter than its /Index", dictionary);
    }
    stream.ranges_.add(static_cast<std::uint32_t>(first), static_cast<std::uint64_t>(count));
    stream.first_rows_.push_back(row);
    row += static_cast<std::uint64_t>(count);
    return {};
  };

  const Value index = dictionary.find("Index");
  if (!index || index.is(Kind::null)) {
    const auto size = dictionary.find("Size").integer();
    if (!size) {
      return malformed("/Size of a cross-reference stream is missing", dictionary);
    }
    RAKKAN_CHECK(add(0, *size));
  } else {
    const Elements elements = index.elements();
    for (auto at = elements.begin(); at != elements.end(); ++at) {
      const auto first = (*at).integer();
      ++at;
      const auto count = at != elements.end() ? (*at).integer() : std::nullopt;
      if (!first || !count) {
        return malformed("/Index of a cross-reference stream is not made of pairs of integers", index);
      }
      RAKKAN_CHECK(add(*first, *count));
    }
    if (!index.is(Kind::array)) {
      return malformed("/Index of a cross-reference stream is no array", index);
    }
  }
  stream.rows_ = std::move(rows);
  return stream;
}

std::optional<XrefEntry> XrefStream::find(std::uint32_t number) const noexcept {
  const auto place = ranges_.find(number);
  return place ? std::optional(at(*place)) : std::nullopt;
}

XrefEntry XrefStream::at(NumberRanges::Place place) const noexcept {
  const std::size_t row_size = widths_[0] + widths_[1] + widths_[2];
  const auto row = static_cast<std::size_t>(first_rows_[place.range] + place.index);
  const ByteView bytes = ByteView(rows_).subspan(row * row_size, row_size);
  const std::uint64_t type = widths_[0] == 0 ? 1 : big_endian(bytes.first(widths_[0]));
  const std::uint64_t second = big_endian(bytes.subspan(widths_[0], widths_[1]));
  const std::uint64_t third = big_endian(bytes.subspan(widths_[0] + widths_[1]));

  XrefEntry entry;
  switch (type) {
    case 1:
      entry.type = XrefEntry::Type::in_base;
      entry.offset = second;
      entry.generation = clamped(third);
      break;
    case 2:
      entry.type = XrefEntry::Type::in_object_stream;
      entry.object_stream = clamped(second);
      entry.index = clamped(third);
      break;
    default:  // type 0 is a free number; a type of a later version is a null object (§7.5.8.3)
      entry.generation = clamped(third);
      break;
  }
  return entry;
}

}  // namespace rakkan::pdf
