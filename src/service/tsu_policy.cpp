#include "service/tsu_policy.hpp"

#include <string>

#include "rakkan/der/oid.hpp"

namespace rakkan::service {
namespace {

Result<der::Oid> policy_oid(const std::string& dotted, const std::string& key) {
  const auto oid = der::Oid::from_dotted(dotted);
  if (!oid) {
    return fail(ErrorCode::configuration_invalid, "must be an OID", key);
  }
  return *oid;
}

}  // namespace

Result<tsp::TsuPolicy> tsu_policy(const TsuOptions& options) {
  tsp::TsuPolicy policy;
  RAKKAN_TRY(policy.default_policy, policy_oid(options.policy, "tsu.policy"));
  for (const std::string& dotted : options.accepted_policies) {
    RAKKAN_TRY(const der::Oid oid, policy_oid(dotted, "tsu.accepted_policies"));
    policy.accepted_policies.push_back(oid);
  }
  const auto accuracy = options.accuracy.count();
  const auto seconds = checked_cast<std::uint32_t>(accuracy / 1'000);
  const auto milliseconds = checked_cast<std::uint16_t>(accuracy % 1'000);
  if (!seconds || !milliseconds) {
    return fail(ErrorCode::configuration_invalid, "is out of range", "tsu.accuracy");
  }
  policy.accuracy = {*seconds, *milliseconds, 0};
  return policy;
}

}  // namespace rakkan::service
