#include "pki/revocation_fact_finder.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "pki/crl_scope.hpp"
#include "pki/evidence_exemption.hpp"
#include "pki/object_identifiers.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::pki {

namespace {

constexpr std::size_t kMostCandidates = 32;  // for the signer of a list or a response
constexpr std::size_t kMostPartial = 32;     // lists about some reasons that are put together

std::string fingerprint_of(const Certificate& certificate) {
  return std::string(text_of(certificate.fingerprint().view()));
}

bool is_delta(const CertificateList& list) { return list.base_crl_number().has_value(); }

bool is_complete(ReasonFlags reasons) { return (reasons.bits & kAllReasons.bits) == kAllReasons.bits; }

bool is_same_ca(const Certificate& a, const Certificate& b) {
  return equal(a.spki(), b.spki()) && a.subject().matches(b.subject());
}

// The key that verifies path.certificates[index]: RFC 5280 §6.1.4 (d), (e), (f).
Result<crypto::VerificationKey> working_key(const CertificationPath& path, std::size_t index) {
  RAKKAN_TRY(crypto::VerificationKey key, path.anchor.certificate.verification_key());
  for (std::size_t i = 0; i < index; ++i) {
    const Certificate& each = path.certificates[i];
    if (crypto::inherits_parameters(each.spki())) {
      RAKKAN_TRY(key, crypto::VerificationKey::from_spki(each.spki(), &key));
    } else {
      RAKKAN_TRY(key, each.verification_key());
    }
  }
  return key;
}

void refuse_coverage(RevocationFact& fact, RevocationFlaw flaw, std::string detail) {
  fact.coverage_flaw = flaw;
  fact.detail = std::move(detail);
}

// The candidate that came furthest is told: a flaw of one whose key verifies the signature says more than a key that
// does not.
void refuse_authority(RevocationFact& fact, RevocationFlaw flaw, std::string detail,
                      const std::optional<Certificate>& signer = std::nullopt) {
  if (!fact.authority_flaw || *fact.authority_flaw < flaw) {
    fact.authority_flaw = flaw;
    fact.detail = std::move(detail);
    fact.signer = signer;
  }
}

void take_entry(RevocationFact& fact, const std::optional<CrlEntry>& entry) {
  fact.state = RevocationState::good;
  fact.revocation.reset();
  if (entry && entry->reason != CrlReason::remove_from_crl) {  // §6.3.3 (k)
    fact.state = RevocationState::revoked;
    fact.revocation = Revocation{entry->revocation_date, entry->reason, entry->invalidity_date};
  }
}

// A CRL entry's invalidityDate as a SingleResponse may repeat it (RFC 6960 §4.4.5).
std::optional<Instant> invalidity_date_of(const SingleResponse& single) {
  const auto found = std::find_if(single.extensions.begin(), single.extensions.end(),
                                  [](const Extension& each) { return each.id == kInvalidityDate; });
  if (found == single.extensions.end()) {
    return std::nullopt;
  }
  der::Reader reader(found->value);
  const auto time = reader.generalized_time(false);
  return time && reader.end() ? std::optional(*time) : std::nullopt;
}

void take_status(RevocationFact& fact, const SingleResponse& single) {
  switch (single.status) {
    case OcspCertificateStatus::good:
      fact.state = RevocationState::good;
      break;
    case OcspCertificateStatus::revoked:
      fact.state = RevocationState::revoked;
      fact.revocation =
          Revocation{single.revocation_time.value_or(Instant()), single.reason, invalidity_date_of(single)};
      break;
    case OcspCertificateStatus::unknown:
      fact.state = RevocationState::unknown;
      break;
  }
}

unsigned key_identifier_rank(const std::optional<ByteView>& wanted, const Certificate& candidate) {
  const auto offered = candidate.subject_key_identifier();
  return !wanted || !offered ? 1U : equal(*wanted, *offered) ? 0U : 2U;
}

bool is_less(ByteView a, ByteView b) { return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end()); }

