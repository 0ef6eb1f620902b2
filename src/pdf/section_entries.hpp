// SectionEntries goes through what one cross-reference section declares, in the order of the section.
#pragma once

#include "pdf/document_impl.hpp"
#include "rakkan/pdf/history.hpp"

namespace rakkan::pdf {

class SectionEntries {
 public:
  // `section` is an index in the document's sections. The document outlives the object.
  SectionEntries(Document::Impl& document, std::size_t section) noexcept;

  // Each number once, hybrid sections as one (§7.5.8.4). A number that stands twice is a finding.
  [[nodiscard]] Result<void> for_each(const History::EntryVisitor& visit) const;
  // Only numbers at or above the trailer's /Size.
  [[nodiscard]] Result<void> for_each_above_size(const History::EntryVisitor& visit) const;
  // The numbers that are in use in the table and in the stream of a hybrid section, at different places.
  [[nodiscard]] Result<void> for_each_disagreement(
      const std::function<Result<void>(std::uint32_t number)>& visit) const;

  [[nodiscard]] std::uint64_t size_entry() const noexcept { return size_; }

 private:
  template <class Part>
  [[nodiscard]] Result<void> for_each_in(const Part& part, bool stream_of_hybrid, std::uint64_t lowest,
                                         const History::EntryVisitor& visit) const;
  [[nodiscard]] Result<void> for_each_from(std::uint64_t lowest, const History::EntryVisitor& visit) const;

  Document::Impl& document_;
  std::size_t section_;
  const SectionIndex& index_;
  std::uint64_t size_;
};

}  // namespace rakkan::pdf
