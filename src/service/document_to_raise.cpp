#include "service/document_to_raise.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "rakkan/pades/dss.hpp"
#include "rakkan/pades/signature_integrity.hpp"
#include "rakkan/pdf/acro_form.hpp"
#include "rakkan/tsp/token_algorithms.hpp"

namespace rakkan::service {
namespace {

using pades::Check;
using pades::ExistingSignature;
using pki::EvidenceOrigin;
using pki::EvidenceRole;
using pki::EvidenceSubject;

constexpr std::array kImprints{crypto::DigestAlgorithm::sha256};

std::string place_of(const ExistingSignature& one) { return "signature " + one.signature.field_name; }

// The first check that did not pass, as an error.
Result<void> require_intact(const ExistingSignature& one) {
  const pades::SignatureIntegrity& integrity = one.integrity;
  std::vector<const pades::Checked*> checks{&integrity.byte_range, &integrity.digest, &integrity.signature};
  for (const pades::TimestampIntegrity& timestamp : integrity.timestamps) {
    checks.insert(checks.end(), {&timestamp.imprint, &timestamp.signature});
  }
  for (const Check bad : {Check::failed, Check::not_done}) {
    for (const pades::Checked* const check : checks) {
      if (check->outcome == bad) {
        const std::string why = check->why ? check->why->detail : std::string("it cannot be checked");
        return bad == Check::failed ? fail(ErrorCode::signature_invalid, why, place_of(one))
                                    : fail(ErrorCode::unsupported_algorithm, why, place_of(one));
      }
    }
  }
  return {};
}

EvidenceSubject unit_of(const pades::TimestampIntegrity& timestamp, EvidenceRole role, const std::string& field,
                        pki::FreshnessDemand demand, std::optional<Instant> existed_at) {
  const tsp::TimestampToken& token = *timestamp.token;
  return {.role = role,
          .label = field,
          .certificate = *timestamp.certificate,
          .time = token.info().generation_time,
          .covered_at = existed_at,
          .demand = demand,
          .certificates = cms::readable_certificates(token.signed_data()),
          .from = {EvidenceOrigin::document, existed_at},
          .algorithms = tsp::algorithms_of(token, *timestamp.certificate, pki::AlgorithmPolicy::ts_119_312())};
}

void add_subjects(const ExistingSignature& one, pki::FreshnessDemand demand, WantedLevel& to) {
  const std::string& field = one.signature.field_name;
  if (one.is_document_timestamp()) {
    to.subjects.push_back(unit_of(one.integrity.timestamps.front(), EvidenceRole::document_timestamp_unit, field,
                                  demand, one.existed_at));
    return;
  }
  if (!one.existed_at) {
    to.undated.push_back(to.subjects.size());
  }
  to.subjects.push_back({.role = EvidenceRole::signer,
                         .label = field,
                         .certificate = *one.integrity.certificate,
                         .time = one.existed_at.value_or(Instant{}),
                         .demand = demand,
                         .certificates = one.integrity.embedded,
                         .from = {EvidenceOrigin::document, one.existed_at}});
  for (const pades::TimestampIntegrity& timestamp : one.integrity.timestamps) {
    to.subjects.push_back(unit_of(timestamp, EvidenceRole::signature_timestamp_unit, field, demand, one.existed_at));
  }
}

// Reads the contents of the document's store, each object with the time at which a document timestamp shows it to have
// existed. Objects that cannot be read stay where they are, and are told.
class StoreReader {
 public:
  StoreReader(const pdf::Document& document, const std::vector<ExistingSignature>& signatures,
              pki::EvidenceMaterial& material) noexcept
      : document_(document), signatures_(signatures), material_(material) {}

  Result<void> read() {
    RAKKAN_TRY(const std::optional<pades::Dss> store, pades::Dss::read(document_));
    if (!store) {
      return {};
    }
    std::vector<pki::Provenance> from;
    from.reserve(store->streams.size());
    for (const pades::DssStream& stream : store->streams) {
      RAKKAN_TRY(const auto entry, document_.xref_entry(stream.id.number));
      const bool placed = entry && entry->type == pdf::XrefEntry::Type::in_base;
      from.push_back({EvidenceOrigin::document,
                      placed ? pades::existed_at(signatures_, entry->offset) : std::optional<Instant>()});
    }
    for (const std::size_t index : store->certificates) {
      take(store->streams[index], from[index], "Certs", [](ByteView der) { return pki::Certificate::parse(der); });
    }
    for (const std::size_t index : store->ocsp_responses) {
      take(store->streams[index], from[index], "OCSPs", [](ByteView der) { return pki::OcspResponse::parse(der); });
    }
    for (const std::size_t index : store->crls) {
      take(store->streams[index], from[index], "CRLs",
           [](ByteView der) { return pki::CertificateList::parse(copy_of(der)); });
    }
    return {};
  }

