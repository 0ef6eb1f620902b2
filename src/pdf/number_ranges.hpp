#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace rakkan::pdf {

// NumberRanges are the subsections of a cross-reference section as ranges of object numbers, in the order of the file.
class NumberRanges {
 public:
  struct Place {
    std::size_t range;    // index of the subsection
    std::uint64_t index;  // index within the subsection
  };

  void add(std::uint32_t first, std::uint64_t count);
  // The place of a number; when several ranges have it, in the first of them.
  [[nodiscard]] std::optional<Place> find(std::uint32_t number) const noexcept;
  // The number one past the highest one.
  [[nodiscard]] std::uint64_t end() const noexcept { return end_; }
  // The cost of a lookup, in comparisons: ranges out of order are searched one by one.
  [[nodiscard]] std::uint64_t cost() const noexcept { return sorted_ ? 1 : ranges_.size(); }
  [[nodiscard]] std::size_t size() const noexcept { return ranges_.size(); }

  struct Range {
    std::uint32_t first;
    std::uint64_t end;  // one past its last number
  };
  [[nodiscard]] std::span<const Range> all() const noexcept { return ranges_; }

 private:
  std::vector<Range> ranges_;
  std::uint64_t end_ = 0;
  bool sorted_ = true;  // the ranges are sorted and disjoint
};

}  // namespace rakkan::pdf
