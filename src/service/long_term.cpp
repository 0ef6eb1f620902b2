#include "service/long_term.hpp"

#include <utility>

#include "rakkan/async/task.hpp"
#include "rakkan/cms/embedded_evidence.hpp"
#include "rakkan/pades/augmentation.hpp"
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
  const pki::FreshnessDemand demand = demand_before(demand_of(with.options.freshness_of(signer.credential.value())));
  const Instant now = with.raising.clock.now();
  std::vector<pki::EvidenceSubject> subjects;
  std::vector<bool> is_certain;
  const auto add = [&](pki::EvidenceSubject subject, bool certain) {
    subjects.push_back(std::move(subject));
    is_certain.push_back(certain);
  };
  add(signer_subject(signer.certificate, signer.chain, {}, now, demand), true);
  if (unit) {
    const bool certain = unit->is_certain;
    add(expected_subject(EvidenceRole::signature_timestamp_unit, *std::move(unit), now, demand), certain);
  }
  if (pades::needs_document_timestamp(signer.level)) {
    const std::string any;
    RAKKAN_CO_TRY(const auto archive, co_await with.raising.timestampers.of(any, TsaRole::archive, deadline));
    if (std::optional<ExpectedUnit> of_archive = archive->expected_unit()) {
      const bool certain = of_archive->is_certain;
      add(expected_subject(EvidenceRole::document_timestamp_unit, *std::move(of_archive), now, demand), certain);
    }
  }
  const auto gather = [&] {
    return with.raising.evidence.gather(
        {.subjects = subjects, .trust = with.raising.trust, .deadline = deadline, .owner = caller.owner()});
  };
  RAKKAN_CO_TRY(const GatheredEvidence evidence, co_await gather());
  // An outside authority has another unit by now, which its next token names.
  std::size_t dropped = 0;
  for (std::size_t i = subjects.size(); i-- > 0;) {
    if (!is_certain[i] && is_out_of_use(evidence.table, i)) {
      subjects.erase(subjects.begin() + static_cast<std::ptrdiff_t>(i));
      ++dropped;
    }
  }
  if (dropped == 0) {
    co_return evidence.require_complete();
  }
  RAKKAN_CO_TRY(const GatheredEvidence without_them, co_await gather());
  co_return without_them.require_complete();
}

async::Task<Result<LongTermSignature>> make_long_term(const LongTermMaking& with, LongTermSigner signer,
                                                      const pades::HashedDocument& document, Bytes tail,
                                                      std::string field, const tsp::TimestampToken& token,
                                                      std::optional<ExpectedUnit> expected_unit,
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
  wanted.material =
      cms::embedded_evidence(token.signed_data(), {pki::EvidenceOrigin::document}, "timestamp of signature " + field);
  wanted.subjects.push_back(signer_subject(signer.certificate, signer.chain, field, time, demand));
  RAKKAN_CO_TRY(pki::EvidenceSubject unit, token_subject(EvidenceRole::signature_timestamp_unit, token,
                                                         std::move(expected_unit), std::move(field), demand));
  wanted.subjects.push_back(std::move(unit));
  RAKKAN_CO_TRY(RaisedLevel raised,
                co_await raise_level(with.raising, augmentation, std::move(wanted), caller, deadline));
  co_return LongTermSignature{std::move(augmentation).take_tail(), std::move(raised)};
}

}  // namespace rakkan::service
