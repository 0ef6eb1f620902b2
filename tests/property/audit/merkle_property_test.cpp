// Proofs of trees of any size verify, and no altered one does. The tree they are compared with is computed as RFC 6962
// §2.1 defines it.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "audit/right_edge.hpp"
#include "rakkan/audit/merkle.hpp"
#include "rakkan/audit/proof.hpp"
#include "support/memory_tree.hpp"

namespace rakkan::audit {
namespace {

using test::MemoryTree;

constexpr std::uint64_t kLargest = 1'500;

// All values alike from the first case on, unlike rapidcheck by itself.
std::uint64_t any_in(std::uint64_t first, std::uint64_t end) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::uint64_t>(first, end));
}

const MemoryTree& tree() {
  static const MemoryTree whole = MemoryTree::of_size(kLargest);
  return whole;
}

// Flips a bit, drops a hash, adds one, or swaps two; nothing when that changes nothing.
std::optional<std::vector<TreeHash>> altered(std::vector<TreeHash> path) {
  switch (any_in(0, 4)) {
    case 0:
      if (path.empty()) {
        return std::nullopt;
      }
      path[any_in(0, path.size())][any_in(0, 32)] ^= static_cast<Byte>(1U << any_in(0, 8));
      return path;
    case 1:
      if (path.empty()) {
        return std::nullopt;
      }
      path.erase(path.begin() + static_cast<std::ptrdiff_t>(any_in(0, path.size())));
      return path;
    case 2:
      path.insert(path.begin() + static_cast<std::ptrdiff_t>(any_in(0, path.size() + 1)), tree().leaf(0));
      return path;
    default: {
      const std::vector<TreeHash> before = path;
      if (path.size() < 2) {
        return std::nullopt;
      }
      std::swap(path[any_in(0, path.size())], path[any_in(0, path.size())]);
      return path == before ? std::nullopt : std::optional(path);
    }
  }
}

RC_GTEST_PROP(MerkleProperty, EveryInclusionProofVerifiesAndNoAlteredOneDoes, ()) {
  const std::uint64_t size = any_in(1, kLargest + 1);
  const std::uint64_t index = any_in(0, size);
  const TreeHead head = tree().head(size);
  const auto path = inclusion_path(index, size, tree().nodes()).value();
  RC_ASSERT(verify_inclusion(tree().leaf(index), index, head, path).has_value());
  if (const auto other = altered(path)) {
    RC_ASSERT(!verify_inclusion(tree().leaf(index), index, head, *other).has_value());
  }
  const std::uint64_t elsewhere = any_in(0, kLargest);
  RC_ASSERT((elsewhere == index || !verify_inclusion(tree().leaf(index), elsewhere, head, path).has_value()));
  RC_ASSERT((elsewhere == index || !verify_inclusion(tree().leaf(elsewhere), index, head, path).has_value()));
}

RC_GTEST_PROP(MerkleProperty, EveryConsistencyProofVerifiesAndNoAlteredOneDoes, ()) {
  const std::uint64_t size = any_in(0, kLargest + 1);
  const std::uint64_t old_size = any_in(0, size + 1);
  const TreeHead old = tree().head(old_size);
  const TreeHead head = tree().head(size);
  const auto path = consistency_path(old_size, size, tree().nodes()).value();
  RC_ASSERT(verify_consistency(old, head, path).has_value());
  if (const auto other = altered(path)) {
    RC_ASSERT(!verify_consistency(old, head, *other).has_value());
  }
  TreeHead fork = old;
  fork.root[any_in(0, 32)] ^= static_cast<Byte>(1U << any_in(0, 8));
  RC_ASSERT(!verify_consistency(fork, head, path).has_value());
  const std::uint64_t another = any_in(1, kLargest + 1);
  RC_ASSERT((another == old_size || old_size == 0 || !verify_consistency({another, old.root}, head, path).has_value()));
}

RC_GTEST_PROP(MerkleProperty, TheRightEdgeGivesTheRootOfTheWholeTree, ()) {
  const std::uint64_t size = any_in(0, kLargest + 1);
  RightEdge edge;
  std::uint64_t full_tiles = 0;
  for (std::uint64_t i = 0; i < size; ++i) {
    edge.append(tree().leaf(i), [&](int level, std::span<const TreeHash> hashes) {
      full_tiles += level == 0 ? 1 : 0;
      RC_ASSERT(hashes.size() == kTileWidth);
    });
  }
  RC_ASSERT(edge.root() == tree().head(size).root);
  RC_ASSERT(full_tiles == size / kTileWidth);
}

RC_GTEST_PROP(EntryFileProperty, AnyLineIsReadBackAsWritten, ()) {
  std::string body = "{";
  for (std::uint64_t length = any_in(0, 40); length > 0; --length) {
    const char* const pieces[] = {"a", "\"", "\\", " ", "山", "𠮷", "/", "\u0085", "\u2028", "{", "}", "é"};
    body += pieces[any_in(0, std::size(pieces))];
  }
  body += "}";
  EntryFile file{"entry " + body, std::nullopt};
  if (any_in(0, 2) == 1) {
    file.record = Record{Bytes(kSaltSize, static_cast<Byte>(any_in(0, 256))), body};
  }
  const auto again = EntryFile::parse(file.encode());
  RC_ASSERT(again.has_value());
  RC_ASSERT(again->entry == file.entry);
  RC_ASSERT(again->record.has_value() == file.record.has_value());
  RC_ASSERT((!file.record || (again->record->body == body && again->record->salt == file.record->salt)));
}

}  // namespace
}  // namespace rakkan::audit