// Adds candidates by the ranks of their key identifiers, and drops doubles. Those that stand there already stay first.
void add_ranked(std::vector<Certificate>& to, std::vector<Certificate> candidates,
                const std::optional<ByteView>& key_identifier) {
  std::sort(candidates.begin(), candidates.end(), [&](const Certificate& a, const Certificate& b) {
    const unsigned left = key_identifier_rank(key_identifier, a);
    const unsigned right = key_identifier_rank(key_identifier, b);
    return left != right ? left < right : is_less(a.fingerprint().view(), b.fingerprint().view());
  });
  for (Certificate& each : candidates) {
    if (to.size() < kMostCandidates && std::find(to.begin(), to.end(), each) == to.end()) {
      to.push_back(std::move(each));
    }
  }
}

bool has_purpose(const Certificate& certificate, const der::Oid& purpose) {
  const auto& usage = certificate.extended_key_usage();
  return usage && std::find(usage->purposes.begin(), usage->purposes.end(), purpose) != usage->purposes.end();
}

// Usable facts first, newer before older ones; the rest makes the order depend on nothing else.
bool comes_before(const RevocationFact& a, const RevocationFact& b) {
  const auto rank = [](const RevocationFact& each) {
    return std::tuple(!each.is_usable(), -each.times.this_update.time_since_epoch().count(),
                      each.source == RevocationSource::crl, !each.delta.has_value(), each.others.size(), each.index,
                      each.single, each.delta.value_or(0));
  };
  return rank(a) != rank(b) ? rank(a) < rank(b) : a.others < b.others;
}

}  // namespace

// Question is the certificate that facts are about, and what they are compared with.
struct RevocationFactFinder::Question {
  const CertificationPath& path;
  std::size_t index;
  const Certificate& certificate;
  const Certificate& issuer;
  Result<crypto::VerificationKey> issuer_key;
};

Result<void> RevocationSteps::take(std::size_t count) {
  if (count > left_) {
    left_ = 0;
    return fail(ErrorCode::certificate_path_limit,
                "the search for revocation takes more than " + std::to_string(most_) + " steps");
  }
  left_ -= count;
  return {};
}

std::string key_of(const CertificationPath& path, std::size_t index) {
  std::string key = fingerprint_of(path.anchor.certificate);
  key += path.anchor.purposes.contains(TrustPurpose::revocation) ? 'r' : '-';
  for (std::size_t i = 0; i <= index; ++i) {
    key += fingerprint_of(path.certificates[i]);
  }
  return key;
}

const Certificate& issuer_in(const CertificationPath& path, std::size_t index) {
  return index == 0 ? path.anchor.certificate : path.certificates[index - 1];
}

CertificationPath path_to(const CertificationPath& path, std::size_t index) {
  return {path.anchor, {path.certificates.begin(), path.certificates.begin() + static_cast<std::ptrdiff_t>(index) + 1}};
}

Result<const std::vector<RevocationFact>*> RevocationFactFinder::facts(const CertificationPath& path,
                                                                       std::size_t index) {
  const std::string key = key_of(path, index);
  if (const auto known = facts_.find(key); known != facts_.end()) {
    return &known->second;
  }
  RAKKAN_TRY(Facts found, find(path, index));
  return &facts_.emplace(key, std::move(found)).first->second;
}

Result<RevocationFactFinder::Facts> RevocationFactFinder::find(const CertificationPath& path, std::size_t index) {
  const Question about{path, index, path.certificates[index], issuer_in(path, index), working_key(path, index)};
  Facts found;
  RAKKAN_CHECK(add_responses(found, about));
  RAKKAN_CHECK(add_lists(found, about));
  add_unions(found);
  std::sort(found.begin(), found.end(), comes_before);
  return found;
}

// ---- CRLs

