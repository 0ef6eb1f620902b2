#include "rakkan/pki/certificate.hpp"

#include <algorithm>
#include <mutex>

#include "pki/extensions.hpp"
#include "pki/object_identifiers.hpp"
#include "pki/path_extension_reader.hpp"
#include "pki/signed_object.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::pki {
namespace {

using der::Reader;
using der::Tag;

constexpr std::uint16_t kEveryUsage = 0x1FF;

// RFC 5280 §4.1: Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm AlgorithmIdentifier,
//      signatureValue BIT STRING }
struct Outer {
  der::Element tbs;
  ByteView signature_algorithm;
  ByteView signature;
  bool whole_octets;  // a signature that is not of whole octets is one of no algorithm
  Reader tbs_fields;
};

// Fields is the TBSCertificate (certificate.hpp) without its extensions.
struct Fields {
  unsigned version = 1;
  ByteView serial_number;
  Name issuer;
  Validity validity;
  Name subject;
  ByteView spki;
  std::vector<Extension> extensions;
};

struct KnownExtensions {
  std::uint16_t key_usages = kEveryUsage;
  std::optional<ExtendedKeyUsage> extended_key_usage;
  std::optional<BasicConstraints> basic_constraints;
  std::optional<PrivateKeyUsagePeriod> private_key_usage_period;
  std::optional<ByteView> subject_key_identifier;
  std::optional<ByteView> authority_key_identifier;
  std::vector<der::Oid> unknown_critical;
};

Result<Outer> parse_outer(ByteView der) {
  Reader top(der);
  RAKKAN_TRY(Reader certificate, top.enter(Tag::sequence));
  RAKKAN_CHECK(top.end());
  Reader tbs_at = certificate;
  RAKKAN_TRY(const der::Element tbs, certificate.element(Tag::sequence));
  RAKKAN_TRY(Reader tbs_fields, tbs_at.enter(Tag::sequence));
  RAKKAN_TRY(const der::Element algorithm, certificate.element(Tag::sequence));
  RAKKAN_TRY(const der::BitString signature, certificate.bits());
  RAKKAN_CHECK(certificate.end());
  return Outer{tbs, algorithm.encoding, signature.octets, signature.unused_bits == 0, tbs_fields};
}

// version [0] EXPLICIT INTEGER DEFAULT v1 (RFC 5280 §4.1.2.1): 1 means v2, 2 means v3.
Result<unsigned> parse_version(Reader& tbs) {
  RAKKAN_TRY(auto field, tbs.enter_if(der::context_constructed(0)));
  if (!field) {
    return 1U;
  }
  RAKKAN_TRY(const std::uint64_t value, field->small_unsigned());
  RAKKAN_CHECK(field->end());
  if (value != 1 && value != 2) {
    return field->malformed("version is not v2 or v3");
  }
  return static_cast<unsigned>(value) + 1;
}

// CertificateSerialNumber ::= INTEGER (RFC 5280 §4.1.2.2) of at most 20 octets. Zero and negative numbers are to be
// handled gracefully.
Result<ByteView> parse_serial_number(Reader& tbs) {
  constexpr std::size_t kMaxOctets = 20;
  const Reader at = tbs;
  RAKKAN_TRY(const ByteView serial, tbs.integer());
  if (serial.size() > kMaxOctets + (serial[0] == 0x00 ? 1 : 0)) {
    return at.malformed("serial number is longer than 20 octets");
  }
  return serial;
}

Result<Name> parse_name(Reader& tbs, std::string_view which) {
  const std::size_t start = tbs.offset();
  RAKKAN_TRY(const der::Element element, tbs.element(Tag::sequence));
  auto name = Name::parse(element.encoding);
  if (!name) {
    return fail(std::move(name).error().at("offset " + std::to_string(start) + ", " + std::string(which)));
  }
  return name;
}

Result<Validity> parse_validity(Reader& tbs) {
  RAKKAN_TRY(Reader fields, tbs.enter(Tag::sequence));
  Validity validity;
  RAKKAN_TRY(validity.not_before, fields.time());
  RAKKAN_TRY(validity.not_after, fields.time());
  RAKKAN_CHECK(fields.end());
  return validity;
}

// Checks the form of SubjectPublicKeyInfo only (RFC 5280 §4.1.2.7): PublicKey decides which keys can be used, when it
// is made.
Result<ByteView> parse_spki(Reader& tbs) {
  Reader inside = tbs;
  RAKKAN_TRY(const der::Element element, tbs.element(Tag::sequence));
  RAKKAN_TRY(Reader fields, inside.enter(Tag::sequence));
  RAKKAN_TRY(Reader algorithm, fields.enter(Tag::sequence));
  RAKKAN_CHECK(algorithm.oid());
  RAKKAN_CHECK(fields.bits());
  RAKKAN_CHECK(fields.end());
  return element.encoding;
}

Result<Fields> parse_fields(Reader& tbs, ByteView outer_algorithm) {
  Fields fields;
  RAKKAN_TRY(fields.version, parse_version(tbs));
  RAKKAN_TRY(fields.serial_number, parse_serial_number(tbs));
  const Reader at_algorithm = tbs;
  RAKKAN_TRY(const der::Element algorithm, tbs.element(Tag::sequence));
  if (!equal(algorithm.encoding, outer_algorithm)) {
    return at_algorithm.malformed("the two signature algorithms differ");  // §4.1.1.2
  }
  RAKKAN_TRY(fields.issuer, parse_name(tbs, "issuer"));
  RAKKAN_TRY(fields.validity, parse_validity(tbs));
  RAKKAN_TRY(fields.subject, parse_name(tbs, "subject"));
  RAKKAN_TRY(fields.spki, parse_spki(tbs));
  if (fields.version >= 2) {
    for (const unsigned unique_id : {1U, 2U}) {  // §4.1.2.8, never used
      RAKKAN_CHECK(tbs.element_if(der::context(unique_id)));
    }
  }
  if (fields.version == 3) {
    RAKKAN_TRY(auto extensions, tbs.enter_if(der::context_constructed(3)));
    if (extensions) {
      RAKKAN_TRY(fields.extensions, parse_extensions(*extensions));
      RAKKAN_CHECK(extensions->end());
    }
  }
  RAKKAN_CHECK(tbs.end());
  return fields;
}

Result<void> parse_extension(const Extension& extension, KnownExtensions& known) {
  if (extension.id == kKeyUsage) {
    RAKKAN_TRY(known.key_usages, parse_key_usage(extension.value));
  } else if (extension.id == kExtendedKeyUsage) {
    RAKKAN_TRY(auto purposes, parse_extended_key_usage(extension.value));
    known.extended_key_usage = {std::move(purposes), extension.critical};
  } else if (extension.id == kBasicConstraints) {
    RAKKAN_TRY(known.basic_constraints, parse_basic_constraints(extension.value));
  } else if (extension.id == kPrivateKeyUsagePeriod) {
    RAKKAN_TRY(known.private_key_usage_period, parse_private_key_usage_period(extension.value));
  } else if (extension.id == kSubjectKeyIdentifier) {
    RAKKAN_TRY(known.subject_key_identifier, parse_subject_key_identifier(extension.value));
  } else if (extension.id == kAuthorityKeyIdentifier) {
    RAKKAN_TRY(known.authority_key_identifier, parse_authority_key_identifier(extension.value));
  } else if (extension.critical && !is_known_extension(extension.id)) {
    known.unknown_critical.push_back(extension.id);
  }
  return {};
}

Result<KnownExtensions> parse_known_extensions(const std::vector<Extension>& extensions, ByteView der) {
  KnownExtensions known;
  for (const Extension& extension : extensions) {
    auto parsed = parse_extension(extension, known);
    if (!parsed) {
      const auto start = extension.value.data() - der.data();
      return fail(
          std::move(parsed).error().at("offset " + std::to_string(start) + ", extension " + extension.id.dotted()));
    }
  }
  return known;
}

}  // namespace