 private:
  template <class Parse>
  void take(const pades::DssStream& stream, const pki::Provenance& from, std::string_view array, const Parse& parse) {
    using Object = decltype(parse(ByteView()));
    const Object object = stream.unreadable ? Object(fail(*stream.unreadable)) : parse(stream.bytes);
    if (object) {
      material_.add(*object, from);
    } else {
      material_.note_unreadable("/DSS /" + std::string(array) + ", object " + std::to_string(stream.id.number),
                                object.error());
    }
  }

  const pdf::Document& document_;
  const std::vector<ExistingSignature>& signatures_;
  pki::EvidenceMaterial& material_;
};

// The evidence that the document holds: in its store, and in the CMS of signatures and timestamps.
Result<pki::EvidenceMaterial> material_of(const pdf::Document& document,
                                          const std::vector<ExistingSignature>& signatures) {
  pki::EvidenceMaterial material;
  RAKKAN_CHECK(StoreReader(document, signatures, material).read());
  for (const ExistingSignature& one : signatures) {
    material.add(pades::embedded_evidence(one, signatures));
  }
  return material;
}

bool is_wanted(const ExistingSignature& one, const std::string& only) {
  return only.empty() || one.signature.field_name == only;
}

// With one signature named, the document timestamps that cover it are needed as well: it may depend on them.
bool is_subject(const ExistingSignature& one, const std::string& only, std::optional<std::uint64_t> end_of_only) {
  return is_wanted(one, only) || (one.is_document_timestamp() && one.end && end_of_only && *one.end > *end_of_only);
}

Result<void> require_signatures(const std::vector<ExistingSignature>& all, const std::string& only) {
  if (all.empty()) {
    return fail(ErrorCode::invalid_argument, "the document has no signature", "document");
  }
  if (std::none_of(all.begin(), all.end(), [&](const auto& one) { return is_wanted(one, only); })) {
    return fail(ErrorCode::pdf_field_not_found, "no signature field of that name is signed", "only");
  }
  return {};
}

}  // namespace

Result<DocumentToRaise> read_document_to_raise(const AugmentCommand& command, pki::FreshnessDemand demand,
                                               const pdf::Limits& limits, pdf::MemoryBudget* memory) {
  RAKKAN_TRY(const pdf::Document document, pdf::Document::open(command.document, limits, memory));
  RAKKAN_TRY(const auto form, pdf::AcroForm::read(document));
  std::vector<pdf::Signature> signatures;
  if (form) {
    RAKKAN_TRY(signatures, pdf::signatures(document, *form));
  }
  DocumentToRaise read{pades::HashedDocument::hash(pdf::DocumentBytes(command.document), kImprints,
                                                   pades::covered_bytes(document, signatures)),
                       {},
                       {}};
  RAKKAN_TRY(const std::vector<ExistingSignature> all, pades::existing_signatures(document, signatures, &read.hashed));
  RAKKAN_CHECK(require_signatures(all, command.only));
  std::optional<std::uint64_t> end_of_only;
  for (const ExistingSignature& one : all) {
    if (one.signature.field_name == command.only) {
      end_of_only = one.end;
    }
  }
  for (const ExistingSignature& one : all) {
    if (is_subject(one, command.only, end_of_only)) {
      RAKKAN_CHECK(require_intact(one));
      add_subjects(one, demand, read.wanted);
    }
    read.signatures.push_back({one.signature.field_name, one.is_document_timestamp(), is_wanted(one, command.only),
                               one.level, one.existed_at});
  }
  read.wanted.level = command.level;
  read.wanted.demand = demand;
  read.wanted.tsa = command.tsa;
  RAKKAN_TRY(read.wanted.material, material_of(document, all));
  return read;
}

}  // namespace rakkan::service
