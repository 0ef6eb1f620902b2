#include "rakkan/pki/certificate_list.hpp"

#include <algorithm>
#include <limits>

#include "pki/crl_entries.hpp"
#include "pki/crl_scope.hpp"
#include "pki/distribution_points.hpp"
#include "pki/extensions.hpp"
#include "pki/object_identifiers.hpp"
#include "pki/signed_object.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::pki {
namespace {

using der::Reader;
using der::Tag;

struct KnownExtensions {
  std::optional<ByteView> crl_number;
  std::optional<ByteView> base_crl_number;
  std::optional<ByteView> authority_key_identifier;
  std::optional<IssuingDistributionPoint> issuing_distribution_point;
  std::vector<DistributionPoint> freshest_crl;
  std::optional<der::Oid> unknown_critical;
};

// CRLNumber, BaseCRLNumber ::= INTEGER (0..MAX), of at most 20 octets (RFC 5280 §5.2.3, §5.2.4).
Result<ByteView> parse_crl_number(ByteView value) {
  constexpr std::size_t kMaxOctets = 20;
  Reader top(value);
  RAKKAN_TRY(const ByteView number, top.unsigned_integer());
  RAKKAN_CHECK(top.end());
  if (number.size() > kMaxOctets) {
    return top.malformed("CRL number is longer than 20 octets");
  }
  return number;
}

// A BOOLEAN DEFAULT FALSE tagged [number] IMPLICIT. A written FALSE, which DER would leave out, is refused.
Result<bool> parse_flag(Reader& fields, unsigned number) {
  const Reader at = fields;
  RAKKAN_TRY(const auto flag, fields.element_if(der::context(number)));
  if (flag && (flag->content.size() != 1 || flag->content[0] != 0xFF)) {
    return at.malformed("a flag of issuingDistributionPoint is not TRUE");
  }
  return flag.has_value();
}

// IssuingDistributionPoint (certificate_list.hpp).
Result<IssuingDistributionPoint> parse_issuing_distribution_point(ByteView value) {
  Reader top(value);
  RAKKAN_TRY(Reader fields, top.enter(Tag::sequence));
  RAKKAN_CHECK(top.end());
  IssuingDistributionPoint point;
  RAKKAN_TRY(point.distribution_point, parse_distribution_point_name(fields));
  RAKKAN_TRY(point.only_contains_user_certificates, parse_flag(fields, 1));
  RAKKAN_TRY(point.only_contains_ca_certificates, parse_flag(fields, 2));
  RAKKAN_TRY(point.only_some_reasons, parse_reason_flags(fields, 3));
  RAKKAN_TRY(point.indirect_crl, parse_flag(fields, 4));
  RAKKAN_TRY(point.only_contains_attribute_certificates, parse_flag(fields, 5));
  RAKKAN_CHECK(fields.end());
  return point;
}

Result<void> parse_extension(const Extension& extension, KnownExtensions& known) {
  if (extension.id == kCrlNumber) {
    RAKKAN_TRY(known.crl_number, parse_crl_number(extension.value));
  } else if (extension.id == kDeltaCrlIndicator) {
    RAKKAN_TRY(known.base_crl_number, parse_crl_number(extension.value));
  } else if (extension.id == kAuthorityKeyIdentifier) {
    RAKKAN_TRY(known.authority_key_identifier, parse_authority_key_identifier(extension.value));
  } else if (extension.id == kIssuingDistributionPoint) {
    RAKKAN_TRY(known.issuing_distribution_point, parse_issuing_distribution_point(extension.value));
  } else if (extension.id == kFreshestCrl) {
    RAKKAN_TRY(known.freshest_crl, parse_distribution_points(extension.value));
  } else if (extension.critical && !known.unknown_critical) {
    known.unknown_critical = extension.id;
  }
  return {};
}

// The scope that an issuingDistributionPoint leaves to a list (§5.2.5).
bool is_partition(const IssuingDistributionPoint& point) noexcept {
  return point.distribution_point || point.only_contains_user_certificates || point.only_contains_ca_certificates ||
         point.only_some_reasons || point.only_contains_attribute_certificates;
}

std::string_view reason_of(CrlLimit limit) noexcept {
  switch (limit) {
    case CrlLimit::delta:
      return "it is a delta CRL";
    case CrlLimit::indirect:
      return "it is an indirect CRL";
    case CrlLimit::partitioned:
      return "it is about a part of the certificates or reasons only";
    case CrlLimit::critical_extension:
      return "it has an unknown critical extension";
  }
  return {};
}

}  // namespace

