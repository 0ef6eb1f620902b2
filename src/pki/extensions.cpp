#include "pki/extensions.hpp"

#include <algorithm>
#include <array>

#include "pki/object_identifiers.hpp"

namespace rakkan::pki {
namespace {

using der::Reader;
using der::Tag;

// Enters the SEQUENCE of which the value must consist.
Result<Reader> enter_whole(ByteView value) {
  Reader top(value);
  RAKKAN_TRY(Reader sequence, top.enter(Tag::sequence));
  RAKKAN_CHECK(top.end());
  return sequence;
}

}  // namespace

// RFC 5280 §4.2.1.3: KeyUsage ::= BIT STRING of named bits; at least one is set. Trailing zero bits, which DER would
// leave out (X.690 §11.2.2), are accepted.
Result<std::uint16_t> parse_key_usage(ByteView value) {
  Reader top(value);
  RAKKAN_TRY(const der::BitString bits, top.bits());
  RAKKAN_CHECK(top.end());
  unsigned usages = 0;
  for (unsigned number = 0; number <= static_cast<unsigned>(KeyUsage::decipher_only); ++number) {
    usages |= bits.bit(number) ? 1U << number : 0U;
  }
  if (usages == 0) {
    return top.malformed("keyUsage allows nothing");
  }
  return static_cast<std::uint16_t>(usages);
}

// RFC 5280 §4.2.1.12: ExtKeyUsageSyntax ::= SEQUENCE SIZE (1..MAX) OF KeyPurposeId
Result<std::vector<der::Oid>> parse_extended_key_usage(ByteView value) {
  RAKKAN_TRY(Reader purposes, enter_whole(value));
  std::vector<der::Oid> result;
  do {
    RAKKAN_TRY(const der::Oid purpose, purposes.oid());
    result.push_back(purpose);
  } while (!purposes.at_end());
  return result;
}

// RFC 5280 §4.2.1.9: BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER (0..MAX)
//      OPTIONAL }. A written FALSE, which DER would leave out, is accepted: qualified certificates in use have it.
Result<BasicConstraints> parse_basic_constraints(ByteView value) {
  RAKKAN_TRY(Reader fields, enter_whole(value));
  BasicConstraints result;
  if (fields.peek() == Tag::boolean) {
    RAKKAN_TRY(result.is_ca, fields.boolean());
  }
  if (!fields.at_end()) {
    RAKKAN_TRY(result.path_length, fields.small_unsigned());
  }
  RAKKAN_CHECK(fields.end());
  return result;
}

// RFC 3280 §4.2.1.4: PrivateKeyUsagePeriod ::= SEQUENCE { notBefore [0] GeneralizedTime OPTIONAL,
//      notAfter [1] GeneralizedTime OPTIONAL }, either of them present
Result<PrivateKeyUsagePeriod> parse_private_key_usage_period(ByteView value) {
  RAKKAN_TRY(Reader fields, enter_whole(value));
  PrivateKeyUsagePeriod result;
  if (fields.peek() == der::context(0)) {
    RAKKAN_TRY(result.not_before, fields.generalized_time(false, der::context(0)));
  }
  if (fields.peek() == der::context(1)) {
    RAKKAN_TRY(result.not_after, fields.generalized_time(false, der::context(1)));
  }
  RAKKAN_CHECK(fields.end());
  if (!result.not_before && !result.not_after) {
    return fields.malformed("privateKeyUsagePeriod without a time");
  }
  return result;
}

// RFC 5280 §4.2.1.2: SubjectKeyIdentifier ::= OCTET STRING
Result<ByteView> parse_subject_key_identifier(ByteView value) {
  Reader top(value);
  RAKKAN_TRY(const ByteView identifier, top.octet_string());
  RAKKAN_CHECK(top.end());
  return identifier;
}

// RFC 5280 §4.2.1.1: AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] OCTET STRING OPTIONAL,
//      authorityCertIssuer [1] GeneralNames OPTIONAL, authorityCertSerialNumber [2] INTEGER OPTIONAL }
Result<std::optional<ByteView>> parse_authority_key_identifier(ByteView value) {
  RAKKAN_TRY(Reader fields, enter_whole(value));
  RAKKAN_TRY(const auto identifier, fields.element_if(der::context(0)));
  RAKKAN_TRY(const auto issuer, fields.element_if(der::context_constructed(1)));
  const bool has_serial = fields.peek() == der::context(2);
  if (has_serial) {
    RAKKAN_CHECK(fields.integer(der::context(2)));
  }
  RAKKAN_CHECK(fields.end());
  if (issuer.has_value() != has_serial) {
    return fields.malformed("authorityKeyIdentifier with one of issuer and serial number");
  }
  return identifier ? std::optional(identifier->content) : std::nullopt;
}

Result<std::vector<Extension>> parse_extensions(Reader& reader) {
  RAKKAN_TRY(Reader sequence, reader.enter(Tag::sequence));
  std::vector<Extension> extensions;
  extensions.reserve(12);
  do {
    RAKKAN_TRY(Reader fields, sequence.enter(Tag::sequence));
    RAKKAN_TRY(const der::Oid id, fields.oid());
    RAKKAN_TRY(const bool critical, fields.boolean_default_false());
    RAKKAN_TRY(const ByteView value, fields.octet_string());
    RAKKAN_CHECK(fields.end());
    if (std::any_of(extensions.begin(), extensions.end(), [&](const Extension& other) { return other.id == id; })) {
      return fields.malformed("extension " + id.dotted() + " occurs twice");
    }
    extensions.push_back({id, critical, value});
  } while (!sequence.at_end());
  return extensions;
}

bool is_known_extension(const der::Oid& id) noexcept {
  static constexpr std::array kKnown = {
      kSubjectKeyIdentifier,   kKeyUsage,          kPrivateKeyUsagePeriod, kSubjectAltName,      kIssuerAltName,
      kBasicConstraints,       kNameConstraints,   kCrlDistributionPoints, kCertificatePolicies, kPolicyMappings,
      kAuthorityKeyIdentifier, kPolicyConstraints, kExtendedKeyUsage,      kFreshestCrl,         kInhibitAnyPolicy,
      kAuthorityInfoAccess,    kSubjectInfoAccess, kOcspNoCheck,
  };
  return std::find(kKnown.begin(), kKnown.end(), id) != kKnown.end();
}

}  // namespace rakkan::pki
