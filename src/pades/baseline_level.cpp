#include "rakkan/pades/baseline_level.hpp"

#include <algorithm>
#include <array>

namespace rakkan::pades {
namespace {

struct Row {
  BaselineLevel level;
  std::string_view name;
  bool timestamp, validation_data, document_timestamp;
};

constexpr std::array<Row, 4> kLevels{{
    {BaselineLevel::b_b, "B-B", false, false, false},
    {BaselineLevel::b_t, "B-T", true, false, false},
    {BaselineLevel::b_lt, "B-LT", true, true, false},
    {BaselineLevel::b_lta, "B-LTA", true, true, true},
}};

const Row& row(BaselineLevel level) noexcept { return kLevels.at(static_cast<std::size_t>(level)); }

}  // namespace

std::string_view name(BaselineLevel level) noexcept { return row(level).name; }

std::optional<BaselineLevel> baseline_level_from_name(std::string_view name) noexcept {
  const auto* const found =
      std::find_if(kLevels.begin(), kLevels.end(), [name](const Row& row) { return row.name == name; });
  return found == kLevels.end() ? std::nullopt : std::optional(found->level);
}

bool needs_timestamp(BaselineLevel level) noexcept { return row(level).timestamp; }
bool needs_validation_data(BaselineLevel level) noexcept { return row(level).validation_data; }
bool needs_document_timestamp(BaselineLevel level) noexcept { return row(level).document_timestamp; }

}  // namespace rakkan::pades
