// The chain of cross-reference sections of a document (ISO 32000-2 §7.5.4, §7.5.8), newest first.
#pragma once

#include <cstdint>
#include <optional>

#include "rakkan/base/bytes.hpp"
#include "rakkan/pdf/object.hpp"

namespace rakkan::pdf {

enum class SectionKind : std::uint8_t {
  table,   // §7.5.4
  stream,  // §7.5.8
  hybrid,  // §7.5.8.4: a table whose trailer names an /XRefStm
};

std::string_view to_string(SectionKind kind) noexcept;

struct Section {
  SectionKind kind = SectionKind::table;
  std::uint64_t offset = 0;               // of "xref", or of the "N G obj" of a cross-reference stream
  std::uint64_t hybrid_stream = 0;        // hybrid: offset of the cross-reference stream
  std::optional<std::uint64_t> previous;  // /Prev
  // The position one past the %%EOF (and one line end) that closes the section; nothing when no startxref and %%EOF
  // follow its trailer.
  std::optional<std::uint64_t> end;
  // The offset that the startxref behind the section names; nothing when none follows.
  std::optional<std::uint64_t> start_xref;
  Value trailer;  // the trailer dictionary, or that of the cross-reference stream
};

// XrefEntry is the entry of an object number in a cross-reference section.
struct XrefEntry {
  enum class Type : std::uint8_t { free, in_base, in_object_stream };
  Type type = Type::free;
  std::uint64_t offset = 0;         // in_base
  std::uint32_t generation = 0;     // in_base; of the next use when free
  std::uint32_t object_stream = 0;  // in_object_stream: number and index
  std::uint32_t index = 0;
  std::size_t section = 0;  // the index of that section in Document::sections()
};

}  // namespace rakkan::pdf
