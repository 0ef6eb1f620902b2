#include "rakkan/pdf/history.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "pdf/document_impl.hpp"
#include "pdf/header.hpp"
#include "pdf/section_entries.hpp"
#include "pdf/section_reader.hpp"
#include "rakkan/pdf/lexer.hpp"

namespace rakkan::pdf {
namespace {

// All revisions together may inflate and read this much, and a multiple of the file.
constexpr std::uint64_t kInflated = 64UL << 20;
constexpr std::uint64_t kInflation = 20;
constexpr std::uint64_t kParsed = 32UL << 20;
constexpr std::uint64_t kParsing = 8;
constexpr std::uint64_t kMaxValues = 4'000'000;
constexpr std::size_t kMaxRevisions = 500;  // each of them may be open at the same time
// Entries can be declared at a fraction of a byte each, objects cannot.
constexpr std::uint64_t kAlwaysRows = 500'000;
constexpr std::uint64_t kLeastBytesOfARow = 4;

std::uint64_t allowance(std::uint64_t base, std::uint64_t factor, std::uint64_t size, std::uint64_t most) noexcept {
  const auto multiple = checked_multiply(factor, size);
  const auto sum = multiple ? checked_add(base, *multiple) : std::nullopt;
  return std::min(sum.value_or(most), most);
}

Limits limits_for(const Limits& chosen, std::uint64_t size) noexcept {
  Limits limits = chosen;
  limits.max_inflated = static_cast<std::size_t>(allowance(kInflated, kInflation, size, chosen.max_inflated));
  limits.max_parsed = allowance(kParsed, kParsing, size, chosen.max_parsed);
  limits.max_values = std::min(chosen.max_values, kMaxValues);
  limits.max_revisions = std::min(chosen.max_revisions, kMaxRevisions);
  return limits;
}

Result<std::unique_ptr<Document::Impl>> open_newest(DocumentBytes bytes, const HistoryOptions& options) {
  auto impl = std::make_unique<Document::Impl>(limits_for(options.limits, bytes.size()),
                                               std::make_shared<Spending>(options.budget));
  impl->validating = std::make_shared<Validating>();
  impl->validating->password = options.password;
  impl->bytes = std::move(bytes);
  RAKKAN_TRY(const Header header, find_header(impl->bytes.base().bytes));
  impl->header_version = header.version;
  RAKKAN_CHECK(impl->open());
  impl->validating->password.reset();
  return impl;
}

DocumentBytes without_first(const DocumentBytes& file, std::uint64_t count) {
  DocumentBytes rest(file.base().bytes.subspan(static_cast<std::size_t>(count)));
  for (const DocumentBytes::Piece& update : file.updates()) {
    rest.append(update.bytes);
  }
  return rest;
}

// The offset one past the %%EOF before a line end that ends at `end`.
std::uint64_t before_line_end(const DocumentBytes& bytes, std::uint64_t end) {
  Bytes storage;
  const std::string_view last = text_of(bytes.joined(end - std::min<std::uint64_t>(end, 2), end, storage));
  std::size_t size = last.size();
  size -= last.substr(0, size).ends_with('\n') ? 1U : 0U;
  size -= last.substr(0, size).ends_with('\r') ? 1U : 0U;
  return end - (last.size() - size);
}

bool is_blank(const DocumentBytes& bytes, std::uint64_t begin, std::uint64_t end) {
  bool blank = true;
  bytes.for_each(begin, end, [&blank](ByteView part) {
    blank = blank && std::all_of(part.begin(), part.end(), [](Byte byte) { return is_white_space(byte); });
  });
  return blank;
}

// True when a startxref with that target leads to the section: blanks may come before it.
bool leads_to(const DocumentBytes& bytes, std::uint64_t target, const Section& section) {
  constexpr std::uint64_t kMostBlanks = 4096;
  return target <= section.offset && section.offset - target <= kMostBlanks && is_blank(bytes, target, section.offset);
}

}  // namespace

std::string_view to_string(StructureFault fault) noexcept {
  constexpr std::array<std::string_view, 13> kNames{
      "header-offset",         "duplicate-trailer-key", "object-stream-index",   "entry-above-size",
      "entry-twice",           "hybrid-disagreement",   "sections-out-of-order", "startxref-mismatch",
      "hybrid-stream-outside", "section-without-end",   "object-outside",        "object-missing",
      "form-damaged"};
  return kNames.at(static_cast<std::size_t>(fault));
}

struct History::Impl {
  Impl(DocumentBytes whole, std::uint64_t before_header, std::unique_ptr<Document::Impl> opened)
      : file(std::move(whole)), header_offset(before_header), newest(Document::Impl::wrap(std::move(opened))) {}