struct CertificateList::Parsed {
  Bytes der;
  ByteView tbs;
  ByteView signature_algorithm;
  ByteView signature;
  unsigned version = 1;
  Name issuer;
  Instant this_update;
  std::optional<Instant> next_update;
  ByteView entries;  // content of revokedCertificates
  std::size_t entry_count = 0;
  bool entries_name_issuers = false;
  std::vector<Extension> extensions;
  KnownExtensions known;

  explicit Parsed(Bytes encoding) noexcept : der(std::move(encoding)) {}

  Result<void> parse() {
    Reader top(der);
    RAKKAN_TRY(Reader list, top.enter(Tag::sequence));
    RAKKAN_CHECK(top.end());
    Reader at_tbs = list;
    RAKKAN_TRY(const der::Element signed_part, list.element(Tag::sequence));
    RAKKAN_TRY(Reader fields, at_tbs.enter(Tag::sequence));
    RAKKAN_TRY(const der::Element algorithm, list.element(Tag::sequence));
    RAKKAN_TRY(const der::BitString bits, list.bits());
    signature = bits.unused_bits == 0 ? bits.octets : ByteView();
    RAKKAN_CHECK(list.end());
    tbs = signed_part.encoding;
    signature_algorithm = algorithm.encoding;
    return parse_fields(fields);
  }

 private:
  // TBSCertList (certificate_list.hpp).
  Result<void> parse_fields(Reader& fields) {
    RAKKAN_CHECK(parse_version(fields));
    const Reader at_algorithm = fields;
    RAKKAN_TRY(const der::Element algorithm, fields.element(Tag::sequence));
    if (!equal(algorithm.encoding, signature_algorithm)) {
      return at_algorithm.malformed("the two signature algorithms differ");  // §5.1.1.2
    }
    RAKKAN_CHECK(parse_issuer(fields));
    RAKKAN_TRY(this_update, fields.time());
    if (fields.peek() == Tag::utc_time || fields.peek() == Tag::generalized_time) {
      RAKKAN_TRY(next_update, fields.time());
    }
    RAKKAN_TRY(const auto revoked, fields.element_if(Tag::sequence));
    if (revoked) {
      entries = revoked->content;
      RAKKAN_CHECK(check_entries());
    }
    if (version == 2) {
      RAKKAN_CHECK(parse_list_extensions(fields));
    }
    return fields.end();
  }

  // Version ::= INTEGER { v1(0), v2(1) }, present only when it is v2 (§5.1.2.1).
  Result<void> parse_version(Reader& fields) {
    if (fields.peek() != Tag::integer) {
      return {};
    }
    const Reader at = fields;
    RAKKAN_TRY(const std::uint64_t value, fields.small_unsigned());
    if (value != 1) {
      return at.malformed("version is not v2");
    }
    version = 2;
    return {};
  }

  Result<void> parse_issuer(Reader& fields) {
    const Reader at = fields;
    RAKKAN_TRY(const der::Element element, fields.element(Tag::sequence));
    auto parsed = Name::parse(element.encoding);
    if (!parsed) {
      return fail(std::move(parsed).error().at("offset " + std::to_string(at.offset()) + ", issuer"));
    }
    issuer = *std::move(parsed);
    if (issuer == Name()) {
      return at.malformed("the issuer is empty");  // §5.1.2.3
    }
    return {};
  }

  // Reads every entry once, and notes what concerns the list as a whole.
  Result<void> check_entries() {
    CrlEntryReader reader(entries);
    for (; !reader.at_end(); ++entry_count) {
      const auto start = reader.position() - der.data();
      auto checked = check_next(reader);
      if (!checked) {
        Error error = std::move(checked).error();
        error.where = "entry at offset " + std::to_string(start) + ", " + error.where;
        return fail(std::move(error));
      }
    }
    return {};
  }

  Result<void> check_next(CrlEntryReader& reader) {
    RAKKAN_TRY(const RawCrlEntry entry, reader.next());
    return check_entry(entry);
  }

