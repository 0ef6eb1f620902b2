// Coverage says which bytes of a file each of its signatures covers, from the file alone (ISO 32000-2 §12.8.1): whether
// the ByteRange leaves out nothing but the signature's own /Contents, ends with a revision, and whether the signature
// dictionary is the one that this revision has. No digest is compared.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/pdf/acro_form.hpp"
#include "rakkan/pdf/byte_range.hpp"
#include "rakkan/pdf/history.hpp"

namespace rakkan::pades {

// In rising order; a signature counts from entire_revision on.
enum class CoverageClass : std::uint8_t {
  unclear,           // no ByteRange, or it leaves out something else than /Contents
  contiguous_block,  // everything from the first byte on but /Contents, without ending with the signature's revision
  entire_revision,   // the revision that the signature was made in, and all before it
  entire_file,       // the same, and nothing was appended
};

[[nodiscard]] std::string_view to_string(CoverageClass coverage) noexcept;  // "ENTIRE_FILE", …

enum class CoverageFault : std::uint8_t {
  no_dictionary,       // /V of the signature field is no dictionary
  duplicate_keys,      // a deciding key stands twice: readers disagree on what is signed
  byte_range_shape,    // not four direct integers [0 a b c] with 0 < a < b, 0 <= c
  byte_range_outside,  // it ends behind the end of the file
  contents_no_hex,     // /Contents is no direct hexadecimal string that stands in the file itself
  contents_digits,     // it has something else than an even number of hexadecimal digits
  contents_encoding,   // it does not begin with one whole DER or BER element
  contents_padding,    // something else than zeros stands behind that element
  gap,                 // the ByteRange leaves out something else than /Contents with its < and >
  revision_end,        // it does not end with a revision (%%EOF and at most two bytes of line end)
  sections_uncovered,  // a cross-reference section of the covered revision, or before, is not covered
  revision_structure,  // the startxref of the covered revision does not lead to its section
  other_revision,      // the signature dictionary stands in another revision than the covered one
  changed_later,       // a later revision defines the signature dictionary differently
  removed_later,       // a later revision has no such signature any more
  shared_dictionary,   // two fields have one signature dictionary
  shared_byte_range,   // two signature dictionaries have one ByteRange
  copied_contents,     // two signatures have the same /Contents
  file_tail,           // bytes that belong to no revision stand at the end of the file
  header_offset,       // bytes stand before %PDF-
};

[[nodiscard]] std::string_view to_string(CoverageFault fault) noexcept;  // "byte-range-shape", …
// True when the signature does not count with that fault; false for what is only told: contents_padding,
// copied_contents and header_offset, which the verdict weighs.
[[nodiscard]] bool is_fatal(CoverageFault fault) noexcept;

struct CoverageFinding {
  CoverageFault fault = CoverageFault::no_dictionary;
  std::uint32_t object = 0;  // the object number that it is about; 0: none
  std::string detail;        // one line of English without document content
};

struct Coverage {
  CoverageClass coverage = CoverageClass::unclear;
  // The two spans; nothing unless ByteRange has its shape and lies in the file. Offsets are in History::file(), from
  // its first byte. They may be hashed also when they leave out something else than /Contents.
  std::optional<pdf::ByteRange> byte_range;
  std::uint64_t end = 0;                // one past the last covered byte, in History::file()
  std::optional<std::size_t> revision;  // the revision with whose end it ends: index in History::revisions()
  unsigned uncovered_line_end = 0;      // bytes of line end behind that revision's %%EOF that are not covered: 0 to 2
  std::vector<CoverageFinding> findings;

  [[nodiscard]] bool has(CoverageFault fault) const noexcept;
  // True for entire_revision and entire_file without a fatal finding.
  [[nodiscard]] bool counts() const noexcept;
};

// FileSignature is a signature of the file, as its own revision has it.
struct FileSignature {
  pdf::Signature signature;  // values are of History::document(revision)
  // The revision in which it was read: the covered one, else the newest that has it.
  std::size_t revision = 0;
  bool in_newest = true;  // false: the newest state of the file does not have it any more
  Bytes contents;  // the DER or BER element of /Contents without padding; all of it when there is no such element
  Coverage coverage;
};

// The signatures of the file in all its revisions, none left out: those of the newest state in the order of the field
// tree, then those that a later revision has removed. A field that is no usable signature is among them. Fails as the
// reader does.
[[nodiscard]] Result<std::vector<FileSignature>> file_signatures(const pdf::History& history);

}  // namespace rakkan::pades
