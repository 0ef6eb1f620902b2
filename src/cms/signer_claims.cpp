// Reading signed attributes of CAdES (EN 319 122-1 §5.2) and CMS.
#include "rakkan/cms/signer_claims.hpp"

#include <utility>

#include "cms/display_text.hpp"
#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::cms {
namespace {

using der::Element;
using der::Reader;
using der::Tag;

constexpr der::Oid kIdContentHint{1, 2, 840, 113549, 1, 9, 16, 2, 4};
constexpr der::Oid kIdSigPolicy{1, 2, 840, 113549, 1, 9, 16, 2, 15};
constexpr der::Oid kIdCommitmentType{1, 2, 840, 113549, 1, 9, 16, 2, 16};
constexpr der::Oid kIdSignerLocation{1, 2, 840, 113549, 1, 9, 16, 2, 17};
constexpr der::Oid kIdSignerAttr{1, 2, 840, 113549, 1, 9, 16, 2, 18};
constexpr der::Oid kIdSignerAttrV2{0, 4, 0, 19122, 1, 1};
constexpr der::Oid kIdMimeType{0, 4, 0, 1733, 2, 1};
constexpr der::Oid kIdSpUri{1, 2, 840, 113549, 1, 9, 16, 5, 1};

constexpr std::size_t kMostTexts = 64;  // of one attribute

// The one element that a value is.
Result<Reader> enter_value(ByteView value, Tag tag) {
  Reader top(value);
  RAKKAN_TRY(const Reader inside, top.enter(tag));
  RAKKAN_CHECK(top.end());
  return inside;
}

// SigningTime ::= Time (RFC 5652 §11.3). GeneralizedTime with a fraction occurs.
Result<void> read_signing_time(ByteView value, SignerClaims& claims) {
  Reader reader(value);
  RAKKAN_TRY(const Instant time,
             reader.peek() == Tag::generalized_time ? reader.generalized_time(true) : reader.time());
  RAKKAN_CHECK(reader.end());
  if (!claims.signing_time) {
    claims.signing_time = time;
  }
  return {};
}

// SigPolicyQualifierInfo ::= SEQUENCE { sigPolicyQualifierId OBJECT IDENTIFIER, sigQualifier ANY }
Result<void> read_qualifiers(Reader qualifiers, SignaturePolicyClaim& policy) {
  while (!qualifiers.at_end()) {
    RAKKAN_TRY(Reader qualifier, qualifiers.enter(Tag::sequence));
    RAKKAN_TRY(const der::Oid id, qualifier.oid());
    if (id == kIdSpUri && policy.uri.empty()) {
      RAKKAN_TRY(const Element uri, qualifier.any());
      policy.uri = display_text(uri);
    }
  }
  return {};
}

// SignaturePolicy ::= CHOICE { signaturePolicyId SignaturePolicyId, signaturePolicyImplied NULL }
// SignaturePolicyId ::= SEQUENCE { sigPolicyId OBJECT IDENTIFIER, sigPolicyHash SEQUENCE { hashAlgorithm, hashValue
//      OCTET STRING } OPTIONAL, sigPolicyQualifiers SEQUENCE OF SigPolicyQualifierInfo OPTIONAL }
Result<void> read_policy(ByteView value, SignerClaims& claims) {
  SignaturePolicyClaim policy;
  Reader top(value);
  if (top.peek() == Tag::null) {
    policy.implied = true;
    claims.policy = std::move(policy);
    return top.null();
  }
  RAKKAN_TRY(Reader fields, enter_value(value, Tag::sequence));
  RAKKAN_TRY(policy.identifier, fields.oid());
  claims.policy = policy;
  RAKKAN_TRY(auto hash, fields.enter_if(Tag::sequence));
  if (hash) {
    RAKKAN_TRY(Reader algorithm, hash->enter(Tag::sequence));
    RAKKAN_TRY(claims.policy->hash_identifier, algorithm.oid());
    claims.policy->hash_algorithm = crypto::hash_algorithm_from_oid(claims.policy->hash_identifier);
    RAKKAN_TRY(claims.policy->hash, hash->octet_string());
  }
  RAKKAN_TRY(const auto qualifiers, fields.enter_if(Tag::sequence));
  return qualifiers ? read_qualifiers(*qualifiers, *claims.policy) : Result<void>();
}

// CommitmentTypeIndication ::= SEQUENCE { commitmentTypeId OBJECT IDENTIFIER, commitmentTypeQualifier … OPTIONAL }
Result<void> read_commitment_type(ByteView value, SignerClaims& claims) {
  RAKKAN_TRY(Reader fields, enter_value(value, Tag::sequence));
  RAKKAN_TRY(const der::Oid type, fields.oid());
  claims.commitment_types.push_back(type);
  return {};
}

// SignerLocation ::= SEQUENCE { countryName [0] DirectoryString OPTIONAL, localityName [1] DirectoryString OPTIONAL,
//      postalAdddress [2] SEQUENCE SIZE (1..6) OF DirectoryString OPTIONAL }     -- all explicit
Result<void> read_location(ByteView value, SignerClaims& claims) {
  RAKKAN_TRY(Reader fields, enter_value(value, Tag::sequence));
  SignerLocation location;
  RAKKAN_TRY(const auto country, fields.element_if(der::context_constructed(0)));
  RAKKAN_TRY(const auto locality, fields.element_if(der::context_constructed(1)));
  RAKKAN_TRY(const auto address, fields.element_if(der::context_constructed(2)));
  const auto first_of = [](const std::optional<Element>& from) {
    std::vector<std::string> found;
    if (from) {
      collect_texts(from->content, kMostTexts, found);
    }
    return found.empty() ? std::string() : found.front();
  };
  location.country = first_of(country);
  location.locality = first_of(locality);
  if (address) {
    collect_texts(address->content, kMostTexts, location.postal_address);
  }
  claims.location = std::move(location);
  return fields.end();
}

// SignerAttribute ::= SEQUENCE OF CHOICE { claimedAttributes [0] SEQUENCE OF Attribute, certifiedAttributes [1] … }
// SignerAttributeV2 ::= SEQUENCE OF CHOICE { [0] likewise, certifiedAttributesV2 [1] …, signedAssertions [2] … }
// The texts of the values are taken, whichever type an attribute has: role (ITU-T X.509 §14.4.5) is the usual one.
Result<void> read_signer_attributes(ByteView value, SignerClaims& claims) {
  RAKKAN_TRY(Reader choices, enter_value(value, Tag::sequence));
  while (!choices.at_end()) {
    RAKKAN_TRY(const Element choice, choices.any());
    if (choice.tag == der::context_constructed(0)) {
      collect_texts(choice.content, kMostTexts, claims.claimed_roles);
    } else {
      claims.has_certified_attributes = true;
    }
  }
  return {};
}

// ContentHints ::= SEQUENCE { contentDescription UTF8String OPTIONAL, contentType ContentType }
Result<void> read_content_hints(ByteView value, SignerClaims& claims) {
  RAKKAN_TRY(Reader fields, enter_value(value, Tag::sequence));
  RAKKAN_TRY(const auto description, fields.element_if(Tag::utf8_string));
  if (description) {
    claims.content_description = display_text(*description);
  }
  RAKKAN_TRY(claims.content_hint_type, fields.oid());
  return fields.end();
}

Result<void> read_mime_type(ByteView value, SignerClaims& claims) {
  Reader reader(value);
  RAKKAN_TRY(const Element text, reader.element(Tag::utf8_string));
  claims.mime_type = display_text(text);
  return reader.end();
}

struct Claim {
  der::Oid type;
  const char* name;
  Result<void> (*read)(ByteView value, SignerClaims& claims);
};
constexpr Claim kClaims[] = {
    {kIdSigningTime, "signing-time", read_signing_time},
    {kIdSigPolicy, "signature-policy-identifier", read_policy},
    {kIdCommitmentType, "commitment-type-indication", read_commitment_type},
    {kIdSignerLocation, "signer-location", read_location},
    {kIdSignerAttr, "signer-attributes", read_signer_attributes},
    {kIdSignerAttrV2, "signer-attributes-v2", read_signer_attributes},
    {kIdContentHint, "content-hints", read_content_hints},
    {kIdMimeType, "mime-type", read_mime_type},
};

}  // namespace

SignerClaims signer_claims(const MessageSigner& signer) {
  SignerClaims claims;
  for (const Claim& claim : kClaims) {
    for (const ByteView value : signer.signed_values(claim.type)) {
      if (!claim.read(value, claims)) {
        claims.malformed.emplace_back(claim.name);
      }
    }
  }
  claims.signing_time_values = signer.signed_values(kIdSigningTime).size();
  return claims;
}

}  // namespace rakkan::cms
