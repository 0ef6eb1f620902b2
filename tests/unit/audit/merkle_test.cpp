#include "rakkan/audit/merkle.hpp"

#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "support/memory_tree.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::audit {
namespace {

using test::FailsWith;
using test::IsOk;
using test::MemoryTree;

// The leaves of the reference tree of Certificate Transparency (certificate-transparency-go, merkle tree tests), and
// its roots for 0 to 8 of them.
const std::vector<std::string> kLeaves = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
const std::vector<std::string> kRoots = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                                         "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                         "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                         "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                         "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                         "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                         "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                         "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

MemoryTree reference_tree() {
  MemoryTree tree;
  for (const std::string& leaf : kLeaves) {
    tree.append(*from_hex(leaf));
  }
  return tree;
}

TEST(Merkle, RootsAreThoseOfTheReferenceTree) {
  const MemoryTree tree = reference_tree();
  for (std::uint64_t size = 0; size <= tree.size(); ++size) {
    ASSERT_OK_AND_ASSIGN(const TreeHash root, tree_root(size, tree.nodes()));
    EXPECT_EQ(to_hex(root), kRoots[size]) << size;
    EXPECT_EQ(root, tree.head(size).root);
  }
}

// Paths of the same tests: index, size, path.
TEST(Merkle, InclusionPathsAreThoseOfTheReferenceTree) {
  const MemoryTree tree = reference_tree();
  const auto path_of = [&](std::uint64_t index, std::uint64_t size) {
    std::vector<std::string> path;
    const std::vector<TreeHash> hashes = inclusion_path(index, size, tree.nodes()).value();
    for (const TreeHash& hash : hashes) {
      path.push_back(to_hex(hash));
    }
    return path;
  };
  EXPECT_THAT(path_of(0, 1), testing::IsEmpty());
  EXPECT_THAT(path_of(0, 8), testing::ElementsAre("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                                                  "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                                  "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"));
  EXPECT_THAT(path_of(5, 8), testing::ElementsAre("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                                                  "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                                                  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"));
  EXPECT_THAT(path_of(2, 3), testing::ElementsAre("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"));
}

TEST(Merkle, APathLeadsToTheRootForItsPlaceAlone) {
  const MemoryTree tree = MemoryTree::of_size(7);
  ASSERT_OK_AND_ASSIGN(std::vector<TreeHash> path, inclusion_path(3, 7, tree.nodes()));
  EXPECT_THAT(verify_inclusion(tree.leaf(3), 3, tree.head(), path), IsOk());
  EXPECT_THAT(verify_inclusion(tree.leaf(3), 2, tree.head(), path), FailsWith(ErrorCode::audit_log_mismatch));
  EXPECT_THAT(verify_inclusion(tree.leaf(4), 3, tree.head(), path), FailsWith(ErrorCode::audit_log_mismatch));
  EXPECT_THAT(verify_inclusion(tree.leaf(3), 7, tree.head(), path), FailsWith(ErrorCode::audit_log_mismatch));
  path.push_back(tree.leaf(0));
  EXPECT_THAT(verify_inclusion(tree.leaf(3), 3, tree.head(), path), FailsWith(ErrorCode::audit_log_mismatch));
  EXPECT_THAT(inclusion_path(7, 7, tree.nodes()), FailsWith(ErrorCode::audit_index_unknown));
}

TEST(Merkle, ALogDoesNotContinueAForkOfItself) {
  const MemoryTree tree = MemoryTree::of_size(9);
  MemoryTree fork = MemoryTree::of_size(4);
  fork.append(bytes_of("another"));
  ASSERT_OK_AND_ASSIGN(const std::vector<TreeHash> path, consistency_path(5, 9, tree.nodes()));
  EXPECT_THAT(verify_consistency(tree.head(5), tree.head(9), path), IsOk());
  EXPECT_THAT(verify_consistency(fork.head(5), tree.head(9), path), FailsWith(ErrorCode::audit_log_mismatch));
  EXPECT_THAT(verify_consistency(tree.head(9), tree.head(5), path), FailsWith(ErrorCode::audit_log_mismatch));
  EXPECT_THAT(verify_consistency(tree.head(5), tree.head(9), {}), FailsWith(ErrorCode::audit_log_mismatch));
  EXPECT_THAT(consistency_path(9, 5, tree.nodes()), FailsWith(ErrorCode::invalid_argument));
}

TEST(Merkle, TheEmptyLogAndTheLogItselfNeedNoProof) {
  const MemoryTree tree = MemoryTree::of_size(9);
  EXPECT_THAT(verify_consistency(tree.head(0), tree.head(9), {}), IsOk());
  EXPECT_THAT(verify_consistency(tree.head(9), tree.head(9), {}), IsOk());
  TreeHead altered = tree.head(9);
  altered.root[0] ^= 1;
  EXPECT_THAT(verify_consistency(altered, tree.head(9), {}), FailsWith(ErrorCode::audit_log_mismatch));
  EXPECT_THAT(verify_consistency({0, altered.root}, tree.head(9), {}), FailsWith(ErrorCode::audit_log_mismatch));
}

}  // namespace
}  // namespace rakkan::audit
