#include "rakkan/pki/path_validator.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "pki/name_constraint_check.hpp"
#include "pki/policy_graph.hpp"

namespace rakkan::pki {
namespace {

struct RefusalRow {
  PathRefusal refusal;
  std::string_view name;
  std::string_view clause;
};
constexpr std::array kRefusals = {
    RefusalRow{PathRefusal::anchor_not_yet, "anchor_not_yet", "EN 319 102-1 §5.2.6"},
    RefusalRow{PathRefusal::anchor_sunset, "anchor_sunset", "EN 319 102-1 §5.2.6"},
    RefusalRow{PathRefusal::signature, "signature", "RFC 5280 §6.1.3 (a) (1)"},
    RefusalRow{PathRefusal::algorithm_unsupported, "algorithm_unsupported", "RFC 5280 §6.1.3 (a) (1)"},
    RefusalRow{PathRefusal::not_yet_valid, "not_yet_valid", "RFC 5280 §6.1.3 (a) (2)"},
    RefusalRow{PathRefusal::expired, "expired", "RFC 5280 §6.1.3 (a) (2)"},
    RefusalRow{PathRefusal::revoked, "revoked", "RFC 5280 §6.1.3 (a) (3)"},
    RefusalRow{PathRefusal::revocation_unknown, "revocation_unknown", "RFC 5280 §6.1.3 (a) (3)"},
    RefusalRow{PathRefusal::issuer_name, "issuer_name", "RFC 5280 §6.1.3 (a) (4)"},
    RefusalRow{PathRefusal::name_not_permitted, "name_not_permitted", "RFC 5280 §6.1.3 (b)"},
    RefusalRow{PathRefusal::name_excluded, "name_excluded", "RFC 5280 §6.1.3 (c)"},
    RefusalRow{PathRefusal::name_kind, "name_kind", "RFC 5280 §4.2.1.10"},
    RefusalRow{PathRefusal::no_valid_policy, "no_valid_policy", "RFC 5280 §6.1.3 (f)"},
    RefusalRow{PathRefusal::any_policy_mapped, "any_policy_mapped", "RFC 5280 §6.1.4 (a)"},
    RefusalRow{PathRefusal::not_a_ca, "not_a_ca", "RFC 5280 §6.1.4 (k)"},
    RefusalRow{PathRefusal::path_length, "path_length", "RFC 5280 §6.1.4 (l)"},
    RefusalRow{PathRefusal::key_usage, "key_usage", "RFC 5280 §6.1.4 (n)"},
    RefusalRow{PathRefusal::critical_extension, "critical_extension", "RFC 5280 §6.1.4 (o), §6.1.5 (f)"},
    RefusalRow{PathRefusal::malformed_extension, "malformed_extension", "RFC 5280 §6.1.4 (o), §6.1.5 (f)"},
    RefusalRow{PathRefusal::explicit_policy, "explicit_policy", "RFC 5280 §6.1.5 (g)"},
};

constexpr bool refusals_in_order() {
  for (std::size_t i = 0; i < kRefusals.size(); ++i) {
    if (static_cast<std::size_t>(kRefusals[i].refusal) != i) {
      return false;
    }
  }
  return kRefusals.size() == static_cast<std::size_t>(PathRefusal::explicit_policy) + 1;
}
static_assert(refusals_in_order(), "a row per PathRefusal, in the order of the enumeration");

const PathExtensions& no_extensions() {
  static const PathExtensions none;
  return none;
}

// Why the anchor is not trusted at the time, with the words for it; nothing when it is.
std::optional<std::pair<PathRefusal, std::string>> refusal_of(const TrustAnchor& anchor, Instant time) {
  if (anchor.from && time < *anchor.from) {
    return std::pair(PathRefusal::anchor_not_yet, "the anchor is trusted from " + to_rfc3339(*anchor.from) + " on");
  }
  if (anchor.sunset && time > *anchor.sunset) {
    return std::pair(PathRefusal::anchor_sunset, "the anchor was trusted until " + to_rfc3339(*anchor.sunset));
  }
  return std::nullopt;
}

// Validation holds the state variables of §6.1.2; its steps bear the letters of the standard.
class Validation {
 public:
  Validation(const CertificationPath& path, const PathInputs& inputs, SignatureChecks& signatures)
      : path_(path),
        inputs_(inputs),
        signatures_(signatures),
        names_(inputs.name_comparisons),
        last_(path.certificates.size() - 1),
        issuer_name_(&path.anchor.certificate.subject()),
        max_path_length_(path.certificates.size()) {
    const std::uint64_t never = path.certificates.size() + 1;  // n + 1 of §6.1.2 (d), (e), (f)
    explicit_policy_ = inputs.policy.explicit_policy ? 0 : never;
    inhibit_any_policy_ = inputs.policy.inhibit_any_policy ? 0 : never;
    policy_mapping_ = inputs.policy.inhibit_policy_mapping ? 0 : never;
    if (!inputs.initial_names.permitted.empty() || !inputs.initial_names.excluded.empty()) {
      names_.add(inputs.initial_names);
    }
  }

