#include "rakkan/pki/ocsp_certificate_id.hpp"

#include <algorithm>
#include <array>

#include "pki/object_identifiers.hpp"
#include "pki/ocsp_names.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/crypto/sha1_name.hpp"
#include "rakkan/der/writer.hpp"

namespace rakkan::pki {
namespace {

using crypto::DigestAlgorithm;
using der::Reader;
using der::Tag;

struct NameHash {
  OcspNameHash hash;
  std::optional<DigestAlgorithm> digest;  // nothing for SHA-1
};
constexpr std::array kHashes = {
    NameHash{OcspNameHash::sha1, std::nullopt},
    NameHash{OcspNameHash::sha256, DigestAlgorithm::sha256},
    NameHash{OcspNameHash::sha384, DigestAlgorithm::sha384},
    NameHash{OcspNameHash::sha512, DigestAlgorithm::sha512},
};

const NameHash& row(OcspNameHash hash) noexcept { return kHashes[static_cast<std::size_t>(hash)]; }

der::Oid oid_of(const NameHash& hash) { return hash.digest ? crypto::info(*hash.digest).oid : kSha1; }

// hashAlgorithm, with NULL or without parameters (RFC 4055 §2.1).
Result<std::optional<OcspNameHash>> parse_hash(Reader& fields) {
  RAKKAN_TRY(Reader algorithm, fields.enter(Tag::sequence));
  RAKKAN_TRY(const der::Oid oid, algorithm.oid());
  const auto* known =
      std::find_if(kHashes.begin(), kHashes.end(), [&](const NameHash& one) { return oid_of(one) == oid; });
  if (known == kHashes.end()) {
    return std::nullopt;
  }
  if (!algorithm.at_end()) {
    RAKKAN_CHECK(algorithm.null());
  }
  RAKKAN_CHECK(algorithm.end());
  return known->hash;
}

}  // namespace

Bytes ocsp_name_hash(OcspNameHash hash, ByteView data) {
  const auto digest = row(hash).digest;
  if (!digest) {
    const crypto::Sha1Name name = crypto::sha1_name(data);
    return {name.begin(), name.end()};
  }
  return copy_of(crypto::digest(*digest, data).view());
}

Result<ByteView> subject_public_key(ByteView spki) {
  Reader top(spki);
  RAKKAN_TRY(Reader info, top.enter(Tag::sequence));
  RAKKAN_CHECK(top.end());
  RAKKAN_CHECK(info.element(Tag::sequence));
  RAKKAN_TRY(const ByteView key, info.bit_string());
  RAKKAN_CHECK(info.end());
  return key;
}

Result<Bytes> responder_key_hash(ByteView spki) {
  RAKKAN_TRY(const ByteView key, subject_public_key(spki));
  return ocsp_name_hash(OcspNameHash::sha1, key);
}

Result<OcspCertificateId> OcspCertificateId::parse(Reader& reader) {
  Reader inside = reader;
  RAKKAN_TRY(const der::Element element, reader.element(Tag::sequence));
  RAKKAN_TRY(Reader fields, inside.enter(Tag::sequence));
  OcspCertificateId id;
  RAKKAN_TRY(id.hash, parse_hash(fields));
  RAKKAN_TRY(id.issuer_name_hash, fields.octet_string());
  RAKKAN_TRY(id.issuer_key_hash, fields.octet_string());
  RAKKAN_TRY(id.serial_number, fields.integer());
  RAKKAN_CHECK(fields.end());
  id.encoding = element.encoding;
  return id;
}

// RFC 6960 §4.1.1: the name is hashed as it stands in the certificate's issuer field. Responders that hash it as it
// stands in the issuer's own certificate name the same issuer, where the two match.
bool OcspCertificateId::names(const Certificate& certificate, const Certificate& issuer) const {
  if (!hash || !equal(serial_number, certificate.serial_number()) || !certificate.issuer().matches(issuer.subject())) {
    return false;
  }
  const auto key = subject_public_key(issuer.spki());
  return key && equal(ocsp_name_hash(*hash, *key), issuer_key_hash) &&
         (equal(ocsp_name_hash(*hash, certificate.issuer().der()), issuer_name_hash) ||
          equal(ocsp_name_hash(*hash, issuer.subject().der()), issuer_name_hash));
}

Result<Bytes> encode_ocsp_certificate_id(const Certificate& certificate, const Certificate& issuer, OcspNameHash hash) {
  auto key = subject_public_key(issuer.spki());
  if (!key) {
    key.error().code = ErrorCode::malformed_certificate;
    return fail(std::move(key).error());
  }
  der::Writer writer(160);
  writer.sequence([&] {
    writer.sequence([&] {
      writer.oid(oid_of(row(hash)));
      writer.null();  // as every responder expects it, with SHA-2 too
    });
    writer.octet_string(ocsp_name_hash(hash, certificate.issuer().der()));
    writer.octet_string(ocsp_name_hash(hash, *key));
    writer.integer(certificate.serial_number());
  });
  return writer.take();
}

}  // namespace rakkan::pki
