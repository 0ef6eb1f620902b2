// PolicyGraph is the valid_policy_graph of RFC 9618 §5, which takes the place of the valid_policy_tree of RFC 5280
// §6.1.2: it accepts the same paths, but holds a policy at most once at each depth, so that its size is bounded by that
// of the certificates (the tree grows exponentially).
#pragma once

#include <map>
#include <set>
#include <span>
#include <vector>

#include "rakkan/pki/path_extensions.hpp"
#include "rakkan/pki/path_validator.hpp"

namespace rakkan::pki {

class PolicyGraph {
 public:
  // Depth 0 with the one node anyPolicy.
  PolicyGraph();

  [[nodiscard]] bool is_null() const noexcept { return levels_.empty(); }

  // RFC 5280 §6.1.3 (d) with its replacement, and (e): the next depth, from certificatePolicies of the certificate at
  // it. `any_policy_counts` when inhibit_anyPolicy is above 0, or the certificate is self-issued and not the last one.
  void descend(const std::optional<std::vector<PolicyInformation>>& policies, bool any_policy_counts);
  // §6.1.4 (b): the mappings of the same certificate; with `inhibited` (policy_mapping is 0) mapped policies are
  // deleted.
  void map(std::span<const PolicyMapping> mappings, bool inhibited);

  // §6.1.5 (g): the policies that the path is valid for before and after the user's own set is applied.
  [[nodiscard]] std::vector<ValidPolicy> authority_constrained() const;
  [[nodiscard]] std::vector<ValidPolicy> user_constrained(std::span<const der::Oid> user_initial_policies) const;

 private:
  struct Node {
    ByteView qualifiers;
    std::set<der::Oid> expected;
    std::set<der::Oid> parents;  // valid_policy of nodes of the depth above
  };
  using Level = std::map<der::Oid, Node>;  // by valid_policy

  void prune();

  std::vector<Level> levels_;
};

}  // namespace rakkan::pki
