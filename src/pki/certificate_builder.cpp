#include "rakkan/pki/certificate_builder.hpp"

#include <chrono>

#include "pki/object_identifiers.hpp"
#include "pki/ocsp_names.hpp"
#include "pki/signed_object.hpp"
#include "rakkan/crypto/digest.hpp"

namespace rakkan::pki {
namespace {

using der::Tag;
using der::Writer;

constexpr unsigned kUriName = 6;  // GeneralName uniformResourceIdentifier [6] (RFC 5280 §4.2.1.6)

tl::unexpected<Error> invalid(std::string what) { return fail(ErrorCode::invalid_argument, std::move(what)); }

Result<void> check_template(const CertificateTemplate& content) {
  RAKKAN_CHECK(check_serial_number(content.serial_number));
  if (content.issuer == Name()) {
    return invalid("a certificate's issuer is not empty");  // RFC 5280 §4.1.2.4
  }
  if (content.validity.not_after < content.validity.not_before) {
    return invalid("a certificate ends before it begins");
  }
  if (content.extended_key_usage && content.extended_key_usage->purposes.empty()) {
    return invalid("an extended key usage names at least one purpose");
  }
  const auto& constraints = content.basic_constraints;
  if (constraints && !constraints->is_ca && constraints->path_length) {
    return invalid("a path length is for a CA");  // RFC 5280 §4.2.1.9
  }
  const auto& period = content.private_key_usage_period;
  if (period && !period->not_before && !period->not_after) {
    return invalid("a private key usage period has a beginning or an end");
  }
  RAKKAN_CHECK(check_url(content.crl_url));
  RAKKAN_CHECK(check_url(content.ocsp_url));
  return check_url(content.ca_issuers_url);
}

void write_key_usage(Writer& writer, const std::vector<KeyUsage>& usages) {
  constexpr unsigned kBits = static_cast<unsigned>(KeyUsage::decipher_only) + 1;
  std::uint32_t bits = 0;
  for (const KeyUsage usage : usages) {
    bits |= 1U << (kBits - 1 - static_cast<unsigned>(usage));
  }
  writer.named_bits(bits, kBits);
}

void write_basic_constraints(Writer& writer, const BasicConstraints& constraints) {
  writer.sequence([&] {
    if (constraints.is_ca) {
      writer.boolean(true);
    }
    if (constraints.path_length) {
      writer.small_unsigned(*constraints.path_length);
    }
  });
}

void write_private_key_usage_period(Writer& writer, const PrivateKeyUsagePeriod& period) {
  writer.sequence([&] {
    if (period.not_before) {
      writer.generalized_time(std::chrono::floor<std::chrono::seconds>(*period.not_before), der::context(0));
    }
    if (period.not_after) {
      writer.generalized_time(std::chrono::floor<std::chrono::seconds>(*period.not_after), der::context(1));
    }
  });
}

// CRLDistributionPoints ::= SEQUENCE OF DistributionPoint (RFC 5280 §4.2.1.13), with one
// DistributionPoint { distributionPoint [0] { fullName [0] { uri } } }.
void write_crl_distribution_point(Writer& writer, std::string_view url) {
  writer.sequence([&] { writer.sequence([&] { write_distribution_point_name(writer, url); }); });
}

// AuthorityInfoAccessSyntax ::= SEQUENCE OF AccessDescription { accessMethod, accessLocation GeneralName } (RFC 5280
// §4.2.2.1)
void write_authority_information_access(Writer& writer, const CertificateTemplate& content) {
  const auto describe = [&](const der::Oid& method, std::string_view url) {
    if (!url.empty()) {
      writer.sequence([&] {
        writer.oid(method);
        writer.text(der::context(kUriName), url);
      });
    }
  };
  writer.sequence([&] {
    describe(kAccessMethodOcsp, content.ocsp_url);
    describe(kAccessMethodCaIssuers, content.ca_issuers_url);
  });
}

void write_extensions(Writer& writer, const CertificateTemplate& content, ByteView subject_key_identifier) {
  if (content.authority_key_identifier) {
    write_authority_key_identifier(writer, *content.authority_key_identifier);
  }
  write_extension(writer, kSubjectKeyIdentifier, false, [&] { writer.octet_string(subject_key_identifier); });
  if (content.basic_constraints) {
    write_extension(writer, kBasicConstraints, content.basic_constraints->is_ca,
                    [&] { write_basic_constraints(writer, *content.basic_constraints); });
  }
  if (!content.key_usage.empty()) {
    write_extension(writer, kKeyUsage, true, [&] { write_key_usage(writer, content.key_usage); });
  }
  if (content.extended_key_usage) {
    write_extension(writer, kExtendedKeyUsage, content.extended_key_usage->critical, [&] {
      writer.sequence([&] {
        for (const der::Oid& purpose : content.extended_key_usage->purposes) {
          writer.oid(purpose);
        }
      });
    });
  }
  if (content.private_key_usage_period) {
    write_extension(writer, kPrivateKeyUsagePeriod, false,
                    [&] { write_private_key_usage_period(writer, *content.private_key_usage_period); });
  }
  if (!content.certificate_policies.empty()) {
    write_extension(writer, kCertificatePolicies, false, [&] {
      writer.sequence([&] {
        for (const der::Oid& policy : content.certificate_policies) {
          writer.sequence([&] { writer.oid(policy); });
        }
      });
    });
  }
  if (!content.crl_url.empty()) {
    write_extension(writer, kCrlDistributionPoints, false,
                    [&] { write_crl_distribution_point(writer, content.crl_url); });
  }
  if (!content.ocsp_url.empty() || !content.ca_issuers_url.empty()) {
    write_extension(writer, kAuthorityInfoAccess, false, [&] { write_authority_information_access(writer, content); });
  }
  if (content.ocsp_no_check) {
    write_extension(writer, kOcspNoCheck, false, [&] { writer.null(); });
  }
  write_other_extensions(writer, content.other_extensions);
}

// Encodes the TBSCertificate (RFC 5280 §4.1.2; its ASN.1 is in certificate.hpp).
Bytes encode_tbs(const CertificateTemplate& content, const crypto::AlgorithmSuite& suite,
                 ByteView subject_key_identifier) {
  Writer writer(1024);
  writer.sequence([&] {
    writer.constructed(der::context_constructed(0), [&] { writer.small_unsigned(2); });  // v3
    writer.unsigned_integer(content.serial_number);
    writer.raw(suite.x509_signature_algorithm);
    writer.raw(content.issuer.der());
    writer.sequence([&] {
      writer.time(content.validity.not_before);
      writer.time(content.validity.not_after);
    });
    writer.raw(content.subject.der());
    writer.raw(content.spki);
    writer.constructed(der::context_constructed(3),
                       [&] { writer.sequence([&] { write_extensions(writer, content, subject_key_identifier); }); });
  });
  return writer.take();
}

}  // namespace

Result<Bytes> key_identifier(ByteView spki) {
  RAKKAN_TRY(const ByteView key, subject_public_key(spki));
  constexpr std::size_t kSize = 20;
  return copy_of(crypto::digest(crypto::DigestAlgorithm::sha256, key).view().first(kSize));
}

Result<Certificate> issue_certificate(const CertificateTemplate& content, const crypto::AlgorithmSuite& suite,
                                      crypto::Signer& issuer) {
  RAKKAN_CHECK(check_template(content));
  RAKKAN_TRY(const Bytes subject_key_identifier, key_identifier(content.spki));
  RAKKAN_TRY(const Bytes der, sign_object(encode_tbs(content, suite, subject_key_identifier), suite, issuer));
  return Certificate::parse(der);
}

}  // namespace rakkan::pki
