#include "pki/policy_graph.hpp"

#include <algorithm>

namespace rakkan::pki {

PolicyGraph::PolicyGraph() : levels_{{{kAnyPolicy, Node{{}, {kAnyPolicy}, {}}}}} {}

void PolicyGraph::descend(const std::optional<std::vector<PolicyInformation>>& policies, bool any_policy_counts) {
  if (is_null()) {
    return;
  }
  if (!policies) {
    levels_.clear();  // (e)
    return;
  }
  const Level& above = levels_.back();
  // The nodes of the depth above by the policies that they expect.
  std::map<der::Oid, std::set<der::Oid>> expecting;
  for (const auto& [policy, node] : above) {
    for (const der::Oid& each : node.expected) {
      expecting[each].insert(policy);
    }
  }
  const bool any_above = above.contains(kAnyPolicy);
  Level level;
  const PolicyInformation* any = nullptr;
  for (const PolicyInformation& each : *policies) {
    if (each.policy == kAnyPolicy) {
      any = &each;
      continue;
    }
    if (const auto found = expecting.find(each.policy); found != expecting.end()) {  // (d) (1) (i)
      level.emplace(each.policy, Node{each.qualifiers, {each.policy}, found->second});
    } else if (any_above) {  // (d) (1) (ii)
      level.emplace(each.policy, Node{each.qualifiers, {each.policy}, {kAnyPolicy}});
    }
  }
  if (any != nullptr && any_policy_counts) {  // (d) (2)
    for (const auto& [policy, parents] : expecting) {
      level.try_emplace(policy, Node{any->qualifiers, {policy}, parents});
    }
  }
  levels_.push_back(std::move(level));
  prune();
}

void PolicyGraph::map(std::span<const PolicyMapping> mappings, bool inhibited) {
  if (is_null() || mappings.empty()) {
    return;
  }
  Level& level = levels_.back();
  if (inhibited) {  // (b) (2)
    for (const PolicyMapping& mapping : mappings) {
      level.erase(mapping.issuer_domain);
    }
    prune();
    return;
  }
  std::map<der::Oid, std::set<der::Oid>> mapped;
  for (const PolicyMapping& mapping : mappings) {
    mapped[mapping.issuer_domain].insert(mapping.subject_domain);
  }
  const auto any = level.find(kAnyPolicy);
  const bool has_any = any != level.end();
  const ByteView any_qualifiers = has_any ? any->second.qualifiers : ByteView();
  for (auto& [policy, subjects] : mapped) {  // (b) (1)
    if (const auto node = level.find(policy); node != level.end()) {
      node->second.expected = std::move(subjects);
    } else if (has_any) {
      level.emplace(policy, Node{any_qualifiers, std::move(subjects), {kAnyPolicy}});
    }
  }
}

// (d) (3): a node without a child is deleted, from the last but one depth upwards; a graph without a node at its last
// depth is no graph.
void PolicyGraph::prune() {
  for (std::size_t depth = levels_.size() - 1; depth > 0; --depth) {
    std::set<der::Oid> parents;
    for (const auto& [policy, node] : levels_[depth]) {
      parents.insert(node.parents.begin(), node.parents.end());
    }
    std::erase_if(levels_[depth - 1], [&](const auto& entry) { return !parents.contains(entry.first); });
  }
  if (levels_.front().empty() || levels_.back().empty()) {
    levels_.clear();
  }
}

// RFC 9618 §5.6: the nodes that stand directly below anyPolicy, and anyPolicy of the last depth. Pruning has left only
// such as have a node at the last depth below them. The qualifiers are those of the certificate that first names the
// policy.
std::vector<ValidPolicy> PolicyGraph::authority_constrained() const {
  std::vector<ValidPolicy> policies;
  std::set<der::Oid> known;
  for (std::size_t depth = 1; depth < levels_.size(); ++depth) {
    for (const auto& [policy, node] : levels_[depth]) {
      const bool is_domain = policy != kAnyPolicy && node.parents.size() == 1 && *node.parents.begin() == kAnyPolicy;
      if (is_domain && known.insert(policy).second) {
        policies.push_back({policy, node.qualifiers});
      }
    }
  }
  if (!is_null()) {
    if (const auto any = levels_.back().find(kAnyPolicy); any != levels_.back().end()) {
      policies.push_back({kAnyPolicy, any->second.qualifiers});
    }
  }
  return policies;
}

std::vector<ValidPolicy> PolicyGraph::user_constrained(std::span<const der::Oid> user_initial_policies) const {
  std::vector<ValidPolicy> policies = authority_constrained();
  const auto user_wants = [&](const der::Oid& policy) {
    return std::find(user_initial_policies.begin(), user_initial_policies.end(), policy) != user_initial_policies.end();
  };
  if (user_wants(kAnyPolicy)) {
    return policies;
  }
  const auto any =
      std::find_if(policies.begin(), policies.end(), [](const ValidPolicy& each) { return each.policy == kAnyPolicy; });
  const std::optional<ByteView> any_qualifiers = any != policies.end() ? std::optional(any->qualifiers) : std::nullopt;
  std::erase_if(policies, [&](const ValidPolicy& each) { return !user_wants(each.policy); });
  if (any_qualifiers) {
    for (const der::Oid& wanted : user_initial_policies) {
      if (std::none_of(policies.begin(), policies.end(),
                       [&](const ValidPolicy& each) { return each.policy == wanted; })) {
        policies.push_back({wanted, *any_qualifiers});
      }
    }
  }
  return policies;
}

}  // namespace rakkan::pki
