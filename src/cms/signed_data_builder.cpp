#include "rakkan/cms/signed_data_builder.hpp"

#include <algorithm>
#include <array>

#include "cms/encoding.hpp"

namespace rakkan::cms {
namespace {

using der::Tag;

constexpr Tag kExplicit0 = der::context_constructed(0);
constexpr Tag kCertificates = der::context_constructed(0);
constexpr Tag kSignedAttributes = der::context_constructed(0);
constexpr Tag kUnsignedAttributes = der::context_constructed(1);

constexpr std::size_t kVersionSize = 3;
void append_version(Bytes& out, Byte version) { append_element(out, Tag::integer, std::array{version}); }

// SignedData.version by RFC 5652 §5.1: 3 when the content is not id-data, else 1 (our SignerInfo is version 1, and all
// certificates are X.509 certificates).
Byte version_of(const SignedDataParts& parts) noexcept { return parts.content_type == kIdData ? 1 : 3; }

std::size_t oid_size(const der::Oid& oid) noexcept { return element_size(oid.content().size()); }
void append_oid(Bytes& out, const der::Oid& oid) { append_element(out, Tag::oid, oid.content()); }

bool before(ByteView a, ByteView b) noexcept {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

// Visits each certificate once, in the order of a DER SET OF (X.690 §11.6). It needs no memory of its own, since there
// are few certificates.
template <class Visit>
void each_certificate(const SignedDataParts& parts, Visit&& visit) {
  ByteView last;
  while (true) {
    ByteView next;
    const auto consider = [&](ByteView candidate) {
      if ((last.empty() || before(last, candidate)) && (next.empty() || before(candidate, next))) {
        next = candidate;
      }
    };
    if (parts.embed_signer) {
      consider(parts.signer.der());
    }
    for (const pki::Certificate& certificate : parts.certificates) {
      consider(certificate.der());
    }
    if (next.empty()) {
      return;
    }
    visit(next);
    last = next;
  }
}

// Layout holds the content sizes of the elements, computed from the innermost outwards.
struct Layout {
  Layout(const SignedDataParts& parts, std::size_t signature_size, std::size_t timestamp_size);

  std::size_t signer_identifier;
  std::size_t signed_attributes;
  std::size_t timestamp_values;
  std::size_t timestamp_attribute;
  std::size_t unsigned_attributes;
  std::size_t signer_info;
  std::size_t signer_infos;
  std::size_t digest_algorithms;
  std::size_t content_octets;
  std::size_t encapsulated_content;
  std::size_t certificates;
  std::size_t signed_data;
  std::size_t content_info;
};

Layout::Layout(const SignedDataParts& parts, std::size_t signature_size, std::size_t timestamp_size) {
  const crypto::AlgorithmSuite& suite = parts.attributes.suite();

  signer_identifier = parts.signer.issuer().der().size() + element_size(parts.signer.serial_number().size());
  signed_attributes = parts.attributes.content().size();
  timestamp_values = timestamp_size;
  timestamp_attribute = oid_size(kIdSignatureTimeStampToken) + element_size(timestamp_values);
  unsigned_attributes = timestamp_size == 0 ? 0 : element_size(timestamp_attribute);
  signer_info = kVersionSize + element_size(signer_identifier) + suite.digest_algorithm.size() +
                element_size(signed_attributes) + suite.cms_signature_algorithm.size() + element_size(signature_size) +
                (unsigned_attributes == 0 ? 0 : element_size(unsigned_attributes));
  signer_infos = element_size(signer_info);

  digest_algorithms = suite.digest_algorithm.size();
  content_octets = parts.content ? element_size(parts.content->size()) : 0;
  encapsulated_content = oid_size(parts.content_type) + (parts.content ? element_size(content_octets) : 0);
  certificates = 0;
  each_certificate(parts, [&](ByteView der) { certificates += der.size(); });
  signed_data = kVersionSize + element_size(digest_algorithms) + element_size(encapsulated_content) +
                (certificates == 0 ? 0 : element_size(certificates)) + element_size(signer_infos);
  content_info = oid_size(kIdSignedData) + element_size(element_size(signed_data));
}

void append_signer_info(Bytes& out, const SignedDataParts& parts, const Layout& size) {
  const crypto::AlgorithmSuite& suite = parts.attributes.suite();
  append_header(out, Tag::sequence, size.signer_info);
  append_version(out, 1);
  append_header(out, Tag::sequence, size.signer_identifier);
  append(out, parts.signer.issuer().der());
  append_element(out, Tag::integer, parts.signer.serial_number());
  append(out, suite.digest_algorithm);
  append_element(out, kSignedAttributes, parts.attributes.content());
  append(out, suite.cms_signature_algorithm);
  append_element(out, Tag::octet_string, parts.signature);
  if (size.unsigned_attributes != 0) {
    append_header(out, kUnsignedAttributes, size.unsigned_attributes);
    append_header(out, Tag::sequence, size.timestamp_attribute);
    append_oid(out, kIdSignatureTimeStampToken);
    append_element(out, Tag::set, *parts.signature_timestamp);
  }
}

}  // namespace

Bytes assemble_signed_data(const SignedDataParts& parts) {
  const Layout size(parts, parts.signature.size(), parts.signature_timestamp ? parts.signature_timestamp->size() : 0);
  Bytes out;
  out.reserve(element_size(size.content_info));

  append_header(out, Tag::sequence, size.content_info);
  append_oid(out, kIdSignedData);
  append_header(out, kExplicit0, element_size(size.signed_data));
  append_header(out, Tag::sequence, size.signed_data);
  append_version(out, version_of(parts));
  append_element(out, Tag::set, parts.attributes.suite().digest_algorithm);

  append_header(out, Tag::sequence, size.encapsulated_content);
  append_oid(out, parts.content_type);
  if (parts.content) {
    append_header(out, kExplicit0, size.content_octets);
    append_element(out, Tag::octet_string, *parts.content);
  }

  if (size.certificates != 0) {
    append_header(out, kCertificates, size.certificates);
    each_certificate(parts, [&](ByteView der) { append(out, der); });
  }

  append_header(out, Tag::set, size.signer_infos);
  append_signer_info(out, parts, size);
  return out;
}

std::size_t signed_data_size(const SignedDataParts& parts, std::size_t signature_size, std::size_t timestamp_size) {
  return element_size(Layout(parts, signature_size, timestamp_size).content_info);
}

}  // namespace rakkan::cms
