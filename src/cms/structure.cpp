#include "cms/structure.hpp"

#include <algorithm>

#include "rakkan/cms/signed_attributes.hpp"

namespace rakkan::cms {
namespace {

using der::Element;
using der::Reader;
using der::Tag;

enum class Signed : bool { no, yes };

bool ascending(ByteView a, ByteView b) noexcept {
  return !std::lexicographical_compare(b.begin(), b.end(), a.begin(), a.end());
}

// StructureReader applies one set of rules.
class StructureReader {
 public:
  explicit StructureReader(const StructureRules& rules) : rules_(rules) {}

  Result<Structure> content_info(ByteView der) const;

 private:
  Result<void> encapsulated_content(Reader& fields, Structure& result) const;
  Result<std::vector<Element>> certificates(Reader set) const;
  Result<std::vector<Element>> revocation_choices(Reader set) const;
  Result<SignerStructure> signer_info(Reader& signer_infos) const;
  Result<void> signer_identifier(Reader& fields, SignerStructure& signer) const;
  Result<AttributeSet> attributes(Reader reader, Signed is_signed) const;
  Result<Attribute> attribute(Reader& attributes, bool& values_sorted) const;

  const StructureRules& rules_;
};

Result<Attribute> StructureReader::attribute(Reader& attributes, bool& values_sorted) const {
  RAKKAN_TRY(Reader fields, attributes.enter(Tag::sequence));
  Attribute attribute;
  RAKKAN_TRY(attribute.type, fields.oid());
  RAKKAN_TRY(Reader values, fields.enter(Tag::set));
  RAKKAN_CHECK(fields.end());
  while (!values.at_end()) {
    RAKKAN_TRY(const Element value, values.any());
    values_sorted = values_sorted && (attribute.values.empty() || ascending(attribute.values.back(), value.encoding));
    attribute.values.push_back(value.encoding);
    if (attribute.values.size() > rules_.max_attribute_values) {
      return values.malformed("too many attribute values");
    }
  }
  if (rules_.strict && attribute.values.empty()) {
    return values.malformed("attribute without a value");
  }
  return attribute;
}

// Attributes ::= SET SIZE (1..MAX) OF Attribute. Signed attributes are digested as DER (RFC 5652 §5.4): an encoding
// that is not in DER's order would be another one than the signed one, so the strict rules refuse it, as they do a
// repeated type (§11: signed attributes "MUST NOT include multiple instances" of a type). Unsigned attributes may
// repeat and stand in any order: CAdES adds several of one type.
Result<AttributeSet> StructureReader::attributes(Reader reader, Signed is_signed) const {
  AttributeSet set;
  set.present = true;
  set.content = reader.rest();
  ByteView previous;
  if (rules_.strict && reader.at_end()) {
    return reader.malformed("empty set of attributes");
  }
  while (!reader.at_end()) {
    const ByteView rest = reader.rest();
    RAKKAN_TRY(Attribute attribute, this->attribute(reader, set.sorted));
    const ByteView encoding = rest.first(rest.size() - reader.rest().size());
    if (is_signed == Signed::yes) {
      const bool in_order = previous.empty() || ascending(previous, encoding);
      if (rules_.strict && !in_order) {
        return reader.malformed("signed attributes are not in the order of DER");
      }
      set.sorted = set.sorted && in_order;
      const auto same_type = [&](const Attribute& other) { return other.type == attribute.type; };
      if (attribute.type != kIdContentTimeStamp &&
          std::any_of(set.attributes.begin(), set.attributes.end(), same_type)) {
        if (rules_.strict) {
          return reader.malformed("signed attribute " + attribute.type.dotted() + " twice");
        }
        if (std::find(set.repeated.begin(), set.repeated.end(), attribute.type) == set.repeated.end()) {
          set.repeated.push_back(attribute.type);
        }
      }
    }
    previous = encoding;
    attribute.encoding = encoding;
    set.attributes.push_back(std::move(attribute));
    if (set.attributes.size() > rules_.max_attributes) {
      return reader.malformed("too many attributes");
    }
  }
  return set;
}

// SignerIdentifier ::= CHOICE { issuerAndSerialNumber IssuerAndSerialNumber,
//                               subjectKeyIdentifier [0] IMPLICIT OCTET STRING }
// RFC 5652 §5.3: the SignerInfo's version is 1 with issuerAndSerialNumber, 3 with subjectKeyIdentifier.
Result<void> StructureReader::signer_identifier(Reader& fields, SignerStructure& signer) const {
  RAKKAN_TRY(const auto key_identifier, fields.element_if(der::context(0)));
  if (key_identifier) {
    signer.subject_key_identifier = key_identifier->content;
    if (rules_.strict && (signer.version != 3 || key_identifier->content.empty())) {
      return fields.malformed("SignerInfo by key identifier is not version 3");
    }
    return {};
  }
  RAKKAN_TRY(Reader issuer_and_serial, fields.enter(Tag::sequence));
  RAKKAN_TRY(const Element issuer, issuer_and_serial.element(Tag::sequence));
  signer.issuer = issuer.encoding;
  // Serial numbers that are not minimal occur; they are compared as they are.
  RAKKAN_TRY(signer.serial_number,
             rules_.strict ? issuer_and_serial.integer() : issuer_and_serial.content(Tag::integer));
  RAKKAN_CHECK(issuer_and_serial.end());
  if (rules_.strict && signer.version != 1) {
    return fields.malformed("SignerInfo by issuer and serial number is not version 1");
  }
  return {};
}

Result<SignerStructure> StructureReader::signer_info(Reader& signer_infos) const {
  RAKKAN_TRY(Reader fields, signer_infos.enter(Tag::sequence));
  const ByteView from = fields.rest();
  SignerStructure signer;
  RAKKAN_TRY(signer.version, fields.small_unsigned());
  RAKKAN_CHECK(signer_identifier(fields, signer));
  if (rules_.strict) {
    Reader again = fields;
    RAKKAN_TRY(signer.strict_digest_algorithm, crypto::read_digest_algorithm(again));
  }
  RAKKAN_TRY(const Element digest_algorithm, fields.element(Tag::sequence));
  signer.digest_algorithm = digest_algorithm.encoding;
  RAKKAN_TRY(const auto signed_attributes, fields.enter_if(der::context_constructed(0)));
  if (signed_attributes) {
    RAKKAN_TRY(signer.signed_attributes, attributes(*signed_attributes, Signed::yes));
  }
  RAKKAN_TRY(const Element signature_algorithm, fields.element(Tag::sequence));
  signer.signature_algorithm = signature_algorithm.encoding;
  RAKKAN_TRY(signer.signature, fields.octet_string());
  signer.fields_to_signature = from.first(from.size() - fields.rest().size());
  RAKKAN_TRY(const auto unsigned_attributes, fields.enter_if(der::context_constructed(1)));
  if (unsigned_attributes) {
    RAKKAN_TRY(signer.unsigned_attributes, attributes(*unsigned_attributes, Signed::no));
  }
  RAKKAN_CHECK(fields.end());
  return signer;
}

// CertificateChoices ::= CHOICE { certificate, extendedCertificate [0], v1AttrCert [1], v2AttrCert [2], other [3] }
// RFC 5652 §10.2.2. The strict rules refuse the obsolete extendedCertificate and attribute certificate v1.
Result<std::vector<Element>> StructureReader::certificates(Reader set) const {
  std::vector<Element> choices;
  while (!set.at_end()) {
    RAKKAN_TRY(const Element choice, set.any());
    if (choices.size() == rules_.max_choices) {
      return set.malformed("too many certificates");
    }
    if (rules_.strict && choice.tag != Tag::sequence && choice.tag != der::context_constructed(2) &&
        choice.tag != der::context_constructed(3)) {
      return set.malformed("obsolete or unknown kind of certificate");
    }
    choices.push_back(choice);
  }
  return choices;
}

// RevocationInfoChoices ::= SET OF CHOICE { crl CertificateList, other [1] IMPLICIT OtherRevocationInfoFormat } (RFC
// 5652 §10.2.1). No signature covers them, so that what is in them is embedded_evidence's question.
Result<std::vector<Element>> StructureReader::revocation_choices(Reader set) const {
  std::vector<Element> choices;
  while (!set.at_end()) {
    RAKKAN_TRY(const Element choice, set.any());
    if (rules_.strict && choice.tag != Tag::sequence && choice.tag != der::context_constructed(1)) {
      return set.malformed("unknown kind of revocation information");
    }
    choices.push_back(choice);
    if (choices.size() > rules_.max_revocation_choices) {
      return set.malformed("too many CRLs");
    }
  }
  return choices;
}

// EncapsulatedContentInfo ::= SEQUENCE { eContentType, eContent [0] EXPLICIT OCTET STRING OPTIONAL } (RFC 5652 §5.2).
// In PKCS #7 1.5 the content has any type (§5.2.1).
Result<void> StructureReader::encapsulated_content(Reader& fields, Structure& result) const {
  RAKKAN_TRY(Reader encapsulated, fields.enter(Tag::sequence));
  const ByteView from = encapsulated.rest();
  RAKKAN_TRY(result.content_type, encapsulated.oid());
  result.content_type_encoding = from.first(from.size() - encapsulated.rest().size());
  RAKKAN_TRY(auto explicit_octets, encapsulated.enter_if(der::context_constructed(0)));
  RAKKAN_CHECK(encapsulated.end());
  if (explicit_octets) {
    RAKKAN_TRY(result.content, rules_.strict ? explicit_octets->element(Tag::octet_string) : explicit_octets->any());
    RAKKAN_CHECK(explicit_octets->end());
  }
  return {};
}

// ContentInfo ::= SEQUENCE { contentType, content [0] EXPLICIT SignedData }
// SignedData ::= SEQUENCE { version, digestAlgorithms SET OF, encapContentInfo, certificates [0] IMPLICIT OPTIONAL,
//                           crls [1] IMPLICIT OPTIONAL, signerInfos SET OF }
Result<Structure> StructureReader::content_info(ByteView der) const {
  Reader top(der);
  RAKKAN_TRY(Reader content_info, top.enter(Tag::sequence));
  RAKKAN_CHECK(top.end());
  RAKKAN_TRY(const der::Oid type, content_info.oid());
  if (type != kIdSignedData) {
    return content_info.malformed("content type " + type.dotted() + " is not signedData");
  }
  RAKKAN_TRY(Reader explicit_content, content_info.enter(der::context_constructed(0)));
  RAKKAN_CHECK(content_info.end());
  RAKKAN_TRY(Reader fields, explicit_content.enter(Tag::sequence));
  RAKKAN_CHECK(explicit_content.end());

  Structure result;
  RAKKAN_TRY(result.version, fields.small_unsigned());
  if (rules_.strict && result.version != 1 && result.version != 3 && result.version != 4 && result.version != 5) {
    return fields.malformed("unknown SignedData version");
  }
  // digestAlgorithms is a hint for one-pass readers (§5.1) that no signature covers: each SignerInfo names its own.
  RAKKAN_TRY(result.digest_algorithms, fields.content(Tag::set));
  RAKKAN_CHECK(encapsulated_content(fields, result));
  RAKKAN_TRY(const auto certificate_set, fields.enter_if(der::context_constructed(0)));
  if (certificate_set) {
    RAKKAN_TRY(result.certificate_choices, certificates(*certificate_set));
  }
  RAKKAN_TRY(const auto revocation_set, fields.enter_if(der::context_constructed(1)));
  if (revocation_set) {
    RAKKAN_TRY(result.revocation_choices, revocation_choices(*revocation_set));
  }
  RAKKAN_TRY(Reader signers, fields.enter(Tag::set));
  RAKKAN_CHECK(fields.end());
  while (!signers.at_end()) {
    RAKKAN_TRY(SignerStructure signer, signer_info(signers));
    result.signers.push_back(std::move(signer));
    if (result.signers.size() > kMaxSignerInfos) {
      return signers.malformed("too many SignerInfos");
    }
  }
  return result;
}

}  // namespace

Result<Structure> read_structure(ByteView content_info, const StructureRules& rules) {
  return StructureReader(rules).content_info(content_info);
}

}  // namespace rakkan::cms
