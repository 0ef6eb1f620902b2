#include "rakkan/validation/policy.hpp"

#include <gtest/gtest.h>

#include "support/facts_world.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::validation {
namespace {

using test::at;
using test::FactsWorld;
using test::FailsWith;

constexpr auto kInvalid = ErrorCode::validation_policy_invalid;

TEST(ValidationPolicy, ThreeAreCompiledIn) {
  for (const char* name : {"rakkan", "compare-pyhanko", "compare-dss"}) {
    ASSERT_NE(Policy::builtin(name), nullptr) << name;
    EXPECT_EQ(Policy::builtin(name)->name, name);
    EXPECT_FALSE(Policy::builtin(name)->description.empty());
  }
  EXPECT_EQ(Policy::builtin("none"), nullptr);
}

TEST(ValidationPolicy, TheDefaultDemandsTheStatusOfEveryCertificate) {
  const Policy& policy = Policy::rakkan();
  for (const Role role : {Role::signer, Role::timestamp, Role::revocation}) {
    EXPECT_EQ(policy.of(role).revocation, RevocationNeed::required);
    EXPECT_EQ(policy.of(role).ca_revocation, RevocationNeed::required);
  }
  EXPECT_FALSE(policy.algorithm_ends_count_until.has_value());
  EXPECT_EQ(policy.modification_weight(ModificationLevel::other), Weight::fail);
  EXPECT_EQ(policy.modification_weight(ModificationLevel::not_analysed), Weight::fail);
  EXPECT_EQ(policy.modification_weight(ModificationLevel::lta_updates), Weight::ignore);
}

TEST(ValidationPolicy, PyhankosNeedsNoRevocationData) {
  FactsWorld world;
  world.facts.revocations.clear();
  EXPECT_EQ(world.verdict(), "INDETERMINATE/TRY_LATER");
  world.policy = *Policy::builtin("compare-pyhanko");
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
}

TEST(ValidationPolicy, DsssOnlyWarnsOfChanges) {
  FactsWorld world;
  world.signature().pdf.modification = ModificationLevel::other;
  world.signature().pdf.permissions_kept = false;
  EXPECT_EQ(world.verdict(), "TOTAL-FAILED/FORMAT_FAILURE");
  world.policy = *Policy::builtin("compare-dss");
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
}

TEST(ValidationPolicy, AbsentMembersHaveTheirDefaults) {
  ASSERT_OK_AND_ASSIGN(const Policy policy, Policy::parse(R"({"name": "mine"})"));
  EXPECT_EQ(policy.name, "mine");
  EXPECT_EQ(policy.signer.revocation, RevocationNeed::required);
  EXPECT_EQ(policy.structure_weight("anything"), Weight::fail);
  EXPECT_EQ(policy.chain_weight("anything"), Weight::fail);
  EXPECT_EQ(policy.modification_weight(ModificationLevel::none), Weight::fail);
  EXPECT_EQ(policy.timestamp_freshness, Weight::fail);
}

TEST(ValidationPolicy, ReadsEveryMember) {
  ASSERT_OK_AND_ASSIGN(const Policy policy, Policy::parse(R"({
    "name": "mine", "description": "a test", "algorithms": {"endsCountUntil": "2024-10-13T00:00:00Z"},
    "signer": {"revocation": "none", "caRevocation": "if-present", "keyUsage": ["a", "b"], "keyUsageWeight": "warn",
               "extendedKeyUsage": ["1.2"], "extendedKeyUsageWeight": "inform"},
    "chain": [{"code": "x", "weight": "warn"}], "freshness": {"isNeeded": true, "seconds": 3600}, "responderLoop": "warn",
    "timestampFreshness": "inform",
    "structure": [{"code": "y", "weight": "inform"}], "modification": [{"level": "OTHER", "weight": "warn"}],
    "permissions": "warn", "referenceAbsent": "fail", "referenceAmbiguous": "fail", "referenceMismatch": "warn",
    "timestampReferenceAbsent": "warn", "claimedTimeAbsent": "fail", "claimedTimeOutsideCertificate": "fail",
    "policyUnavailable": "fail", "policyMismatch": "warn", "timestampOrder": "ignore", "timestampDelaySeconds": 5})"));
  EXPECT_EQ(policy.algorithm_ends_count_until, at("2024-10-13"));
  EXPECT_EQ(policy.signer.revocation, RevocationNeed::none);
  EXPECT_EQ(policy.signer.key_usage.size(), 2U);
  EXPECT_EQ(policy.chain_weight("x"), Weight::warn);
  EXPECT_EQ(policy.freshness, std::chrono::hours(1));
  EXPECT_EQ(policy.responder_loop, Weight::warn);
  EXPECT_EQ(policy.timestamp_freshness, Weight::inform);
  EXPECT_EQ(policy.structure_weight("y"), Weight::inform);
  EXPECT_EQ(policy.modification_weight(ModificationLevel::other), Weight::warn);
  EXPECT_EQ(policy.timestamp_order, Weight::ignore);
  EXPECT_EQ(policy.timestamp_delay, std::chrono::seconds(5));
}

TEST(ValidationPolicy, RefusesWhatIsWrongAndSaysWhere) {
  const std::vector<std::pair<const char*, const char*>> wrong{
      {R"({})", "name"},
      {R"({"name": "x", "more": 1})", "more"},
      {R"({"name": "x", "permissions": "perhaps"})", "permissions"},
      {R"({"name": "x", "signer": {"revocation": "maybe"}})", "signer.revocation"},
      {R"({"name": "x", "signer": {"other": 1}})", "signer.other"},
      {R"({"name": "x", "structure": [{"code": "a"}]})", "structure[0].weight"},
      {R"({"name": "x", "structure": [{"code": "a", "weight": "warn"}, {"code": "a", "weight": "fail"}]})",
       "structure[1].code"},
      {R"({"name": "x", "modification": [{"level": "SOME", "weight": "warn"}]})", "modification[0].level"},
      {R"({"name": "x", "algorithms": {"endsCountUntil": "never"}})", "algorithms.endsCountUntil"},
      {R"({"name": "x", "freshness": {"isNeeded": true, "seconds": -1}})", "freshness.seconds"}};
  for (const auto& [json, where] : wrong) {
    const auto read = Policy::parse(json);
    ASSERT_THAT(read, FailsWith(kInvalid)) << json;
    EXPECT_EQ(read.error().where, where);
  }
}

}  // namespace
}  // namespace rakkan::validation