  DocumentBytes file;
  std::uint64_t header_offset;
  Document newest;
  std::vector<FileRevision> revisions;
  std::vector<std::size_t> revision_of_section;
  std::vector<std::unique_ptr<Document>> documents;  // of the revisions, null until they are asked for
  bool blank_tail = true;

  [[nodiscard]] Document::Impl& reading() const noexcept { return newest.impl(); }
  [[nodiscard]] FindingLog& log() const noexcept { return reading().validating->log; }

  void find_revisions() {
    const auto sections = newest.sections();
    const std::vector<Revision> found = newest.revisions();
    revision_of_section.resize(sections.size());
    std::vector<std::pair<std::uint64_t, std::size_t>> offsets;
    for (std::size_t i = 0; i < found.size(); ++i) {
      for (std::size_t k = 0; k < found[i].section_count; ++k) {
        revision_of_section[found[i].first_section + k] = i;
        offsets.emplace_back(sections[found[i].first_section + k].offset, i);
      }
    }
    log().know_revisions(std::move(offsets));
    std::uint64_t begin = 0;
    for (const Revision& revision : found) {
      revisions.push_back(judge(revision, begin));
      begin = revisions.back().end;
    }
    documents.resize(revisions.size());
    blank_tail = is_blank(newest.bytes(), begin, newest.bytes().size());
  }

  // Measures a revision and notes what is wrong with its sections.
  FileRevision judge(const Revision& revision, std::uint64_t begin) {
    const DocumentBytes& bytes = newest.bytes();
    const auto sections = newest.sections().subspan(revision.first_section, revision.section_count);
    const Section& first = sections.front();
    const auto note = [&](StructureFault fault, const Section& section, std::string detail) {
      log().note(fault, section.offset, 0, section.offset, std::move(detail));
    };
    FileRevision result{
        .begin = begin, .first_section = revision.first_section, .section_count = revision.section_count};
    // The last section of the file's order ends the revision; its startxref leads to the first of the chain.
    const Section& last = *std::max_element(sections.begin(), sections.end(), [](const Section& a, const Section& b) {
      return a.end.value_or(a.offset) < b.end.value_or(b.offset);
    });
    if (revision.end) {
      result.end = *revision.end;
      result.marker_end = before_line_end(bytes, result.end);
    } else {
      result.end = result.marker_end = last.trailer.end_offset();
      note(StructureFault::section_without_end, last, "no startxref and %%EOF follow");
    }
    const bool led = last.start_xref && leads_to(bytes, *last.start_xref, first);
    if (revision.end && !led) {
      note(StructureFault::startxref_mismatch, last,
           "startxref names " + std::to_string(last.start_xref.value_or(0)) + ", not the section");
    }
    const bool oldest = revision.first_section + revision.section_count == newest.sections().size();
    const bool ordered = revision.section_count == 1 || (oldest && revision.section_count == 2);
    bool inside = true;
    for (const Section& section : sections) {
      inside = inside && section.offset >= begin && section.offset < result.end;
      if (section.kind == SectionKind::hybrid &&
          (section.hybrid_stream < begin || section.hybrid_stream >= result.end)) {
        note(StructureFault::hybrid_stream_outside, section, "/XRefStm " + std::to_string(section.hybrid_stream));
        result.complete = false;
      }
    }
    if (!ordered || !inside || result.end < begin) {
      note(StructureFault::sections_out_of_order, first, "the sections are not in the order of the file");
      result.complete = false;
    }
    result.complete = result.complete && revision.end.has_value() && led;
    result.end = std::max(result.end, begin);
    result.marker_end = std::max(result.marker_end, begin);
    return result;
  }

