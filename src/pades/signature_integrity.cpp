#include "rakkan/pades/signature_integrity.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/cms/signed_data.hpp"
#include "rakkan/der/reader.hpp"
#include "rakkan/pades/prepared_revision.hpp"
#include "rakkan/pdf/text_string.hpp"

namespace rakkan::pades {
namespace {

constexpr std::string_view kCadesDetached = "ETSI.CAdES.detached";
constexpr std::string_view kPkcs7Detached = "adbe.pkcs7.detached";
constexpr std::string_view kRfc3161 = "ETSI.RFC3161";

// The identifier alone is enough here: a signature may match without being of the baseline profile. Older signatures
// name their certificate by the identifier, or by SHA-1 in the attribute signingCertificate, which is not looked at.
constexpr auto kBinding = cms::CertificateBinding::signer_identifier;

Checked passed() { return {Check::passed, std::nullopt}; }

Checked failed(ErrorCode code, std::string detail) {
  return {Check::failed, Error{code, std::move(detail), {}, std::nullopt, {}}};
}

Checked not_done(ErrorCode code, std::string detail) {
  return {Check::not_done, Error{code, std::move(detail), {}, std::nullopt, {}}};
}

// The result of an error. An unsupported algorithm, or an encoding that our strict readers do not take (programs write
// BER, and faulty DER), says nothing about the signature, so the check was not done.
Checked of(Error error) {
  constexpr std::array kNotRead{ErrorCode::unsupported_algorithm, ErrorCode::bad_imprint_algorithm,
                                ErrorCode::malformed_der,         ErrorCode::malformed_certificate,
                                ErrorCode::malformed_cms,         ErrorCode::malformed_timestamp_response};
  const bool not_read = std::find(kNotRead.begin(), kNotRead.end(), error.code) != kNotRead.end();
  return {not_read ? Check::not_done : Check::failed, std::move(error)};
}

template <class T>
Checked of(const Result<T>& result) {
  return result ? passed() : of(result.error());
}

Check worst(std::initializer_list<Check> checks) noexcept {
  for (const Check wanted : {Check::failed, Check::not_done}) {
    if (std::find(checks.begin(), checks.end(), wanted) != checks.end()) {
      return wanted;
    }
  }
  return Check::passed;
}

// ISO 32000-2 §12.8.1: "all bytes of the file from its beginning to its end, except those of Contents". An update
// behind the signature moves the file's end, not the ByteRange's.
Checked check_byte_range(const pdf::Document& document, const pdf::Signature& signature) {
  const auto wrong = [](std::string what) { return failed(ErrorCode::pdf_malformed, std::move(what)); };
  if (signature.duplicate_keys) {
    return wrong("a key that decides occurs twice in the signature dictionary");
  }
  if (!signature.contents_offset) {
    return wrong("/Contents is no hexadecimal string in the file itself");
  }
  const auto end = covered_end(signature);
  const auto& range = signature.byte_range;
  if (!end || range[0] != 0 || range[1] < 0) {
    return wrong("/ByteRange is not of the form [0 a b c]");
  }
  if (static_cast<std::uint64_t>(range[1]) != *signature.contents_offset ||
      static_cast<std::uint64_t>(range[2]) != *signature.contents_offset + signature.contents_length) {
    return wrong("/ByteRange leaves out something else than /Contents");
  }
  if (*end > document.size()) {
    return wrong("/ByteRange ends behind the end of the file");
  }
  return passed();
}

// The spans of a ByteRange that check_byte_range passed.
CoveredBytes covered_by(const pdf::Signature& signature, crypto::DigestAlgorithm algorithm) {
  const auto& range = signature.byte_range;
  return {algorithm,
          {static_cast<std::uint64_t>(range[1]), static_cast<std::uint64_t>(range[2]),
           static_cast<std::uint64_t>(range[3])}};
}

crypto::Digest hash_in_place(const pdf::DocumentBytes& bytes, const CoveredBytes& covered) {
  crypto::Hasher hasher(covered.algorithm);
  const auto add = [&hasher](ByteView part) { hasher.update(part); };
  bytes.for_each(0, covered.range.first_length, add);
  bytes.for_each(covered.range.second_offset, covered.range.second_offset + covered.range.second_length, add);
  return hasher.finish();
}

// Source is the document of the signature under check, and the digests that a reading of it has given already.
struct Source {
  const pdf::Document& document;
  const HashedDocument* hashed = nullptr;

