// PathExtensions are the extensions of a certificate that path validation (RFC 5280 §6.1) reads beside basicConstraints
// and keyUsage. Certificate::path_extensions() reads them once, when they are first asked for: a certificate whose
// nameConstraints are malformed is still a certificate, and no path through it is valid.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/der/oid.hpp"
#include "rakkan/pki/general_name.hpp"

namespace rakkan::pki {

inline constexpr der::Oid kAnyPolicy{2, 5, 29, 32, 0};

// RFC 5280 §4.2.1.4: PolicyInformation ::= SEQUENCE { policyIdentifier, policyQualifiers SEQUENCE OF … OPTIONAL }
struct PolicyInformation {
  der::Oid policy;
  ByteView qualifiers;  // the whole SEQUENCE OF PolicyQualifierInfo; empty when absent
};

struct PolicyMapping {  // §4.2.1.5
  der::Oid issuer_domain;
  der::Oid subject_domain;
};

// §4.2.1.10: NameConstraints ::= SEQUENCE { permittedSubtrees [0], excludedSubtrees [1] }, each of GeneralSubtree ::=
//      SEQUENCE { base GeneralName, minimum [0] BaseDistance DEFAULT 0, maximum [1] BaseDistance OPTIONAL }
struct NameConstraints {
  std::vector<GeneralName> permitted;
  std::vector<GeneralName> excluded;
};

struct PolicyConstraints {  // §4.2.1.11
  std::optional<std::uint64_t> require_explicit_policy;
  std::optional<std::uint64_t> inhibit_policy_mapping;
};

struct PathExtensions {
  std::optional<std::vector<PolicyInformation>> policies;
  std::vector<PolicyMapping> policy_mappings;
  std::optional<NameConstraints> name_constraints;
  PolicyConstraints policy_constraints;
  std::optional<std::uint64_t> inhibit_any_policy;
  std::vector<GeneralName> subject_names;  // subjectAltName
  std::vector<GeneralName> issuer_names;   // issuerAltName
  // Of the subject itself, for name constraints: Name::comparison_key(), and its attributes emailAddress.
  std::string subject_key;
  std::vector<std::string> subject_addresses;
};

}  // namespace rakkan::pki
