// IncrementalWriter makes one incremental update (ISO 32000-2 §7.5.6): changed and new objects and a cross-reference
// section in the newest section's own form, to be appended to the document, that is, behind the updates it has. None of
// its bytes is copied or changed.
//
// Everything that is not changed keeps its bytes: an edit replaces or adds the named value within the original spelling
// of its object, so numbers, strings, order of keys and the choice of direct or indirect survive. No object is freed,
// and no number is used again.
//
//   IncrementalWriter writer(document);
//   RAKKAN_TRY(const Reference id, writer.allocate());
//   writer.begin_object(id).begin_dictionary().key("Type").name("Annot").end_dictionary();
//   writer.end_object();
//   RAKKAN_CHECK(writer.append(annots, id));
//   RAKKAN_TRY(Bytes tail, std::move(writer).finish(random));
#pragma once

#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/pdf/document.hpp"
#include "rakkan/pdf/object_writer.hpp"

namespace rakkan::pdf {

class IncrementalWriter {
 public:
  // The document must outlive it. `capacity` is the expected size of the update.
  explicit IncrementalWriter(const Document& document, std::size_t capacity = 8192);

  // The number of a new object, generation 0. It is a number to which nothing that was read so far refers, so an update
  // has to read everything it needs of the document first. Fails with pdf_limit_exceeded.
  [[nodiscard]] Result<Reference> allocate();

  // Starts an object ("N G obj"); its value is written to the returned writer, and end_object closes it. Objects are
  // not nested.
  ObjectWriter& begin_object(Reference id);
  [[nodiscard]] ObjectWriter& object() noexcept { return out_; }  // the writer of the begun object
  void end_object();

  // Edits of values of the base, which must come from the document. They fail with pdf_malformed when the value is in
  // no object that can be rewritten (it is in a trailer or a stream's dictionary), or when the key occurs twice.
  // Replaces the key's value in the dictionary, or adds the key at its end.
  [[nodiscard]] Result<void> set(Value dictionary, std::string_view key, std::string_view syntax);
  [[nodiscard]] Result<void> set(Value dictionary, std::string_view key, Reference reference);
  // Replaces a value where it stands.
  [[nodiscard]] Result<void> replace(Value value, std::string_view syntax);
  // Adds the element at the end of the array.
  [[nodiscard]] Result<void> append(Value array, Reference element);

  // Writes the edited objects, the cross-reference section and the trailer, and returns the whole update. `random`
  // fills /ID[1]. Fails with pdf_too_large_for_xref_table, or as `random` does.
  [[nodiscard]] Result<Bytes> finish(RandomSource& random) &&;

 private:
  // Splice is new syntax for the bytes [begin, end) of an object of the document, relative to its value.
  struct Splice {
    std::size_t begin;
    std::size_t end;
    Bytes syntax;
  };
  struct Edit {
    const Object* object;
    std::vector<Splice> splices;
  };
  struct WrittenObject {
    Reference id;
    std::uint64_t offset;  // in the document
  };

  [[nodiscard]] Result<void> splice(Value at, std::size_t begin, std::size_t end, std::string_view syntax);
  void write_edited(Edit& edit);
  [[nodiscard]] Result<void> write_table(RandomSource& random);
  [[nodiscard]] Result<void> write_stream(RandomSource& random);
  // Writes the entries of the base's trailer that live on, then /Size, /Prev and /ID.
  [[nodiscard]] Result<void> write_trailer_entries(RandomSource& random);
  void write_end(std::uint64_t section_offset);
  [[nodiscard]] std::uint64_t offset() const noexcept { return document_.size() + out_.size(); }

  const Document& document_;
  ObjectWriter out_;
  std::uint32_t next_number_;
  std::vector<WrittenObject> written_;
  std::vector<Edit> edits_;
};

}  // namespace rakkan::pdf
