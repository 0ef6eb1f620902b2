#include "rakkan/pki/ocsp_request.hpp"

#include "pki/extensions.hpp"
#include "pki/object_identifiers.hpp"
#include "pki/ocsp_extensions.hpp"
#include "pki/signed_object.hpp"
#include "rakkan/der/writer.hpp"

namespace rakkan::pki {
namespace {

using der::Reader;
using der::Tag;

constexpr std::size_t kMaxNonce = 32;  // RFC 8954 §2.1

// Extensions tagged [number] EXPLICIT, of which none may be critical.
Result<std::vector<Extension>> parse_tagged_extensions(Reader& fields, unsigned number) {
  RAKKAN_TRY(auto tagged, fields.enter_if(der::context_constructed(number)));
  if (!tagged) {
    return std::vector<Extension>();
  }
  RAKKAN_TRY(auto extensions, parse_extensions(*tagged));
  RAKKAN_CHECK(tagged->end());
  for (const Extension& extension : extensions) {
    if (extension.critical && extension.id != kOcspNonce) {
      return fields.malformed("unknown critical extension " + extension.id.dotted());
    }
  }
  return extensions;
}

}  // namespace

Result<OcspRequest> OcspRequest::create(const Certificate& certificate, const Certificate& issuer,
                                        std::optional<ByteView> nonce, OcspNameHash hash) {
  if (nonce && (nonce->empty() || nonce->size() > kMaxNonce)) {
    return fail(ErrorCode::invalid_argument, "a nonce of OCSP has 1 to 32 octets");
  }
  RAKKAN_TRY(const Bytes id, encode_ocsp_certificate_id(certificate, issuer, hash));
  der::Writer writer(256);
  writer.sequence([&] {
    writer.sequence([&] {
      writer.sequence([&] { writer.sequence([&] { writer.raw(id); }); });
      if (nonce) {
        writer.constructed(der::context_constructed(2),
                           [&] { writer.sequence([&] { write_ocsp_nonce(writer, *nonce); }); });
      }
    });
  });
  return parse(writer.view());
}

Result<OcspRequest> OcspRequest::parse(ByteView der) {
  OcspRequest request(copy_of(der));
  auto read = request.read();
  if (!read) {
    read.error().code = ErrorCode::malformed_ocsp_request;
    return fail(std::move(read).error());
  }
  return request;
}

Result<void> OcspRequest::read() {
  Reader top(der_);
  RAKKAN_TRY(Reader request, top.enter(Tag::sequence));
  RAKKAN_CHECK(top.end());
  RAKKAN_TRY(Reader fields, request.enter(Tag::sequence));
  RAKKAN_CHECK(request.element_if(der::context_constructed(0)));  // optionalSignature
  RAKKAN_CHECK(request.end());

  RAKKAN_TRY(auto version, fields.enter_if(der::context_constructed(0)));
  if (version) {
    return fields.malformed("version is not v1");  // DER leaves v1 out, and there is no other
  }
  RAKKAN_CHECK(fields.element_if(der::context_constructed(1)));  // requestorName
  RAKKAN_TRY(Reader list, fields.enter(Tag::sequence));
  do {
    RAKKAN_TRY(Reader single, list.enter(Tag::sequence));
    RAKKAN_TRY(const OcspCertificateId id, OcspCertificateId::parse(single));
    RAKKAN_CHECK(parse_tagged_extensions(single, 0));
    RAKKAN_CHECK(single.end());
    ids_.push_back(id);
  } while (!list.at_end());
  RAKKAN_TRY(const auto extensions, parse_tagged_extensions(fields, 2));
  RAKKAN_CHECK(fields.end());
  nonce_ = find_ocsp_nonce(extensions);
  return {};
}

}  // namespace rakkan::pki
