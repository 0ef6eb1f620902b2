#include "rakkan/validation/policy.hpp"

#include <array>
#include <cstdlib>
#include <utility>

#include "rakkan/json/reader.hpp"
#include "validation/policies.hpp"
#include "validation/words.hpp"

namespace rakkan::validation {
namespace {

using json::Members;

constexpr std::size_t kMostRows = 1'000;
constexpr std::size_t kLongestText = 1'000;
constexpr std::int64_t kMostSeconds = 100LL * 366 * 86'400;

template <class E>
Result<void> read_word(Members& from, std::string_view name, E& to) {
  RAKKAN_TRY(const std::optional<std::string> text, from.optional_text(name, 64));
  if (!text) {
    return {};
  }
  const auto value = from_word<E>(*text);
  if (!value) {
    return from.not_among(name, all_words<E>());
  }
  to = *value;
  return {};
}

Result<void> read_texts(Members& from, std::string_view name, std::vector<std::string>& to) {
  if (from.has(name)) {
    RAKKAN_TRY(to, from.texts(name, kMostRows, kLongestText));
  }
  return {};
}

Result<void> read_seconds(Members& from, std::string_view name, std::optional<std::chrono::milliseconds>& to) {
  if (from.has(name)) {
    RAKKAN_TRY(const std::int64_t seconds, from.integer(name, 0, kMostSeconds));
    to = std::chrono::seconds(seconds);
  }
  return {};
}

Result<void> read_role(Members& from, std::string_view name, RolePolicy& to) {
  if (!from.has(name)) {
    return {};
  }
  RAKKAN_TRY(Members role, from.object(name));
  RAKKAN_CHECK(read_word(role, "revocation", to.revocation));
  RAKKAN_CHECK(read_word(role, "caRevocation", to.ca_revocation));
  RAKKAN_CHECK(read_texts(role, "keyUsage", to.key_usage));
  RAKKAN_CHECK(read_word(role, "keyUsageWeight", to.key_usage_weight));
  RAKKAN_CHECK(read_texts(role, "extendedKeyUsage", to.extended_key_usage));
  RAKKAN_CHECK(read_word(role, "extendedKeyUsageWeight", to.extended_key_usage_weight));
  return role.done();
}

// An array of {"code": …, "weight": …}, each code once.
Result<void> read_weights(Members& from, std::string_view name, std::map<std::string, Weight, std::less<>>& to) {
  if (!from.has(name)) {
    return {};
  }
  RAKKAN_TRY(std::vector<Members> rows, from.objects(name, kMostRows));
  for (Members& each : rows) {
    RAKKAN_TRY(std::string code, each.text("code", kLongestText));
    Weight weight{};
    RAKKAN_CHECK(each.text("weight", 64));
    RAKKAN_CHECK(read_word(each, "weight", weight));
    RAKKAN_CHECK(each.done());
    if (!to.emplace(std::move(code), weight).second) {
      return each.wrong("code", "occurs twice");
    }
  }
  return {};
}

Result<void> read_levels(Members& from, std::map<ModificationLevel, Weight>& to) {
  if (!from.has("modification")) {
    return {};
  }
  RAKKAN_TRY(std::vector<Members> rows, from.objects("modification", kMostRows));
  for (Members& each : rows) {
    ModificationLevel level{};
    Weight weight{};
    RAKKAN_CHECK(each.text("level", 64));
    RAKKAN_CHECK(each.text("weight", 64));
    RAKKAN_CHECK(read_word(each, "level", level));
    RAKKAN_CHECK(read_word(each, "weight", weight));
    RAKKAN_CHECK(each.done());
    if (!to.emplace(level, weight).second) {
      return each.wrong("level", "occurs twice");
    }
  }
  return {};
}

Result<void> read_algorithms(Members& from, Policy& to) {
  if (!from.has("algorithms")) {
    return {};
  }
  RAKKAN_TRY(Members algorithms, from.object("algorithms"));
  RAKKAN_TRY(const std::string text, algorithms.text("endsCountUntil", 64));
  to.algorithm_ends_count_until = parse_rfc3339(text);
  if (!to.algorithm_ends_count_until) {
    return algorithms.wrong("endsCountUntil", "must be a time by RFC 3339");
  }
  return algorithms.done();
}

Result<void> read_freshness(Members& from, Policy& to) {
  if (!from.has("freshness")) {
    return {};
  }
  RAKKAN_TRY(Members freshness, from.object("freshness"));
  RAKKAN_TRY(to.freshness_is_needed, freshness.flag("isNeeded"));
  RAKKAN_CHECK(read_seconds(freshness, "seconds", to.freshness));
  return freshness.done();
}

struct Builtin {
  std::string_view name;
  std::string_view (*text)() noexcept;
};
constexpr std::array kBuiltins{Builtin{"rakkan", rakkan_policy_text},
                               Builtin{"compare-pyhanko", compare_pyhanko_policy_text},
                               Builtin{"compare-dss", compare_dss_policy_text}};

std::vector<Policy> read_builtins() {
  std::vector<Policy> policies;
  for (const Builtin& each : kBuiltins) {
    auto policy = Policy::parse(each.text());
    if (!policy) {
      std::abort();  // the files are compiled in, and a test reads them
    }
    policies.push_back(*std::move(policy));
  }
  return policies;
}

template <class Weights>
Weight weight_of(const Weights& weights, std::string_view code) {
  const auto found = weights.find(code);
  return found == weights.end() ? Weight::fail : found->second;
}

}  // namespace

Result<Policy> Policy::parse(std::string_view json) {
  RAKKAN_TRY(const json::Document document, json::Document::parse(json, ErrorCode::validation_policy_invalid));
  Members root = document.root();
  Policy policy;
  RAKKAN_TRY(policy.name, root.text("name", 64));
  if (root.has("description")) {
    RAKKAN_TRY(policy.description, root.text("description", kLongestText));
  }
  RAKKAN_CHECK(read_algorithms(root, policy));
  RAKKAN_CHECK(read_role(root, "signer", policy.signer));
  RAKKAN_CHECK(read_role(root, "timestamp", policy.timestamp));
  RAKKAN_CHECK(read_role(root, "responder", policy.responder));
  RAKKAN_CHECK(read_weights(root, "chain", policy.chain));
  RAKKAN_CHECK(read_freshness(root, policy));
  RAKKAN_CHECK(read_word(root, "timestampFreshness", policy.timestamp_freshness));
  RAKKAN_CHECK(read_word(root, "responderLoop", policy.responder_loop));
  RAKKAN_CHECK(read_weights(root, "structure", policy.structure));
  RAKKAN_CHECK(read_levels(root, policy.modification));
  RAKKAN_CHECK(read_word(root, "permissions", policy.permissions));
  RAKKAN_CHECK(read_word(root, "referenceAbsent", policy.reference_absent));
  RAKKAN_CHECK(read_word(root, "referenceAmbiguous", policy.reference_ambiguous));
  RAKKAN_CHECK(read_word(root, "referenceMismatch", policy.reference_mismatch));
  RAKKAN_CHECK(read_word(root, "timestampReferenceAbsent", policy.timestamp_reference_absent));
  RAKKAN_CHECK(read_word(root, "claimedTimeAbsent", policy.claimed_time_absent));
  RAKKAN_CHECK(read_word(root, "claimedTimeOutsideCertificate", policy.claimed_time_outside_certificate));
  RAKKAN_CHECK(read_word(root, "policyUnavailable", policy.policy_unavailable));
  RAKKAN_CHECK(read_word(root, "policyMismatch", policy.policy_mismatch));
  RAKKAN_CHECK(read_word(root, "timestampOrder", policy.timestamp_order));
  RAKKAN_CHECK(read_seconds(root, "timestampDelaySeconds", policy.timestamp_delay));
  RAKKAN_CHECK(root.done());
  return policy;
}

const Policy* Policy::builtin(std::string_view name) {
  static const std::vector<Policy> kPolicies = read_builtins();
  for (const Policy& each : kPolicies) {
    if (each.name == name) {
      return &each;
    }
  }
  return nullptr;
}

const Policy& Policy::rakkan() { return *builtin("rakkan"); }

const RolePolicy& Policy::of(Role role) const noexcept {
  switch (role) {
    case Role::signer:
      return signer;
    case Role::timestamp:
      return timestamp;
    case Role::revocation:
      break;
  }
  return responder;
}

Weight Policy::structure_weight(std::string_view code) const { return weight_of(structure, code); }
Weight Policy::chain_weight(std::string_view code) const { return weight_of(chain, code); }
Weight Policy::modification_weight(ModificationLevel level) const {
  const auto found = modification.find(level);
  return found == modification.end() ? Weight::fail : found->second;
}

}  // namespace rakkan::validation
