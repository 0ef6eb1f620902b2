#pragma once

#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "pdf/decryption.hpp"
#include "pdf/finding_log.hpp"
#include "pdf/memory_use.hpp"
#include "pdf/object_stream.hpp"
#include "pdf/xref_stream.hpp"
#include "pdf/xref_table.hpp"
#include "rakkan/pdf/document.hpp"

namespace rakkan::pdf {

// SectionIndex looks up the numbers of one section: in a table, a stream, or both in a hybrid file.
struct SectionIndex {
  std::optional<XrefTable> table;
  std::optional<XrefStream> stream;

  // The entry of a number. §7.5.8.4: in a hybrid section the table comes first, and a number that is free there may be
  // in use in the stream.
  [[nodiscard]] Result<std::optional<XrefEntry>> find(std::uint32_t number) const;
  // The cost of a lookup, in comparisons.
  [[nodiscard]] std::uint64_t cost() const noexcept {
    return 1 + (table ? table->ranges().cost() : 0) + (stream ? stream->ranges().cost() : 0);
  }
};

// Spending is what reading has cost so far.
struct Spending {
  explicit Spending(MemoryBudget* budget) noexcept : memory(budget) {}
  MemoryUse memory;
  std::size_t inflated = 0;
  std::uint64_t parsed = 0;
  std::uint64_t values = 0;
  std::uint64_t comparisons = 0;
};

// Validating makes a document tolerant, as its History asks, and is what the revisions of one file share: what they
// find, and what was read at one place of the file. An object's place is the offset of it, or of its object stream, and
// its index there + 1, or 0.
struct Validating {
  using Place = std::pair<std::uint64_t, std::uint32_t>;
  FindingLog log;
  std::optional<std::string_view> password;  // only while the newest state is opened
  std::map<Place, std::shared_ptr<const Object>> objects;
  std::map<std::uint64_t, std::shared_ptr<const ObjectStream>> object_streams;
};

struct Document::Impl {
  Impl(const Limits& chosen, std::shared_ptr<Spending> shared) noexcept : limits(chosen), spending(std::move(shared)) {}

  // Opens what `bytes` are; the header is read and the limits are set.
  [[nodiscard]] Result<void> open();
  // The same document as it was after the sections from `first_section` on, over the bytes up to `end`. Only for a
  // document of a History.
  [[nodiscard]] Result<std::unique_ptr<Impl>> earlier(std::size_t first_section, std::uint64_t end) const;
  [[nodiscard]] static Document wrap(std::unique_ptr<Impl> impl) noexcept { return Document(std::move(impl)); }

  DocumentBytes bytes;
  Limits limits;
  Version header_version;
  Version version;
  std::vector<Section> sections;
  std::vector<std::shared_ptr<const SectionIndex>> indexes;  // parallel to sections
  // The objects into which Section::trailer points, and the streams of hybrid sections.
  std::vector<std::shared_ptr<const Object>> trailers;
  const Object* catalog = nullptr;
  std::uint32_t next_object_number = 0;
  std::vector<bool> dangling;  // by number - next_object_number, for 65,536 numbers: something read so far refers to it
  std::shared_ptr<Validating> validating;        // null: strict, for signing
  std::shared_ptr<const Decryption> decryption;  // null: nothing is encrypted

  // Caches. A null pointer is an object known to be undefined.
  std::unordered_map<std::uint32_t, std::shared_ptr<const Object>> objects;
  std::unordered_map<std::uint32_t, std::shared_ptr<const ObjectStream>> object_streams;

  // Budgets and guards.
  std::shared_ptr<Spending> spending;
  unsigned nested_loads = 0;

  // True for damage that is a finding, because the document is read for validation.
  [[nodiscard]] bool tolerates(const Error& error) const noexcept {
    return validating != nullptr && error.code == ErrorCode::pdf_malformed;
  }
  [[nodiscard]] Result<std::optional<XrefEntry>> entry(std::uint32_t number);
  [[nodiscard]] Result<const Object*> load(std::uint32_t number);
  void note_dangling(const Object& object);
  // Reads an object anew and keeps nothing of it.
  [[nodiscard]] Result<std::unique_ptr<Object>> parse(std::uint32_t number, const XrefEntry& found);
  [[nodiscard]] Result<std::unique_ptr<Object>> parse_in(const ObjectStream& stream, std::uint32_t number,
                                                         const XrefEntry& found);
  [[nodiscard]] Result<const ObjectStream*> object_stream(std::uint32_t number);
  [[nodiscard]] Result<ObjectStream> read_object_stream(std::uint32_t number);
  [[nodiscard]] Result<void> spend(std::uint64_t more_parsed, std::uint64_t more_values);
  [[nodiscard]] Result<void> compare(std::uint64_t more);
  [[nodiscard]] Result<Value> resolve(Value value);
  [[nodiscard]] Result<Value> lookup(Value dictionary, std::string_view key);
  [[nodiscard]] Result<ByteView> stream_bytes(const Object& stream);
  [[nodiscard]] Result<Bytes> decoded_stream(const Object& stream);

 private:
  [[nodiscard]] Result<void> open_encryption();
  [[nodiscard]] Result<void> count_objects();
  [[nodiscard]] Result<void> read_catalog();
  [[nodiscard]] Result<std::shared_ptr<const Object>> obtain(std::uint32_t number, const XrefEntry& found);
  [[nodiscard]] Result<std::optional<Validating::Place>> shared_place(const XrefEntry& found);
  friend class Document;
};

}  // namespace rakkan::pdf
