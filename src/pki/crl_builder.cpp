// Making revocation lists of version 2 (RFC 5280 §5).
//
//   TBSCertList ::= SEQUENCE { version Version, signature AlgorithmIdentifier, issuer Name, thisUpdate Time,
//        nextUpdate Time OPTIONAL, revokedCertificates SEQUENCE OF SEQUENCE { userCertificate CertificateSerialNumber,
//        revocationDate Time, crlEntryExtensions Extensions OPTIONAL } OPTIONAL,
//        crlExtensions [0] EXPLICIT Extensions }
#include "pki/object_identifiers.hpp"
#include "pki/signed_object.hpp"
#include "rakkan/pki/certificate_builder.hpp"

namespace rakkan::pki {
namespace {

using der::Tag;
using der::Writer;

// RFC 5280 §5.3.1: for unspecified (0) the extension is left out, 7 is not used, removeFromCRL (8) is for delta CRLs.
bool allowed_reason(std::uint8_t reason) noexcept { return reason >= 1 && reason <= 10 && reason != 7 && reason != 8; }

Result<void> check_template(const CrlTemplate& content) {
  if (content.issuer == Name()) {
    return fail(ErrorCode::invalid_argument, "a revocation list's issuer is not empty");
  }
  if (content.next_update < content.this_update) {
    return fail(ErrorCode::invalid_argument, "a revocation list's next update comes before it");
  }
  if (content.authority_key_identifier.empty()) {
    return fail(ErrorCode::invalid_argument, "a revocation list names its issuer's key");  // RFC 5280 §5.2.1
  }
  for (const RevokedCertificate& entry : content.revoked) {
    RAKKAN_CHECK(check_serial_number(entry.serial_number));
    if (entry.reason && !allowed_reason(*entry.reason)) {
      return fail(ErrorCode::invalid_argument, "revocation reason " + std::to_string(*entry.reason));
    }
  }
  return {};
}

void write_entry(Writer& writer, const RevokedCertificate& entry) {
  writer.sequence([&] {
    writer.unsigned_integer(entry.serial_number);
    writer.time(entry.revoked_at);
    if (entry.reason) {
      writer.sequence([&] {
        write_extension(writer, kReasonCode, false, [&] { writer.small_unsigned(*entry.reason, Tag::enumerated); });
      });
    }
  });
}

Bytes encode_tbs(const CrlTemplate& content, const crypto::AlgorithmSuite& suite) {
  Writer writer(512 + content.revoked.size() * 48);
  writer.sequence([&] {
    writer.small_unsigned(1);  // v2
    writer.raw(suite.x509_signature_algorithm);
    writer.raw(content.issuer.der());
    writer.time(content.this_update);
    writer.time(content.next_update);
    if (!content.revoked.empty()) {  // §5.1.2.6: absent when nothing is revoked
      writer.sequence([&] {
        for (const RevokedCertificate& entry : content.revoked) {
          write_entry(writer, entry);
        }
      });
    }
    writer.constructed(der::context_constructed(0), [&] {
      writer.sequence([&] {
        write_authority_key_identifier(writer, content.authority_key_identifier);
        write_extension(writer, kCrlNumber, false, [&] { writer.small_unsigned(content.number); });
      });
    });
  });
  return writer.take();
}

}  // namespace

Result<Bytes> issue_crl(const CrlTemplate& content, const crypto::AlgorithmSuite& suite, crypto::Signer& issuer) {
  RAKKAN_CHECK(check_template(content));
  return sign_object(encode_tbs(content, suite), suite, issuer);
}

}  // namespace rakkan::pki