Result<void> RevocationFactFinder::add_lists(Facts& to, const Question& about) {
  std::vector<std::size_t> indices = sources_.lists_of(about.certificate.issuer());
  for (const Name& name : crl_issuers_of(about.certificate)) {
    const std::vector<std::size_t> more = sources_.lists_of(name);
    indices.insert(indices.end(), more.begin(), more.end());
  }
  std::sort(indices.begin(), indices.end());
  indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
  if (indices.size() > limits_.objects) {
    return fail(ErrorCode::certificate_path_limit,
                "more than " + std::to_string(limits_.objects) + " CRLs may be about one certificate",
                about.certificate.subject().text());
  }
  std::vector<std::size_t> deltas;
  for (const std::size_t each : indices) {
    if (is_delta(sources_.lists()[each].list)) {
      deltas.push_back(each);
      continue;
    }
    RAKKAN_TRY(RevocationFact fact, fact_of_list(about, each));
    to.push_back(std::move(fact));
  }
  return add_deltas(to, about, deltas);
}

Result<RevocationFact> RevocationFactFinder::fact_of_list(const Question& about, std::size_t index) {
  RAKKAN_CHECK(steps_.take());
  const auto& [list, fingerprint] = sources_.lists()[index];
  RevocationFact fact{.source = RevocationSource::crl,
                      .index = index,
                      .object = fingerprint,
                      .times = {list.this_update(), list.next_update(), std::nullopt},
                      .knows_ended_since = expired_certificates_since(list)};
  CrlCoverage coverage = crl_coverage(list, about.certificate);
  fact.reasons = coverage.reasons;
  if (coverage.flaw) {
    refuse_coverage(fact, *coverage.flaw, std::move(coverage.detail));
    return fact;
  }
  RAKKAN_CHECK(find_list_signer(fact, about, coverage.by_crl_issuer));
  if (fact.is_usable()) {
    RAKKAN_TRY(const auto entry, entry_of(about.certificate, index));
    take_entry(fact, entry);
  }
  return fact;
}

// §6.3.3 (f), (g). The issuer of the path in question comes first, then whoever has the list's issuer's name.
Result<void> RevocationFactFinder::find_list_signer(RevocationFact& fact, const Question& about, bool by_crl_issuer) {
  const auto& [list, fingerprint] = sources_.lists()[fact.index];
  const SignedObject object(list, fingerprint);
  refuse_authority(fact, RevocationFlaw::signer_unknown, "no certificate is given of " + list.issuer().text());
  std::vector<Certificate> candidates;
  if (about.issuer.subject().matches(list.issuer())) {
    candidates.push_back(about.issuer);
  }
  std::vector<Certificate> others = sources_.certificates_of(list.issuer());
  RAKKAN_CHECK(steps_.take(others.size() + 1));
  const auto add_if_named = [&](const Certificate& each) {
    if (each.subject().matches(list.issuer())) {
      others.push_back(each);
    }
  };
  add_if_named(about.path.anchor.certificate);
  for (std::size_t i = 0; i <= about.index; ++i) {
    add_if_named(about.path.certificates[i]);
  }
  add_ranked(candidates, std::move(others), list.authority_key_identifier());
  for (const Certificate& each : candidates) {
    RAKKAN_CHECK(steps_.take());
    RAKKAN_TRY(const bool made_it, is_signed_by(each, object, about, "issuer", fact));
    if (made_it) {
      RAKKAN_CHECK(authorize_list_signer(fact, about, each, by_crl_issuer));
      if (!fact.authority_flaw) {
        return {};
      }
    }
  }
  return {};
}

