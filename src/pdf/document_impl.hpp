#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

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
};

struct Document::Impl {
  explicit Impl(MemoryBudget* budget) noexcept : memory(budget) {}

  ByteView base;
  Limits limits;
  Version header_version;
  Version version;
  std::vector<Section> sections;
  std::vector<SectionIndex> indexes;  // parallel to sections
  // The objects into which Section::trailer points, and the streams of hybrid sections.
  std::vector<std::unique_ptr<Object>> trailers;
  const Object* catalog = nullptr;
  std::uint32_t next_object_number = 0;
  std::vector<bool> dangling;  // by number - next_object_number, for 65,536 numbers: something read so far refers to it

  // Caches. A null pointer is an object known to be undefined.
  std::unordered_map<std::uint32_t, std::unique_ptr<Object>> objects;
  std::unordered_map<std::uint32_t, std::unique_ptr<ObjectStream>> object_streams;

  // Budgets and guards.
  MemoryUse memory;
  std::size_t inflated = 0;
  std::uint64_t parsed = 0;
  std::uint64_t values = 0;
  std::uint64_t comparisons = 0;
  unsigned nested_loads = 0;

  [[nodiscard]] Result<std::optional<XrefEntry>> entry(std::uint32_t number);
  [[nodiscard]] Result<const Object*> load(std::uint32_t number);
  void note_dangling(const Object& object);
  [[nodiscard]] Result<std::unique_ptr<Object>> parse(std::uint32_t number, const XrefEntry& found);
  [[nodiscard]] Result<const ObjectStream*> object_stream(std::uint32_t number);
  [[nodiscard]] Result<void> spend(std::uint64_t bytes, std::uint64_t more_values);
  [[nodiscard]] Result<Value> resolve(Value value);
  [[nodiscard]] Result<Value> lookup(Value dictionary, std::string_view key);
  [[nodiscard]] Result<ByteView> stream_bytes(const Object& stream);
  [[nodiscard]] Result<Bytes> decoded_stream(const Object& stream);
};

}  // namespace rakkan::pdf
