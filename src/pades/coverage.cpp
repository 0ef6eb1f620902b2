#include "rakkan/pades/coverage.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "pades/contents_element.hpp"
#include "pades/value_equality.hpp"
#include "rakkan/pdf/lexer.hpp"

namespace rakkan::pades {
namespace {

using pdf::FileRevision;
using pdf::History;
using pdf::Kind;

constexpr std::size_t kMaxUncoveredLineEnd = 2;
constexpr std::size_t kMaxFieldsVisited = 500'000;  // in all revisions together
constexpr std::size_t kMaxSignatures = 10'000;
constexpr std::uint64_t kMaxBlanks = 1024;  // between a revision's %%EOF and the end of the covered bytes

void note(Coverage& coverage, CoverageFault fault, std::uint32_t object, std::string detail) {
  coverage.findings.push_back({fault, object, std::move(detail)});
}

std::uint32_t number_of(const pdf::Signature& signature) noexcept {
  return signature.object != nullptr  ? signature.object->number()
         : signature.field != nullptr ? signature.field->number()
                                      : 0;
}

// Reader reads the signatures of one revision after the other.
class Reader {
 public:
  explicit Reader(const History& history) noexcept : history_(history) {}

  // Signatures can share their /Contents, so that together they are longer than the file.
  [[nodiscard]] Result<void> keep(const FileSignature& signature) {
    kept_ += signature.contents.size();
    return ++signatures_ <= kMaxSignatures && kept_ <= history_.bytes().size()
               ? Result<void>{}
               : fail(ErrorCode::pdf_limit_exceeded, "the file has too many signatures");
  }

  // Once for each revision.
  [[nodiscard]] Result<const std::vector<pdf::Signature>*> signatures(std::size_t revision) {
    if (const auto known = read_.find(revision); known != read_.end()) {
      return &known->second;
    }
    RAKKAN_TRY(const pdf::Document* const document, history_.document(revision));
    std::vector<pdf::Signature> found;
    RAKKAN_TRY(const auto form, pdf::AcroForm::read(*document));
    if (form) {
      visited_ += form->fields.size();
      if (visited_ > kMaxFieldsVisited) {
        return fail(ErrorCode::pdf_limit_exceeded, "the revisions have too many fields");
      }
      RAKKAN_TRY(found, pdf::signatures(*document, *form));
    }
    return &read_.emplace(revision, std::move(found)).first->second;
  }

