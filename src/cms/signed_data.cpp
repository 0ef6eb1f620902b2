#include "rakkan/cms/signed_data.hpp"

#include <algorithm>

#include "cms/encoding.hpp"
#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::cms {

namespace {

using der::Element;
using der::Reader;
using der::Tag;

// Limits far above the contents of any signature; they bound time and memory for input that is made to waste them.
constexpr std::size_t kMaxSize = std::size_t{64} << 20;
constexpr std::size_t kMaxCertificates = 256;
constexpr std::size_t kMaxRevocationChoices = 1024;
constexpr std::size_t kMaxSignerInfos = 64;
constexpr std::size_t kMaxAttributes = 64;
constexpr std::size_t kMaxAttributeValues = 64;

enum class Signed : bool { no, yes };

bool ascending(ByteView a, ByteView b) noexcept {
  return !std::lexicographical_compare(b.begin(), b.end(), a.begin(), a.end());
}

Result<Attribute> read_attribute(Reader& attributes) {
  RAKKAN_TRY(Reader fields, attributes.enter(Tag::sequence));
  Attribute attribute;
  RAKKAN_TRY(attribute.type, fields.oid());
  RAKKAN_TRY(Reader values, fields.enter(Tag::set));
  RAKKAN_CHECK(fields.end());
  while (!values.at_end()) {
    RAKKAN_TRY(const Element value, values.any());
    attribute.values.push_back(value.encoding);
    if (attribute.values.size() > kMaxAttributeValues) {
      return values.malformed("too many attribute values");
    }
  }
  if (attribute.values.empty()) {
    return values.malformed("attribute without a value");
  }
  return attribute;
}

// Attributes ::= SET SIZE (1..MAX) OF Attribute. Signed attributes are digested as DER (RFC 5652 §5.4): an encoding
// that is not in DER's order would be another one than the signed one, so it is refused, as is a repeated type (§11:
// signed attributes "MUST NOT include multiple instances" of a type). Unsigned attributes may repeat and stand in any
// order: CAdES adds several of one type.
Result<std::vector<Attribute>> read_attributes(Reader reader, Signed is_signed) {
  std::vector<Attribute> attributes;
  ByteView previous;
  if (reader.at_end()) {
    return reader.malformed("empty set of attributes");
  }
  while (!reader.at_end()) {
    const ByteView rest = reader.rest();
    RAKKAN_TRY(Attribute attribute, read_attribute(reader));
    const ByteView encoding = rest.first(rest.size() - reader.rest().size());
    if (is_signed == Signed::yes) {
      if (!previous.empty() && !ascending(previous, encoding)) {
        return reader.malformed("signed attributes are not in the order of DER");
      }
      const auto same_type = [&](const Attribute& other) { return other.type == attribute.type; };
      if (attribute.type != kIdContentTimeStamp && std::any_of(attributes.begin(), attributes.end(), same_type)) {
        return reader.malformed("signed attribute " + attribute.type.dotted() + " twice");
      }
    }
    previous = encoding;
    attributes.push_back(std::move(attribute));
    if (attributes.size() > kMaxAttributes) {
      return reader.malformed("too many attributes");
    }
  }
  return attributes;
}

// SignerIdentifier ::= CHOICE { issuerAndSerialNumber IssuerAndSerialNumber,
//                               subjectKeyIdentifier [0] IMPLICIT OCTET STRING }
// RFC 5652 §5.3: the SignerInfo's version is 1 with issuerAndSerialNumber, 3 with subjectKeyIdentifier.
Result<void> read_signer_identifier(Reader& fields, std::uint64_t version, SignerInfo& signer) {
  RAKKAN_TRY(const auto key_identifier, fields.element_if(der::context(0)));
  if (key_identifier) {
    signer.subject_key_identifier = key_identifier->content;
    if (version != 3 || key_identifier->content.empty()) {
      return fields.malformed("SignerInfo by key identifier is not version 3");
    }
    return {};
  }
  RAKKAN_TRY(Reader issuer_and_serial, fields.enter(Tag::sequence));
  RAKKAN_TRY(const Element issuer, issuer_and_serial.element(Tag::sequence));
  signer.issuer = issuer.encoding;
  RAKKAN_TRY(signer.serial_number, issuer_and_serial.integer());
  RAKKAN_CHECK(issuer_and_serial.end());
  if (version != 1) {
    return fields.malformed("SignerInfo by issuer and serial number is not version 1");
  }
  return {};
}

Result<SignerInfo> read_signer_info(Reader& signer_infos) {
  RAKKAN_TRY(Reader fields, signer_infos.enter(Tag::sequence));
  SignerInfo signer;
  RAKKAN_TRY(const std::uint64_t version, fields.small_unsigned());
  RAKKAN_CHECK(read_signer_identifier(fields, version, signer));
  RAKKAN_TRY(signer.digest_algorithm, crypto::read_digest_algorithm(fields));
  RAKKAN_TRY(const auto signed_attributes, fields.enter_if(der::context_constructed(0)));
  if (signed_attributes) {
    signer.signed_attributes_content = signed_attributes->rest();
    RAKKAN_TRY(signer.signed_attributes, read_attributes(*signed_attributes, Signed::yes));
  }
  RAKKAN_TRY(const Element signature_algorithm, fields.element(Tag::sequence));
  signer.signature_algorithm = signature_algorithm.encoding;
  RAKKAN_TRY(signer.signature, fields.octet_string());
  RAKKAN_TRY(const auto unsigned_attributes, fields.enter_if(der::context_constructed(1)));
  if (unsigned_attributes) {
    RAKKAN_TRY(signer.unsigned_attributes, read_attributes(*unsigned_attributes, Signed::no));
  }
  RAKKAN_CHECK(fields.end());
  return signer;
}

// CertificateChoices ::= CHOICE { certificate, extendedCertificate [0], v1AttrCert [1], v2AttrCert [2], other [3] }
// RFC 5652 §10.2.2: X.509 certificates are kept; attribute certificates v2 and other formats, with which nobody signs
// here, are passed over; the obsolete extendedCertificate and attribute certificate v1 are refused.
Result<std::vector<ByteView>> read_certificates(Reader set) {
  std::vector<ByteView> certificates;
  std::size_t count = 0;
  while (!set.at_end()) {
    RAKKAN_TRY(const Element choice, set.any());
    if (++count > kMaxCertificates) {
      return set.malformed("too many certificates");
    }
    if (choice.tag == Tag::sequence) {
      certificates.push_back(choice.encoding);
    } else if (choice.tag != der::context_constructed(2) && choice.tag != der::context_constructed(3)) {
      return set.malformed("obsolete or unknown kind of certificate");
    }
  }
  return certificates;
}

// RevocationInfoChoices ::= SET OF CHOICE { crl CertificateList, other [1] IMPLICIT OtherRevocationInfoFormat } (RFC
// 5652 §10.2.1). No signature covers them, so that what is in them is embedded_evidence's question.
Result<std::vector<ByteView>> read_revocation_choices(Reader set) {
  std::vector<ByteView> choices;
  while (!set.at_end()) {
    RAKKAN_TRY(const Element choice, set.any());
    if (choice.tag != Tag::sequence && choice.tag != der::context_constructed(1)) {
      return set.malformed("unknown kind of revocation information");
    }
    choices.push_back(choice.encoding);
    if (choices.size() > kMaxRevocationChoices) {
      return set.malformed("too many CRLs");
    }
  }
  return choices;
}

std::optional<ByteView> only_value(const std::vector<Attribute>& attributes, const der::Oid& type) noexcept {
  const Attribute* found = nullptr;
  for (const Attribute& attribute : attributes) {
    if (attribute.type == type) {
      if (found != nullptr) {
        return std::nullopt;
      }
      found = &attribute;
    }
  }
  if (found == nullptr || found->values.size() != 1) {
    return std::nullopt;
  }
  return found->values.front();
}

}  // namespace

