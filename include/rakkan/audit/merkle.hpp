// The Merkle tree of RFC 6962 §2.1 with SHA-256: hashes, roots, proofs. It only computes; the hashes of inner nodes
// come from the caller's NodeReader (tiles in files, memory).
//
//   MTH({}) = SHA-256()    MTH({d}) = SHA-256(0x00 ‖ d)    MTH(D[n]) = SHA-256(0x01 ‖ MTH(D[0:k]) ‖ MTH(D[k:n]))
//
// with k the largest power of two below n.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::audit {

using TreeHash = std::array<Byte, 32>;

// A tree of the first `size` entries of a log.
struct TreeHead {
  std::uint64_t size = 0;
  TreeHash root{};

  friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

[[nodiscard]] TreeHash empty_root();  // SHA-256 of nothing
[[nodiscard]] TreeHash leaf_hash(ByteView entry);
[[nodiscard]] TreeHash node_hash(const TreeHash& left, const TreeHash& right);
// The root of a perfect tree over these hashes, whose number is a power of two.
[[nodiscard]] TreeHash perfect_root(std::span<const TreeHash> hashes);

// The hash of the perfect subtree over the leaves [index * 2^level, (index + 1) * 2^level).
using NodeReader = std::function<Result<TreeHash>(unsigned level, std::uint64_t index)>;

[[nodiscard]] Result<TreeHash> tree_root(std::uint64_t size, const NodeReader& node);
// The inclusion proof (audit path, RFC 6962 §2.1.1), from the leaf's sibling up. audit_index_unknown unless index <
// size.
[[nodiscard]] Result<std::vector<TreeHash>> inclusion_path(std::uint64_t index, std::uint64_t size,
                                                           const NodeReader& node);
// The consistency proof (RFC 6962 §2.1.2) that the tree of `old_size` is the beginning of the tree of `size`.
// invalid_argument when `old_size` is larger.
[[nodiscard]] Result<std::vector<TreeHash>> consistency_path(std::uint64_t old_size, std::uint64_t size,
                                                             const NodeReader& node);

// Verifies that the leaf is the one at that index. audit_log_mismatch when it is not, or when the path has another
// length than it must.
[[nodiscard]] Result<void> verify_inclusion(const TreeHash& leaf, std::uint64_t index, const TreeHead& tree,
                                            std::span<const TreeHash> path);
// Verifies that `old` is the beginning of `tree`. audit_log_mismatch.
[[nodiscard]] Result<void> verify_consistency(const TreeHead& old, const TreeHead& tree,
                                              std::span<const TreeHash> path);

}  // namespace rakkan::audit
