#include "audit/right_edge.hpp"

#include <bit>
#include <optional>

namespace rakkan::audit {

// RFC 6962 §2.1, computed from the right: the roots of the perfect subtrees whose sizes add up to the log's size, the
// smallest first.
TreeHash RightEdge::root() const {
  std::optional<TreeHash> root;
  for (const std::vector<TreeHash>& row : rows_) {
    std::span<const TreeHash> rest(row);
    while (!rest.empty()) {
      const std::size_t count = std::size_t{1} << static_cast<unsigned>(std::countr_zero(rest.size()));
      const TreeHash left = perfect_root(rest.last(count));
      root = root ? node_hash(left, *root) : left;
      rest = rest.first(rest.size() - count);
    }
  }
  return root ? *root : empty_root();
}

}  // namespace rakkan::audit
