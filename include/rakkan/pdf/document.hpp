// Document reads a PDF lazily (ISO 32000-2 §7.5): startxref, the chain of cross-reference sections, and each object
// when it is asked for. It views its bytes, one run of memory or a base and updates apart from it, which must outlive
// it; it never copies nor fully parses them, repairs nothing, and remembers the position of each token. Its Objects and
// Values live as long as the Document, also when that is moved. Not to be shared between threads: reading fills caches.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/pdf/document_bytes.hpp"
#include "rakkan/pdf/memory_budget.hpp"
#include "rakkan/pdf/object.hpp"
#include "rakkan/pdf/xref.hpp"

namespace rakkan::pdf {

struct Limits {
  unsigned max_depth = 100;                // nesting of arrays and dictionaries
  std::size_t max_revisions = 4096;        // cross-reference sections in a chain
  std::uint64_t max_objects = 8'388'607;   // ISO 32000-1 Annex C
  std::size_t max_inflated = 256UL << 20;  // inflated bytes of all streams together
  unsigned max_inflation = 64;             // the same as a multiple of the document's size; at least kAlwaysInflated
  std::uint64_t max_parsed = 256UL << 20;  // bytes of objects read, a part read twice counted twice
  std::uint64_t max_values = 16'000'000;   // values in these objects, about 24 bytes of memory each
  unsigned max_page_tree = 200'000;        // nodes visited
  unsigned max_fields = 100'000;           // nodes of the field tree visited
};

// Inflated bytes that every document may have: small documents consist of little else than well-compressed streams.
inline constexpr std::size_t kAlwaysInflated = 16UL << 20;

// Revision is an earlier state of the document: its bytes from the beginning to `end`.
struct Revision {
  std::optional<std::uint64_t> end;  // one past its %%EOF and line end; nothing when it has no %%EOF
  std::size_t first_section = 0;  // index in Document::sections(); a linearized file has one revision of two sections
  std::size_t section_count = 1;
};

struct Version {
  unsigned major = 1;
  unsigned minor = 0;
  friend auto operator<=>(const Version&, const Version&) = default;
};

class Document {
 public:
  // Opens a document. Fails with not_a_pdf, pdf_header_offset, pdf_encrypted, pdf_malformed or pdf_limit_exceeded; like
  // every function that reads, also with the errors of the budget. The budget, when there is one, outlives the
  // document.
  [[nodiscard]] static Result<Document> open(ByteView base, const Limits& limits = {}, MemoryBudget* budget = nullptr);
  // The same over a base with updates behind it: read as if they were one, or refused with pdf_malformed when an
  // object, a stream or a table reaches over the beginning of an update, which none does that was written as one.
  [[nodiscard]] static Result<Document> open(DocumentBytes bytes, const Limits& limits = {},
                                             MemoryBudget* budget = nullptr);
  // Goes on with an update of one section that was appended behind the bytes, without reading again what is known. The
  // result reads as if the whole were opened anew, but the budgets go on. Objects and values of the catalog, and of
  // numbers that the update defines, are gone; others live on. Fails as open(), and when the update's /Prev does not
  // lead to newest(); after a failure the document is not to be used any more.
  [[nodiscard]] Result<void> extend(ByteView update);
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  [[nodiscard]] const DocumentBytes& bytes() const noexcept;
  [[nodiscard]] std::uint64_t size() const noexcept { return bytes().size(); }
  [[nodiscard]] const Limits& limits() const noexcept;
  // The version in the header, and the version that counts: the later of the header's and the catalog's /Version
  // (§7.2.2).
  [[nodiscard]] Version header_version() const noexcept;
  [[nodiscard]] Version version() const noexcept;

  // The cross-reference sections, newest first; never empty.
  [[nodiscard]] std::span<const Section> sections() const noexcept;
  [[nodiscard]] const Section& newest() const noexcept { return sections().front(); }
  // The revisions, oldest first. They are cut at the sections, never at an %%EOF with which no section ends.
  [[nodiscard]] std::vector<Revision> revisions() const;
  // The trailer dictionary of the newest section: /Root /Info /ID /Size …
  [[nodiscard]] Value trailer() const noexcept { return newest().trailer; }
  // The lowest number that no object has: one more than the highest number in any section or of a section's own stream,
  // and at least /Size.
  [[nodiscard]] std::uint32_t next_object_number() const noexcept;
  // True when something that was read so far refers to this number, although no object has it (it is
  // next_object_number() or one of the 65,535 after it): such a reference is a null until an update makes an object of
  // that number.
  [[nodiscard]] bool is_dangling(std::uint32_t number) const noexcept;
  // The entry of the newest section that has the number; nothing when none has it.
  [[nodiscard]] Result<std::optional<XrefEntry>> xref_entry(std::uint32_t number) const;

  // The catalog (§7.7.2): a dictionary, checked by open.
  [[nodiscard]] const Object& catalog() const noexcept;

  // The object; nullptr when it is undefined (free, unknown, another generation), so that a reference to it is a null
  // (§7.3.10). Fails when a section has an entry of the object and the object is not where it should be.
  [[nodiscard]] Result<const Object*> load(std::uint32_t number) const;
  [[nodiscard]] Result<const Object*> load(Reference reference) const;
  // A direct value as it is; for a reference the value of the object that it names.
  [[nodiscard]] Result<Value> resolve(Value value) const;
  // The same as resolve(dictionary.find(key)).
  [[nodiscard]] Result<Value> lookup(Value dictionary, std::string_view key) const;

  // The bytes of a stream as they stand in the file; fails when /Length does not lead to endstream.
  [[nodiscard]] Result<ByteView> stream_bytes(const Object& stream) const;
  // The bytes of a stream decoded by its filters (Flate, LZW, ASCIIHex, ASCII85, RunLength with predictors); others
  // fail with pdf_malformed.
  [[nodiscard]] Result<Bytes> decoded_stream(const Object& stream) const;

  struct Impl;
  [[nodiscard]] Impl& impl() const noexcept { return *impl_; }

 private:
  explicit Document(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::pdf
