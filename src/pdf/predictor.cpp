#include "pdf/predictor.hpp"

#include <algorithm>
#include <cstdlib>

namespace rakkan::pdf {
namespace {

constexpr std::int64_t kMaxColumns = 1 << 24;

struct RowShape {
  std::size_t row_bytes;
  std::size_t pixel_bytes;  // at least 1
};

Byte paeth(Byte left, Byte above, Byte above_left) noexcept {
  const int estimate = left + above - above_left;
  const int to_left = std::abs(estimate - left);
  const int to_above = std::abs(estimate - above);
  const int to_above_left = std::abs(estimate - above_left);
  if (to_left <= to_above && to_left <= to_above_left) {
    return left;
  }
  return to_above <= to_above_left ? above : above_left;
}

// Undoes a PNG filter on one row in place (ISO/IEC 15948 §9); `above` is the row before it, or empty for the first.
bool undo_png_row(Byte type, ByteSpan row, ByteView above, std::size_t pixel_bytes) noexcept {
  const auto at = [](ByteView bytes, std::size_t i, std::size_t back) -> Byte {
    return i >= back && i - back < bytes.size() ? bytes[i - back] : Byte{0};
  };
  switch (type) {
    case 0:
      return true;
    case 1:
      for (std::size_t i = pixel_bytes; i < row.size(); ++i) {
        row[i] = static_cast<Byte>(row[i] + row[i - pixel_bytes]);
      }
      return true;
    case 2:
      for (std::size_t i = 0; i < std::min(row.size(), above.size()); ++i) {
        row[i] = static_cast<Byte>(row[i] + above[i]);
      }
      return true;
    case 3:
      for (std::size_t i = 0; i < row.size(); ++i) {
        row[i] = static_cast<Byte>(row[i] + (at(row, i, pixel_bytes) + at(above, i, 0)) / 2);
      }
      return true;
    case 4:
      for (std::size_t i = 0; i < row.size(); ++i) {
        row[i] = static_cast<Byte>(row[i] + paeth(at(row, i, pixel_bytes), at(above, i, 0), at(above, i, pixel_bytes)));
      }
      return true;
    default:
      return false;
  }
}

// Undoes PNG predictors. Each row has its own type byte, whatever /Predictor says (§7.4.4.4). The last row may be cut
// short.
Result<Bytes> undo_png(Bytes data, const RowShape& shape) {
  Bytes rows;
  rows.reserve(data.size());
  std::size_t above = 0;
  bool first = true;
  for (std::size_t at = 0; at + 1 < data.size();) {
    const std::size_t length = std::min(shape.row_bytes, data.size() - at - 1);
    const std::size_t begin = rows.size();
    rows.insert(rows.end(), data.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                data.begin() + static_cast<std::ptrdiff_t>(at + 1 + length));
    const ByteView before = first ? ByteView{} : ByteView(rows).subspan(above, shape.row_bytes);
    if (!undo_png_row(data[at], ByteSpan(rows).subspan(begin), before, shape.pixel_bytes)) {
      return fail(ErrorCode::pdf_malformed, "an unknown PNG predictor");
    }
    above = begin;
    first = false;
    at += 1 + length;
  }
  return rows;
}

Result<Bytes> undo_tiff(Bytes data, const RowShape& shape, const FilterParameters& parameters) {
  if (parameters.bits_per_component != 8) {
    return fail(ErrorCode::pdf_malformed, "a TIFF predictor with other than 8 bits a component");
  }
  for (std::size_t begin = 0; begin < data.size(); begin += shape.row_bytes) {
    const std::size_t end = std::min(begin + shape.row_bytes, data.size());
    for (std::size_t i = begin + shape.pixel_bytes; i < end; ++i) {
      data[i] = static_cast<Byte>(data[i] + data[i - shape.pixel_bytes]);
    }
  }
  return data;
}

}  // namespace

Result<Bytes> undo_predictor(Bytes data, const FilterParameters& p) {
  if (p.predictor == 1) {
    return data;
  }
  const bool known_bits = p.bits_per_component == 1 || p.bits_per_component == 2 || p.bits_per_component == 4 ||
                          p.bits_per_component == 8 || p.bits_per_component == 16;
  if (p.colors < 1 || p.colors > 64 || !known_bits || p.columns < 1 || p.columns > kMaxColumns) {
    return fail(ErrorCode::pdf_malformed, "predictor parameters out of range");
  }
  const auto bits = static_cast<std::size_t>(p.colors * p.bits_per_component);
  const RowShape shape{.row_bytes = (bits * static_cast<std::size_t>(p.columns) + 7) / 8,
                       .pixel_bytes = std::max<std::size_t>(bits / 8, 1)};
  if (p.predictor == 2) {
    return undo_tiff(std::move(data), shape, p);
  }
  if (p.predictor >= 10 && p.predictor <= 15) {
    return undo_png(std::move(data), shape);
  }
  return fail(ErrorCode::pdf_malformed, "an unknown predictor");
}

}  // namespace rakkan::pdf
