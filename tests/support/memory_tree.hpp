// A Merkle tree in memory, computed literally as RFC 6962 §2.1 defines it, with which the trees of audit are compared.
#pragma once

#include <string>
#include <vector>

#include "rakkan/audit/merkle.hpp"

namespace rakkan::test {

class MemoryTree {
 public:
  // Entries "entry 0", "entry 1", …
  static MemoryTree of_size(std::uint64_t size) {
    MemoryTree tree;
    for (std::uint64_t i = 0; i < size; ++i) {
      tree.append(bytes_of("entry " + std::to_string(i)));
    }
    return tree;
  }

  void append(ByteView entry) { leaves_.push_back(audit::leaf_hash(entry)); }

  [[nodiscard]] std::uint64_t size() const { return leaves_.size(); }
  [[nodiscard]] const audit::TreeHash& leaf(std::uint64_t index) const { return leaves_.at(index); }
  [[nodiscard]] audit::TreeHead head(std::uint64_t at) const {
    return {at, at == 0 ? audit::empty_root() : hash(0, at)};
  }
  [[nodiscard]] audit::TreeHead head() const { return head(size()); }

  [[nodiscard]] audit::NodeReader nodes() const {
    return [this](unsigned level, std::uint64_t index) -> Result<audit::TreeHash> {
      return hash(index << level, (index + 1) << level);
    };
  }

 private:
  // MTH(D[first:end])
  [[nodiscard]] audit::TreeHash hash(std::uint64_t first, std::uint64_t end) const {
    if (end - first == 1) {
      return leaves_.at(first);
    }
    std::uint64_t half = 1;
    while (half * 2 < end - first) {
      half *= 2;
    }
    return audit::node_hash(hash(first, first + half), hash(first + half, end));
  }

  std::vector<audit::TreeHash> leaves_;
};

}  // namespace rakkan::test
