#include "service/long_term.hpp"

#include <utility>

#include "rakkan/async/task.hpp"
#include "rakkan/cms/embedded_evidence.hpp"
#include "rakkan/pades/augmentation.hpp"
#include "rakkan/tsp/token_algorithms.hpp"
#include "service/document_work.hpp"
#include "service/evidence_subjects.hpp"
#include "service/timestampers.hpp"

namespace rakkan::service {

using pki::EvidenceRole;

pki::FreshnessDemand demand_of(const EvidenceFreshness& freshness) noexcept {
  return freshness.waits() ? pki::FreshnessDemand::after_signature(freshness.grace)
                           : pki::FreshnessDemand::cached(freshness.max_age);
}

async::Task<Result<void>> require_evidence(const LongTermMaking& with, LongTermSigner signer,
                                           std::optional<ExpectedUnit> unit, const access::Principal& caller,
                                           async::Deadline deadline) {
  const EvidenceFreshness& freshness = with.options.freshness_of(signer.credential.value());
  const pki::FreshnessDemand demand =
      freshness.waits() ? pki::FreshnessDemand::cached(kOfAnyAge) : demand_of(freshness);
  const Instant now = with.raising.clock.now();
  EvidenceRequest request{.subjects = {}, .trust = with.raising.trust, .deadline = deadline, .owner = caller.owner()};
  request.subjects.push_back(signer_subject(signer.certificate, signer.chain, {}, now, demand));
  if (unit) {
    request.subjects.push_back(expected_subject(EvidenceRole::signature_timestamp_unit, *std::move(unit), now, demand));
  }
  if (pades::needs_document_timestamp(signer.level)) {
    const std::string any;
    RAKKAN_CO_TRY(const auto archive, co_await with.raising.timestampers.of(any, TsaRole::archive, deadline));
    if (std::optional<ExpectedUnit> of_archive = archive->expected_unit()) {
      request.subjects.push_back(
          expected_subject(EvidenceRole::document_timestamp_unit, *std::move(of_archive), now, demand));
    }
  }
  RAKKAN_CO_TRY(const GatheredEvidence evidence, co_await with.raising.evidence.gather(std::move(request)));
  co_return evidence.require_complete();
}

async::Task<Result<LongTermSignature>> make_long_term(const LongTermMaking& with, LongTermSigner signer,
                                                      const pades::HashedDocument& document, Bytes tail,
                                                      std::string field, const tsp::TimestampToken& token,
                                                      const access::Principal& caller, async::Deadline deadline) {
  const pki::FreshnessDemand demand = demand_of(with.options.freshness_of(signer.credential.value()));
  DocumentMemory::Part memory(with.raising.documents.memory(), caller.owner());
  pades::AugmentationOptions options{.max_added = tail.size() + with.options.added};
  options.pdf = with.raising.documents.limits();
  options.memory = &memory;
  pades::Augmentation augmentation(document.clone(), options);
  RAKKAN_CO_CHECK(augmentation.add_revision(std::move(tail)));

  WantedLevel wanted{.level = signer.level, .subjects = {}, .undated = {}, .demand = demand};
  const Instant time = token.info().generation_time;
  RAKKAN_CO_TRY(pki::Certificate unit, token.unit_certificate(cms::CertificateBinding::signer_identifier));
  wanted.material =
      cms::embedded_evidence(token.signed_data(), {pki::EvidenceOrigin::document}, "timestamp of signature " + field);
  wanted.subjects.push_back(signer_subject(signer.certificate, signer.chain, field, time, demand));
  wanted.subjects.push_back({.role = EvidenceRole::signature_timestamp_unit,
                             .label = std::move(field),
                             .certificate = unit,
                             .time = time,
                             .demand = demand,
                             .certificates = cms::readable_certificates(token.signed_data()),
                             .algorithms = tsp::algorithms_of(token, unit, pki::AlgorithmPolicy::ts_119_312())});
  RAKKAN_CO_TRY(RaisedLevel raised,
                co_await raise_level(with.raising, augmentation, std::move(wanted), caller, deadline));
  co_return LongTermSignature{std::move(augmentation).take_tail(), std::move(raised)};
}

}  // namespace rakkan::service
