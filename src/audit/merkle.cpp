#include "rakkan/audit/merkle.hpp"

#include <algorithm>
#include <bit>
#include <string>

#include "rakkan/crypto/digest.hpp"

namespace rakkan::audit {
namespace {

// RFC 6962 §2.1: leaves and nodes hash under different prefixes, so that neither can pass for the other.
constexpr Byte kLeafPrefix[] = {0x00};
constexpr Byte kNodePrefix[] = {0x01};

TreeHash hash(std::initializer_list<ByteView> parts) {
  const crypto::Digest digest = crypto::digest(crypto::DigestAlgorithm::sha256, parts);
  TreeHash value;
  std::copy_n(digest.view().begin(), value.size(), value.begin());
  return value;
}

tl::unexpected<Error> mismatch(std::string what) { return fail(ErrorCode::audit_log_mismatch, std::move(what)); }

// The largest power of two below n, which is 2 or more (RFC 6962 §2.1: k).
std::uint64_t split(std::uint64_t n) { return std::bit_floor(n - 1); }

// MTH(D[first:end]), `first` a multiple of the power of two at or above the length.
Result<TreeHash> range_root(std::uint64_t first, std::uint64_t end, const NodeReader& node) {
  const std::uint64_t length = end - first;
  if (std::has_single_bit(length)) {
    const auto level = static_cast<unsigned>(std::countr_zero(length));
    return node(level, first >> level);
  }
  const std::uint64_t middle = first + split(length);
  RAKKAN_TRY(const TreeHash left, range_root(first, middle, node));
  RAKKAN_TRY(const TreeHash right, range_root(middle, end, node));
  return node_hash(left, right);
}

Result<void> append_inclusion(std::uint64_t index, std::uint64_t first, std::uint64_t end, const NodeReader& node,
                              std::vector<TreeHash>& path) {
  if (end - first == 1) {
    return {};
  }
  const std::uint64_t middle = first + split(end - first);
  const bool left = index < middle;
  RAKKAN_CHECK(append_inclusion(index, left ? first : middle, left ? middle : end, node, path));
  RAKKAN_TRY(const TreeHash sibling, left ? range_root(middle, end, node) : range_root(first, middle, node));
  path.push_back(sibling);
  return {};
}

// SUBPROOF(m, D[first:end], known): `known` while D[first:old_end] is a subtree whose root the verifier has.
Result<void> append_consistency(std::uint64_t old_end, std::uint64_t first, std::uint64_t end, bool known,
                                const NodeReader& node, std::vector<TreeHash>& path) {
  if (old_end == end) {
    if (!known) {
      RAKKAN_TRY(const TreeHash root, range_root(first, end, node));
      path.push_back(root);
    }
    return {};
  }
  const std::uint64_t middle = first + split(end - first);
  const bool left = old_end <= middle;
  RAKKAN_CHECK(append_consistency(old_end, left ? first : middle, left ? middle : end, known && left, node, path));
  RAKKAN_TRY(const TreeHash sibling, left ? range_root(middle, end, node) : range_root(first, middle, node));
  path.push_back(sibling);
  return {};
}

}  // namespace

TreeHash empty_root() { return hash({}); }

TreeHash leaf_hash(ByteView entry) { return hash({kLeafPrefix, entry}); }

TreeHash node_hash(const TreeHash& left, const TreeHash& right) { return hash({kNodePrefix, left, right}); }

TreeHash perfect_root(std::span<const TreeHash> hashes) {
  if (hashes.size() == 1) {
    return hashes.front();
  }
  const std::size_t half = hashes.size() / 2;
  return node_hash(perfect_root(hashes.first(half)), perfect_root(hashes.subspan(half)));
}

Result<TreeHash> tree_root(std::uint64_t size, const NodeReader& node) {
  if (size == 0) {
    return empty_root();
  }
  return range_root(0, size, node);
}

Result<std::vector<TreeHash>> inclusion_path(std::uint64_t index, std::uint64_t size, const NodeReader& node) {
  if (index >= size) {
    return fail(ErrorCode::audit_index_unknown,
                "entry " + std::to_string(index) + " of a log of " + std::to_string(size));
  }
  std::vector<TreeHash> path;
  RAKKAN_CHECK(append_inclusion(index, 0, size, node, path));
  return path;
}

Result<std::vector<TreeHash>> consistency_path(std::uint64_t old_size, std::uint64_t size, const NodeReader& node) {
  if (old_size > size) {
    return fail(ErrorCode::invalid_argument, "a tree of " + std::to_string(old_size) +
                                                 " entries is not the beginning of one of " + std::to_string(size));
  }
  std::vector<TreeHash> path;
  if (old_size > 0) {  // the empty tree is the beginning of every tree
    RAKKAN_CHECK(append_consistency(old_size, 0, size, true, node, path));
  }
  return path;
}

// RFC 9162 §2.1.3.2, which spells out the check that RFC 6962 leaves to the reader.
Result<void> verify_inclusion(const TreeHash& leaf, std::uint64_t index, const TreeHead& tree,
                              std::span<const TreeHash> path) {
  if (index >= tree.size) {
    return mismatch("entry " + std::to_string(index) + " is not in a log of " + std::to_string(tree.size));
  }
  std::uint64_t place = index;
  std::uint64_t last = tree.size - 1;
  TreeHash node = leaf;
  for (const TreeHash& sibling : path) {
    if (last == 0) {
      return mismatch("the inclusion proof is too long");
    }
    if ((place & 1) != 0 || place == last) {
      node = node_hash(sibling, node);
      while ((place & 1) == 0 && place != 0) {  // the right edge has no sibling on these levels
        place >>= 1;
        last >>= 1;
      }
    } else {
      node = node_hash(node, sibling);
    }
    place >>= 1;
    last >>= 1;
  }
  if (last != 0) {
    return mismatch("the inclusion proof is too short");
  }
  if (node != tree.root) {
    return mismatch("entry " + std::to_string(index) + " is not the one under the log's root");
  }
  return {};
}

// RFC 9162 §2.1.4.2
Result<void> verify_consistency(const TreeHead& old, const TreeHead& tree, std::span<const TreeHash> path) {
  if (old.size > tree.size) {
    return mismatch("the earlier log is the longer one");
  }
  if (old.size == 0 || old.size == tree.size) {
    const bool same = old.size == 0 ? old.root == empty_root() : old == tree;
    return same && path.empty() ? Result<void>() : mismatch("the roots differ, or a proof is there where none belongs");
  }
  // An old tree that is perfect is itself the first node: the proof leaves it out.
  const bool perfect = std::has_single_bit(old.size);
  if (!perfect && path.empty()) {
    return mismatch("the consistency proof is too short");
  }
  std::uint64_t place = old.size - 1;
  std::uint64_t last = tree.size - 1;
  while ((place & 1) != 0) {
    place >>= 1;
    last >>= 1;
  }
  TreeHash old_root = perfect ? old.root : path.front();
  TreeHash root = old_root;
  for (const TreeHash& sibling : perfect ? path : path.subspan(1)) {
    if (last == 0) {
      return mismatch("the consistency proof is too long");
    }
    if ((place & 1) != 0 || place == last) {
      old_root = node_hash(sibling, old_root);
      root = node_hash(sibling, root);
      while ((place & 1) == 0 && place != 0) {
        place >>= 1;
        last >>= 1;
      }
    } else {
      root = node_hash(root, sibling);
    }
    place >>= 1;
    last >>= 1;
  }
  if (last != 0) {
    return mismatch("the consistency proof is too short");
  }
  if (old_root != old.root || root != tree.root) {
    return mismatch("the log of " + std::to_string(tree.size) + " entries does not begin with the one of " +
                    std::to_string(old.size));
  }
  return {};
}

}  // namespace rakkan::audit