struct Certificate::Parsed {
  Bytes der;
  ByteView tbs;
  ByteView signature_algorithm;
  ByteView signature;
  bool whole_octets = true;
  Fields fields;
  KnownExtensions known;

  mutable std::once_flag key_made;
  mutable std::optional<Result<crypto::PublicKey>> key;
  mutable std::once_flag verification_key_made;
  mutable std::optional<Result<crypto::VerificationKey>> verification_key;
  mutable std::once_flag fingerprint_made;
  mutable std::optional<crypto::Digest> fingerprint;
  mutable std::once_flag path_extensions_read;
  mutable std::optional<Result<PathExtensions>> path_extensions;

  explicit Parsed(ByteView encoding) : der(copy_of(encoding)) {}

  Result<void> parse() {
    RAKKAN_TRY(Outer outer, parse_outer(der));
    tbs = outer.tbs.encoding;
    signature_algorithm = outer.signature_algorithm;
    signature = outer.signature;
    whole_octets = outer.whole_octets;
    RAKKAN_TRY(fields, parse_fields(outer.tbs_fields, outer.signature_algorithm));
    RAKKAN_TRY(known, parse_known_extensions(fields.extensions, der));
    return {};
  }
};

Result<Certificate> Certificate::parse(ByteView der) {
  auto parsed = std::make_shared<Parsed>(der);
  auto result = parsed->parse();
  if (!result) {
    result.error().code = ErrorCode::malformed_certificate;
    return fail(std::move(result).error());
  }
  return Certificate(std::move(parsed));
}