// Clears the authority flaw when the signer, whose key verifies the list, has the right to sign it.
Result<void> RevocationFactFinder::authorize_list_signer(RevocationFact& fact, const Question& about,
                                                         const Certificate& signer, bool by_crl_issuer) {
  const std::string name = signer.subject().text();
  if (!signer.has_key_usage(KeyUsage::crl_sign)) {
    refuse_authority(fact, RevocationFlaw::crl_sign_missing, "the keyUsage of " + name + " does not allow to sign CRLs",
                     signer);
    return {};
  }
  if (signer == about.certificate && !by_crl_issuer) {
    refuse_authority(fact, RevocationFlaw::own_word, "it is signed by the certificate that it is about", signer);
    return {};
  }
  if (!is_same_ca(signer, about.issuer) && !about.path.anchor.purposes.contains(TrustPurpose::revocation)) {
    refuse_authority(fact, RevocationFlaw::no_path, "the anchor is not trusted for revocation data", signer);
    return {};
  }
  std::vector<CertificationPath> paths;
  if (signer == about.issuer) {
    CertificationPath above{about.path.anchor, {}};
    paths.push_back(about.index == 0 ? std::move(above) : path_to(about.path, about.index - 1));
  } else {
    RAKKAN_TRY(paths, paths_to(about, signer));
  }
  if (paths.empty()) {
    refuse_authority(fact, RevocationFlaw::no_path, "no path leads from " + name + " to the anchor of the certificate",
                     signer);
    return {};
  }
  fact.signer = signer;
  fact.right = is_same_ca(signer, about.issuer)                       ? RevocationRight::issuer
               : signer.subject().matches(about.certificate.issuer()) ? RevocationRight::issuer_other_key
                                                                      : RevocationRight::crl_issuer;
  fact.signer_paths = std::move(paths);
  fact.authority_flaw.reset();
  fact.detail.clear();
  return {};
}

// §6.3.3 (c), (h), (i): a fact more of each complete list that a delta continues.
Result<void> RevocationFactFinder::add_deltas(Facts& to, const Question& about,
                                              const std::vector<std::size_t>& deltas) {
  const std::size_t complete_lists = to.size();
  for (const std::size_t each : deltas) {
    const auto& [delta, fingerprint] = sources_.lists()[each];
    RevocationFact alone{.source = RevocationSource::crl,
                         .index = each,
                         .object = fingerprint,
                         .times = {delta.this_update(), delta.next_update(), std::nullopt},
                         .reasons = {}};
    refuse_coverage(alone, RevocationFlaw::delta_without_base, "no complete CRL is given that the delta continues");
    if (const auto& unknown = delta.unknown_critical_extension()) {
      refuse_coverage(alone, RevocationFlaw::critical_extension,
                      "the list has the unknown critical extension " + unknown->dotted());
      to.push_back(std::move(alone));
      continue;
    }
    bool is_applied = false;
    for (std::size_t i = 0; i < complete_lists; ++i) {
      if (to[i].source != RevocationSource::crl || !to[i].is_usable()) {
        continue;
      }
      RAKKAN_CHECK(steps_.take());
      if (!continues(delta, sources_.lists()[to[i].index].list)) {
        continue;
      }
      RAKKAN_TRY(const bool is_by_signer, verify_delta(to[i], about, each));
      if (!is_by_signer) {
        alone.coverage_flaw.reset();
        alone.signature = RevocationSignature::failed;
        refuse_authority(alone, RevocationFlaw::signature, "the delta is not signed by the key of its complete CRL",
                         to[i].signer);
        continue;
      }
      RevocationFact applied = to[i];
      applied.delta = each;
      applied.times = alone.times;
      RAKKAN_TRY(const auto entry, entry_of(about.certificate, each));
      if (entry) {
        take_entry(applied, entry);
      }
      to.push_back(std::move(applied));
      is_applied = true;
    }
    if (!is_applied) {
      to.push_back(std::move(alone));
    }
  }
  return {};
}

Result<bool> RevocationFactFinder::verify_delta(const RevocationFact& base, const Question& about, std::size_t delta) {
  const Certificate& signer = *base.signer;
  const auto& key = signer == about.issuer ? about.issuer_key : signer.verification_key();
  if (!key) {
    return false;
  }
  const auto& held = sources_.lists()[delta];
  RAKKAN_TRY(const RevocationSignature outcome, verify(*key, SignedObject(held.list, held.fingerprint)));
  return outcome == RevocationSignature::verified;
}

