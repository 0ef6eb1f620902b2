#include "service/timestampers.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "rakkan/store/store.hpp"

namespace rakkan::service {
namespace {

// The principal of work that no caller asked for: the service itself.
const access::Principal kItself{"service", TenantId(), true};

async::Task<Result<std::shared_ptr<Timestamper>>> refuse(Error why) { co_return fail(std::move(why)); }

std::string_view noun(TsaRole role) noexcept {
  switch (role) {
    case TsaRole::signature:
      return "signature";
    case TsaRole::archive:
      return "archive";
    case TsaRole::checkpoint:
      return "checkpoint";
  }
  return {};
}

bool is_accredited(const Options& options, const std::string& profile) {
  const auto found = options.tsa.find(profile);
  return found != options.tsa.end() && found->second.options.accredited;
}

void check_list(const Options& options, const std::vector<std::string>& further, const TsaList& list,
                const TsaList& policy, const std::string& section, std::vector<Error>& findings) {
  const auto add = [&](std::string detail, const std::string& key) {
    findings.push_back({ErrorCode::configuration_invalid, std::move(detail), section + key, {}, {}});
  };
  for (const std::string& name : list.profiles) {
    const bool known = options.tsa.contains(name) || std::find(further.begin(), further.end(), name) != further.end();
    if (!known) {
      add("names no profile: there is no table tsa." + name, ".tsa");
    } else if (policy.needs_accredited() && !is_accredited(options, name)) {
      add("accredited authorities are required, and tsa." + name + ".accredited is not true", ".accredited");
    }
  }
  if (policy.accredited != TsaList::kAny && policy.accredited != TsaList::kRequired) {
    add("must be any or required", ".accredited");
  }
}

}  // namespace

Result<OutsideAuthorities> outside_authorities(const Options& options, fetch::ExchangeLoop& loop,
                                               RandomSource& random) {
  OutsideAuthorities authorities;
  for (const auto& [name, profile] : options.tsa) {
    if (profile.internal()) {
      continue;
    }
    auto client = fetch::TsaClient::create(profile.options, name, loop, random);
    if (!client) {
      return fail(std::move(client).error().blamed_on("tsa." + name));
    }
    authorities.emplace(name, std::make_shared<OutsideAuthority>(*std::move(client)));
  }
  return authorities;
}

const TsaList& list_of(const TsaLists& lists, TsaRole role) noexcept {
  switch (role) {
    case TsaRole::signature:
      return lists.signature;
    case TsaRole::archive:
      return lists.archive.profiles.empty() ? lists.signature : lists.archive;
    case TsaRole::checkpoint:
      return lists.checkpoint;
  }
  return lists.signature;
}

std::vector<Error> check_lists(const Options& options, const std::vector<std::string>& further_profiles) {
  std::vector<Error> findings;
  const TsaLists& lists = options.tsa_lists;
  check_list(options, further_profiles, lists.signature, lists.signature, "signing", findings);
  check_list(options, further_profiles, list_of(lists, TsaRole::archive), lists.archive, "archive", findings);
  check_list(options, further_profiles, lists.checkpoint, lists.checkpoint, "audit", findings);
  if (lists.signature.profiles.empty()) {
    findings.push_back({ErrorCode::configuration_invalid, "names no profile", "signing.tsa", {}, {}});
  }
  std::size_t own = 0;
  for (const std::string& name : lists.checkpoint.profiles) {
    const auto profile = options.tsa.find(name);
    own += profile != options.tsa.end() && profile->second.internal() ? 1U : 0U;
  }
  if (own > 0 && own < lists.checkpoint.profiles.size()) {
    findings.push_back({ErrorCode::configuration_invalid,
                        "the own unit, whose word about its own log proves less, stands beside other authorities",
                        "audit.tsa",
                        {},
                        {}});
  }
  return findings;
}

Timestampers::Timestampers(TimestamperEnvironment environment, OutsideAuthorities outside,
                           std::map<std::string, std::shared_ptr<Timestamper>> given)
    : environment_(std::move(environment)),
      unit_(environment_.options.tsu.credential),
      outside_(std::move(outside)),
      given_(std::move(given)) {}

std::vector<std::string> Timestampers::profiles() const {
  std::set<std::string> names;
  for (const auto& [name, profile] : environment_.options.tsa) {
    names.insert(name);
  }
  for (const auto& [name, timestamper] : given_) {
    names.insert(name);
  }
  return {names.begin(), names.end()};
}

std::vector<Timestampers::Budget> Timestampers::budgets() const {
  std::vector<Budget> budgets;
  for (const auto& [name, authority] : outside_) {
    if (const auto left = authority->client().budget_left()) {
      budgets.push_back({name, *left});
    }
  }
  return budgets;
}

async::Task<Result<std::shared_ptr<Timestamper>>> Timestampers::of(const std::string& profile, TsaRole role,
                                                                   async::Deadline deadline) {
  const TsaLists& lists = environment_.options.tsa_lists;
  if (!profile.empty()) {
    const TsaList& policy = role == TsaRole::archive ? lists.archive : list_of(lists, role);
    const bool known = environment_.options.tsa.contains(profile);
    return known && policy.needs_accredited() && !is_accredited(environment_.options, profile)
               ? refuse({ErrorCode::tsa_not_accredited,
                         "only authorities marked as accredited may be used",
                         "tsa",
                         {},
                         {}})
               : one(profile, role, deadline);
  }
  const std::vector<std::string>& names = list_of(lists, role).profiles;
  return names.size() == 1 ? one(names.front(), role, deadline) : several(names, role, deadline);
}

async::Task<Result<std::shared_ptr<Timestamper>>> Timestampers::several(const std::vector<std::string>& names,
                                                                        TsaRole role, async::Deadline deadline) {
  std::vector<std::shared_ptr<Timestamper>> usable;
  std::optional<Error> first;
  for (const std::string& name : names) {
    Result<std::shared_ptr<Timestamper>> found = co_await one(name, role, deadline);
    if (found) {
      usable.push_back(*std::move(found));
    } else if (!first) {
      first = std::move(found).error();
    }
  }
  if (usable.empty()) {
    co_return first ? fail(*std::move(first)) : fail(ErrorCode::configuration_invalid, "the role has no authority");
  }
  if (usable.size() == 1) {
    co_return usable.front();  // our own unit alone takes kept signatures along in its journal (Timestamper::own_unit)
  }
  co_return std::make_shared<FailoverTimestamper>(std::move(usable));
}

async::Task<Result<std::shared_ptr<Timestamper>>> Timestampers::one(const std::string& profile, TsaRole role,
                                                                    async::Deadline deadline) {
  if (const auto known = given_.find(profile); known != given_.end()) {
    co_return known->second;
  }
  if (const auto known = outside_.find(profile); known != outside_.end()) {
    co_return std::make_shared<OutsideTimestamper>(known->second, std::string(noun(role)));
  }
  if (!environment_.options.tsa.contains(profile)) {
    co_return fail(not_among(ErrorCode::invalid_argument, profiles(), "tsa"));
  }
  RAKKAN_CO_TRY(std::shared_ptr<InternalTimestamper> internal, co_await unit(deadline));
  RAKKAN_CO_CHECK(internal->can_issue(environment_.clock.now()));
  co_return internal;
}

async::Task<Result<std::shared_ptr<InternalTimestamper>>> Timestampers::unit(async::Deadline deadline) {
  RAKKAN_CO_TRY(const auto credential, environment_.registry.opened(kItself, unit_));
  if (auto opened = unit_of(credential)) {
    co_return opened;
  }
  const auto open = [&] { return open_unit(); };
  co_return co_await async::run_on(environment_.hsm, open, deadline);
}

std::shared_ptr<InternalTimestamper> Timestampers::unit_of(
    const std::shared_ptr<const credentials::Credential>& credential) {
  const std::scoped_lock lock(mutex_);
  return credential != nullptr && unit_credential_ == credential ? opened_unit_ : nullptr;
}

Result<void> Timestampers::check_unit() {
  const auto unit = environment_.registry.find(kItself, unit_);
  if (!unit || unit->status != credentials::CredentialStatus::active || !unit->certificate) {
    return {};
  }
  const auto look = [&]() -> Result<void> {
    RAKKAN_CHECK(pki::check_validity(*unit->certificate, environment_.clock.now()));
    const bool again = [&] {
      const std::scoped_lock lock(mutex_);
      return unit_did_not_open_;
    }();
    if (again) {
      RAKKAN_CHECK(open_unit());
    }
    return {};
  };
  Result<void> can = look();
  if (!can) {
    return fail(std::move(can).error().at("credential " + unit_.value()));
  }
  return can;
}

Result<std::shared_ptr<InternalTimestamper>> Timestampers::open_unit() {
  auto opened = make_unit();
  const std::scoped_lock lock(mutex_);
  unit_did_not_open_ = !opened;
  return opened;
}

Result<std::shared_ptr<InternalTimestamper>> Timestampers::make_unit() {
  RAKKAN_TRY(const auto credential, environment_.registry.load(kItself, unit_));
  if (credential->kind() != credentials::CredentialKind::tsu) {
    return fail(ErrorCode::credential_type_mismatch, "the credential is not a time-stamping unit's",
                "credential " + unit_.value());
  }
  if (auto opened = unit_of(credential)) {
    return opened;  // another thread was faster
  }
  // Durable before the first serial number of this process, and never given out again.
  RAKKAN_TRY(const std::uint64_t epoch, environment_.store.next_tsu_epoch(unit_));
  const credentials::SigningMaterial& material = credential->material();
  // The credential keeps the signer alive, and the unit keeps the credential.
  std::shared_ptr<crypto::Signer> signer(credential, &material.signer());
  RAKKAN_TRY(auto unit, tsp::Tsu::create(std::move(signer), material.suite(), material.certificate(), material.chain(),
                                         environment_.policy, tsp::make_epoch_serial_source(epoch, environment_.random),
                                         environment_.clock_gate));
  auto made = std::make_shared<InternalTimestamper>(std::move(unit), credential, environment_.trail, environment_.hsm,
                                                    environment_.cpu, environment_.random, environment_.key_use);
  const std::scoped_lock lock(mutex_);
  opened_unit_ = made;
  unit_credential_ = credential;
  return made;
}

}  // namespace rakkan::service
