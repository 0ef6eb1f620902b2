// Reading of the extensions that path validation needs; the ASN.1 stands at each function and in path_extensions.hpp.
#include "rakkan/pki/path_extensions.hpp"

#include <set>

#include "pki/name_attributes.hpp"
#include "pki/object_identifiers.hpp"
#include "pki/path_extension_reader.hpp"
#include "rakkan/pki/directory_string.hpp"

namespace rakkan::pki {
namespace {

using der::Reader;
using der::Tag;

constexpr der::Oid kEmailAddress{1, 2, 840, 113549, 1, 9, 1};

Result<Reader> enter_whole(ByteView value) {
  Reader top(value);
  RAKKAN_TRY(Reader sequence, top.enter(Tag::sequence));
  RAKKAN_CHECK(top.end());
  return sequence;
}

// RFC 5280 §4.2.1.4: "A certificate policy OID MUST NOT appear more than once in a certificate policies extension."
Result<std::vector<PolicyInformation>> read_policies(ByteView value) {
  RAKKAN_TRY(Reader list, enter_whole(value));
  std::vector<PolicyInformation> policies;
  std::set<der::Oid> seen;
  do {
    RAKKAN_TRY(Reader fields, list.enter(Tag::sequence));
    PolicyInformation information;
    RAKKAN_TRY(information.policy, fields.oid());
    if (!fields.at_end()) {
      RAKKAN_TRY(const der::Element qualifiers, fields.element(Tag::sequence));
      information.qualifiers = qualifiers.encoding;
    }
    RAKKAN_CHECK(fields.end());
    if (!seen.insert(information.policy).second) {
      return fields.malformed("certificatePolicies names " + information.policy.dotted() + " twice");
    }
    policies.push_back(information);
  } while (!list.at_end());
  return policies;
}

// §4.2.1.5: PolicyMappings ::= SEQUENCE SIZE (1..MAX) OF SEQUENCE { issuerDomainPolicy, subjectDomainPolicy }
Result<std::vector<PolicyMapping>> read_mappings(ByteView value) {
  RAKKAN_TRY(Reader list, enter_whole(value));
  std::vector<PolicyMapping> mappings;
  do {
    RAKKAN_TRY(Reader fields, list.enter(Tag::sequence));
    PolicyMapping mapping;
    RAKKAN_TRY(mapping.issuer_domain, fields.oid());
    RAKKAN_TRY(mapping.subject_domain, fields.oid());
    RAKKAN_CHECK(fields.end());
    mappings.push_back(mapping);
  } while (!list.at_end());
  return mappings;
}

// "Within this profile, the minimum and maximum fields are not used with any name forms, thus, the minimum MUST be
// zero, and maximum MUST be absent." (§4.2.1.10)
Result<std::vector<GeneralName>> read_subtrees(Reader list) {
  std::vector<GeneralName> subtrees;
  do {
    RAKKAN_TRY(Reader fields, list.enter(Tag::sequence));
    RAKKAN_TRY(GeneralName base, read_general_name(fields));
    if (fields.peek() == der::context(0)) {
      RAKKAN_TRY(const std::uint64_t minimum, fields.small_unsigned(der::context(0)));
      if (minimum != 0) {
        return fields.malformed("a name constraint with a minimum");
      }
    }
    if (!fields.at_end()) {
      return fields.malformed("a name constraint with a maximum");
    }
    if (base.kind == GeneralName::Kind::ip_address && base.value.size() != 8 && base.value.size() != 32) {
      return fields.malformed("a range of IP addresses of " + std::to_string(base.value.size()) + " octets");
    }
    subtrees.push_back(std::move(base));
  } while (!list.at_end());
  return subtrees;
}

Result<NameConstraints> read_name_constraints(ByteView value) {
  RAKKAN_TRY(Reader fields, enter_whole(value));
  if (fields.at_end()) {
    return fields.malformed("nameConstraints is empty");
  }
  NameConstraints constraints;
  RAKKAN_TRY(const auto permitted, fields.enter_if(der::context_constructed(0)));
  if (permitted) {
    RAKKAN_TRY(constraints.permitted, read_subtrees(*permitted));
  }
  RAKKAN_TRY(const auto excluded, fields.enter_if(der::context_constructed(1)));
  if (excluded) {
    RAKKAN_TRY(constraints.excluded, read_subtrees(*excluded));
  }
  RAKKAN_CHECK(fields.end());
  return constraints;
}

// §4.2.1.11: PolicyConstraints ::= SEQUENCE { requireExplicitPolicy [0] SkipCerts OPTIONAL, inhibitPolicyMapping [1]
//      SkipCerts OPTIONAL }
Result<PolicyConstraints> read_policy_constraints(ByteView value) {
  RAKKAN_TRY(Reader fields, enter_whole(value));
  if (fields.at_end()) {
    return fields.malformed("policyConstraints is empty");
  }
  PolicyConstraints constraints;
  if (fields.peek() == der::context(0)) {
    RAKKAN_TRY(constraints.require_explicit_policy, fields.small_unsigned(der::context(0)));
  }
  if (fields.peek() == der::context(1)) {
    RAKKAN_TRY(constraints.inhibit_policy_mapping, fields.small_unsigned(der::context(1)));
  }
  RAKKAN_CHECK(fields.end());
  return constraints;
}

Result<std::uint64_t> read_skip_certs(ByteView value) {
  Reader top(value);
  RAKKAN_TRY(const std::uint64_t count, top.small_unsigned());
  RAKKAN_CHECK(top.end());
  return count;
}

Result<std::vector<GeneralName>> read_alternative_names(ByteView value) {
  RAKKAN_TRY(const Reader names, enter_whole(value));
  RAKKAN_TRY(std::vector<GeneralName> read, read_general_names(names));
  for (const GeneralName& name : read) {
    if (name.kind == GeneralName::Kind::ip_address && name.value.size() != 4 && name.value.size() != 16) {
      return names.malformed("an IP address of " + std::to_string(name.value.size()) + " octets");
    }
  }
  return read;
}

Result<void> read_extension(const Extension& extension, PathExtensions& to) {
  if (extension.id == kCertificatePolicies) {
    RAKKAN_TRY(to.policies, read_policies(extension.value));
  } else if (extension.id == kPolicyMappings) {
    RAKKAN_TRY(to.policy_mappings, read_mappings(extension.value));
  } else if (extension.id == kNameConstraints) {
    RAKKAN_TRY(to.name_constraints, read_name_constraints(extension.value));
  } else if (extension.id == kPolicyConstraints) {
    RAKKAN_TRY(to.policy_constraints, read_policy_constraints(extension.value));
  } else if (extension.id == kInhibitAnyPolicy) {
    RAKKAN_TRY(to.inhibit_any_policy, read_skip_certs(extension.value));
  } else if (extension.id == kSubjectAltName) {
    RAKKAN_TRY(to.subject_names, read_alternative_names(extension.value));
  } else if (extension.id == kIssuerAltName) {
    RAKKAN_TRY(to.issuer_names, read_alternative_names(extension.value));
  }
  return {};
}

}  // namespace

Result<PathExtensions> read_path_extensions(const std::vector<Extension>& extensions, const Name& subject) {
  PathExtensions result;
  for (const Extension& extension : extensions) {
    if (auto read = read_extension(extension, result); !read) {
      return fail(std::move(read).error().at("extension " + extension.id.dotted()));
    }
  }
  result.subject_key = subject.comparison_key();
  RAKKAN_CHECK(for_each_attribute(subject.der(), [&](const NameAttribute& attribute) -> Result<void> {
    if (attribute.type == kEmailAddress) {
      const auto address = to_utf8(attribute.value.tag, attribute.value.content);
      result.subject_addresses.push_back(address.value_or(std::string(text_of(attribute.value.content))));
    }
    return {};
  }));
  return result;
}

}  // namespace rakkan::pki
