#include "cms/signing_certificate.hpp"

#include "cms/encoding.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::cms {
namespace {

using der::Reader;
using der::Tag;

constexpr Tag kDirectoryName =
    der::context_constructed(4);  // GeneralName directoryName, explicit since Name is a CHOICE

Result<EssCertIdV2> read(ByteView value) {
  Reader top(value);
  RAKKAN_TRY(Reader signing_certificate, top.enter(Tag::sequence));
  RAKKAN_CHECK(top.end());
  RAKKAN_TRY(Reader ids, signing_certificate.enter(Tag::sequence));
  RAKKAN_TRY(Reader id, ids.enter(Tag::sequence));

  EssCertIdV2 result;
  if (id.peek() == Tag::sequence) {
    auto algorithm = crypto::read_digest_algorithm(id);
    if (!algorithm) {
      return fail(std::move(algorithm).error().at("signingCertificateV2"));
    }
    result.hash_algorithm = *algorithm;
  }
  RAKKAN_TRY(result.hash, id.octet_string());
  if (result.hash.size() != crypto::info(result.hash_algorithm).size) {
    return id.malformed("certHash has not the size of its algorithm");
  }
  RAKKAN_TRY(auto issuer_serial, id.enter_if(Tag::sequence));
  RAKKAN_CHECK(id.end());
  if (issuer_serial) {
    RAKKAN_TRY(Reader names, issuer_serial->enter(Tag::sequence));
    RAKKAN_TRY(Reader directory_name, names.enter(kDirectoryName));
    RAKKAN_CHECK(names.end());
    RAKKAN_TRY(const der::Element name, directory_name.element(Tag::sequence));
    RAKKAN_CHECK(directory_name.end());
    RAKKAN_TRY(result.serial_number, issuer_serial->integer());
    RAKKAN_CHECK(issuer_serial->end());
    result.issuer = name.encoding;
    result.has_issuer_serial = true;
  }

  // Further identifiers name other certificates of the path, and policies do not concern the signer's certificate. Both
  // are read for their shape only.
  while (!ids.at_end()) {
    RAKKAN_CHECK(ids.element(Tag::sequence));
  }
  RAKKAN_CHECK(signing_certificate.element_if(Tag::sequence));
  RAKKAN_CHECK(signing_certificate.end());
  return result;
}

}  // namespace

void write_signing_certificate_v2(der::Writer& writer, const pki::Certificate& signer) {
  writer.sequence([&] {
    writer.sequence([&] {
      writer.sequence([&] {
        writer.octet_string(signer.fingerprint().view());
        writer.sequence([&] {
          writer.sequence([&] { writer.constructed(kDirectoryName, [&] { writer.raw(signer.issuer().der()); }); });
          writer.integer(signer.serial_number());
        });
      });
    });
  });
}

bool EssCertIdV2::names(const pki::Certificate& certificate) const {
  if (has_issuer_serial && (!is_issuer_of(issuer, certificate) || !equal(serial_number, certificate.serial_number()))) {
    return false;
  }
  return equal(hash, crypto::digest(hash_algorithm, certificate.der()).view());
}

bool is_issuer_of(ByteView name, const pki::Certificate& certificate) {
  if (equal(name, certificate.issuer().der())) {
    return true;
  }
  const auto parsed = pki::Name::parse(name);
  return parsed && parsed->text() == certificate.issuer().text();
}

Result<EssCertIdV2> parse_signing_certificate_v2(ByteView value) {
  auto result = read(value);
  if (!result) {
    return malformed_as(ErrorCode::malformed_cms, std::move(result).error());
  }
  return result;
}

}  // namespace rakkan::cms