  Result<void> check_entry(const RawCrlEntry& entry) {
    Reader time(entry.revocation_date);
    RAKKAN_CHECK(time.time());
    if (entry.extensions.empty()) {
      return {};
    }
    if (version == 1) {
      return time.malformed("an entry of a CRL of version 1 has extensions");  // §5.1.2.1
    }
    RAKKAN_TRY(const CrlEntryExtensions extra, parse_crl_entry_extensions(entry.extensions));
    entries_name_issuers = entries_name_issuers || extra.certificate_issuer.has_value();
    if (extra.unknown_critical && !known.unknown_critical) {
      known.unknown_critical = extra.unknown_critical;
    }
    return {};
  }

  Result<void> parse_list_extensions(Reader& fields) {
    RAKKAN_TRY(auto tagged, fields.enter_if(der::context_constructed(0)));
    if (!tagged) {
      return {};
    }
    RAKKAN_TRY(extensions, parse_extensions(*tagged));
    RAKKAN_CHECK(tagged->end());
    for (const Extension& extension : extensions) {
      auto parsed = parse_extension(extension, known);
      if (!parsed) {
        const auto start = extension.value.data() - der.data();
        return fail(
            std::move(parsed).error().at("offset " + std::to_string(start) + ", extension " + extension.id.dotted()));
      }
    }
    return {};
  }
};

Result<CertificateList> CertificateList::parse(Bytes der) {
  if (der.size() > std::numeric_limits<std::uint32_t>::max()) {
    return fail(ErrorCode::input_too_large, "a CRL of more than 4 GiB");
  }
  auto parsed = std::make_shared<Parsed>(std::move(der));
  auto result = parsed->parse();
  if (!result) {
    result.error().code = ErrorCode::malformed_crl;
    return fail(std::move(result).error());
  }
  return CertificateList(std::move(parsed));
}

ByteView CertificateList::der() const noexcept { return parsed_->der; }
ByteView CertificateList::tbs() const noexcept { return parsed_->tbs; }
unsigned CertificateList::version() const noexcept { return parsed_->version; }
const Name& CertificateList::issuer() const noexcept { return parsed_->issuer; }
Instant CertificateList::this_update() const noexcept { return parsed_->this_update; }
std::optional<Instant> CertificateList::next_update() const noexcept { return parsed_->next_update; }
ByteView CertificateList::signature_algorithm() const noexcept { return parsed_->signature_algorithm; }
ByteView CertificateList::signature() const noexcept { return parsed_->signature; }
const std::vector<Extension>& CertificateList::extensions() const noexcept { return parsed_->extensions; }
std::optional<ByteView> CertificateList::crl_number() const noexcept { return parsed_->known.crl_number; }
std::optional<ByteView> CertificateList::base_crl_number() const noexcept { return parsed_->known.base_crl_number; }
std::optional<ByteView> CertificateList::authority_key_identifier() const noexcept {
  return parsed_->known.authority_key_identifier;
}
const std::optional<IssuingDistributionPoint>& CertificateList::issuing_distribution_point() const noexcept {
  return parsed_->known.issuing_distribution_point;
}
const std::vector<DistributionPoint>& CertificateList::freshest_crl() const noexcept {
  return parsed_->known.freshest_crl;
}
const std::optional<der::Oid>& CertificateList::unknown_critical_extension() const noexcept {
  return parsed_->known.unknown_critical;
}
std::size_t CertificateList::entry_count() const noexcept { return parsed_->entry_count; }
crypto::Digest CertificateList::fingerprint() const { return crypto::digest(crypto::DigestAlgorithm::sha256, der()); }

std::optional<CrlLimit> CertificateList::limit() const noexcept {
  const KnownExtensions& known = parsed_->known;
  if (known.unknown_critical) {
    return CrlLimit::critical_extension;
  }
  if (known.base_crl_number) {
    return CrlLimit::delta;
  }
  const auto& point = known.issuing_distribution_point;
  if (parsed_->entries_name_issuers || (point && point->indirect_crl)) {
    return CrlLimit::indirect;
  }
  if (point && is_partition(*point)) {
    return CrlLimit::partitioned;
  }
  return std::nullopt;
}