 private:
  const History& history_;
  std::map<std::size_t, std::vector<pdf::Signature>> read_;
  std::size_t visited_ = 0;
  std::size_t signatures_ = 0;
  std::uint64_t kept_ = 0;
};

// True when only hexadecimal digits stand between < and >, an even number of them.
bool is_plain_hex(ByteView spelled) noexcept {
  const auto is_digit = [](Byte c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  return spelled.size() >= 2 && spelled.size() % 2 == 0 && spelled.front() == '<' && spelled.back() == '>' &&
         std::all_of(spelled.begin() + 1, spelled.end() - 1, is_digit);
}

// Judges /Contents alone: how it is spelled, and what stands behind the CMS.
void judge_contents(FileSignature& signature) {
  Coverage& coverage = signature.coverage;
  const pdf::Value contents = signature.signature.dictionary.find("Contents");
  const std::uint32_t object = number_of(signature.signature);
  signature.contents = contents.string().value_or(Bytes{});
  if (!signature.signature.contents_offset) {
    note(coverage, CoverageFault::contents_no_hex, object, "/Contents is no hexadecimal string in the file itself");
    return;
  }
  if (!is_plain_hex(contents.bytes())) {
    note(coverage, CoverageFault::contents_digits, object, "/Contents is no even number of hexadecimal digits");
  }
  const auto size = element_size(signature.contents);
  if (!size) {
    note(coverage, CoverageFault::contents_encoding, object, "/Contents does not begin with a whole element");
    return;
  }
  const bool zeros = std::all_of(signature.contents.begin() + static_cast<std::ptrdiff_t>(*size),
                                 signature.contents.end(), [](Byte byte) { return byte == 0; });
  if (!zeros) {
    note(coverage, CoverageFault::contents_padding, object, "behind the CMS stand other bytes than zeros");
  }
  signature.contents.resize(*size);
}

// Judges the four numbers; true when the spans leave out /Contents and nothing else.
bool judge_byte_range(const History& history, FileSignature& signature) {
  Coverage& coverage = signature.coverage;
  const pdf::Signature& read = signature.signature;
  const std::uint32_t object = number_of(read);
  const auto& range = read.byte_range;
  const bool shaped = range.size() == 4 && range[0] == 0 && range[1] > 0 && range[2] > range[1] && range[3] >= 0;
  if (!shaped) {
    note(coverage, CoverageFault::byte_range_shape, object, "/ByteRange is not of the form [0 a b c]");
    return false;
  }
  const auto first = static_cast<std::uint64_t>(range[1]);
  const auto second = static_cast<std::uint64_t>(range[2]);
  const auto length = static_cast<std::uint64_t>(range[3]);
  const auto end = checked_add(second, length);
  if (!end || *end > history.file().size()) {
    note(coverage, CoverageFault::byte_range_outside, object, "/ByteRange ends behind the end of the file");
    return false;
  }
  coverage.byte_range = pdf::ByteRange{first, second, length};
  coverage.end = *end;
  if (!read.contents_offset) {
    return false;
  }
  const std::uint64_t contents = *read.contents_offset + history.header_offset();
  if (first != contents || second != contents + read.contents_length) {
    note(coverage, CoverageFault::gap, object, "/ByteRange leaves out something else than /Contents");
    return false;
  }
  return true;
}

// The revision that ends with the covered bytes: only white space stands between its %%EOF and their end, or at most
// two bytes of line end behind them.
std::optional<std::size_t> revision_ending_at(const History& history, std::uint64_t end) {
  const auto revisions = history.revisions();
  const auto after = std::upper_bound(revisions.begin(), revisions.end(), end,
                                      [](std::uint64_t at, const FileRevision& one) { return at < one.marker_end; });
  if (after == revisions.begin()) {
    return std::nullopt;
  }
  const auto found = static_cast<std::size_t>(after - revisions.begin()) - 1;
  bool blank = end - revisions[found].marker_end <= kMaxBlanks;
  if (!blank) {
    return std::nullopt;
  }
  history.bytes().for_each(revisions[found].marker_end, end, [&blank](ByteView part) {
    blank = blank && std::all_of(part.begin(), part.end(), [](Byte byte) { return pdf::is_white_space(byte); });
  });
  return blank ? std::optional(found) : std::nullopt;
}

// True when all sections of the revision and of those before it end within the covered bytes.
bool covers_sections(const History& history, std::size_t revision, std::uint64_t end) {
  const auto sections = history.newest().sections().subspan(history.revisions()[revision].first_section);
  return std::all_of(sections.begin(), sections.end(), [end](const pdf::Section& section) {
    return section.offset < end && section.hybrid_stream < end && section.trailer.end_offset() <= end;
  });
}

// The revision in which the object of the newest state stands. An update may repeat an entry of an earlier one.
Result<std::optional<std::size_t>> defining_revision(const History& history, std::uint32_t number) {
  RAKKAN_TRY(const auto entry, history.newest().xref_entry(number));
  if (!entry || entry->type == pdf::XrefEntry::Type::free) {
    return std::nullopt;
  }
  return entry->type == pdf::XrefEntry::Type::in_base ? history.revision_at(entry->offset)
                                                      : history.revision_of_section(entry->section);
}

// Finds the class of a signature whose spans leave out its /Contents alone.
Result<void> judge_end(const History& history, FileSignature& signature) {
  Coverage& coverage = signature.coverage;
  const std::uint32_t object = number_of(signature.signature);
  coverage.coverage = CoverageClass::contiguous_block;
  const std::uint64_t end = coverage.end - std::min(coverage.end, history.header_offset());
  coverage.revision = revision_ending_at(history, end);
  const bool whole = coverage.end == history.file().size();
  if (!coverage.revision) {
    note(coverage, CoverageFault::revision_end, object,
         "the covered bytes end at " + std::to_string(coverage.end) + ", where no revision ends");
    coverage.coverage = whole ? CoverageClass::entire_file : coverage.coverage;
    coverage.revision = whole ? std::optional(history.revisions().size() - 1) : std::nullopt;
    return {};
  }
  const FileRevision& covered = history.revisions()[*coverage.revision];
  const std::uint64_t uncovered = covered.end - std::min(covered.end, end);
  coverage.uncovered_line_end = static_cast<unsigned>(std::min<std::uint64_t>(uncovered, kMaxUncoveredLineEnd));
  if (!covered.complete) {
    note(coverage, CoverageFault::revision_structure, object, "the end of the covered revision is damaged");
    coverage.revision = std::nullopt;
    return {};
  }
  if (!covers_sections(history, *coverage.revision, end)) {
    note(coverage, CoverageFault::sections_uncovered, object, "a cross-reference section is not covered");
    coverage.revision = std::nullopt;
    return {};
  }
  if (whole) {
    coverage.coverage = CoverageClass::entire_file;
    return {};
  }
  RAKKAN_TRY(const auto defined, defining_revision(history, object));
  if (defined != coverage.revision) {
    note(coverage, CoverageFault::other_revision, object,
         "the signature dictionary is of another revision than the one that ends the covered bytes");
    return {};
  }
  coverage.coverage = CoverageClass::entire_revision;
  return {};
}

void judge_file_end(const History& history, Coverage& coverage) {
  if (coverage.coverage != CoverageClass::entire_file && !history.tail_is_blank()) {
    note(coverage, CoverageFault::file_tail, 0, std::to_string(history.tail_size()) + " bytes behind the last %%EOF");
  }
  if (history.header_offset() != 0) {
    note(coverage, CoverageFault::header_offset, 0, std::to_string(history.header_offset()) + " bytes before %PDF-");
  }
}

// Judges a signature as a revision has it.
Result<FileSignature> judge(const History& history, const pdf::Signature& read, std::size_t revision) {
  FileSignature signature{.signature = read, .revision = revision, .in_newest = true, .contents = {}, .coverage = {}};
  Coverage& coverage = signature.coverage;
  if (!read.dictionary) {
    note(coverage, CoverageFault::no_dictionary, number_of(read), "/V of the signature field is no dictionary");
    return signature;
  }
  if (read.duplicate_keys) {
    note(coverage, CoverageFault::duplicate_keys, number_of(read),
         "a key that decides occurs twice in the signature dictionary");
  }
  judge_contents(signature);
  if (judge_byte_range(history, signature)) {
    RAKKAN_CHECK(judge_end(history, signature));
  }
  judge_file_end(history, coverage);
  return signature;
}

// The signature of the same field.
const pdf::Signature* find(const std::vector<pdf::Signature>& signatures, const pdf::Signature& wanted) noexcept {
  const auto found = std::find_if(signatures.begin(), signatures.end(), [&](const pdf::Signature& one) {
    return one.field != nullptr && wanted.field != nullptr && one.field->number() == wanted.field->number();
  });
  return found == signatures.end() ? nullptr : &*found;
}

// The signature of the newest state, taken from the revision that it covers when that is an earlier one.
Result<FileSignature> judge_newest(const History& history, Reader& reader, const pdf::Signature& newest) {
  const std::size_t last = history.revisions().size() - 1;
  RAKKAN_TRY(FileSignature signature, judge(history, newest, last));
  // A dictionary that was written anew frames the /Contents of the first one, and ends with its revision.
  const std::uint64_t end = signature.coverage.end - std::min(signature.coverage.end, history.header_offset());
  const auto covered = signature.coverage.byte_range ? revision_ending_at(history, end) : std::nullopt;
  if (!covered || *covered == last) {
    return signature;
  }
  RAKKAN_TRY(const auto own, reader.signatures(*covered));
  const pdf::Signature* const there = find(*own, newest);
  if (there == nullptr || !there->dictionary) {
    if (!signature.coverage.revision) {
      return signature;
    }
    note(signature.coverage, CoverageFault::other_revision, number_of(newest),
         "the covered revision has no such signature");
    signature.coverage.coverage = std::min(signature.coverage.coverage, CoverageClass::contiguous_block);
    return signature;
  }
  const bool same = same_value(there->dictionary, newest.dictionary) && number_of(*there) == number_of(newest);
  RAKKAN_TRY(FileSignature earlier, judge(history, *there, *covered));
  if (!same) {
    note(earlier.coverage, CoverageFault::changed_later, number_of(newest),
         "a later revision defines the signature dictionary differently");
  }
  return earlier;
}

// Adds the signatures of earlier revisions that the newest state has no more.
Result<void> add_removed(const History& history, Reader& reader, std::vector<FileSignature>& all) {
  // The field and the object that held the dictionary.
  std::set<std::pair<std::uint32_t, std::uint32_t>> known;
  const auto identity = [](const pdf::Signature& one) {
    return std::pair(one.field != nullptr ? one.field->number() : 0, number_of(one));
  };
  for (const FileSignature& one : all) {
    known.insert(identity(one.signature));
  }
  for (std::size_t revision = history.revisions().size() - 1; revision-- > 0;) {
    RAKKAN_TRY(const auto earlier, reader.signatures(revision));
    for (const pdf::Signature& one : *earlier) {
      if (!known.insert(identity(one)).second) {
        continue;
      }
      RAKKAN_TRY(FileSignature removed, judge(history, one, revision));
      RAKKAN_CHECK(reader.keep(removed));
      removed.in_newest = false;
      note(removed.coverage, CoverageFault::removed_later, number_of(one), "a later revision has removed it");
      all.push_back(std::move(removed));
    }
  }
  return {};
}

// Notes what two signatures have in common and must not.
void compare_signatures(std::vector<FileSignature>& all) {
  std::map<std::pair<std::uint64_t, std::uint32_t>, std::vector<std::size_t>> by_dictionary;
  std::map<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>, std::vector<std::size_t>> by_range;
  std::map<std::string_view, std::vector<std::size_t>> by_contents;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const pdf::Signature& one = all[i].signature;
    if (!one.dictionary) {
      continue;
    }
    by_dictionary[{one.dictionary.offset(), number_of(one)}].push_back(i);
    if (const auto& range = all[i].coverage.byte_range) {
      by_range[{range->first_length, range->second_offset, range->second_length}].push_back(i);
    }
    if (!all[i].contents.empty()) {
      by_contents[text_of(all[i].contents)].push_back(i);
    }
  }
  const auto note_groups = [&all](const auto& groups, CoverageFault fault, const std::string& detail) {
    for (const auto& [key, members] : groups) {
      for (const std::size_t member : members) {
        if (members.size() > 1) {
          note(all[member].coverage, fault, number_of(all[member].signature), detail);
        }
      }
    }
  };
  note_groups(by_dictionary, CoverageFault::shared_dictionary, "two fields have this signature dictionary");
  note_groups(by_range, CoverageFault::shared_byte_range, "two signatures have this ByteRange");
  note_groups(by_contents, CoverageFault::copied_contents, "two signatures have these /Contents");
}

}  // namespace

std::string_view to_string(CoverageClass coverage) noexcept {
  constexpr std::array<std::string_view, 4> kNames{"UNCLEAR", "CONTIGUOUS_BLOCK", "ENTIRE_REVISION", "ENTIRE_FILE"};
  return kNames.at(static_cast<std::size_t>(coverage));
}

std::string_view to_string(CoverageFault fault) noexcept {
  constexpr std::array<std::string_view, 20> kNames{"no-dictionary",      "duplicate-keys",     "byte-range-shape",
                                                    "byte-range-outside", "contents-no-hex",    "contents-digits",
                                                    "contents-encoding",  "contents-padding",   "gap",
                                                    "revision-end",       "sections-uncovered", "revision-structure",
                                                    "other-revision",     "changed-later",      "removed-later",
                                                    "shared-dictionary",  "shared-byte-range",  "copied-contents",
                                                    "file-tail",          "header-offset"};
  return kNames.at(static_cast<std::size_t>(fault));
}

bool is_fatal(CoverageFault fault) noexcept {
  switch (fault) {
    case CoverageFault::contents_padding:
    case CoverageFault::copied_contents:
    case CoverageFault::header_offset:
      return false;
    case CoverageFault::no_dictionary:
    case CoverageFault::duplicate_keys:
    case CoverageFault::byte_range_shape:
    case CoverageFault::byte_range_outside:
    case CoverageFault::contents_no_hex:
    case CoverageFault::contents_digits:
    case CoverageFault::contents_encoding:
    case CoverageFault::gap:
    case CoverageFault::revision_end:
    case CoverageFault::sections_uncovered:
    case CoverageFault::revision_structure:
    case CoverageFault::other_revision:
    case CoverageFault::changed_later:
    case CoverageFault::removed_later:
    case CoverageFault::shared_dictionary:
    case CoverageFault::shared_byte_range:
    case CoverageFault::file_tail:
      return true;
  }
  return true;
}

bool Coverage::has(CoverageFault fault) const noexcept {
  return std::any_of(findings.begin(), findings.end(),
                     [fault](const CoverageFinding& finding) { return finding.fault == fault; });
}

bool Coverage::counts() const noexcept {
  return coverage >= CoverageClass::entire_revision &&
         std::none_of(findings.begin(), findings.end(),
                      [](const CoverageFinding& finding) { return is_fatal(finding.fault); });
}

Result<std::vector<FileSignature>> file_signatures(const History& history) {
  Reader reader(history);
  RAKKAN_TRY(const auto newest, reader.signatures(history.revisions().size() - 1));
  std::vector<FileSignature> all;
  for (const pdf::Signature& one : *newest) {
    RAKKAN_TRY(FileSignature signature, judge_newest(history, reader, one));
    RAKKAN_CHECK(reader.keep(signature));
    all.push_back(std::move(signature));
  }
  RAKKAN_CHECK(add_removed(history, reader, all));
  compare_signatures(all);
  return all;
}

}  // namespace rakkan::pades