  Result<PathVerdict> run() {
    take_anchor_key();
    for (index_ = 0; index_ <= last_; ++index_) {
      const auto& extensions = certificate().path_extensions();
      extensions_ = extensions ? &*extensions : &no_extensions();
      if (index_ == 0) {
        check_anchor();
      }
      RAKKAN_CHECK(check_signature());
      check_validity_period();
      RAKKAN_CHECK(check_revocation());
      check_issuer_name();
      RAKKAN_CHECK(check_names());
      process_policies();
      if (index_ != last_) {
        prepare_for_next();
      } else {
        wrap_up();
      }
      if (!extensions) {
        add(PathRefusal::malformed_extension, extensions.error().where + ": " + extensions.error().detail);
      }
      for (const der::Oid& unknown : certificate().unknown_critical_extensions()) {
        add(PathRefusal::critical_extension, "unknown critical extension " + unknown.dotted());
      }
    }
    return std::move(verdict_);
  }

 private:
  [[nodiscard]] const Certificate& certificate() const { return path_.certificates[index_]; }
  [[nodiscard]] Instant time() const { return inputs_.at(certificate()); }

  void add(PathRefusal refusal, std::string detail) {
    verdict_.findings.push_back({refusal, index_, certificate().subject().text(), std::move(detail)});
  }

  // §6.1.2 (g), (h): working_public_key with its parameters. Without a key nothing below can be verified.
  void take_anchor_key() { take_key(path_.anchor.certificate); }

  void take_key(const Certificate& of) {
    key_trouble_.clear();
    if (crypto::inherits_parameters(of.spki()) && issuer_key_) {  // §6.1.4 (d), (e)
      take_key(crypto::VerificationKey::from_spki(of.spki(), &*issuer_key_));
    } else {
      take_key(of.verification_key());
    }
  }
  void take_key(const Result<crypto::VerificationKey>& key) {
    if (key) {
      issuer_key_ = *key;
    } else {
      issuer_key_.reset();
      key_trouble_ = key.error().detail;
    }
  }

  void check_anchor() {
    if (const auto refusal = refusal_of(path_.anchor, time())) {
      add(refusal->first, refusal->second);
    }
  }

  Result<void> check_signature() {  // §6.1.3 (a) (1)
    if (!issuer_key_) {
      add(PathRefusal::algorithm_unsupported, "its issuer's key cannot be used: " + key_trouble_);
      return {};
    }
    auto verified = signatures_.verify(*issuer_key_, certificate());
    if (verified) {
      return {};
    }
    if (verified.error().code == ErrorCode::signature_invalid) {
      add(PathRefusal::signature, verified.error().detail);
    } else if (verified.error().code == ErrorCode::unsupported_algorithm) {
      add(PathRefusal::algorithm_unsupported, verified.error().detail);
    } else {
      return verified;
    }
    return {};
  }

  void check_validity_period() {  // §6.1.3 (a) (2)
    const Validity& validity = certificate().validity();
    if (time() < validity.not_before) {
      add(PathRefusal::not_yet_valid, "valid from " + to_rfc3339(validity.not_before));
    } else if (time() > validity.not_after) {
      add(PathRefusal::expired, "valid to " + to_rfc3339(validity.not_after));
    }
  }

  Result<void> check_revocation() {  // §6.1.3 (a) (3)
    if (inputs_.revocation) {
      RAKKAN_TRY(auto refusal, inputs_.revocation(path_, index_));
      if (refusal) {
        add(refusal->refusal, std::move(refusal->detail));
      }
    }
    return {};
  }

  void check_issuer_name() {  // §6.1.3 (a) (4)
    if (!issuer_name_->matches(certificate().issuer())) {
      add(PathRefusal::issuer_name, "its issuer is " + certificate().issuer().text() + ", not " + issuer_name_->text());
    }
    issuer_name_ = &certificate().subject();  // §6.1.4 (c)
  }

  // §6.1.3 (b), (c): not for a self-issued certificate, unless it is the last one.
  Result<void> check_names() {
    if (is_self_issued() && index_ != last_) {
      return {};
    }
    RAKKAN_TRY(auto violation, names_.check(*extensions_));
    if (violation) {
      add(violation->refusal, std::move(violation->detail));
    }
    return {};
  }

  void process_policies() {  // §6.1.3 (d), (e), (f)
    const bool any_policy_counts = inhibit_any_policy_ > 0 || (index_ != last_ && is_self_issued());
    policies_.descend(extensions_->policies, any_policy_counts);
    if (explicit_policy_ == 0 && policies_.is_null()) {
      add(PathRefusal::no_valid_policy, "a policy is required, and none is left");
    }
  }

