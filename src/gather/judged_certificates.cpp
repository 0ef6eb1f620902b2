#include "gather/judged_certificates.hpp"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "gather/algorithm_facts.hpp"
#include "gather/certificate_facts.hpp"
#include "rakkan/base/hex.hpp"

namespace rakkan::gather {
namespace {

// ISO/IEC 9594-8 §9.5.2.8.
constexpr der::Oid kExpiredCertsOnCrl{2, 5, 29, 60};

std::optional<Instant> expired_certificates_since(const pki::CertificateList& list) {
  const auto found = std::find_if(list.extensions().begin(), list.extensions().end(),
                                  [](const pki::Extension& each) { return each.id == kExpiredCertsOnCrl; });
  if (found == list.extensions().end()) {
    return std::nullopt;
  }
  der::Reader reader(found->value);
  const auto since = reader.generalized_time(false);
  return since && reader.end() ? std::optional(*since) : std::nullopt;
}

validation::CertificateStatus status_of(pki::RevocationState state) noexcept {
  switch (state) {
    case pki::RevocationState::good:
      return validation::CertificateStatus::good;
    case pki::RevocationState::revoked:
      return validation::CertificateStatus::revoked;
    case pki::RevocationState::unknown:
      return validation::CertificateStatus::unknown;
  }
  return validation::CertificateStatus::unknown;
}

validation::Check check_of(pki::RevocationSignature signature) noexcept {
  switch (signature) {
    case pki::RevocationSignature::verified:
      return validation::Check::good;
    case pki::RevocationSignature::failed:
      return validation::Check::bad;
    case pki::RevocationSignature::unsupported:
      return validation::Check::unsupported;
    case pki::RevocationSignature::not_checked:
      return validation::Check::not_checked;
  }
  return validation::Check::not_checked;
}

// The object is about another certificate: no fact about this one.
bool is_about_another(const pki::RevocationFact& fact) noexcept {
  using Flaw = pki::RevocationFlaw;
  switch (fact.coverage_flaw.value_or(Flaw::critical_extension)) {
    case Flaw::crl_issuer_name:
    case Flaw::not_indirect:
    case Flaw::distribution_point:
    case Flaw::only_user_certificates:
    case Flaw::only_ca_certificates:
    case Flaw::only_attribute_certificates:
    case Flaw::certificate_id:
      return true;
    default:
      return false;
  }
}

validation::RevocationEntry entry_of(const Id& certificate, const pki::RevocationFact& fact) {
  validation::RevocationEntry entry;
  entry.certificate = certificate;
  entry.status = status_of(fact.state);
  if (fact.revocation) {
    entry.revoked_at = fact.revocation->time;
    entry.reason = fact.revocation->reason ? std::string(name(*fact.revocation->reason)) : std::string();
  }
  if (fact.cert_hash == pki::OcspCertHashMatch::match || fact.cert_hash == pki::OcspCertHashMatch::mismatch) {
    entry.cert_hash_match = fact.cert_hash == pki::OcspCertHashMatch::match;
  }
  entry.is_authorised = !fact.authority_flaw && fact.right.has_value();
  if (fact.coverage_flaw && *fact.coverage_flaw != pki::RevocationFlaw::cert_hash) {
    entry.unusable = fact.detail.empty() ? std::string(to_string(*fact.coverage_flaw)) : fact.detail;
  } else if (fact.authority_flaw == pki::RevocationFlaw::own_word ||
             fact.authority_flaw == pki::RevocationFlaw::crl_sign_missing ||
             fact.authority_flaw == pki::RevocationFlaw::responder_key_usage ||
             fact.authority_flaw == pki::RevocationFlaw::responder_extension) {
    entry.unusable = fact.detail.empty() ? std::string(to_string(*fact.authority_flaw)) : fact.detail;
  } else if (fact.state == pki::RevocationState::good && fact.is_usable() && !fact.is_conclusive()) {
    entry.unusable = "tells about some reasons for a revocation only";
  }
  return entry;
}

}  // namespace

class JudgedCertificates::Work {
 public:
  Work(const EvidencePool& pool, const pki::TrustStore& trust, const Limits& limits, pki::VerifiedSignatures* known)
      : pool_(pool),
        trust_(trust),
        limits_(limits),
        known_(known != nullptr ? known : &own_known_),
        path_checks_left_(limits.path_checks),
        certificates_(pool.certificates()),
        candidates_(certificates_),
        sources_(certificates_, pool.lists(), pool.responses()),
        processor_(sources_,
                   {.signature_checks = limits.revocation_checks, .steps = 200'000, .signer_paths = kSignerPaths},
                   known_) {
    for (pki::TrustAnchor anchor : trust.anchors()) {
      anchor.from.reset();  // both are a matter of time
      anchor.sunset.reset();
      anchors_.push_back(std::move(anchor));
    }
  }

  void judge(const Id& certificate) {
    waiting_.push_back(certificate);
    while (!waiting_.empty()) {
      const Id next = std::move(waiting_.front());
      waiting_.pop_front();
      if (chains_.contains(next)) {
        continue;
      }
      if (chains_.size() >= limits_.judged_certificates) {
        exhausted_ = true;
        waiting_.clear();
        return;
      }
      find_chains(next);
    }
  }

  void write(validation::Facts& facts, std::map<Id, std::vector<Id>>& parts) const {
    std::map<Id, const pki::Certificate*> all;
    for (const pki::TrustAnchor& anchor : trust_.anchors()) {
      facts.anchors.push_back(anchor_facts(anchor));
      all.emplace(facts.anchors.back().id, &anchor.certificate);
    }
    for (const auto& [id, chains] : chains_) {
      if (const pki::Certificate* const certificate = pool_.find(id)) {
        all.emplace(id, certificate);
      }
    }
    for (const auto& [id, certificate] : seen_) {
      all.emplace(id, &certificate);
    }
    pki::SignatureChecks signatures(limits_.path_checks, known_);
    for (const auto& [id, certificate] : all) {
      add_certificate(id, *certificate, signatures, facts);
    }
    std::sort(facts.anchors.begin(), facts.anchors.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    for (const auto& [id, revocation] : revocations_) {
      facts.revocations.push_back(revocation);
    }
    parts.insert(parts_.begin(), parts_.end());
    if (exhausted_) {
      facts.document.findings.push_back(
          {"limit-exceeded", "", "more certificates or paths than are looked at", {}, {}});
    }
  }

 private:
  static constexpr std::size_t kMostPathChecks = 1024;  // of one certificate
  static constexpr std::size_t kMostSteps = 20'000;
  static constexpr pki::PathLimits kSignerPaths{.length = 16, .paths = 8, .signature_checks = 512, .steps = 10'000};

  void add_certificate(const Id& id, const pki::Certificate& certificate, pki::SignatureChecks& signatures,
                       validation::Facts& facts) const {
    const auto issuer = issuers_.find(id);
    validation::CertificateFacts one =
        certificate_facts(certificate, issuer == issuers_.end() ? nullptr : &issuer->second, trust_, signatures);
    if (const auto chains = chains_.find(id); chains != chains_.end()) {
      one.chains = chains->second;
    }
    facts.certificates.push_back(std::move(one));
  }

  void find_chains(const Id& id) {
    std::vector<validation::Chain>& chains = chains_[id];
    const pki::Certificate* const certificate = pool_.find(id);
    if (certificate == nullptr) {
      return;
    }
    const pki::PathLimits path_limits{.length = 16,
                                      .paths = 2 * limits_.chains,
                                      .signature_checks = std::min(kMostPathChecks, path_checks_left_),
                                      .steps = kMostSteps};
    pki::PathBuilder builder(*certificate, candidates_, anchors_, timeless_inputs(), path_limits, known_);
    std::vector<pki::JudgedPath> paths;
    bool stopped = false;
    while (paths.size() < limits_.chains) {
      auto path = builder.next();
      if (!path) {
        stopped = true;
        break;
      }
      if (!*path) {
        break;
      }
      paths.push_back(**std::move(path));
    }
    // Certificates that somebody adds to a document must not take away the verdict that a good chain gives.
    const bool has_good_one =
        std::any_of(paths.begin(), paths.end(), [](const pki::JudgedPath& path) { return path.verdict.is_valid(); });
    exhausted_ = exhausted_ || (stopped && !has_good_one);
    path_checks_left_ -= std::min(path_checks_left_, builder.signature_checks());
    std::stable_sort(paths.begin(), paths.end(), [](const pki::JudgedPath& a, const pki::JudgedPath& b) {
      const std::size_t flaws_a = a.verdict.findings.empty() ? 0 : 1;
      const std::size_t flaws_b = b.verdict.findings.empty() ? 0 : 1;
      return flaws_a < flaws_b;
    });
    for (const pki::JudgedPath& path : paths) {
      chains.push_back(chain_facts(path));
      note_issuers(path.path);
    }
    for (const pki::JudgedPath& path : paths) {
      for (std::size_t i = 0; i < path.path.certificates.size(); ++i) {
        ask_revocation(path.path, i);
      }
    }
  }

  void note_issuers(const pki::CertificationPath& path) {
    for (std::size_t i = 0; i < path.certificates.size(); ++i) {
      const pki::Certificate& certificate = path.certificates[i];
      const Id id = id_of(certificate);
      seen_.try_emplace(id, certificate);
      issuers_.try_emplace(id, i == 0 ? path.anchor.certificate : path.certificates[i - 1]);
    }
  }

  // The statements of CRLs and OCSP responses about a certificate of a path: asked once for each issuer that it has in
  // any path.
  void ask_revocation(const pki::CertificationPath& path, std::size_t index) {
    const Id id = id_of(path.certificates[index]);
    const pki::Certificate& issuer = index == 0 ? path.anchor.certificate : path.certificates[index - 1];
    if (!asked_.insert(id + id_of(issuer)).second) {
      return;
    }
    const auto facts = processor_.facts(path, index);
    if (!facts) {
      exhausted_ = true;
      return;
    }
    for (const pki::RevocationFact& fact : *facts) {
      if (!is_about_another(fact)) {
        add_fact(id, fact);
      }
    }
  }

  // The id of the object; of a part of it for a response about several certificates, whose times differ; or of a
  // composition: a list with a delta, lists that are about all reasons together.
  Id object_of(const pki::RevocationFact& fact) {
    Id id = to_hex(fact.object.view());
    std::vector<Id> parts{id};
    std::string all = id;
    if (fact.source == pki::RevocationSource::ocsp && fact.single != 0) {
      all += "#" + std::to_string(fact.single);
    }
    const auto add_list = [&](std::size_t index) {
      parts.push_back(to_hex(sources_.lists()[index].fingerprint.view()));
      all += "+" + parts.back();
    };
    if (fact.delta) {
      add_list(*fact.delta);
    }
    for (const std::size_t other : fact.others) {
      add_list(other);
    }
    if (all == id) {
      return id;
    }
    Id composed = id_of(bytes_of(all));
    parts_.try_emplace(composed, std::move(parts));
    return composed;
  }

  void add_fact(const Id& certificate, const pki::RevocationFact& fact) {
    const Id id = object_of(fact);
    const auto [place, is_new] = revocations_.try_emplace(id);
    validation::RevocationFacts& facts = place->second;
    if (is_new) {
      describe(id, fact, facts);
    }
    // Of several views of one object the verified one counts: another issuer's key may have been tried before.
    if (facts.signature != validation::Check::good && fact.signature == pki::RevocationSignature::verified) {
      describe(id, fact, facts);
    }
    validation::RevocationEntry entry = entry_of(certificate, fact);
    const auto same = std::find_if(facts.entries.begin(), facts.entries.end(),
                                   [&](const auto& each) { return each.certificate == certificate; });
    if (same == facts.entries.end()) {
      facts.entries.push_back(std::move(entry));
    } else if (!same->is_authorised && entry.is_authorised) {
      *same = std::move(entry);
    }
  }

  void describe(const Id& id, const pki::RevocationFact& fact, validation::RevocationFacts& facts) {
    facts.id = id;
    const bool is_crl = fact.source == pki::RevocationSource::crl;
    facts.kind = is_crl ? validation::RevocationKind::crl : validation::RevocationKind::ocsp;
    facts.source = pool_.source_of(to_hex(fact.object.view()));
    facts.this_update = fact.times.this_update;
    facts.next_update = fact.times.next_update;
    facts.produced_at = fact.times.produced_at;
    facts.signature = check_of(fact.signature);
    const pki::Certificate* const signer = fact.signer ? &*fact.signer : nullptr;
    if (is_crl) {
      const pki::CertificateList& list = sources_.lists()[fact.index].list;
      facts.algorithm = algorithm_facts(list.signature_algorithm(), signer);
      facts.expired_certs_on_crl = expired_certificates_since(list);
    } else {
      const pki::OcspResponse& response = sources_.responses()[fact.index].response;
      facts.algorithm = algorithm_facts(response.signature_algorithm(), signer);
      facts.archive_cutoff = response.responses()[fact.single].archive_cutoff;
    }
    facts.signer.reset();
    if (signer != nullptr) {
      facts.signer = id_of(*signer);
      seen_.try_emplace(*facts.signer, *signer);
      waiting_.push_back(*facts.signer);
    }
  }

  const EvidencePool& pool_;
  const pki::TrustStore& trust_;
  const Limits& limits_;
  pki::VerifiedSignatures own_known_;
  pki::VerifiedSignatures* known_;
  std::size_t path_checks_left_;
  std::vector<pki::TrustAnchor> anchors_;
  std::vector<pki::Certificate> certificates_;
  pki::CertificatePool candidates_;
  pki::RevocationSources sources_;
  pki::RevocationProcessor processor_;
  std::deque<Id> waiting_;
  std::map<Id, std::vector<validation::Chain>> chains_;
  std::map<Id, pki::Certificate> seen_;     // of chains, and signers of revocation data
  std::map<Id, pki::Certificate> issuers_;  // in the first chain that has the certificate
  std::set<std::string> asked_;
  std::map<Id, validation::RevocationFacts> revocations_;
  std::map<Id, std::vector<Id>> parts_;
  bool exhausted_ = false;
};

JudgedCertificates::JudgedCertificates(const EvidencePool& pool, const pki::TrustStore& trust, const Limits& limits,
                                       pki::VerifiedSignatures* known)
    : work_(std::make_unique<Work>(pool, trust, limits, known)) {}

JudgedCertificates::~JudgedCertificates() = default;

void JudgedCertificates::judge(const Id& certificate) { work_->judge(certificate); }

void JudgedCertificates::write(validation::Facts& facts, std::map<Id, std::vector<Id>>& parts) const {
  work_->write(facts, parts);
}

}  // namespace rakkan::gather