// Lists about some reasons that are together about all: from each time on backwards the newest ones that add a reason.
void RevocationFactFinder::add_unions(Facts& to) const {
  std::vector<RevocationFact> parts;
  std::copy_if(to.begin(), to.end(), std::back_inserter(parts), [](const RevocationFact& each) {
    return each.is_usable() && each.source == RevocationSource::crl && each.state == RevocationState::good &&
           !is_complete(each.reasons);
  });
  std::sort(parts.begin(), parts.end(), comes_before);
  if (parts.size() > kMostPartial) {
    parts.erase(parts.begin() + kMostPartial, parts.end());
  }
  for (std::size_t newest = 0; newest < parts.size(); ++newest) {
    RevocationFact whole = parts[newest];
    for (std::size_t i = newest + 1; i < parts.size() && !is_complete(whole.reasons); ++i) {
      const RevocationFact& part = parts[i];
      const unsigned sum = whole.reasons.bits | part.reasons.bits;
      if (sum == whole.reasons.bits) {
        continue;
      }
      whole.reasons.bits = static_cast<std::uint16_t>(sum);
      whole.others.push_back(part.delta.value_or(part.index));
      whole.times.this_update = std::min(whole.times.this_update, part.times.this_update);
      whole.times.next_update = whole.times.next_update && part.times.next_update
                                    ? std::optional(std::min(*whole.times.next_update, *part.times.next_update))
                                    : std::nullopt;
      whole.knows_ended_since = whole.knows_ended_since && part.knows_ended_since
                                    ? std::optional(std::max(*whole.knows_ended_since, *part.knows_ended_since))
                                    : std::nullopt;
    }
    if (is_complete(whole.reasons)) {
      to.push_back(std::move(whole));
    }
  }
}

Result<std::optional<CrlEntry>> RevocationFactFinder::entry_of(const Certificate& certificate, std::size_t list) {
  const auto [entry, is_new] = entries_.try_emplace(fingerprint_of(certificate) + std::to_string(list));
  if (is_new) {
    RAKKAN_CHECK(steps_.take());
    entry->second = sources_.lists()[list].list.find(certificate.issuer(), certificate.serial_number());
  }
  return entry->second;
}

// ---- OCSP

Result<void> RevocationFactFinder::add_responses(Facts& to, const Question& about) {
  const std::vector<std::size_t> indices = sources_.responses_about(about.certificate.serial_number());
  if (indices.size() > limits_.objects) {
    return fail(ErrorCode::certificate_path_limit,
                "more than " + std::to_string(limits_.objects) + " OCSP responses may be about one certificate",
                about.certificate.subject().text());
  }
  for (const std::size_t each : indices) {
    RAKKAN_CHECK(add_response(to, about, each));
  }
  return {};
}

Result<void> RevocationFactFinder::add_response(Facts& to, const Question& about, std::size_t index) {
  const auto& [response, fingerprint] = sources_.responses()[index];
  std::optional<RevocationFact> signer;  // found once for all single responses
  for (std::size_t i = 0; i < response.responses().size(); ++i) {
    const SingleResponse& single = response.responses()[i];
    if (!equal(single.certificate_id.serial_number, about.certificate.serial_number())) {
      continue;
    }
    RAKKAN_CHECK(steps_.take());
    RevocationFact fact{.source = RevocationSource::ocsp,
                        .index = index,
                        .single = i,
                        .object = fingerprint,
                        .times = {single.this_update, single.next_update, response.produced_at()},
                        .knows_ended_since = single.archive_cutoff,
                        .cert_hash = single.match_cert_hash(about.certificate)};
    const auto& of_response = response.unknown_critical_extension();
    const auto& unknown = of_response ? of_response : single.unknown_critical_extension;
    if (!single.certificate_id.names(about.certificate, about.issuer)) {
      refuse_coverage(fact, RevocationFlaw::certificate_id, "it is about a certificate of another issuer");
    } else if (unknown) {
      refuse_coverage(fact, RevocationFlaw::critical_extension,
                      "the response has the unknown critical extension " + unknown->dotted());
    } else if (fact.cert_hash == OcspCertHashMatch::mismatch) {
      refuse_coverage(fact, RevocationFlaw::cert_hash, "its certHash is of another certificate");
    }
    if (fact.coverage_flaw) {
      to.push_back(std::move(fact));
      continue;
    }
    if (!signer) {
      signer = fact;
      RAKKAN_CHECK(find_responder(*signer, about, response));
    }
    fact.signature = signer->signature;
    fact.signer = signer->signer;
    fact.right = signer->right;
    fact.authority_flaw = signer->authority_flaw;
    fact.no_check = signer->no_check;
    fact.signer_paths = signer->signer_paths;
    fact.detail = signer->detail;
    take_status(fact, single);
    to.push_back(std::move(fact));
  }
  return {};
}