  void prepare_for_next() {                                              // §6.1.4
    for (const PolicyMapping& mapping : extensions_->policy_mappings) {  // (a)
      if (mapping.issuer_domain == kAnyPolicy || mapping.subject_domain == kAnyPolicy) {
        add(PathRefusal::any_policy_mapped, "policyMappings maps anyPolicy");
        break;
      }
    }
    policies_.map(extensions_->policy_mappings, policy_mapping_ == 0);  // (b)
    take_key(certificate());                                            // (d), (e), (f)
    if (extensions_->name_constraints) {                                // (g)
      names_.add(*extensions_->name_constraints);
    }
    if (!is_self_issued()) {  // (h)
      count_down(explicit_policy_);
      count_down(policy_mapping_);
      count_down(inhibit_any_policy_);
    }
    lower(explicit_policy_, extensions_->policy_constraints.require_explicit_policy);  // (i)
    lower(policy_mapping_, extensions_->policy_constraints.inhibit_policy_mapping);
    lower(inhibit_any_policy_, extensions_->inhibit_any_policy);  // (j)
    check_authority();
  }

  void check_authority() {
    const auto& constraints = certificate().basic_constraints();
    if (certificate().version() != 3) {  // (k)
      add(PathRefusal::not_a_ca, "an issuer of version " + std::to_string(certificate().version()));
    } else if (!constraints) {
      add(PathRefusal::not_a_ca, "an issuer without basicConstraints");
    } else if (!constraints->is_ca) {
      add(PathRefusal::not_a_ca, "an issuer that is no CA by its basicConstraints");
    }
    if (!is_self_issued()) {  // (l)
      if (max_path_length_ == 0) {
        add(PathRefusal::path_length, "one CA more than a pathLenConstraint above it allows");
      }
      count_down(max_path_length_);
    }
    if (constraints) {  // (m)
      lower(max_path_length_, constraints->path_length);
    }
    if (!certificate().has_key_usage(KeyUsage::key_cert_sign)) {  // (n)
      add(PathRefusal::key_usage, "an issuer whose keyUsage does not allow to sign certificates");
    }
  }

  void wrap_up() {                                                        // §6.1.5
    count_down(explicit_policy_);                                         // (a)
    if (extensions_->policy_constraints.require_explicit_policy == 0U) {  // (b)
      explicit_policy_ = 0;
    }
    verdict_.authority_policies = policies_.authority_constrained();  // (g)
    verdict_.user_policies = policies_.user_constrained(inputs_.policy.user_initial_policies);
    if (explicit_policy_ == 0 && verdict_.user_policies.empty()) {
      add(PathRefusal::explicit_policy, "a policy is required, and none is left that the user accepts");
    }
  }

  [[nodiscard]] bool is_self_issued() const { return certificate().is_self_issued(); }
  static void count_down(std::uint64_t& counter) noexcept { counter -= counter == 0 ? 0 : 1; }
  static void lower(std::uint64_t& counter, const std::optional<std::uint64_t>& to) noexcept {
    counter = to ? std::min(counter, *to) : counter;
  }

  const CertificationPath& path_;
  const PathInputs& inputs_;
  SignatureChecks& signatures_;

  PolicyGraph policies_;                               // (a)
  NameSpace names_;                                    // (b), (c)
  std::uint64_t explicit_policy_ = 0;                  // (d)
  std::uint64_t inhibit_any_policy_ = 0;               // (e)
  std::uint64_t policy_mapping_ = 0;                   // (f)
  std::optional<crypto::VerificationKey> issuer_key_;  // (g), (h), (i): working_public_key
  std::string key_trouble_;                            // the reason why there is none
  std::size_t last_;
  const Name* issuer_name_;        // (j): working_issuer_name
  std::uint64_t max_path_length_;  // (k)

  std::size_t index_ = 0;
  const PathExtensions* extensions_ = nullptr;
  PathVerdict verdict_;
};

}  // namespace

std::string_view to_string(PathRefusal refusal) noexcept { return kRefusals[static_cast<std::size_t>(refusal)].name; }
std::string_view clause_of(PathRefusal refusal) noexcept { return kRefusals[static_cast<std::size_t>(refusal)].clause; }

bool PathVerdict::has(PathRefusal refusal) const noexcept {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const PathFinding& each) { return each.refusal == refusal; });
}

ControlTime always_at(Instant time) {
  return [time](const Certificate&) { return time; };
}

Result<PathVerdict> validate_path(const CertificationPath& path, const PathInputs& inputs,
                                  SignatureChecks& signatures) {
  if (!inputs.at) {
    return fail(ErrorCode::invalid_argument, "no control time");
  }
  if (path.certificates.empty()) {
    PathVerdict verdict;
    if (auto refusal = refusal_of(path.anchor, inputs.at(path.anchor.certificate))) {
      verdict.findings.push_back(
          {refusal->first, 0, path.anchor.certificate.subject().text(), std::move(refusal->second)});
    }
    return verdict;
  }
  return Validation(path, inputs, signatures).run();
}

}  // namespace rakkan::pki
