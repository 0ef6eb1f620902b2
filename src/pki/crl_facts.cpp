#include "pki/crl_facts.hpp"

#include <algorithm>

#include "pki/crl_scope.hpp"
#include "pki/crl_signer_search.hpp"
#include "pki/evidence_exemption.hpp"
#include "pki/signer_search.hpp"

namespace rakkan::pki {
namespace {

bool is_delta(const CertificateList& list) { return list.base_crl_number().has_value(); }

// Of the certificate's issuer, and of the CRL issuers that its distribution points name; in ascending order.
std::vector<std::size_t> lists_about(const Certificate& certificate, const RevocationSources& sources) {
  std::vector<std::size_t> indices = sources.lists_of(certificate.issuer());
  for (const Name& name : crl_issuers_of(certificate)) {
    const std::vector<std::size_t> more = sources.lists_of(name);
    indices.insert(indices.end(), more.begin(), more.end());
  }
  std::sort(indices.begin(), indices.end());
  indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
  return indices;
}

void take_entry(RevocationFact& fact, const std::optional<CrlEntry>& entry) {
  fact.state = RevocationState::good;
  fact.revocation.reset();
  if (entry && entry->reason != CrlReason::remove_from_crl) {  // §6.3.3 (k)
    fact.state = RevocationState::revoked;
    fact.revocation = Revocation{entry->revocation_date, entry->reason, entry->invalidity_date};
  }
}

}  // namespace

Result<std::vector<RevocationFact>> CrlFacts::find(const RevocationQuestion& about) {
  const std::vector<std::size_t> indices = lists_about(about.certificate, means_.sources);
  if (indices.size() > means_.limits.objects) {
    return fail(ErrorCode::certificate_path_limit,
                "more than " + std::to_string(means_.limits.objects) + " CRLs may be about one certificate",
                about.certificate.subject().text());
  }
  Facts facts;
  std::vector<std::size_t> deltas;
  for (const std::size_t each : indices) {
    if (is_delta(means_.sources.lists()[each].list)) {
      deltas.push_back(each);
      continue;
    }
    RAKKAN_TRY(RevocationFact fact, fact_of(about, each));
    facts.push_back(std::move(fact));
  }
  const std::size_t complete_lists = facts.size();
  for (const std::size_t each : deltas) {
    RAKKAN_CHECK(add_delta(facts, complete_lists, about, each));
  }
  return facts;
}

// Of a complete list.
Result<RevocationFact> CrlFacts::fact_of(const RevocationQuestion& about, std::size_t index) {
  RAKKAN_CHECK(means_.steps.take());
  const RevocationSources::HeldList& held = means_.sources.lists()[index];
  const CertificateList& list = held.list;
  RevocationFact fact{.source = RevocationSource::crl,
                      .index = index,
                      .object = held.fingerprint,
                      .times = {list.this_update(), list.next_update(), std::nullopt},
                      .knows_ended_since = expired_certificates_since(list)};
  CrlCoverage coverage = crl_coverage(list, about.certificate);
  fact.reasons = coverage.reasons;
  if (coverage.flaw) {
    refuse_coverage(fact, *coverage.flaw, std::move(coverage.detail));
    return fact;
  }
  RAKKAN_CHECK(search_crl_signer(means_, issuer_paths_, about, held, coverage.by_crl_issuer, fact));
  if (fact.is_usable()) {
    RAKKAN_TRY(const auto entry, entry_of(about.certificate, index));
    take_entry(fact, entry);
  }
  return fact;
}

// §6.3.3 (c), (h), (i): a fact more of each of the first `complete_lists` facts whose list the delta continues, or one
// of the delta alone, which says why there is none.
Result<void> CrlFacts::add_delta(Facts& to, std::size_t complete_lists, const RevocationQuestion& about,
                                 std::size_t index) {
  const auto& [delta, fingerprint] = means_.sources.lists()[index];
  RevocationFact alone{.source = RevocationSource::crl,
                       .index = index,
                       .object = fingerprint,
                       .times = {delta.this_update(), delta.next_update(), std::nullopt},
                       .reasons = {}};
  if (const auto& unknown = delta.unknown_critical_extension()) {
    refuse_coverage(alone, RevocationFlaw::critical_extension,
                    "the list has the unknown critical extension " + unknown->dotted());
    to.push_back(std::move(alone));
    return {};
  }
  refuse_coverage(alone, RevocationFlaw::delta_without_base, "no complete CRL is given that the delta continues");
  bool is_applied = false;
  for (std::size_t i = 0; i < complete_lists; ++i) {
    if (!to[i].is_usable()) {
      continue;
    }
    RAKKAN_CHECK(means_.steps.take());
    if (!continues(delta, means_.sources.lists()[to[i].index].list)) {
      continue;
    }
    RAKKAN_TRY(const bool is_by_signer, is_delta_by(*to[i].signer, about, index));
    if (!is_by_signer) {
      alone.coverage_flaw.reset();
      alone.signature = RevocationSignature::failed;
      refuse_authority(alone, RevocationFlaw::signature, "the delta is not signed by the key of its complete CRL",
                       to[i].signer);
      continue;
    }
    RevocationFact applied = to[i];
    applied.delta = index;
    applied.times = alone.times;
    RAKKAN_TRY(const auto entry, entry_of(about.certificate, index));
    if (entry) {
      take_entry(applied, entry);
    }
    to.push_back(std::move(applied));
    is_applied = true;
  }
  if (!is_applied) {
    to.push_back(std::move(alone));
  }
  return {};
}

Result<bool> CrlFacts::is_delta_by(const Certificate& signer, const RevocationQuestion& about, std::size_t index) {
  const auto& key = about.key_of(signer);
  if (!key) {
    return false;
  }
  const auto& held = means_.sources.lists()[index];
  RAKKAN_TRY(const RevocationSignature outcome, outcome_of(means_, *key, SignedObject(held.list, held.fingerprint)));
  return outcome == RevocationSignature::verified;
}

Result<std::optional<CrlEntry>> CrlFacts::entry_of(const Certificate& certificate, std::size_t index) {
  const auto [entry, is_new] = entries_.try_emplace(fingerprint_of(certificate) + std::to_string(index));
  if (is_new) {
    RAKKAN_CHECK(means_.steps.take());
    entry->second = means_.sources.lists()[index].list.find(certificate.issuer(), certificate.serial_number());
  }
  return entry->second;
}

}  // namespace rakkan::pki
