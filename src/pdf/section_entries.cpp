#include "pdf/section_entries.hpp"

#include <algorithm>
#include <limits>

namespace rakkan::pdf {

// A trailer without a /Size hides nothing.
SectionEntries::SectionEntries(Document::Impl& document, std::size_t section) noexcept
    : document_(document),
      section_(section),
      index_(*document.indexes[section]),
      size_(static_cast<std::uint64_t>(std::max<std::int64_t>(
          document.sections[section].trailer.find("Size").integer().value_or(std::numeric_limits<std::int64_t>::max()),
          0))) {}

Result<void> SectionEntries::for_each(const History::EntryVisitor& visit) const { return for_each_from(0, visit); }

Result<void> SectionEntries::for_each_above_size(const History::EntryVisitor& visit) const {
  const std::uint64_t end =
      std::max(index_.table ? index_.table->ranges().end() : 0, index_.stream ? index_.stream->ranges().end() : 0);
  return end > size_ ? for_each_from(size_, visit) : Result<void>{};
}

Result<void> SectionEntries::for_each_from(std::uint64_t lowest, const History::EntryVisitor& visit) const {
  if (index_.table) {
    RAKKAN_CHECK(for_each_in(*index_.table, false, lowest, visit));
  }
  if (index_.stream) {
    RAKKAN_CHECK(for_each_in(*index_.stream, index_.table.has_value(), lowest, visit));
  }
  return {};
}

template <class Part>
Result<void> SectionEntries::for_each_in(const Part& part, bool stream_of_hybrid, std::uint64_t lowest,
                                         const History::EntryVisitor& visit) const {
  const NumberRanges& ranges = part.ranges();
  const auto all = ranges.all();
  for (std::size_t range = 0; range < all.size(); ++range) {
    for (std::uint64_t at = std::max<std::uint64_t>(all[range].first, lowest); at < all[range].end; ++at) {
      const auto number = static_cast<std::uint32_t>(at);
      RAKKAN_CHECK(document_.compare(ranges.cost()));
      const auto place = ranges.find(number);
      if (!place || place->range != range) {
        document_.validating->log.note(StructureFault::entry_twice, document_.sections[section_].offset, number,
                                       document_.sections[section_].offset, "the first of its entries is read");
        continue;
      }
      if (stream_of_hybrid && index_.table->ranges().find(number)) {
        continue;  // visited with the table
      }
      DeclaredEntry declared{.number = number, .entry = {}, .above_size = at >= size_};
      if (index_.table && index_.stream) {
        RAKKAN_CHECK(document_.compare(index_.cost()));
        RAKKAN_TRY(const auto found, index_.find(number));
        declared.entry = found.value_or(XrefEntry{});
      } else {
        const Result<XrefEntry> found = part.at(*place);
        RAKKAN_TRY(declared.entry, found);
      }
      declared.entry.section = section_;
      RAKKAN_CHECK(visit(declared));
    }
  }
  return {};
}

Result<void> SectionEntries::for_each_disagreement(
    const std::function<Result<void>(std::uint32_t number)>& visit) const {
  if (!index_.table || !index_.stream) {
    return {};
  }
  for (const NumberRanges::Range& range : index_.stream->ranges().all()) {
    for (std::uint64_t at = range.first; at < range.end; ++at) {
      const auto number = static_cast<std::uint32_t>(at);
      RAKKAN_CHECK(document_.compare(index_.cost()));
      RAKKAN_TRY(const auto shown, index_.table->find(number));
      const auto hidden = index_.stream->find(number);
      const auto same = [](const XrefEntry& a, const XrefEntry& b) {
        return a.type == b.type && a.offset == b.offset && a.generation == b.generation &&
               a.object_stream == b.object_stream && a.index == b.index;
      };
      if (shown && hidden && shown->type != XrefEntry::Type::free && hidden->type != XrefEntry::Type::free &&
          !same(*shown, *hidden)) {
        RAKKAN_CHECK(visit(number));
      }
    }
  }
  return {};
}

}  // namespace rakkan::pdf
