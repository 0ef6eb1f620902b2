#include "pdf/number_ranges.hpp"

#include <algorithm>

namespace rakkan::pdf {

void NumberRanges::add(std::uint32_t first, std::uint64_t count) {
  sorted_ = sorted_ && (ranges_.empty() || first >= ranges_.back().end);
  ranges_.push_back({first, first + count});
  if (count != 0) {
    end_ = std::max(end_, first + count);
  }
}

std::optional<NumberRanges::Place> NumberRanges::find(std::uint32_t number) const noexcept {
  auto found = ranges_.begin();
  if (sorted_) {
    found = std::upper_bound(ranges_.begin(), ranges_.end(), number,
                             [](std::uint32_t wanted, const Range& range) { return wanted < range.end; });
  } else {
    found = std::find_if(ranges_.begin(), ranges_.end(),
                         [&](const Range& range) { return number >= range.first && number < range.end; });
  }
  if (found == ranges_.end() || number < found->first) {
    return std::nullopt;
  }
  return Place{static_cast<std::size_t>(found - ranges_.begin()), number - std::uint64_t{found->first}};
}

}  // namespace rakkan::pdf