// RFC 6960 §4.2.2.2: the issuer, then the certificates in the response, then those of the sources.
Result<void> RevocationFactFinder::find_responder(RevocationFact& fact, const Question& about,
                                                  const OcspResponse& response) {
  const SignedObject object(response, response.fingerprint());
  refuse_authority(fact, RevocationFlaw::signer_unknown, "no certificate of its responder is given");
  std::vector<Certificate> candidates;
  const auto add = [&](const Certificate& each) {
    if (candidates.size() < kMostCandidates && response.names_responder(each) &&
        std::find(candidates.begin(), candidates.end(), each) == candidates.end()) {
      candidates.push_back(each);
    }
  };
  add(about.issuer);
  const std::vector<Certificate> given = sources_.responders_of(about.issuer.subject());
  RAKKAN_CHECK(steps_.take(given.size() + 1));
  std::for_each(given.begin(), given.end(), add);
  const auto& inside = response.certificates();
  for (std::size_t i = 0; i < inside.size() && i < kMostCandidates; ++i) {
    if (const auto certificate = Certificate::parse(inside[i])) {
      add(*certificate);
    }
  }
  for (const Certificate& each : candidates) {
    RAKKAN_CHECK(steps_.take());
    RAKKAN_TRY(const bool made_it, is_signed_by(each, object, about, "responder", fact));
    if (made_it) {
      RAKKAN_CHECK(authorize_responder(fact, about, each, response.produced_at()));
      if (!fact.authority_flaw) {
        return {};
      }
    }
  }
  return {};
}

Result<void> RevocationFactFinder::authorize_responder(RevocationFact& fact, const Question& about,
                                                       const Certificate& responder, Instant produced_at) {
  const std::string name = responder.subject().text();
  const auto refuse = [&](RevocationFlaw flaw, const std::string& why) {
    refuse_authority(fact, flaw, name + " " + why, responder);
    return Result<void>();
  };
  CertificationPath own{about.path.anchor, {}};
  if (about.index > 0) {
    own = path_to(about.path, about.index - 1);
  }
  if (is_same_ca(responder, about.issuer)) {
    fact.right = RevocationRight::issuer;
  } else {
    if (!has_purpose(responder, kEkuOcspSigning)) {
      return refuse(RevocationFlaw::not_delegated, "does not have the purpose OCSPSigning");
    }
    if (!responder.issuer().matches(about.issuer.subject()) || !about.issuer_key) {
      return refuse(RevocationFlaw::not_delegated, "is not certified by the issuer of the certificate");
    }
    auto issued = signatures_.verify(*about.issuer_key, responder);
    if (!issued && issued.error().code == ErrorCode::certificate_path_limit) {
      return issued;
    }
    if (!issued) {
      return refuse(RevocationFlaw::not_delegated, "is not certified with the key that certified the certificate");
    }
    if (!responder.has_key_usage(KeyUsage::digital_signature) &&
        !responder.has_key_usage(KeyUsage::content_commitment)) {
      return refuse(RevocationFlaw::responder_key_usage, "may not sign by its keyUsage");
    }
    if (!responder.unknown_critical_extensions().empty()) {
      return refuse(RevocationFlaw::responder_extension,
                    "has the unknown critical extension " + responder.unknown_critical_extensions()[0].dotted());
    }
    if (produced_at < responder.validity().not_before || produced_at > responder.validity().not_after) {
      return refuse(RevocationFlaw::responder_validity, "was not valid when the response was made");
    }
    if (responder == about.certificate) {
      return refuse(RevocationFlaw::own_word, "signed about itself");
    }
    fact.right = RevocationRight::delegated_responder;
    fact.no_check = responder.find_extension(kOcspNoCheck) != nullptr;
    own.certificates.push_back(responder);
  }
  // Another certificate of the issuer with its key speaks as the issuer itself.
  fact.signer = fact.right == RevocationRight::issuer ? about.issuer : responder;
  fact.signer_paths = {std::move(own)};
  fact.authority_flaw.reset();
  fact.detail.clear();
  return {};
}