std::optional<ByteView> SignerInfo::signed_attribute(const der::Oid& type) const noexcept {
  return only_value(signed_attributes, type);
}

std::optional<ByteView> SignerInfo::unsigned_attribute(const der::Oid& type) const noexcept {
  return only_value(unsigned_attributes, type);
}

struct SignedData::Parsed {
  explicit Parsed(ByteView encoding) : der(copy_of(encoding)) {}

  Result<void> read();
  Result<void> read_encapsulated_content(Reader& fields);

  Bytes der;
  der::Oid content_type;
  std::optional<ByteView> content;
  std::vector<ByteView> certificates;
  std::vector<ByteView> revocation_choices;
  std::vector<SignerInfo> signer_infos;
};

// ContentInfo ::= SEQUENCE { contentType, content [0] EXPLICIT SignedData }
// SignedData ::= SEQUENCE { version, digestAlgorithms SET OF, encapContentInfo, certificates [0] IMPLICIT OPTIONAL,
//                           crls [1] IMPLICIT OPTIONAL, signerInfos SET OF }
Result<void> SignedData::Parsed::read() {
  Reader top(der);
  RAKKAN_TRY(Reader content_info, top.enter(Tag::sequence));
  RAKKAN_TRY(const der::Oid type, content_info.oid());
  if (type != kIdSignedData) {
    return content_info.malformed("content type " + type.dotted() + " is not signedData");
  }
  RAKKAN_TRY(Reader explicit_content, content_info.enter(der::context_constructed(0)));
  RAKKAN_CHECK(content_info.end());
  RAKKAN_TRY(Reader fields, explicit_content.enter(Tag::sequence));
  RAKKAN_CHECK(explicit_content.end());

  RAKKAN_TRY(const std::uint64_t version, fields.small_unsigned());
  if (version != 1 && version != 3 && version != 4 && version != 5) {
    return fields.malformed("unknown SignedData version");
  }
  // digestAlgorithms is a hint for one-pass readers (§5.1) that no signature covers: each SignerInfo names its own.
  RAKKAN_CHECK(fields.element(Tag::set));
  RAKKAN_CHECK(read_encapsulated_content(fields));
  RAKKAN_TRY(const auto certificate_set, fields.enter_if(der::context_constructed(0)));
  if (certificate_set) {
    RAKKAN_TRY(certificates, read_certificates(*certificate_set));
  }
  RAKKAN_TRY(const auto revocation_set, fields.enter_if(der::context_constructed(1)));
  if (revocation_set) {
    RAKKAN_TRY(revocation_choices, read_revocation_choices(*revocation_set));
  }
  RAKKAN_TRY(Reader signers, fields.enter(Tag::set));
  RAKKAN_CHECK(fields.end());
  while (!signers.at_end()) {
    RAKKAN_TRY(SignerInfo signer, read_signer_info(signers));
    signer_infos.push_back(std::move(signer));
    if (signer_infos.size() > kMaxSignerInfos) {
      return signers.malformed("too many SignerInfos");
    }
  }
  return {};
}