std::optional<CrlEntry> CertificateList::find(const Name& certificate_issuer, ByteView serial_number) const {
  // §5.3.3: an entry without certificateIssuer has that of the entry before it, the first one that of the list.
  std::optional<Name> named;
  const bool follow_issuers = parsed_->entries_name_issuers;
  const bool of_list = certificate_issuer.matches(issuer());
  if (!of_list && !follow_issuers) {
    return std::nullopt;
  }
  CrlEntryReader reader(parsed_->entries);
  while (!reader.at_end()) {
    const auto entry = reader.next();
    if (!entry) {
      return std::nullopt;  // not possible: parse() read them all
    }
    const bool wanted = equal(entry->serial_number, serial_number);
    if (!wanted && (!follow_issuers || entry->extensions.empty())) {
      continue;
    }
    CrlEntryExtensions extra;
    if (!entry->extensions.empty()) {
      extra = parse_crl_entry_extensions(entry->extensions).value_or(CrlEntryExtensions());
    }
    if (extra.certificate_issuer) {
      named = std::move(extra.certificate_issuer);
    }
    if (wanted && (named ? certificate_issuer.matches(*named) : of_list)) {
      Reader time(entry->revocation_date);
      return CrlEntry{entry->serial_number, time.time().value_or(Instant()), extra.reason, extra.invalidity_date,
                      std::move(named)};
    }
  }
  return std::nullopt;
}

Result<void> CertificateList::covers(const Certificate& certificate) const {
  if (!certificate.issuer().matches(issuer())) {
    return fail(ErrorCode::revocation_mismatch,
                "the CRL is of " + issuer().text() + ", the certificate of " + certificate.issuer().text());
  }
  const auto limited = limit();
  if (!limited) {
    return {};
  }
  std::string detail = "the CRL is not used alone: " + std::string(reason_of(*limited));
  if (limited == CrlLimit::critical_extension) {
    detail += " " + unknown_critical_extension()->dotted();
  }
  if (limited == CrlLimit::partitioned) {
    const CrlCoverage coverage = crl_coverage(*this, certificate);
    if (!coverage.flaw && (coverage.reasons.bits & kAllReasons.bits) == kAllReasons.bits) {
      return {};
    }
    detail += coverage.flaw ? ": " + coverage.detail : std::string(": not about all reasons");
  }
  return fail(ErrorCode::revocation_unsupported, std::move(detail));
}

Result<void> CertificateList::verify_signed_by(const Certificate& signer) const {
  if (!issuer().matches(signer.subject())) {
    return fail(ErrorCode::revocation_signer_unauthorized, "the CRL is of " + issuer().text(), signer.subject().text());
  }
  if (!signer.has_key_usage(KeyUsage::crl_sign)) {
    return fail(ErrorCode::revocation_signer_unauthorized, "its keyUsage does not allow to sign CRLs",
                signer.subject().text());
  }
  if (signature().empty()) {
    return fail(ErrorCode::signature_invalid, "the signature is not of whole octets");
  }
  return verify_object(tbs(), signature_algorithm(), signature(), signer);
}

// Text around the block is explanation (RFC 7468 §2).
Result<CertificateList> decode_certificate_list(Bytes der_or_pem) {
  if (!der_or_pem.empty() && der_or_pem.front() == static_cast<Byte>(Tag::sequence)) {
    return CertificateList::parse(std::move(der_or_pem));
  }
  constexpr std::string_view kBegin = "-----BEGIN X509 CRL-----";
  constexpr std::string_view kEnd = "-----END X509 CRL-----";
  const std::string_view text = text_of(der_or_pem);
  const std::size_t begin = text.find(kBegin);
  const std::size_t end = begin == std::string_view::npos ? begin : text.find(kEnd, begin);
  if (end == std::string_view::npos) {
    return fail(ErrorCode::malformed_crl, "neither a CRL in DER nor one in PEM");
  }
  auto der = from_base64_lines(text.substr(begin + kBegin.size(), end - begin - kBegin.size()));
  if (!der) {
    return fail(ErrorCode::malformed_crl, "not Base64");
  }
  if (text.find(kBegin, end) != std::string_view::npos) {
    return fail(ErrorCode::malformed_crl, "more than one CRL");
  }
  return CertificateList::parse(*std::move(der));
}

}  // namespace rakkan::pki