// ---- Signers

// The ways from the anchor of the path in question to a CRL issuer (§6.3.3 f). The path itself holds some of them.
Result<std::vector<CertificationPath>> RevocationFactFinder::paths_to(const Question& about,
                                                                      const Certificate& signer) {
  if (signer == about.path.anchor.certificate) {
    return std::vector<CertificationPath>{{about.path.anchor, {}}};
  }
  std::vector<CertificationPath> paths;
  const auto& own = about.path.certificates;
  for (std::size_t i = 0; i <= about.index; ++i) {
    if (own[i] == signer) {
      paths.push_back(path_to(about.path, i));
    }
  }
  const std::string key = fingerprint_of(about.path.anchor.certificate) + fingerprint_of(signer);
  auto known = signer_paths_.find(key);
  if (known == signer_paths_.end()) {
    const std::vector<TrustAnchor> anchors = {about.path.anchor};
    PathLimits limits = limits_.signer_paths;
    limits.signature_checks = std::min(limits.signature_checks, signatures_.left());
    RAKKAN_CHECK(steps_.take(limits.paths));
    PathBuilder builder(signer, sources_.certificates(), anchors, {.at = always_at(signer.validity().not_before)},
                        limits, known_);
    std::vector<CertificationPath> found;
    while (found.size() < limits.paths) {
      auto next = builder.next();
      if (!next || !*next) {  // the limit of one search ends that one alone
        break;
      }
      found.push_back((*next)->path);
    }
    signatures_.charge(builder.signature_checks());
    known = signer_paths_.emplace(key, std::move(found)).first;
  }
  for (const CertificationPath& each : known->second) {
    const bool is_there = std::any_of(paths.begin(), paths.end(), [&](const CertificationPath& one) {
      return one.certificates == each.certificates;
    });
    if (!is_there) {
      paths.push_back(each);
    }
  }
  return paths;
}

// Whether the candidate's key verifies the object; the outcome, and a refusal as the candidate's, are written into the
// fact. `role` is the word for the object's signer.
Result<bool> RevocationFactFinder::is_signed_by(const Certificate& candidate, const SignedObject& object,
                                                const Question& about, std::string_view role, RevocationFact& fact) {
  const auto& key = candidate == about.issuer ? about.issuer_key : candidate.verification_key();
  RevocationSignature outcome = RevocationSignature::unsupported;
  if (key) {
    RAKKAN_TRY(outcome, verify(*key, object));
  }
  switch (outcome) {
    case RevocationSignature::verified:
      fact.signature = outcome;
      return true;
    case RevocationSignature::failed:
      fact.signature = fact.signature == RevocationSignature::verified ? fact.signature : outcome;
      refuse_authority(fact, RevocationFlaw::signature, "its signature is not by the key of its " + std::string(role),
                       candidate);
      return false;
    default:
      fact.signature = fact.signature == RevocationSignature::not_checked ? outcome : fact.signature;
      refuse_authority(fact, RevocationFlaw::algorithm_unsupported, "its signature cannot be verified", candidate);
      return false;
  }
}

// Fails with certificate_path_limit alone.
Result<RevocationSignature> RevocationFactFinder::verify(const crypto::VerificationKey& key,
                                                         const SignedObject& object) {
  const auto verified = signatures_.verify(key, object);
  if (verified) {
    return RevocationSignature::verified;
  }
  switch (verified.error().code) {
    case ErrorCode::signature_invalid:
      return RevocationSignature::failed;
    case ErrorCode::certificate_path_limit:
      return fail(verified.error());
    default:
      return RevocationSignature::unsupported;
  }
}

}  // namespace rakkan::pki
