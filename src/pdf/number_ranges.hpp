#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace rakkan::pdf {

// The subsections of a cross-reference section as ranges of object numbers, in the order of the file.
class NumberRanges {
 public:
  struct Place {
    std::size_t range;    // which subsection
    std::uint64_t index;  // in it
  };

  void add(std::uint32_t first, std::uint64_t count);
  // Where the number stands; in the first of several ranges that hold it.
  [[nodiscard]] std::optional<Place> find(std::uint32_t number) const noexcept;
  // One past the highest number.
  [[nodiscard]] std::uint64_t end() const noexcept { return end_; }
  // What a lookup costs, in comparisons: ranges out of order are searched one by one.
  [[nodiscard]] std::uint64_t cost() const noexcept { return sorted_ ? 1 : ranges_.size(); }
  [[nodiscard]] std::size_t size() const noexcept { return ranges_.size(); }

 private:
  struct Range {
    std::uint32_t first;
    std::uint64_t end;
  };
  std::vector<Range> ranges_;
  std::uint64_t end_ = 0;
  bool sorted_ = true;  // and disjoint
};

}  // namespace rakkan::pdf