// EncapsulatedContentInfo ::= SEQUENCE { eContentType, eContent [0] EXPLICIT OCTET STRING OPTIONAL } (RFC 5652 §5.2)
Result<void> SignedData::Parsed::read_encapsulated_content(Reader& fields) {
  RAKKAN_TRY(Reader encapsulated, fields.enter(Tag::sequence));
  RAKKAN_TRY(content_type, encapsulated.oid());
  RAKKAN_TRY(auto explicit_octets, encapsulated.enter_if(der::context_constructed(0)));
  RAKKAN_CHECK(encapsulated.end());
  if (explicit_octets) {
    RAKKAN_TRY(content, explicit_octets->octet_string());
    RAKKAN_CHECK(explicit_octets->end());
  }
  return {};
}

Result<SignedData> SignedData::parse(ByteView der, bool allow_trailing_zeros) {
  if (der.size() > kMaxSize) {
    return fail(ErrorCode::malformed_cms, "longer than " + std::to_string(kMaxSize) + " bytes");
  }
  Reader top(der);
  const auto content_info = top.element(Tag::sequence);
  if (!content_info) {
    return malformed_as(ErrorCode::malformed_cms, content_info.error());
  }
  const bool padding_only = std::all_of(top.rest().begin(), top.rest().end(), [](Byte b) { return b == 0; });
  if (!top.at_end() && !(allow_trailing_zeros && padding_only)) {
    return malformed_as(ErrorCode::malformed_cms, top.malformed("bytes after the ContentInfo").value());
  }
  const auto parsed = std::make_shared<Parsed>(content_info->encoding);
  if (const auto read = parsed->read(); !read) {
    return malformed_as(ErrorCode::malformed_cms, read.error());
  }
  return SignedData(parsed);
}

ByteView SignedData::der() const noexcept { return parsed_->der; }
const der::Oid& SignedData::content_type() const noexcept { return parsed_->content_type; }
std::optional<ByteView> SignedData::content() const noexcept { return parsed_->content; }
const std::vector<ByteView>& SignedData::certificates() const noexcept { return parsed_->certificates; }
const std::vector<ByteView>& SignedData::revocation_choices() const noexcept { return parsed_->revocation_choices; }
const std::vector<SignerInfo>& SignedData::signer_infos() const noexcept { return parsed_->signer_infos; }

std::vector<pki::Certificate> readable_certificates(const SignedData& data) {
  std::vector<pki::Certificate> certificates;
  for (const ByteView der : data.certificates()) {
    if (auto certificate = pki::Certificate::parse(der)) {
      certificates.push_back(*std::move(certificate));
    }
  }
  return certificates;
}

}  // namespace rakkan::cms
