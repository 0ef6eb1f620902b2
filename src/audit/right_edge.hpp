#pragma once

#include <span>
#include <vector>

#include "rakkan/audit/tiles.hpp"

namespace rakkan::audit {

// RightEdge holds the hashes of a log's tiles that are not full yet, one row for each level: everything that is needed
// to add entries and to compute the root.
class RightEdge {
 public:
  RightEdge() = default;
  // Takes the rows as they are read from the files; each has fewer than kTileWidth hashes.
  explicit RightEdge(std::vector<std::vector<TreeHash>> rows) : rows_(std::move(rows)) {}

  // Adds a leaf. `full(level, hashes)` is called for each tile that became full, upwards.
  template <class Full>
  void append(const TreeHash& leaf, const Full& full) {
    TreeHash hash = leaf;
    for (std::size_t level = 0;; ++level) {
      if (rows_.size() == level) {
        rows_.emplace_back();
      }
      std::vector<TreeHash>& row = rows_[level];
      row.push_back(hash);
      if (row.size() < kTileWidth) {
        return;
      }
      full(static_cast<int>(level), std::span<const TreeHash>(row));
      hash = perfect_root(row);
      row.clear();
    }
  }

  [[nodiscard]] TreeHash root() const;
  [[nodiscard]] const std::vector<std::vector<TreeHash>>& rows() const noexcept { return rows_; }

 private:
  std::vector<std::vector<TreeHash>> rows_;
};

}  // namespace rakkan::audit
