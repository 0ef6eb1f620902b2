// Making revocation lists of version 2 (RFC 5280 §5).
//
//   TBSCertList ::= SEQUENCE { version Version, signature AlgorithmIdentifier, issuer Name, thisUpdate Time,
//        nextUpdate Time OPTIONAL, revokedCertificates SEQUENCE OF SEQUENCE { userCertificate CertificateSerialNumber,
//        revocationDate Time, crlEntryExtensions Extensions OPTIONAL } OPTIONAL,
//        crlExtensions [0] EXPLICIT Extensions }
#include <chrono>

#include "pki/object_identifiers.hpp"
#include "pki/signed_object.hpp"
#include "rakkan/pki/certificate_builder.hpp"

namespace rakkan::pki {
namespace {

using der::Tag;
using der::Writer;

constexpr unsigned kDirectoryName = 4;  // GeneralName directoryName [4] EXPLICIT (RFC 5280 §4.2.1.6)
constexpr unsigned kReasonBits = 9;     // ReasonFlags: unused (0) to aACompromise (8) (§4.2.1.13)

// RFC 5280 §5.3.1: for unspecified (0) the extension is left out, 7 is not used, removeFromCRL (8) is for delta CRLs.
bool allowed_reason(std::uint8_t reason, bool delta) noexcept {
  return reason >= 1 && reason <= 10 && reason != 7 && (reason != 8 || delta);
}

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
  RAKKAN_CHECK(check_url(content.freshest_crl_url));
  RAKKAN_CHECK(check_url(content.scope ? content.scope->url : std::string()));
  for (const RevokedCertificate& entry : content.revoked) {
    RAKKAN_CHECK(check_serial_number(entry.serial_number));
    if (entry.reason && !allowed_reason(*entry.reason, content.base_number.has_value())) {
      return fail(ErrorCode::invalid_argument, "revocation reason " + std::to_string(*entry.reason));
    }
  }
  return {};
}

void write_entry_extensions(Writer& writer, const RevokedCertificate& entry) {
  if (entry.reason) {
    write_extension(writer, kReasonCode, false, [&] { writer.small_unsigned(*entry.reason, Tag::enumerated); });
  }
  if (entry.invalidity_date) {
    write_extension(writer, kInvalidityDate, false,
                    [&] { writer.generalized_time(std::chrono::floor<std::chrono::seconds>(*entry.invalidity_date)); });
  }
  if (entry.certificate_issuer) {
    write_extension(writer, kCertificateIssuer, true, [&] {
      writer.sequence([&] {
        writer.constructed(der::context_constructed(kDirectoryName),
                           [&] { writer.raw(entry.certificate_issuer->der()); });
      });
    });
  }
  write_other_extensions(writer, entry.other_extensions);
}

void write_entry(Writer& writer, const RevokedCertificate& entry) {
  writer.sequence([&] {
    writer.unsigned_integer(entry.serial_number);
    writer.time(entry.revoked_at);
    if (entry.reason || entry.invalidity_date || entry.certificate_issuer || !entry.other_extensions.empty()) {
      writer.sequence([&] { write_entry_extensions(writer, entry); });
    }
  });
}

void write_flag(Writer& writer, bool value, unsigned number) {
  if (value) {
    constexpr Byte kTrue = 0xFF;
    writer.primitive(der::context(number), ByteView(&kTrue, 1));
  }
}

// BIT STRING tagged [3] IMPLICIT, without trailing zero bits.
void write_reasons(Writer& writer, std::uint16_t reasons) {
  std::uint32_t msb_first = 0;
  for (unsigned bit = 0; bit < kReasonBits; ++bit) {
    msb_first |= (reasons >> bit & 1U) << (kReasonBits - 1 - bit);
  }
  Writer bits;
  bits.named_bits(msb_first, kReasonBits);
  writer.primitive(der::context(3), bits.view().subspan(2));
}

// IssuingDistributionPoint (its ASN.1 is in certificate_list.hpp).
void write_scope(Writer& writer, const CrlScope& scope) {
  writer.sequence([&] {
    if (!scope.url.empty()) {
      write_distribution_point_name(writer, scope.url);
    }
    write_flag(writer, scope.only_contains_user_certificates, 1);
    write_flag(writer, scope.only_contains_ca_certificates, 2);
    if (scope.only_some_reasons) {
      write_reasons(writer, *scope.only_some_reasons);
    }
    write_flag(writer, scope.indirect_crl, 4);
    write_flag(writer, scope.only_contains_attribute_certificates, 5);
  });
}

void write_list_extensions(Writer& writer, const CrlTemplate& content) {
  write_authority_key_identifier(writer, content.authority_key_identifier);
  write_extension(writer, kCrlNumber, false, [&] { writer.small_unsigned(content.number); });
  if (content.base_number) {
    write_extension(writer, kDeltaCrlIndicator, true, [&] { writer.small_unsigned(*content.base_number); });
  }
  if (content.scope) {
    write_extension(writer, kIssuingDistributionPoint, true, [&] { write_scope(writer, *content.scope); });
  }
  if (!content.freshest_crl_url.empty()) {
    write_extension(writer, kFreshestCrl, false, [&] {
      writer.sequence(
          [&] { writer.sequence([&] { write_distribution_point_name(writer, content.freshest_crl_url); }); });
    });
  }
  write_other_extensions(writer, content.other_extensions);
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
    writer.constructed(der::context_constructed(0),
                       [&] { writer.sequence([&] { write_list_extensions(writer, content); }); });
  });
  return writer.take();
}

}  // namespace

Result<Bytes> issue_crl(const CrlTemplate& content, const crypto::AlgorithmSuite& suite, crypto::Signer& issuer) {
  RAKKAN_CHECK(check_template(content));
  return sign_object(encode_tbs(content, suite), suite, issuer);
}

}  // namespace rakkan::pki
