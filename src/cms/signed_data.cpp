#include "rakkan/cms/signed_data.hpp"

#include <algorithm>

#include "cms/encoding.hpp"
#include "cms/structure.hpp"
#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::cms {

namespace {

using der::Element;
using der::Reader;
using der::Tag;

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

SignerInfo signer_info(SignerStructure&& from) {
  return {.issuer = from.issuer,
          .serial_number = from.serial_number,
          .subject_key_identifier = from.subject_key_identifier,
          .digest_algorithm = from.strict_digest_algorithm,
          .signature_algorithm = from.signature_algorithm,
          .signed_attributes_content = from.signed_attributes.content,
          .signed_attributes = std::move(from.signed_attributes.attributes),
          .unsigned_attributes = std::move(from.unsigned_attributes.attributes),
          .signature = from.signature};
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

  Bytes der;
  der::Oid content_type;
  std::optional<ByteView> content;
  std::vector<ByteView> certificates;
  std::vector<ByteView> revocation_choices;
  std::vector<SignerInfo> signer_infos;
};

Result<void> SignedData::Parsed::read() {
  RAKKAN_TRY(Structure structure, read_structure(der, kStrictRules));
  content_type = structure.content_type;
  if (structure.content) {
    content = structure.content->content;
  }
  // RFC 5652 §10.2.2: X.509 certificates are kept; attribute certificates v2 and other formats, with which nobody signs
  // here, are passed over.
  for (const Element& choice : structure.certificate_choices) {
    if (choice.tag == Tag::sequence) {
      certificates.push_back(choice.encoding);
    }
  }
  for (const Element& choice : structure.revocation_choices) {
    revocation_choices.push_back(choice.encoding);
  }
  signer_infos.reserve(structure.signers.size());
  for (SignerStructure& signer : structure.signers) {
    signer_infos.push_back(signer_info(std::move(signer)));
  }
  return {};
}

Result<SignedData> SignedData::parse(ByteView der, bool allow_trailing_zeros) {
  if (der.size() > kMaxMessageSize) {
    return fail(ErrorCode::malformed_cms, "longer than " + std::to_string(kMaxMessageSize) + " bytes");
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
  return readable_certificates(data.certificates());
}

std::vector<pki::Certificate> readable_certificates(const std::vector<ByteView>& encodings) {
  std::vector<pki::Certificate> certificates;
  for (const ByteView der : encodings) {
    if (auto certificate = pki::Certificate::parse(der)) {
      certificates.push_back(*std::move(certificate));
    }
  }
  return certificates;
}

}  // namespace rakkan::cms
