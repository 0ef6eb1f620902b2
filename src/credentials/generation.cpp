#include "credentials/generation.hpp"

#include <algorithm>
#include <utility>

#include "credentials/key_rules.hpp"

namespace rakkan::credentials {
namespace {

Result<std::vector<pki::Certificate>> parse_all(const std::vector<Bytes>& encodings) {
  std::vector<pki::Certificate> certificates;
  for (const Bytes& der : encodings) {
    RAKKAN_TRY(pki::Certificate certificate, pki::Certificate::parse(der));
    certificates.push_back(std::move(certificate));
  }
  return certificates;
}

// The flaws of a certificate and of the chain that the store has of it.
pki::CertificateFindings findings_of(const pki::Certificate& certificate, CredentialKind kind,
                                     const std::vector<Bytes>& encodings, const std::vector<pki::Certificate>& roots,
                                     Instant now) {
  pki::CertificateFindings findings = pki::check_certificate(certificate, profile_of(kind));
  const auto chain = parse_all(encodings).and_then([&](const std::vector<pki::Certificate>& certificates) {
    return pki::order_chain(certificate, certificates, roots);
  });
  if (!chain) {
    findings.push_back({pki::CertificateFlaw::chain, chain.error().detail, certificate.subject().text()});
    return findings;
  }
  for (pki::CertificateFinding& finding : pki::check_chain(certificate, *chain, roots, now)) {
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace

std::string_view name(GenerationStatus status) noexcept {
  switch (status) {
    case GenerationStatus::uncertified:
      return "uncertified";
    case GenerationStatus::scheduled:
      return "scheduled";
    case GenerationStatus::current:
      return "current";
    case GenerationStatus::former:
      break;
  }
  return "former";
}

const GenerationSummary* CredentialSummary::next() const noexcept {
  const GenerationSummary* const last = generations.empty() ? nullptr : &generations.back();
  return last != nullptr && last->number > generation ? last : nullptr;
}

Result<std::shared_ptr<Generation>> Generation::of(CredentialKind kind, store::GenerationRow row,
                                                   const std::vector<pki::Certificate>& roots, Instant now) {
  std::shared_ptr<Generation> generation(new Generation());
  if (!row.certificates.empty()) {
    RAKKAN_TRY(generation->certificate_, pki::Certificate::parse(row.certificates.front()));
    generation->findings_ =
        findings_of(*generation->certificate_, kind, row.certificates, roots, std::max(now, row.begins.value_or(now)));
  }
  generation->row_ = std::move(row);
  return generation;
}

std::shared_ptr<const Credential> Generation::opened() const {
  const std::scoped_lock lock(mutex_);
  return opened_;
}

Result<std::shared_ptr<const Credential>> Generation::open(const store::CredentialRow& of, KeySource& keys,
                                                           std::shared_ptr<const std::atomic<bool>> disabled) {
  if (auto kept = opened()) {
    return kept;
  }
  auto made = keys.signer(address_of(row_)).and_then([&](std::shared_ptr<crypto::Signer> signer) {
    return make_credential(of, row_, std::move(signer), std::move(disabled));
  });
  const std::scoped_lock lock(mutex_);
  did_not_open_ = !made;
  if (!made) {
    return made;
  }
  if (opened_ == nullptr) {  // else another thread was faster
    opened_ = *std::move(made);
  }
  return opened_;
}

void Generation::keep(std::shared_ptr<const Credential> opened) {
  const std::scoped_lock lock(mutex_);
  opened_ = std::move(opened);
}

bool Generation::is_in_trouble() const {
  const std::scoped_lock lock(mutex_);
  return did_not_open_;
}

Result<Generations> Generations::of(const store::CredentialRow& row, const std::vector<pki::Certificate>& roots,
                                    Instant now, const Generations* before) {
  if (row.generations.empty()) {
    return fail(ErrorCode::store_corrupt, "a credential without a key", place(row.id));
  }
  Generations generations;
  for (const store::GenerationRow& one : row.generations) {
    const auto known = [&](const std::shared_ptr<Generation>& other) { return other->row() == one; };
    if (before != nullptr) {
      const auto found = std::find_if(before->all_.begin(), before->all_.end(), known);
      if (found != before->all_.end()) {
        generations.all_.push_back(*found);
        continue;
      }
    }
    RAKKAN_TRY(auto made, Generation::of(row.kind, one, roots, now));
    generations.all_.push_back(std::move(made));
  }
  return generations;
}

const std::shared_ptr<Generation>& Generations::current(Instant now) const noexcept {
  const auto has_begun = [&](const std::shared_ptr<Generation>& one) {
    return one->certificate().has_value() && one->row().begins <= now;
  };
  const auto newest = std::find_if(all_.rbegin(), all_.rend(), has_begun);
  return newest == all_.rend() ? all_.front() : *newest;
}

std::shared_ptr<Generation> Generations::next(Instant now) const noexcept {
  const std::shared_ptr<Generation>& last = all_.back();
  return last->row().number > current(now)->row().number ? last : nullptr;
}

GenerationStatus Generations::status_of(const Generation& one, Instant now) const noexcept {
  const std::uint32_t current_number = current(now)->row().number;
  if (!one.certificate()) {
    return GenerationStatus::uncertified;
  }
  if (one.row().number == current_number) {
    return GenerationStatus::current;
  }
  return one.row().number > current_number ? GenerationStatus::scheduled : GenerationStatus::former;
}

std::vector<GenerationSummary> Generations::summaries(Instant now) const {
  std::vector<GenerationSummary> summaries;
  for (const std::shared_ptr<Generation>& one : all_) {
    const store::GenerationRow& row = one->row();
    if (!summaries.empty()) {
      summaries.back().ends = row.begins;
    }
    summaries.push_back({row.number, status_of(*one, now), row.token_label, row.key_label, row.key_id, row.key_kind,
                         row.suite, row.created, row.begins, std::nullopt, one->certificate(), one->findings()});
  }
  return summaries;
}

Result<std::shared_ptr<const Credential>> make_credential(const store::CredentialRow& of,
                                                          const store::GenerationRow& row,
                                                          std::shared_ptr<crypto::Signer> signer,
                                                          std::shared_ptr<const std::atomic<bool>> disabled) {
  RAKKAN_TRY(auto certificates, parse_all(row.certificates));
  if (certificates.empty()) {
    return fail(ErrorCode::credential_not_ready, "import the certificate for its key first", place(of.id));
  }
  pki::Certificate certificate = certificates.front();
  certificates.erase(certificates.begin());
  std::erase_if(certificates, pki::is_self_signed);  // a verifier that trusts a root has it already
  RAKKAN_CHECK(check_key_kind(of.kind, signer->public_key().kind()));
  RAKKAN_TRY(const crypto::AlgorithmSuite* suite, suite_for(row.suite, signer->public_key().kind()));
  RAKKAN_TRY(auto material,
             SigningMaterial::create(std::move(signer), std::move(certificate), std::move(certificates), *suite));
  return std::make_shared<const Credential>(of.id, of.kind, of.party, row.number, std::move(material),
                                            std::move(disabled));
}

}  // namespace rakkan::credentials
