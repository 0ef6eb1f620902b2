#include "rakkan/cms/signed_attributes.hpp"

#include <algorithm>
#include <array>

#include "cms/encoding.hpp"
#include "cms/signing_certificate.hpp"
#include "rakkan/der/reader.hpp"
#include "rakkan/der/writer.hpp"

namespace rakkan::cms {
namespace {

using der::Tag;

// Attribute ::= SEQUENCE { attrType OBJECT IDENTIFIER, attrValues SET OF AttributeValue } (RFC 5652 §5.3), here always
// with one value.
template <class Value>
void write_attribute(der::Writer& writer, const der::Oid& type, Value&& value) {
  writer.sequence([&] {
    writer.oid(type);
    writer.set(std::forward<Value>(value));
  });
}

// The content of a suite's AlgorithmIdentifier: a constant shorter than 128 octets, so its header has two octets.
ByteView content_of(ByteView element) noexcept { return element.subspan(2); }

// CMSAlgorithmProtection ::= SEQUENCE { digestAlgorithm, signatureAlgorithm [1] IMPLICIT AlgorithmIdentifier } (RFC
// 6211 §2).
void write_algorithm_protection(der::Writer& writer, const crypto::AlgorithmSuite& suite) {
  writer.sequence([&] {
    writer.raw(suite.digest_algorithm);
    writer.primitive(der::context_constructed(1), content_of(suite.cms_signature_algorithm));
  });
}

}  // namespace

SignedAttributes SignedAttributes::make(const der::Oid& content_type, const crypto::Digest& message_digest,
                                        const pki::Certificate& signer, const crypto::AlgorithmSuite& suite) {
  der::Writer writer(512 + signer.issuer().der().size());
  std::array<std::size_t, 5> marks{};
  write_attribute(writer, kIdContentType, [&] { writer.oid(content_type); });
  marks[1] = writer.size();
  write_attribute(writer, kIdMessageDigest, [&] { writer.octet_string(message_digest.view()); });
  marks[2] = writer.size();
  write_attribute(writer, kIdSigningCertificateV2, [&] { write_signing_certificate_v2(writer, signer); });
  marks[3] = writer.size();
  write_attribute(writer, kIdCmsAlgorithmProtection, [&] { write_algorithm_protection(writer, suite); });
  marks[4] = writer.size();

  // X.690 §11.6: the encodings of a SET OF stand in ascending order.
  std::array<ByteView, 4> attributes{};
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    attributes[i] = writer.view().subspan(marks[i], marks[i + 1] - marks[i]);
  }
  std::sort(attributes.begin(), attributes.end(), [](ByteView a, ByteView b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
  });
  Bytes der;
  der.reserve(element_size(writer.size()));
  append_header(der, Tag::set, writer.size());
  for (const ByteView attribute : attributes) {
    append(der, attribute);
  }
  return {std::move(der), der::header_size(writer.size()), suite};
}

Result<SignedAttributes> SignedAttributes::restore(Bytes der, const crypto::AlgorithmSuite& suite) {
  der::Reader reader(der);
  const Result<ByteView> content = reader.content(Tag::set);
  if (!content) {
    return malformed_as(ErrorCode::malformed_cms, content.error());
  }
  if (Result<void> ended = reader.end(); !ended) {
    return malformed_as(ErrorCode::malformed_cms, std::move(ended).error());
  }
  const std::size_t header = der.size() - content->size();
  return SignedAttributes(std::move(der), header, suite);
}

crypto::Digest SignedAttributes::digest() const { return crypto::digest(suite_->digest, der_); }

}  // namespace rakkan::cms
