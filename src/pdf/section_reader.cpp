#include "pdf/section_reader.hpp"

#include <algorithm>
#include <unordered_set>

#include "rakkan/pdf/lexer.hpp"

namespace rakkan::pdf {
namespace {

// How far the keywords around a section may be from their proper places.
constexpr std::uint64_t kKeywordWindow = 4096;
constexpr std::uint64_t kStartXrefWindow = 1054;  // the last bytes of the document that may hold startxref

tl::unexpected<Error> malformed(std::string what, std::uint64_t offset) {
  return fail(ErrorCode::pdf_malformed, std::move(what), "offset " + std::to_string(offset));
}

}  // namespace

// Readers disagree on which of two equal keys counts, which would make two documents of one file.
Result<void> SectionReader::check_trailer(Value trailer, std::uint64_t section) {
  if (!trailer.is(Kind::dictionary)) {
    return malformed("a trailer that is no dictionary", trailer.offset());
  }
  for (const std::string_view key : {"Root", "Prev", "Size", "Encrypt", "XRefStm"}) {
    if (trailer.count(key) < 2) {
      continue;
    }
    std::string what = "/" + std::string(key) + " stands twice in a trailer";
    if (document_.validating == nullptr) {
      return malformed(std::move(what), trailer.offset());
    }
    document_.validating->log.note(StructureFault::duplicate_trailer_key, section, 0, trailer.offset(),
                                   std::move(what));
  }
  const Value encrypt = trailer.find("Encrypt");
  if (document_.validating == nullptr && encrypt && !encrypt.is(Kind::null)) {
    return fail(ErrorCode::pdf_encrypted, "the document is encrypted");
  }
  return {};
}

std::string_view to_string(SectionKind kind) noexcept {
  switch (kind) {
    case SectionKind::table:
      return "table";
    case SectionKind::stream:
      return "stream";
    case SectionKind::hybrid:
      return "hybrid";
  }
  return "unknown";
}

// Reads the chain from the last startxref along /Prev (§7.5.5, §7.5.6). No offset is visited twice, so the chain ends.
Result<void> SectionReader::read_chain() {
  RAKKAN_TRY(const StartXref start, last_startxref());
  std::unordered_set<std::uint64_t> visited;
  std::optional<std::uint64_t> offset = start.target;
  while (offset) {
    if (!visited.insert(*offset).second) {
      return malformed("the cross-reference sections form a loop", *offset);
    }
    if (document_.sections.size() >= document_.limits.max_revisions) {
      return fail(ErrorCode::pdf_limit_exceeded, "too many cross-reference sections");
    }
    RAKKAN_CHECK(read_section(*offset));
    offset = document_.sections.back().previous;
  }
  end_newest(start);
  return {};
}

// Between a section and the startxref at the end of the file may be other bytes.
void SectionReader::end_newest(const StartXref& start) {
  Section& newest = document_.sections.front();
  if (!newest.end) {
    newest.end = start.end;
    newest.start_xref = start.target;
  }
}

Result<void> SectionReader::read_update() {
  const std::uint64_t before = document_.sections.front().offset;
  RAKKAN_TRY(const StartXref start, last_startxref());
  if (document_.sections.size() >= document_.limits.max_revisions) {
    return fail(ErrorCode::pdf_limit_exceeded, "too many cross-reference sections");
  }
  RAKKAN_CHECK(read_section(start.target));
  std::rotate(document_.sections.begin(), document_.sections.end() - 1, document_.sections.end());
  std::rotate(document_.indexes.begin(), document_.indexes.end() - 1, document_.indexes.end());
  end_line(document_.sections[1]);
  Section& newest = document_.sections.front();
  if (newest.previous != before || newest.offset < document_.bytes.last().begin) {
    return malformed("an update does not lead to the revision before it", newest.offset);
  }
  end_newest(start);
  return {};
}

// The line end behind the last %%EOF may be the first bytes of the update.
void SectionReader::end_line(Section& before) {
  const DocumentBytes::Piece& update = document_.bytes.last();
  if (before.end != update.begin) {
    return;
  }
  const std::string_view around = text_of(window(update.begin - 1, update.begin + 2));
  std::size_t at = 1;
  at += around[0] == 'F' && around.substr(at, 1) == "\r" ? 1U : 0U;
  at += around[0] != '\n' && around.substr(at, 1) == "\n" ? 1U : 0U;
  before.end = update.begin + at - 1;
}

ByteView SectionReader::window(std::uint64_t begin, std::uint64_t end) {
  return document_.bytes.joined(begin, end, crossing_);
}

Result<SectionReader::StartXref> SectionReader::last_startxref() {
  const std::uint64_t size = document_.bytes.size();
  std::uint64_t begin = size - std::min(size, kStartXrefWindow);
  std::size_t found = text_of(window(begin, size)).rfind("startxref");
  if (found == std::string_view::npos && document_.validating != nullptr) {
    // The bytes that somebody wrote behind the file may be many. They are a finding of who validates.
    const DocumentBytes::Piece& base = document_.bytes.base();
    begin = base.begin;
    found = text_of(base.bytes).rfind("startxref");
  }
  if (found == std::string_view::npos) {
    return fail(ErrorCode::pdf_malformed, "startxref is missing at the end");
  }
  const auto start = startxref_at(begin + found);
  if (!start || start->target == 0) {
    return malformed("startxref has no offset", begin + found);
  }
  return *start;
}

// Reads "startxref", an offset, "%%EOF" and one line end (§7.5.5); other comments may come between.
std::optional<SectionReader::StartXref> SectionReader::startxref_at(std::uint64_t offset) {
  const ByteView near = window(offset, offset + kKeywordWindow);
  Lexer lexer(near);
  if (!lexer.is_keyword(lexer.next(), "startxref")) {
    return std::nullopt;
  }
  const Token target = lexer.next();
  if (target.kind != TokenKind::integer || target.integer < 0) {
    return std::nullopt;
  }
  StartXref result{.target = static_cast<std::uint64_t>(target.integer), .end = std::nullopt};
  const std::string_view text = text_of(near);
  std::size_t at = target.end;
  while (at < text.size()) {
    const std::size_t next = text.find_first_not_of(std::string_view("\0\t\n\f\r ", 6), at);
    if (next == std::string_view::npos || text[next] != '%') {
      break;
    }
    if (text.substr(next, 5) == "%%EOF") {
      at = next + 5;
      at += text.substr(at, 1) == "\r" ? 1U : 0U;
      at += text.substr(at, 1) == "\n" ? 1U : 0U;
      result.end = offset + at;
      break;
    }
    at = std::min(text.find_first_of("\r\n", next), text.size());
  }
  return result;
}

// Reads the section at an offset. Blanks before it are skipped: startxref often points one line end too far ahead.
Result<void> SectionReader::read_section(std::uint64_t offset) {
  if (offset >= document_.bytes.size()) {
    return malformed("a cross-reference section lies outside the file", offset);
  }
  Lexer lexer(window(offset, offset + kKeywordWindow));
  const Token first = lexer.next();
  if (lexer.is_keyword(first, "xref")) {
    return read_table_section(offset + first.end, offset + first.begin);
  }
  return read_stream_section(offset + first.begin);
}

Result<void> SectionReader::read_table_section(std::uint64_t xref_keyword_end, std::uint64_t offset) {
  const DocumentBytes::Piece& piece = document_.bytes.piece_at(offset);
  if (xref_keyword_end > piece.end()) {
    return malformed("a cross-reference table lies across the beginning of an update", offset);
  }
  RAKKAN_TRY(XrefTable table, XrefTable::read(piece, xref_keyword_end, document_.limits.max_objects));
  const std::uint64_t trailer_offset = table.trailer_offset();
  RAKKAN_TRY(auto trailer, Object::parse_value(piece.bytes, trailer_offset, document_.limits.max_depth, Reference{},
                                               Location{.offset = trailer_offset}, piece.begin));
  Section section;
  section.offset = offset;
  section.trailer = trailer->value();
  RAKKAN_CHECK(check_trailer(section.trailer, offset));
  if (const auto following = startxref_at(trailer->end_offset())) {
    section.end = following->end;
    section.start_xref = following->target;
  }
  SectionIndex index{.table = std::move(table), .stream = std::nullopt};
  document_.trailers.push_back(std::move(trailer));

  RAKKAN_TRY(const auto hybrid, offset_entry(section.trailer, "XRefStm"));
  if (hybrid) {  // §7.5.8.4; its own /Prev does not count
    RAKKAN_TRY(StreamSection stream, read_stream(*hybrid));
    section.kind = SectionKind::hybrid;
    section.hybrid_stream = stream.object->location().offset;
    index.stream = std::move(stream.stream);
    document_.trailers.push_back(std::move(stream.object));
  }
  document_.indexes.push_back(std::make_shared<const SectionIndex>(std::move(index)));
  document_.sections.push_back(section);
  RAKKAN_TRY(document_.sections.back().previous, offset_entry(section.trailer, "Prev"));
  return {};
}

Result<void> SectionReader::read_stream_section(std::uint64_t offset) {
  RAKKAN_TRY(StreamSection stream, read_stream(offset));
  Section section;
  section.kind = SectionKind::stream;
  section.offset = stream.object->location().offset;
  section.trailer = stream.object->value();
  RAKKAN_CHECK(check_trailer(section.trailer, section.offset));
  Lexer lexer(window(stream.end_of_data, stream.end_of_data + kKeywordWindow));
  if (lexer.is_keyword(lexer.next(), "endstream") && lexer.is_keyword(lexer.next(), "endobj")) {
    if (const auto following = startxref_at(stream.end_of_data + lexer.position())) {
      section.end = following->end;
      section.start_xref = following->target;
    }
  }
  document_.trailers.push_back(std::move(stream.object));
  document_.indexes.push_back(
      std::make_shared<const SectionIndex>(SectionIndex{.table = std::nullopt, .stream = std::move(stream.stream)}));
  document_.sections.push_back(section);
  RAKKAN_TRY(document_.sections.back().previous, offset_entry(section.trailer, "Prev"));
  return {};
}

Result<SectionReader::StreamSection> SectionReader::read_stream(std::uint64_t offset) {
  if (offset >= document_.bytes.size()) {
    return malformed("a cross-reference stream lies outside the file", offset);
  }
  const DocumentBytes::Piece& piece = document_.bytes.piece_at(offset);
  RAKKAN_TRY(auto object, Object::parse_object(piece.bytes, offset, document_.limits.max_depth, piece.begin));
  if (!object->is_stream() || !object->value().find("Type").is_name("XRef")) {
    return malformed("neither a cross-reference table nor stream", offset);
  }
  RAKKAN_TRY(const ByteView raw, document_.stream_bytes(*object));
  RAKKAN_TRY(Bytes rows, document_.decoded_stream(*object));
  RAKKAN_TRY(auto stream, XrefStream::read(object->value(), std::move(rows), document_.limits.max_objects));
  const std::uint64_t end_of_data = object->stream_offset() + raw.size();
  return StreamSection{std::move(object), std::move(stream), end_of_data};
}

// An offset in a trailer. Absent, null and 0 mean no offset; the value may be a reference to an object that the
// sections read so far define.
Result<std::optional<std::uint64_t>> SectionReader::offset_entry(Value trailer, std::string_view key) {
  RAKKAN_TRY(const Value value, document_.lookup(trailer, key));
  if (value.is(Kind::null)) {
    return std::nullopt;
  }
  const auto offset = value.integer();
  if (!offset || *offset < 0) {
    return malformed("/" + std::string(key) + " in a trailer is no offset", trailer.offset());
  }
  return *offset == 0 ? std::nullopt : std::optional(static_cast<std::uint64_t>(*offset));
}

}  // namespace rakkan::pdf