  [[nodiscard]] crypto::Digest digest_of(const CoveredBytes& covered) const {
    const auto known = hashed != nullptr ? hashed->digest_of(covered) : std::nullopt;
    return known ? *known : hash_in_place(document.bytes(), covered);
  }
};

Checked compare(const Source& source, const pdf::Signature& signature, const Checked& byte_range,
                const crypto::Digest& said) {
  if (byte_range.outcome != Check::passed) {
    return not_done(ErrorCode::pdf_malformed, "the ByteRange is not right");
  }
  if (source.digest_of(covered_by(signature, said.algorithm())) != said) {
    return failed(ErrorCode::digest_mismatch, "the document is not what was signed");
  }
  return passed();
}

// Checks a token, in an unsigned attribute or as a document timestamp: whether its imprint is the right one, and
// whether its own signature verifies.
template <class ImprintOf>
TimestampIntegrity check_token(ByteView der, const std::vector<pki::Certificate>& extra, const ImprintOf& imprint_of) {
  TimestampIntegrity timestamp;
  auto token = tsp::TimestampToken::parse(der);
  if (!token) {
    timestamp.imprint = timestamp.signature = of(token.error());
    return timestamp;
  }
  if (const auto imprint = token->info().message_imprint.digest(); !imprint) {
    timestamp.imprint = of(imprint.error());
  } else {
    timestamp.imprint = imprint_of(*imprint);
  }
  auto certificate = token->verify_signature(extra, kBinding);
  timestamp.signature = of(certificate);
  if (certificate) {
    timestamp.certificate = *std::move(certificate);
  }
  timestamp.token = *std::move(token);
  return timestamp;
}

std::vector<TimestampIntegrity> check_signature_timestamps(const std::vector<pki::Certificate>& embedded,
                                                           const cms::SignerInfo& signer) {
  std::vector<TimestampIntegrity> timestamps;
  const auto imprint_of = [&](const crypto::Digest& imprint) {
    return crypto::digest(imprint.algorithm(), signer.signature) == imprint
               ? passed()
               : failed(ErrorCode::digest_mismatch, "the timestamp is of another signature");
  };
  for (const cms::Attribute& attribute : signer.unsigned_attributes) {
    if (attribute.type == cms::kIdSignatureTimeStampToken) {
      for (const ByteView value : attribute.values) {
        timestamps.push_back(check_token(value, embedded, imprint_of));
      }
    }
  }
  return timestamps;
}

std::optional<crypto::Digest> message_digest(const cms::SignerInfo& signer) {
  const auto value = signer.signed_attribute(cms::kIdMessageDigest);
  if (!value) {
    return std::nullopt;
  }
  der::Reader reader(*value);
  const auto digest = reader.octet_string();
  return digest && reader.at_end() ? crypto::Digest::from_bytes(signer.digest_algorithm, *digest) : std::nullopt;
}

// Notes the SignerInfo's statements about itself, before anything is checked.
void note_signer(const cms::SignerInfo& signer, SignatureIntegrity& integrity) {
  integrity.signature_value = crypto::digest(crypto::DigestAlgorithm::sha256, signer.signature);
  if (const auto suite = crypto::suite_from_identifier(signer.signature_algorithm, signer.digest_algorithm)) {
    integrity.suite = *suite;
  }
  integrity.has_signing_certificate_v2 = signer.signed_attribute(cms::kIdSigningCertificateV2).has_value();
}

void check_signer(const Source& source, const pdf::Signature& signature, const cms::SignedData& data,
                  SignatureIntegrity& integrity) {
  const cms::SignerInfo& signer = data.signer_infos().front();
  integrity.digest_algorithm = signer.digest_algorithm;
  note_signer(signer, integrity);
  auto certificate = cms::find_signer_certificate(data, signer, kBinding);
  if (certificate) {
    integrity.certificate = *certificate;
  }
  integrity.embedded = cms::readable_certificates(data);
  integrity.timestamps = check_signature_timestamps(integrity.embedded, signer);
  if (signer.signed_attributes.empty()) {
    integrity.digest = integrity.signature =
        not_done(ErrorCode::unsupported_algorithm, "signatures without signed attributes are not read");
    return;
  }
  integrity.signed_digest = message_digest(signer);
  if (!integrity.signed_digest) {
    integrity.digest = integrity.signature = failed(ErrorCode::signature_invalid, "no messageDigest of one value");
    return;
  }
  integrity.digest = compare(source, signature, integrity.byte_range, *integrity.signed_digest);
  integrity.signature =
      certificate ? of(cms::verify_signer_info(data, signer, *integrity.signed_digest, *certificate, kBinding))
                  : of(certificate.error());
}

void check_cms(const Source& source, const pdf::Signature& signature, ByteView contents,
               SignatureIntegrity& integrity) {
  const auto both = [&](const Checked& checked) { integrity.digest = integrity.signature = checked; };
  const auto data = cms::SignedData::parse(contents, true);
  if (data) {
    integrity.signed_data = *data;
  }
  if (!data) {
    both(of(data.error()));
  } else if (data->signer_infos().size() != 1) {
    both(failed(ErrorCode::malformed_cms, "a PDF signature has exactly one SignerInfo"));
  } else if (data->content()) {
    both(failed(ErrorCode::malformed_cms, "a detached signature has content of its own"));
  } else {
    check_signer(source, signature, *data, integrity);
  }
}

void check_document_timestamp(const Source& source, const pdf::Signature& signature, ByteView contents,
                              SignatureIntegrity& integrity) {
  const auto data = cms::SignedData::parse(contents, true);
  if (!data) {
    integrity.digest = integrity.signature = of(data.error());
    return;
  }
  integrity.signed_data = *data;
  TimestampIntegrity token = check_token(data->der(), {}, [&](const crypto::Digest& imprint) {
    integrity.signed_digest = imprint;
    integrity.digest_algorithm = imprint.algorithm();
    return compare(source, signature, integrity.byte_range, imprint);
  });
  integrity.digest = token.imprint;
  integrity.signature = token.signature;
  integrity.certificate = token.certificate;
  integrity.embedded = cms::readable_certificates(*data);
  if (data->signer_infos().size() == 1) {
    note_signer(data->signer_infos().front(), integrity);
  }
  integrity.timestamps.push_back(std::move(token));
}

// The algorithm of the digest over the ByteRange: the signer's, or that of a document timestamp's imprint.
std::optional<crypto::DigestAlgorithm> digest_algorithm_of(const pdf::Signature& signature, ByteView contents) {
  const auto data = cms::SignedData::parse(contents, true);
  if (!data) {
    return std::nullopt;
  }
  if (is_document_timestamp(signature)) {
    const auto token = tsp::TimestampToken::parse(data->der());
    if (!token) {
      return std::nullopt;
    }
    const auto imprint = token->info().message_imprint.digest();
    return imprint ? std::optional(imprint->algorithm()) : std::nullopt;
  }
  return data->signer_infos().size() == 1 ? std::optional(data->signer_infos().front().digest_algorithm) : std::nullopt;
}

Result<bool> is_filled(const pdf::Document& document, pdf::Value dictionary, std::string_view key) {
  RAKKAN_TRY(const pdf::Value array, document.lookup(dictionary, key));
  return array.is(pdf::Kind::array) && array.size() != 0;
}

// True when the document has validation data (EN 319 142-1 §5.4.2): certificates, and revocation data of either kind.
Result<bool> has_validation_data(const pdf::Document& document) {
  RAKKAN_TRY(const pdf::Value dss, document.lookup(document.catalog().value(), "DSS"));
  RAKKAN_TRY(const bool certificates, is_filled(document, dss, "Certs"));
  RAKKAN_TRY(const bool lists, is_filled(document, dss, "CRLs"));
  RAKKAN_TRY(const bool answers, is_filled(document, dss, "OCSPs"));
  return certificates && (lists || answers);
}

}  // namespace

std::string_view name(Check check) noexcept {
  constexpr std::array<std::string_view, 3> kNames{"passed", "failed", "not done"};
  return kNames.at(static_cast<std::size_t>(check));
}

Check TimestampIntegrity::outcome() const noexcept { return worst({imprint.outcome, signature.outcome}); }

Check SignatureIntegrity::outcome() const noexcept {
  Check all = worst({byte_range.outcome, digest.outcome, signature.outcome});
  for (const TimestampIntegrity& timestamp : timestamps) {
    all = worst({all, timestamp.outcome()});
  }
  return all;
}

bool is_document_timestamp(const pdf::Signature& signature) noexcept { return signature.sub_filter == kRfc3161; }

std::string signature_id(const pdf::Signature& signature) {
  constexpr std::size_t kLongest = 256;
  const std::optional<Bytes> text = signature.dictionary.find(kSignatureIdKey).string();
  return text && text->size() <= kLongest ? pdf::decode_text_string(*text) : std::string();
}

std::optional<std::uint64_t> covered_end(const pdf::Signature& signature) noexcept {
  const auto& range = signature.byte_range;
  if (range.size() != 4 || range[2] < 0 || range[3] < 0) {
    return std::nullopt;
  }
  return checked_add(static_cast<std::uint64_t>(range[2]), static_cast<std::uint64_t>(range[3]));
}

SignatureIntegrity check_integrity(const pdf::Document& document, const pdf::Signature& signature,
                                   const HashedDocument* hashed) {
  const Source source{document, hashed};
  SignatureIntegrity integrity;
  integrity.byte_range = check_byte_range(document, signature);
  const std::optional<Bytes> contents = signature.dictionary.find("Contents").string();
  if (!contents) {
    integrity.digest = integrity.signature = failed(ErrorCode::pdf_malformed, "/Contents is no string");
  } else if (is_document_timestamp(signature)) {
    check_document_timestamp(source, signature, *contents, integrity);
  } else if (signature.sub_filter == kCadesDetached || signature.sub_filter == kPkcs7Detached) {
    check_cms(source, signature, *contents, integrity);
  } else {
    integrity.digest = integrity.signature = not_done(
        ErrorCode::unsupported_algorithm, "signatures of this SubFilter are not read: " + signature.sub_filter);
  }
  return integrity;
}

std::vector<CoveredBytes> covered_bytes(const pdf::Document& document, const std::vector<pdf::Signature>& signatures) {
  std::vector<CoveredBytes> covered;
  for (const pdf::Signature& signature : signatures) {
    const bool framed = check_byte_range(document, signature).outcome == Check::passed;
    const auto contents = framed ? signature.dictionary.find("Contents").string() : std::nullopt;
    const auto algorithm = contents ? digest_algorithm_of(signature, *contents) : std::nullopt;
    if (algorithm) {
      covered.push_back(covered_by(signature, *algorithm));
    }
  }
  return covered;
}

Result<std::optional<BaselineLevel>> level_of_structure(const pdf::Document& document, const pdf::Signature& signature,
                                                        const SignatureIntegrity& integrity,
                                                        const std::vector<pdf::Signature>& all) {
  if (signature.sub_filter != kCadesDetached || !integrity.has_signing_certificate_v2) {
    return std::nullopt;
  }
  const auto end = covered_end(signature);
  const bool document_timestamp = std::any_of(all.begin(), all.end(), [&](const pdf::Signature& other) {
    return is_document_timestamp(other) && end && covered_end(other) > end;
  });
  if (integrity.timestamps.empty() && !document_timestamp) {
    return BaselineLevel::b_b;
  }
  RAKKAN_TRY(const bool validation_data, has_validation_data(document));
  if (!validation_data) {
    return BaselineLevel::b_t;
  }
  return document_timestamp ? BaselineLevel::b_lta : BaselineLevel::b_lt;
}

}  // namespace rakkan::pades