ByteView Certificate::der() const noexcept { return parsed_->der; }
ByteView Certificate::tbs() const noexcept { return parsed_->tbs; }
unsigned Certificate::version() const noexcept { return parsed_->fields.version; }
ByteView Certificate::serial_number() const noexcept { return parsed_->fields.serial_number; }
const Name& Certificate::issuer() const noexcept { return parsed_->fields.issuer; }
const Name& Certificate::subject() const noexcept { return parsed_->fields.subject; }
const Validity& Certificate::validity() const noexcept { return parsed_->fields.validity; }
ByteView Certificate::spki() const noexcept { return parsed_->fields.spki; }
ByteView Certificate::signature_algorithm() const noexcept { return parsed_->signature_algorithm; }
ByteView Certificate::signature() const noexcept { return parsed_->signature; }
const std::vector<Extension>& Certificate::extensions() const noexcept { return parsed_->fields.extensions; }

const Extension* Certificate::find_extension(const der::Oid& id) const noexcept {
  const auto& all = extensions();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Extension& each) { return each.id == id; });
  return found == all.end() ? nullptr : &*found;
}

const std::vector<der::Oid>& Certificate::unknown_critical_extensions() const noexcept {
  return parsed_->known.unknown_critical;
}

bool Certificate::has_key_usage(KeyUsage usage) const noexcept {
  return (parsed_->known.key_usages >> static_cast<unsigned>(usage) & 1) != 0;
}

const std::optional<ExtendedKeyUsage>& Certificate::extended_key_usage() const noexcept {
  return parsed_->known.extended_key_usage;
}
const std::optional<BasicConstraints>& Certificate::basic_constraints() const noexcept {
  return parsed_->known.basic_constraints;
}
const std::optional<PrivateKeyUsagePeriod>& Certificate::private_key_usage_period() const noexcept {
  return parsed_->known.private_key_usage_period;
}
std::optional<ByteView> Certificate::subject_key_identifier() const noexcept {
  return parsed_->known.subject_key_identifier;
}
std::optional<ByteView> Certificate::authority_key_identifier() const noexcept {
  return parsed_->known.authority_key_identifier;
}

bool Certificate::is_self_issued() const noexcept { return issuer().matches(subject()); }

const Result<PathExtensions>& Certificate::path_extensions() const {
  std::call_once(parsed_->path_extensions_read, [&] {
    auto read = read_path_extensions(extensions(), subject());
    if (!read) {
      read.error().code = ErrorCode::malformed_certificate;
    }
    parsed_->path_extensions = std::move(read);
  });
  return *parsed_->path_extensions;
}

Result<crypto::PublicKey> Certificate::public_key() const {
  std::call_once(parsed_->key_made, [&] {
    auto key = crypto::PublicKey::from_spki(spki());
    if (!key && key.error().code == ErrorCode::malformed_der) {
      key.error().code = ErrorCode::malformed_certificate;
    }
    parsed_->key = std::move(key);
  });
  return *parsed_->key;
}

const Result<crypto::VerificationKey>& Certificate::verification_key() const {
  std::call_once(parsed_->verification_key_made, [&] {
    auto key = crypto::VerificationKey::from_spki(spki());
    if (!key && key.error().code == ErrorCode::malformed_der) {
      key.error().code = ErrorCode::malformed_certificate;
    }
    parsed_->verification_key = std::move(key);
  });
  return *parsed_->verification_key;
}

Result<void> Certificate::verify_signature_with(const crypto::VerificationKey& key) const {
  if (!parsed_->whole_octets) {
    return fail(ErrorCode::signature_invalid, "the signature is not of whole octets");
  }
  RAKKAN_TRY(const crypto::VerificationAlgorithm algorithm,
             crypto::VerificationAlgorithm::parse(signature_algorithm()));
  return key.verify_message(algorithm, tbs(), signature());
}

Result<void> Certificate::verify_signed_by(const Certificate& other) const {
  if (!issuer().matches(other.subject())) {
    return fail(ErrorCode::signature_invalid, "the issuer's name is not the subject of the other certificate");
  }
  if (!parsed_->whole_octets) {
    return fail(ErrorCode::signature_invalid, "the signature is not of whole octets");
  }
  return verify_object(tbs(), signature_algorithm(), signature(), other);
}

const crypto::Digest& Certificate::fingerprint() const {
  std::call_once(parsed_->fingerprint_made,
                 [&] { parsed_->fingerprint = crypto::digest(crypto::DigestAlgorithm::sha256, der()); });
  return *parsed_->fingerprint;
}

}  // namespace rakkan::pki
