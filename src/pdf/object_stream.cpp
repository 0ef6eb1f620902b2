#include "pdf/object_stream.hpp"

#include <algorithm>

#include "rakkan/pdf/lexer.hpp"

namespace rakkan::pdf {

Result<ObjectStream> ObjectStream::read(const Object& stream, Bytes data) {
  const auto malformed = [&](std::string what) {
    return fail(ErrorCode::pdf_malformed, std::move(what), "object stream " + std::to_string(stream.number()));
  };
  const Value dictionary = stream.value();
  const auto count = dictionary.find("N").integer();
  const auto first = dictionary.find("First").integer();
  if (!dictionary.find("Type").is_name("ObjStm") || !count || !first || *count < 0 || *first < 0 ||
      static_cast<std::uint64_t>(*first) > data.size()) {
    return malformed("the stream's dictionary is damaged");
  }
  ObjectStream result;
  result.number_ = stream.number();
  const auto header = static_cast<std::size_t>(*first);
  // A row of the header has at least four bytes ("1 0 "), the last one three.
  if (static_cast<std::uint64_t>(*count) > header / 4 + 1) {
    return malformed("/N is larger than the stream's header");
  }
  result.rows_.reserve(static_cast<std::size_t>(*count));
  Lexer lexer(ByteView(data).first(header));
  for (std::int64_t i = 0; i < *count; ++i) {
    const Token number = lexer.next();
    const Token offset = lexer.next();
    if (number.kind != TokenKind::integer || offset.kind != TokenKind::integer || number.integer < 0 ||
        number.integer > 0xffff'fffe || offset.integer < 0 ||
        static_cast<std::uint64_t>(offset.integer) >= data.size() - header) {
      return malformed("the stream's header is damaged");
    }
    result.rows_.push_back({static_cast<std::uint32_t>(number.integer),
                            static_cast<std::uint64_t>(*first) + static_cast<std::uint64_t>(offset.integer)});
  }
  result.data_ = std::move(data);
  return result;
}

Result<std::unique_ptr<Object>> ObjectStream::object(std::uint32_t number, std::uint32_t index,
                                                     unsigned max_depth) const {
  if (!holds(number, index)) {
    return fail(ErrorCode::pdf_malformed, "another object stands in the object stream where the entry points",
                "object " + std::to_string(number) + " in object stream " + std::to_string(number_));
  }
  const std::uint64_t offset = rows_[index].offset;
  const Location location{.offset = offset, .object_stream = number_, .index = index};
  return Object::parse_value(data_, offset, max_depth, Reference{number, 0}, location);
}

std::optional<std::uint32_t> ObjectStream::index_of(std::uint32_t number) const noexcept {
  const auto found =
      std::find_if(rows_.begin(), rows_.end(), [number](const Row& row) { return row.number == number; });
  return found == rows_.end() ? std::nullopt : std::optional(static_cast<std::uint32_t>(found - rows_.begin()));
}

}  // namespace rakkan::pdf
