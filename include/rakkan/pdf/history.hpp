// History is a file as validation reads it: not its newest state alone, but each revision (ISO 32000-2 §7.5.6) as a
// document of its own, and what each one's cross-reference sections declare. Where two readers may understand a file
// differently it notes a finding, and reads on; Document::open, with which files are signed, refuses the same.
//
// It views the file, which must outlive it; documents, objects and values live as long as the History, also when that
// is moved. Revisions share what was read of them: a second one costs little, and all of them have one budget. Not to
// be shared between threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/pdf/document.hpp"

namespace rakkan::pdf {

enum class StructureFault : std::uint8_t {
  header_offset,          // bytes stand before %PDF-: offsets count from it, as Acrobat reads, or from the first byte
  duplicate_trailer_key,  // a deciding key stands twice in a trailer; the last one is read
  object_stream_index,    // an entry's index names another object of the object stream; the one of the number is read
  entry_above_size,       // an entry in use has a number at or above its trailer's /Size: some readers do not see it
  entry_twice,            // a section has two entries of one number; the first is read
  hybrid_disagreement,    // table and /XRefStm of a section name different places for an object in use
  sections_out_of_order,  // /Prev does not lead backwards, and it is no linearized file (Annex F)
  startxref_mismatch,     // the startxref at a revision's end does not lead to its section
  hybrid_stream_outside,  // the /XRefStm of a section stands in another revision
  section_without_end,    // no startxref and %%EOF follow a section
  object_outside,         // an entry leads to a place outside the revision that declares it
  object_missing,         // no object stands where an entry leads, or another one
  form_damaged,           // the field tree reaches a node twice, or /AcroForm or /Fields has the wrong kind
};

[[nodiscard]] std::string_view to_string(StructureFault fault) noexcept;  // "header-offset", …

struct StructureFinding {
  StructureFault fault = StructureFault::header_offset;
  std::size_t revision = 0;  // index in History::revisions()
  std::uint32_t object = 0;  // its number; 0: the finding is not about one object
  std::uint64_t offset = 0;  // in History::bytes(), of the section or the object; 0 when it has no place there
  std::string detail;        // one line of English without document content
  friend bool operator==(const StructureFinding&, const StructureFinding&) = default;
};

// FileRevision is one revision: the bytes [begin, end) that were appended, and its sections.
struct FileRevision {
  std::uint64_t begin = 0;        // the end of the revision before it; 0 for the oldest
  std::uint64_t end = 0;          // one past its %%EOF and one line end
  std::uint64_t marker_end = 0;   // one past its %%EOF; both are the end of the file when it has no %%EOF
  bool complete = true;           // startxref and %%EOF end it, and lead to its section
  std::size_t first_section = 0;  // index in History::newest().sections()
  std::size_t section_count = 1;  // 2 for the oldest revision of a linearized file
};

// DeclaredEntry is an entry of a revision's own sections.
struct DeclaredEntry {
  std::uint32_t number = 0;
  XrefEntry entry;          // entry.section is an index in History::newest().sections()
  bool above_size = false;  // the number is at or above its trailer's /Size
};

struct HistoryOptions {
  Limits limits = {};
  MemoryBudget* budget = nullptr;                           // outlives the History
  std::optional<std::string_view> password = std::nullopt;  // UTF-8, user's or owner's; nothing: the empty one is tried
};

class History {
 public:
  // Opens a file. Fails with not_a_pdf, pdf_malformed, pdf_limit_exceeded; pdf_password_needed (no password was given,
  // and the empty one opens nothing), pdf_password_wrong, pdf_encrypted (a security handler that is not read); or with
  // the errors of the budget. The limits of inflated, parsed and kept bytes hold for all revisions together, which
  // are at most 500; inflated bytes are at most 64 MiB and 20 times the file.
  [[nodiscard]] static Result<History> open(DocumentBytes file, const HistoryOptions& options = {});
  [[nodiscard]] static Result<History> open(ByteView file, const HistoryOptions& options = {}) {
    return open(DocumentBytes(file), options);
  }
  History(History&&) noexcept;
  History& operator=(History&&) noexcept;
  ~History();

  // The whole file, and the part of it from which offsets count: it begins `header_offset` bytes later.
  [[nodiscard]] const DocumentBytes& file() const noexcept;
  [[nodiscard]] const DocumentBytes& bytes() const noexcept;
  [[nodiscard]] std::uint64_t header_offset() const noexcept;

  // The revisions, oldest first; never empty. Offsets are in bytes().
  [[nodiscard]] std::span<const FileRevision> revisions() const noexcept;
  // The revision of a section of newest().sections().
  [[nodiscard]] std::size_t revision_of_section(std::size_t section) const noexcept;
  // The revision in which the byte at the offset stands; the last one for the bytes behind it.
  [[nodiscard]] std::size_t revision_at(std::uint64_t offset) const noexcept;

  // The newest state, and the state after a revision: a document over the bytes up to the revision's end.
  [[nodiscard]] const Document& newest() const noexcept;
  [[nodiscard]] Result<const Document*> document(std::size_t revision) const;

  // The bytes behind the last revision: those of bytes() from the last revision's end on. Only white space there is
  // harmless.
  [[nodiscard]] std::uint64_t tail_size() const noexcept;
  [[nodiscard]] bool tail_is_blank() const noexcept;

  // Calls visit for each entry of the revision's own sections, one for each number: of two sections of a linearized
  // file the newer one's. Nothing is kept. Stops at the first error, and fails with it or as the reader does.
  using EntryVisitor = std::function<Result<void>(const DeclaredEntry&)>;
  [[nodiscard]] Result<void> for_each_entry(std::size_t revision, const EntryVisitor& visit) const;

  // Reads each object that the revision's own sections declare and calls visit; the object dies afterwards, unless it
  // was kept before. An entry without its object is a finding. At most 48 bytes for each entry are needed while it
  // runs, beside one object stream. Fails as for_each_entry.
  using ObjectVisitor = std::function<Result<void>(const Object&)>;
  [[nodiscard]] Result<void> for_each_object(std::size_t revision, const ObjectVisitor& visit) const;

  // The findings so far: by open, and by everything that was read since. At most kMaxFindings, each once.
  static constexpr std::size_t kMaxFindings = 1000;
  [[nodiscard]] std::span<const StructureFinding> findings() const noexcept;

  [[nodiscard]] bool encrypted() const noexcept;

 private:
  struct Impl;
  explicit History(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::pdf