  // Notes numbers at or above /Size, and where table and stream of a hybrid section disagree.
  [[nodiscard]] Result<void> judge_sections() {
    const auto sections = newest.sections();
    for (std::size_t i = 0; i < sections.size(); ++i) {
      const SectionEntries entries(reading(), i);
      RAKKAN_CHECK(entries.for_each_above_size([&](const DeclaredEntry& above) -> Result<void> {
        if (above.entry.type != XrefEntry::Type::free) {
          log().note(StructureFault::entry_above_size, sections[i].offset, above.number, sections[i].offset,
                     "/Size " + std::to_string(entries.size_entry()));
        }
        return {};
      }));
      RAKKAN_CHECK(entries.for_each_disagreement([&](std::uint32_t number) -> Result<void> {
        log().note(StructureFault::hybrid_disagreement, sections[i].offset, number, sections[i].offset,
                   "table and /XRefStm name different places");
        return {};
      }));
    }
    return {};
  }
};

Result<History> History::open(DocumentBytes file, const HistoryOptions& options) {
  RAKKAN_TRY(const Header header, find_header(file.base().bytes));
  std::uint64_t header_offset = header.offset;
  auto opened = open_newest(without_first(file, header_offset), options);
  // Acrobat counts from the header, other writers from the first byte.
  if (!opened && header_offset != 0 && opened.error().code == ErrorCode::pdf_malformed) {
    header_offset = 0;
    opened = open_newest(file, options);
  }
  RAKKAN_TRY(auto newest, std::move(opened));
  auto impl = std::make_unique<Impl>(std::move(file), header_offset, std::move(newest));
  impl->find_revisions();
  if (header.offset != 0) {
    impl->log().note(StructureFault::header_offset, impl->newest.sections().back().offset, 0, 0,
                     std::to_string(header.offset) + " bytes before %PDF-");
  }
  RAKKAN_CHECK(impl->judge_sections());
  return History(std::move(impl));
}

History::History(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
History::History(History&&) noexcept = default;
History& History::operator=(History&&) noexcept = default;
History::~History() = default;

const DocumentBytes& History::file() const noexcept { return impl_->file; }
const DocumentBytes& History::bytes() const noexcept { return impl_->newest.bytes(); }
std::uint64_t History::header_offset() const noexcept { return impl_->header_offset; }
std::span<const FileRevision> History::revisions() const noexcept { return impl_->revisions; }
const Document& History::newest() const noexcept { return impl_->newest; }
std::span<const StructureFinding> History::findings() const noexcept { return impl_->log().findings(); }
bool History::encrypted() const noexcept { return impl_->reading().decryption != nullptr; }

std::size_t History::revision_of_section(std::size_t section) const noexcept {
  return section < impl_->revision_of_section.size() ? impl_->revision_of_section[section] : 0;
}

std::size_t History::revision_at(std::uint64_t offset) const noexcept {
  const auto& all = impl_->revisions;
  const auto found = std::upper_bound(all.begin(), all.end(), offset,
                                      [](std::uint64_t at, const FileRevision& one) { return at < one.end; });
  return found == all.end() ? all.size() - 1 : static_cast<std::size_t>(found - all.begin());
}

Result<const Document*> History::document(std::size_t revision) const {
  if (revision >= impl_->revisions.size()) {
    return fail(ErrorCode::invalid_argument, "there is no such revision");
  }
  if (revision + 1 == impl_->revisions.size()) {
    return &impl_->newest;
  }
  std::unique_ptr<Document>& kept = impl_->documents[revision];
  if (kept == nullptr) {
    const FileRevision& one = impl_->revisions[revision];
    RAKKAN_TRY(auto opened, impl_->reading().earlier(one.first_section, one.end));
    kept = std::make_unique<Document>(Document::Impl::wrap(std::move(opened)));
  }
  return kept.get();
}

std::uint64_t History::tail_size() const noexcept { return bytes().size() - impl_->revisions.back().end; }

bool History::tail_is_blank() const noexcept { return impl_->blank_tail; }

Result<void> History::for_each_entry(std::size_t revision, const EntryVisitor& visit) const {
  if (revision >= impl_->revisions.size()) {
    return fail(ErrorCode::invalid_argument, "there is no such revision");
  }
  const FileRevision& one = impl_->revisions[revision];
  Document::Impl& reading = impl_->reading();
  std::size_t section = one.first_section;
  const EntryVisitor visit_unless_newer = [&](const DeclaredEntry& declared) -> Result<void> {
    for (std::size_t newer = one.first_section; newer < section; ++newer) {
      RAKKAN_CHECK(reading.compare(reading.indexes[newer]->cost()));
      RAKKAN_TRY(const auto hidden, reading.indexes[newer]->find(declared.number));
      if (hidden) {
        return {};
      }
    }
    return visit(declared);
  };
  for (; section < one.first_section + one.section_count; ++section) {
    RAKKAN_CHECK(SectionEntries(reading, section).for_each(visit_unless_newer));
  }
  return {};
}

// One object that a pass reads: 24 bytes.
namespace {
struct Row {
  std::uint64_t offset;     // in_base
  std::uint32_t container;  // number of the object stream, or 0
  std::uint32_t number;
  std::uint32_t detail;   // generation, or index in the object stream
  std::uint32_t section;  // in newest().sections()
};
}  // namespace

Result<void> History::for_each_object(std::size_t revision, const ObjectVisitor& visit) const {
  std::vector<Row> rows;
  const std::uint64_t most = kAlwaysRows + bytes().size() / kLeastBytesOfARow;
  RAKKAN_CHECK(for_each_entry(revision, [&rows, most](const DeclaredEntry& declared) -> Result<void> {
    if (rows.size() >= most) {
      return fail(ErrorCode::pdf_limit_exceeded, "a revision declares more objects than it can hold");
    }
    const XrefEntry& entry = declared.entry;
    const auto section = static_cast<std::uint32_t>(entry.section);
    if (entry.type == XrefEntry::Type::in_base && declared.number != 0) {
      rows.push_back({entry.offset, 0, declared.number, entry.generation, section});
    } else if (entry.type == XrefEntry::Type::in_object_stream) {
      rows.push_back({0, entry.object_stream, declared.number, entry.index, section});
    }
    return {};
  }));
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return std::tie(a.container, a.offset, a.detail) < std::tie(b.container, b.offset, b.detail);
  });
  RAKKAN_TRY(const Document* const document, this->document(revision));
  Document::Impl& reading = document->impl();
  const FileRevision& window = impl_->revisions[revision];
  const auto limit = [](const Error& error) { return error.code != ErrorCode::pdf_malformed; };
  std::optional<ObjectStream> stream;
  std::uint32_t stream_number = 0;
  for (const Row& row : rows) {
    const std::size_t first = impl_->revisions[revision].first_section;
    const std::uint64_t section = impl_->newest.sections()[row.section].offset;
    Result<std::unique_ptr<Object>> object = std::unique_ptr<Object>();
    if (row.container == 0) {
      if (row.offset < window.begin || row.offset >= window.end) {
        // An update may repeat what an earlier revision declares.
        std::optional<XrefEntry> before;
        if (revision != 0) {
          RAKKAN_TRY(const Document* const earlier, this->document(revision - 1));
          RAKKAN_TRY(before, earlier->xref_entry(row.number));
        }
        if (before && before->type == XrefEntry::Type::in_base && before->offset == row.offset) {
          continue;
        }
        impl_->log().note(StructureFault::object_outside, section, row.number, row.offset, "outside its revision");
      }
      XrefEntry entry{.type = XrefEntry::Type::in_base, .offset = row.offset, .generation = row.detail};
      entry.section = row.section - first;
      object = reading.parse(row.number, entry);
    } else {
      if (stream_number != row.container) {
        stream_number = row.container;
        const std::uint64_t used = reading.spending->memory.used();
        auto read = reading.read_object_stream(row.container);
        reading.spending->memory.fall_back(used);
        if (!read && limit(read.error())) {
          return fail(std::move(read).error());
        }
        stream = read ? std::optional(*std::move(read)) : std::nullopt;
      }
      XrefEntry entry{.type = XrefEntry::Type::in_object_stream, .object_stream = row.container, .index = row.detail};
      entry.section = row.section - first;
      object = stream ? reading.parse_in(*stream, row.number, entry)
                      : fail(ErrorCode::pdf_malformed, "its object stream cannot be read");
    }
    if (!object) {
      if (limit(object.error())) {
        return fail(std::move(object).error());
      }
      impl_->log().note(StructureFault::object_missing, section, row.number, row.offset, object.error().detail);
      continue;
    }
    reading.spending->parsed += (*object)->end_offset() - (*object)->location().offset;
    RAKKAN_CHECK(reading.spend(0, 0));
    RAKKAN_CHECK(visit(**object));
  }
  return {};
}

}  // namespace rakkan::pdf
