#include "cms/signing_certificate.hpp"

#include "cms/encoding.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::cms {
namespace {

using der::Reader;
using der::Tag;

constexpr std::size_t kMostIds = 1024;
constexpr Tag kDirectoryName =
    der::context_constructed(4);  // GeneralName directoryName, explicit since Name is a CHOICE

// IssuerSerial. Of several names, which the strict reading refuses, the first directoryName counts.
Result<void> read_issuer_serial(Reader& issuer_serial, EssReading reading, EssCertificateId& id) {
  const bool strict = reading == EssReading::strict;
  RAKKAN_TRY(Reader names, issuer_serial.enter(Tag::sequence));
  while (strict || (!names.at_end() && id.issuer.empty())) {
    if (!strict && names.peek() != kDirectoryName) {
      RAKKAN_CHECK(names.any());
      continue;
    }
    RAKKAN_TRY(Reader directory_name, names.enter(kDirectoryName));
    RAKKAN_TRY(const der::Element name, directory_name.element(Tag::sequence));
    RAKKAN_CHECK(directory_name.end());
    id.issuer = name.encoding;
    if (strict) {
      RAKKAN_CHECK(names.end());
      break;
    }
  }
  RAKKAN_TRY(id.serial_number, strict ? issuer_serial.integer() : issuer_serial.content(Tag::integer));
  RAKKAN_CHECK(issuer_serial.end());
  id.has_issuer_serial = true;
  return {};
}

// The hash algorithm's OBJECT IDENTIFIER; parameters are NULL, absent, or not looked at.
Result<der::Oid> read_hash_identifier(Reader& fields) {
  RAKKAN_TRY(Reader identifier, fields.enter(Tag::sequence));
  return identifier.oid();
}

Result<EssCertificateId> read_id(Reader& ids, EssVersion version, EssReading reading) {
  RAKKAN_TRY(Reader fields, ids.enter(Tag::sequence));
  EssCertificateId id;
  id.hash_algorithm = version == EssVersion::signing_certificate ? crypto::HashAlgorithm::sha1
                                                                 : crypto::HashAlgorithm::sha256;  // DEFAULT
  id.hash_identifier = crypto::info(*id.hash_algorithm).oid;
  if (version == EssVersion::signing_certificate_v2 && fields.peek() == Tag::sequence) {
    if (Reader again = fields; reading == EssReading::strict) {
      if (auto algorithm = crypto::read_digest_algorithm(again); !algorithm) {
        return fail(std::move(algorithm).error().at("signingCertificateV2"));
      }
    }
    RAKKAN_TRY(id.hash_identifier, read_hash_identifier(fields));
    id.hash_algorithm = crypto::hash_algorithm_from_oid(id.hash_identifier);
  }
  RAKKAN_TRY(id.hash, fields.octet_string());
  RAKKAN_TRY(auto issuer_serial, fields.enter_if(Tag::sequence));
  RAKKAN_CHECK(fields.end());
  if (issuer_serial) {
    RAKKAN_CHECK(read_issuer_serial(*issuer_serial, reading, id));
  }
  return id;
}

// The first identifier, as Rakkan's own suites have it.
Result<EssCertIdV2> read(ByteView value) {
  RAKKAN_TRY(const std::vector<EssCertificateId> ids,
             read_ess_ids(value, EssVersion::signing_certificate_v2, EssReading::strict));
  const EssCertificateId& first = ids.front();
  const auto algorithm = crypto::digest_algorithm_from_oid(first.hash_identifier);
  if (!algorithm || first.hash.size() != crypto::info(*algorithm).size) {
    return fail(ErrorCode::malformed_der, "certHash has not the size of its algorithm");
  }
  return EssCertIdV2{.hash_algorithm = *algorithm,
                     .hash = first.hash,
                     .has_issuer_serial = first.has_issuer_serial,
                     .issuer = first.issuer,
                     .serial_number = first.serial_number};
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

Result<std::vector<EssCertificateId>> read_ess_ids(ByteView value, EssVersion version, EssReading reading) {
  Reader top(value);
  RAKKAN_TRY(Reader signing_certificate, top.enter(Tag::sequence));
  RAKKAN_CHECK(top.end());
  RAKKAN_TRY(Reader ids, signing_certificate.enter(Tag::sequence));
  std::vector<EssCertificateId> result;
  do {
    RAKKAN_TRY(EssCertificateId id, read_id(ids, version, reading));
    result.push_back(id);
    if (result.size() > kMostIds) {
      return ids.malformed("too many certificate identifiers");
    }
  } while (reading == EssReading::lenient && !ids.at_end());
  while (!ids.at_end()) {
    RAKKAN_CHECK(ids.element(Tag::sequence));
  }
  RAKKAN_CHECK(signing_certificate.element_if(Tag::sequence));
  RAKKAN_CHECK(signing_certificate.end());
  return result;
}

EssMatch EssCertificateId::compare(const pki::Certificate& certificate) const {
  if (!hash_algorithm) {
    return EssMatch::unsupported_hash;
  }
  const bool is_fingerprint = *hash_algorithm == crypto::HashAlgorithm::sha256;  // kept by the certificate
  const Result<crypto::HashValue> computed =
      is_fingerprint ? crypto::HashValue(certificate.fingerprint()) : crypto::hash(*hash_algorithm, certificate.der());
  if (!computed) {
    return EssMatch::unsupported_hash;
  }
  if (!equal(hash, computed->view())) {
    return EssMatch::hash_mismatch;
  }
  if (has_issuer_serial &&
      (!is_issuer_of(issuer, certificate) || !same_serial_number(serial_number, certificate.serial_number()))) {
    return EssMatch::issuer_serial_mismatch;
  }
  return EssMatch::match;
}

bool same_serial_number(ByteView a, ByteView b) noexcept {
  const auto minimal = [](ByteView octets) {
    while (octets.size() > 1 && octets[0] == 0 && octets[1] < 0x80) {
      octets = octets.subspan(1);
    }
    return octets;
  };
  return equal(minimal(a), minimal(b));
}

Result<EssCertIdV2> parse_signing_certificate_v2(ByteView value) {
  auto result = read(value);
  if (!result) {
    return malformed_as(ErrorCode::malformed_cms, std::move(result).error());
  }
  return result;
}

}  // namespace rakkan::cms
