#include "pdf/xref_table.hpp"

#include "rakkan/pdf/lexer.hpp"

namespace rakkan::pdf {
namespace {

constexpr std::size_t kEntrySize = 20;
constexpr std::size_t kEntryText = 18;  // without its line end
constexpr std::size_t kMaxSubsections = 1'000'000;

std::optional<std::uint64_t> digits(ByteView bytes) noexcept {
  std::uint64_t value = 0;
  for (const Byte byte : bytes) {
    if (byte < '0' || byte > '9') {
      return std::nullopt;
    }
    value = value * 10 + static_cast<std::uint64_t>(byte - '0');
  }
  return value;
}

// "nnnnnnnnnn ggggg n": the 18 bytes before the line end.
std::optional<XrefEntry> entry_at(ByteView base, std::size_t position) noexcept {
  if (position > base.size() || base.size() - position < kEntryText) {
    return std::nullopt;
  }
  const ByteView text = base.subspan(position, kEntryText);
  const auto offset = digits(text.first(10));
  const auto generation = digits(text.subspan(11, 5));
  if (!offset || !generation || text[10] != ' ' || text[16] != ' ' || (text[17] != 'n' && text[17] != 'f')) {
    return std::nullopt;
  }
  XrefEntry entry;
  entry.type = text[17] == 'n' ? XrefEntry::Type::in_base : XrefEntry::Type::free;
  entry.offset = *offset;
  entry.generation = static_cast<std::uint32_t>(*generation);
  return entry;
}

// True when the entries stand 20 bytes apart: told by the first and the last, and by what follows them.
bool regular(ByteView base, std::size_t position, std::uint64_t count) noexcept {
  if (count > (base.size() - position) / kEntrySize + 1) {
    return false;
  }
  const std::size_t last = position + static_cast<std::size_t>(count - 1) * kEntrySize;
  if (!entry_at(base, position) || !entry_at(base, last)) {
    return false;
  }
  Lexer lexer(base, last + kEntryText);
  const Token token = lexer.next();
  return token.kind == TokenKind::integer || lexer.is_keyword(token, "trailer");
}

tl::unexpected<Error> malformed(std::string what, std::size_t position) {
  return fail(ErrorCode::pdf_malformed, std::move(what), "offset " + std::to_string(position));
}

}  // namespace

Result<XrefTable> XrefTable::read(ByteView base, std::size_t position, std::uint64_t max_number) {
  XrefTable table;
  Lexer lexer(base, position);
  while (true) {
    const Token first = lexer.next();
    if (lexer.is_keyword(first, "trailer")) {
      table.trailer_position_ = first.end;
      return table;
    }
    const Token count = lexer.next();
    if (first.kind != TokenKind::integer || count.kind != TokenKind::integer || first.integer < 0 ||
        count.integer < 0) {
      return malformed("the cross-reference table is damaged", first.begin);
    }
    const auto end = checked_add(first.integer, count.integer);
    if (!end || static_cast<std::uint64_t>(*end) > max_number + 1 || table.ranges_.size() >= kMaxSubsections) {
      return fail(ErrorCode::pdf_limit_exceeded, "the cross-reference table names too many objects",
                  "offset " + std::to_string(first.begin));
    }
    if (count.integer == 0) {
      continue;
    }
    lexer.skip_blank();
    Subsection subsection{.position = lexer.position(), .irregular = {}};
    const auto entries = static_cast<std::uint64_t>(count.integer);
    if (regular(base, subsection.position, entries)) {
      lexer.seek(subsection.position + static_cast<std::size_t>(entries - 1) * kEntrySize + kEntryText);
    } else {
      RAKKAN_TRY(subsection.irregular, read_irregular(lexer, entries));
    }
    table.ranges_.add(static_cast<std::uint32_t>(first.integer), entries);
    table.subsections_.push_back(std::move(subsection));
  }
}

// Entries with another spacing (19 bytes, a lone CR, blanks): accepted when each is two numbers and a letter.
Result<std::vector<XrefEntry>> XrefTable::read_irregular(Lexer& lexer, std::uint64_t count) {
  std::vector<XrefEntry> entries;
  for (std::uint64_t i = 0; i < count; ++i) {
    const Token offset = lexer.next();
    const Token generation = lexer.next();
    const Token letter = lexer.next();
    const bool in_use = lexer.is_keyword(letter, "n");
    if (offset.kind != TokenKind::integer || offset.integer < 0 || generation.kind != TokenKind::integer ||
        generation.integer < 0 || generation.integer > 0xffff'ffff || (!in_use && !lexer.is_keyword(letter, "f"))) {
      return malformed("the cross-reference table is damaged", offset.begin);
    }
    XrefEntry entry;
    entry.type = in_use ? XrefEntry::Type::in_base : XrefEntry::Type::free;
    entry.offset = static_cast<std::uint64_t>(offset.integer);
    entry.generation = static_cast<std::uint32_t>(generation.integer);
    entries.push_back(entry);
  }
  return entries;
}

Result<std::optional<XrefEntry>> XrefTable::find(ByteView base, std::uint32_t number) const {
  const auto place = ranges_.find(number);
  if (!place) {
    return std::nullopt;
  }
  const Subsection& subsection = subsections_.at(place->range);
  if (!subsection.irregular.empty()) {
    return subsection.irregular.at(static_cast<std::size_t>(place->index));
  }
  const std::size_t position = subsection.position + static_cast<std::size_t>(place->index) * kEntrySize;
  const auto entry = entry_at(base, position);
  if (!entry) {
    return malformed("the cross-reference table is damaged", position);
  }
  return entry;
}

}  // namespace rakkan::pdf
