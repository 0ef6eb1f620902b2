#include "pdf/xref_table.hpp"

#include "rakkan/pdf/lexer.hpp"

namespace rakkan::pdf {
namespace {

constexpr std::size_t kEntrySize = 20;
constexpr std::size_t kEntryText = 18;  // bytes of a row without its line end
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

// Reads a row (§7.5.4), "nnnnnnnnnn ggggg n", the 18 bytes before the line end.
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

bool is_line_end(Byte byte) noexcept { return byte == '\r' || byte == '\n'; }
bool is_digit(Byte byte) noexcept { return byte >= '0' && byte <= '9'; }
bool is_blank(Byte byte) noexcept { return byte == ' ' || byte == '\t' || byte == '\f' || byte == '\0'; }

// The position of the next line that is not empty.
std::size_t next_line(ByteView base, std::size_t position) noexcept {
  while (position < base.size() && !is_line_end(base[position])) {
    ++position;
  }
  while (position < base.size() && is_line_end(base[position])) {
    ++position;
  }
  return position;
}

// True when the rows are 20 bytes apart. Each row is looked at, since rows of 19 and 21 bytes may add up, and text
// behind a row may look like the next one to a reader that only counts bytes.
bool regular(ByteView base, std::size_t position, std::uint64_t count) noexcept {
  if (count > (base.size() - position) / kEntrySize + 1) {
    return false;
  }
  for (std::uint64_t i = 0; i < count; ++i, position += kEntrySize) {
    const bool last = i + 1 == count;
    if (!entry_at(base, position) || (!last && !is_line_end(base[position + kEntrySize - 1]))) {
      return false;
    }
  }
  return true;
}

// RowReader reads one line as a row: an offset, a generation and a letter, with any number of digits and blanks. Text
// behind the letter is ignored, as by qpdf.
class RowReader {
 public:
  RowReader(ByteView base, std::size_t position) noexcept : base_(base), position_(position) {}

  [[nodiscard]] std::size_t position() const noexcept { return position_; }

  std::optional<XrefEntry> next() noexcept {
    const auto offset = number();
    const auto generation = offset ? number() : std::nullopt;
    if (!generation || *generation > 0xffff'ffff || !skip_blanks()) {
      return std::nullopt;
    }
    const Byte letter = base_[position_];
    if (letter != 'n' && letter != 'f') {
      return std::nullopt;
    }
    position_ = next_line(base_, position_);
    XrefEntry entry;
    entry.type = letter == 'n' ? XrefEntry::Type::in_base : XrefEntry::Type::free;
    entry.offset = *offset;
    entry.generation = static_cast<std::uint32_t>(*generation);
    return entry;
  }

 private:
  // Skips blanks; false at the end of the base.
  bool skip_blanks() noexcept {
    while (position_ < base_.size() && is_blank(base_[position_])) {
      ++position_;
    }
    return position_ < base_.size();
  }

  // A number of at least one digit, with a blank behind the last.
  std::optional<std::uint64_t> number() noexcept {
    constexpr std::size_t kMaxDigits = 18;
    if (!skip_blanks()) {
      return std::nullopt;
    }
    const std::size_t begin = position_;
    while (position_ < base_.size() && is_digit(base_[position_])) {
      ++position_;
    }
    const std::size_t length = position_ - begin;
    if (length == 0 || length > kMaxDigits || position_ == base_.size() || !is_blank(base_[position_])) {
      return std::nullopt;
    }
    return digits(base_.subspan(begin, length));
  }

  ByteView base_;
  std::size_t position_;
};

}  // namespace

tl::unexpected<Error> XrefTable::damaged(std::size_t position) const {
  return fail(ErrorCode::pdf_malformed, "the cross-reference table is damaged",
              "offset " + std::to_string(piece_.begin + position));
}

Result<XrefTable> XrefTable::read(const DocumentBytes::Piece& piece, std::uint64_t offset, std::uint64_t max_number) {
  XrefTable table;
  table.piece_ = piece;
  RAKKAN_CHECK(table.read_subsections(static_cast<std::size_t>(offset - piece.begin), max_number));
  return table;
}

Result<void> XrefTable::read_subsections(std::size_t position, std::uint64_t max_number) {
  const ByteView base = piece_.bytes;
  Lexer lexer(base, position);
  while (true) {
    const Token first = lexer.next();
    if (lexer.is_keyword(first, "trailer")) {
      trailer_position_ = first.end;
      return {};
    }
    const Token count = lexer.next();
    if (first.kind != TokenKind::integer || count.kind != TokenKind::integer || first.integer < 0 ||
        count.integer < 0) {
      return damaged(first.begin);
    }
    const auto end = checked_add(first.integer, count.integer);
    if (!end || static_cast<std::uint64_t>(*end) > max_number + 1 || ranges_.size() >= kMaxSubsections) {
      return fail(ErrorCode::pdf_limit_exceeded, "the cross-reference table names too many objects",
                  "offset " + std::to_string(piece_.begin + first.begin));
    }
    if (count.integer == 0) {
      continue;
    }
    lexer.skip_blank();
    Subsection subsection{.position = lexer.position(), .irregular = {}};
    const auto entries = static_cast<std::uint64_t>(count.integer);
    if (regular(base, subsection.position, entries)) {
      const std::size_t last = subsection.position + static_cast<std::size_t>(entries - 1) * kEntrySize;
      lexer.seek(next_line(base, last + kEntryText));
    } else {
      RAKKAN_TRY(subsection.irregular, read_irregular(lexer, entries));
    }
    ranges_.add(static_cast<std::uint32_t>(first.integer), entries);
    subsections_.push_back(std::move(subsection));
  }
}

Result<std::vector<XrefEntry>> XrefTable::read_irregular(Lexer& lexer, std::uint64_t count) const {
  RowReader rows(piece_.bytes, lexer.position());
  std::vector<XrefEntry> entries;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::size_t begin = rows.position();
    const auto entry = rows.next();
    if (!entry) {
      return damaged(begin);
    }
    entries.push_back(*entry);
  }
  lexer.seek(rows.position());
  return entries;
}

Result<std::optional<XrefEntry>> XrefTable::find(std::uint32_t number) const {
  const auto place = ranges_.find(number);
  if (!place) {
    return std::nullopt;
  }
  return at(*place);
}

Result<XrefEntry> XrefTable::at(NumberRanges::Place place) const {
  const Subsection& subsection = subsections_.at(place.range);
  if (!subsection.irregular.empty()) {
    return subsection.irregular.at(static_cast<std::size_t>(place.index));
  }
  const std::size_t position = subsection.position + static_cast<std::size_t>(place.index) * kEntrySize;
  const auto entry = entry_at(piece_.bytes, position);
  if (!entry) {
    return damaged(position);
  }
  return *entry;
}

}  // namespace rakkan::pdf
