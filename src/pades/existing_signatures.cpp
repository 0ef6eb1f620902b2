#include "rakkan/pades/existing_signatures.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "rakkan/cms/embedded_evidence.hpp"
#include "rakkan/pdf/acro_form.hpp"

namespace rakkan::pades {
namespace {

constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();

void note(std::optional<Instant>& earliest, const TimestampIntegrity& timestamp) {
  if (timestamp.outcome() == Check::passed) {
    const Instant time = timestamp.token->info().generation_time;
    earliest = std::min(earliest.value_or(time), time);
  }
}

std::optional<Instant> time_of(const ExistingSignature& one, const std::vector<ExistingSignature>& all) {
  std::optional<Instant> earliest = one.end ? existed_at(all, *one.end) : std::nullopt;
  if (!one.is_document_timestamp()) {
    for (const TimestampIntegrity& own : one.integrity.timestamps) {
      note(earliest, own);
    }
  }
  return earliest;
}

}  // namespace

std::optional<Instant> existed_at(const std::vector<ExistingSignature>& signatures, std::uint64_t offset) {
  std::optional<Instant> earliest;
  for (const ExistingSignature& one : signatures) {
    const bool covers = one.is_document_timestamp() && one.end && *one.end > offset;
    if (covers && one.integrity.outcome() == Check::passed) {
      note(earliest, one.integrity.timestamps.front());
    }
  }
  return earliest;
}

Result<std::vector<ExistingSignature>> existing_signatures(const pdf::Document& document,
                                                           const HashedDocument* hashed) {
  std::vector<pdf::Signature> signatures;
  RAKKAN_TRY(const auto form, pdf::AcroForm::read(document));
  if (form) {
    RAKKAN_TRY(signatures, pdf::signatures(document, *form));
  }
  return existing_signatures(document, signatures, hashed);
}

Result<std::vector<ExistingSignature>> existing_signatures(const pdf::Document& document,
                                                           const std::vector<pdf::Signature>& signatures,
                                                           const HashedDocument* hashed) {
  std::vector<ExistingSignature> all;
  all.reserve(signatures.size());
  for (const pdf::Signature& signature : signatures) {
    ExistingSignature one{signature, check_integrity(document, signature, hashed), covered_end(signature), {}, {}};
    RAKKAN_TRY(one.level, level_of_structure(document, signature, one.integrity, signatures));
    all.push_back(std::move(one));
  }
  std::stable_sort(all.begin(), all.end(), [](const ExistingSignature& a, const ExistingSignature& b) {
    return a.end.value_or(kNoEnd) < b.end.value_or(kNoEnd);
  });
  for (ExistingSignature& one : all) {
    one.existed_at = time_of(one, all);
  }
  return all;
}

pki::EvidenceMaterial embedded_evidence(const ExistingSignature& one, const std::vector<ExistingSignature>& all) {
  pki::EvidenceMaterial material;
  // A document timestamp dates all of the file below it. A signature timestamp dates the signature value alone, and by
  // it the signed attributes, when it is the value of these.
  const pki::Provenance in_file{pki::EvidenceOrigin::document, one.end ? existed_at(all, *one.end) : std::nullopt};
  const std::string place = "signature " + one.signature.field_name;
  if (const std::optional<cms::SignedData>& data = one.integrity.signed_data) {
    const bool verified = one.integrity.signature.outcome == Check::passed;
    material.add(cms::signed_evidence(
        *data, verified ? pki::Provenance{pki::EvidenceOrigin::document, one.existed_at} : in_file, place));
    material.add(cms::unsigned_evidence(*data, in_file, place));
  }
  if (!one.is_document_timestamp()) {
    for (const TimestampIntegrity& timestamp : one.integrity.timestamps) {
      if (timestamp.token) {
        material.add(cms::embedded_evidence(timestamp.token->signed_data(), in_file, "timestamp of " + place));
      }
    }
  }
  return material;
}

}  // namespace rakkan::pades
