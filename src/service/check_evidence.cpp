#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "rakkan/async/task.hpp"
#include "rakkan/cms/signed_data.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/service/evidence_check.hpp"
#include "service/evidence_subjects.hpp"
#include "service/long_term.hpp"
#include "service/opened_credentials.hpp"
#include "service/timestampers.hpp"
#include "service/use_cases.hpp"

namespace rakkan::service {
namespace {

using pki::EvidenceRole;

constexpr std::array kRoles{TsaRole::signature, TsaRole::archive};

EvidenceRole role_of(TsaRole role) noexcept {
  return role == TsaRole::archive ? EvidenceRole::document_timestamp_unit : EvidenceRole::signature_timestamp_unit;
}

// Checking is one question of an operator on its way. Lives in the frame of its task.
class Checking {
 public:
  Checking(const EvidenceChecking& with, const CheckEvidenceCommand& command)
      : with_(with), caller_(command.principal), deadline_(deadline_of(command.deadline, with.time)) {}

  async::Task<Result<EvidenceCheck>> run() {
    result_.time = with_.raising.clock.now();
    for (const TsaRole role : kRoles) {
      for (const std::string& profile : list_of(with_.lists, role).profiles) {
        CheckedCertificate found = co_await unit(profile, role);
        result_.units.push_back({profile, role, std::move(found)});
      }
    }
    for (const credentials::CredentialSummary& credential : with_.registry.list(caller_)) {
      const bool signs = credential.kind != credentials::CredentialKind::tsu;
      if (signs && credential.certificate && credential.status == credentials::CredentialStatus::active) {
        CheckedCredential checked = co_await signer(credential.id);
        result_.credentials.push_back(std::move(checked));
      }
    }
    co_return std::move(result_);
  }

 private:
  async::Task<CheckedCertificate> unit(const std::string& profile, TsaRole role) {
    const auto timestamper = co_await with_.raising.timestampers.of(profile, role, deadline_);
    if (!timestamper) {
      co_return CheckedCertificate{.missing = timestamper.error()};
    }
    const Result<ExpectedUnit> next = co_await next_unit(profile, **timestamper);
    if (!next) {
      co_return CheckedCertificate{.missing = next.error()};
    }
    const pki::FreshnessDemand demand = demand_now(with_.options.freshness);
    pki::EvidenceSubject subject = expected_subject(role_of(role), *next, with_.raising.clock.now(), demand);
    co_return co_await evidence_of(std::move(subject));
  }

  // The unit that will sign the next token. An outside authority that was not asked yet is asked for one, once for all
  // roles: it names its unit in no other way.
  async::Task<Result<ExpectedUnit>> next_unit(const std::string& profile, Timestamper& timestamper) {
    if (std::optional<ExpectedUnit> expected = timestamper.expected_unit()) {
      co_return *std::move(expected);
    }
    if (const auto known = asked_.find(profile); known != asked_.end()) {
      co_return known->second;
    }
    const crypto::Digest any = crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(profile));
    RAKKAN_CO_TRY(const tsp::TimestampToken token, co_await timestamper.timestamp(caller_, any, deadline_));
    RAKKAN_CO_TRY(pki::Certificate certificate, token.unit_certificate(cms::CertificateBinding::signer_identifier));
    ExpectedUnit unit{std::move(certificate), cms::readable_certificates(token.signed_data())};
    asked_.emplace(profile, unit);
    co_return unit;
  }

  async::Task<CheckedCredential> signer(CredentialId id) {
    CheckedCredential checked{.id = id};
    const EvidenceFreshness& freshness = with_.options.freshness_of(id.value());
    checked.waits = freshness.waits();
    const auto opened = co_await with_.credentials.load(caller_, id, deadline_);
    if (!opened) {
      checked.found.missing = opened.error();
      co_return checked;
    }
    const credentials::SigningMaterial& material = (*opened)->material();
    const Instant now = with_.raising.clock.now();
    if (auto stands = (*opened)->still_stands(now); !stands) {
      checked.found = {.certificate = material.certificate(), .missing = std::move(stands).error()};
      co_return checked;
    }
    pki::EvidenceSubject subject =
        signer_subject(material.certificate(), material.chain(), {}, now, demand_now(freshness));
    checked.found = co_await evidence_of(std::move(subject));
    checked.reaches = level_with(checked.found);
    co_return checked;
  }

  async::Task<CheckedCertificate> evidence_of(pki::EvidenceSubject subject) {
    CheckedCertificate found{.certificate = subject.certificate};
    EvidenceRequest request{
        .subjects = {}, .trust = with_.raising.trust, .deadline = deadline_, .owner = caller_.owner()};
    request.subjects.push_back(std::move(subject));
    auto evidence = co_await with_.raising.evidence.gather(std::move(request));
    if (!evidence) {
      found.missing = std::move(evidence).error();
      co_return found;
    }
    if (auto complete = evidence->require_complete(); !complete) {
      found.missing = std::move(complete).error();
    }
    found.table = std::move(evidence->table);
    co_return found;
  }

  static pki::FreshnessDemand demand_now(const EvidenceFreshness& freshness) noexcept {
    return freshness.waits() ? pki::FreshnessDemand::cached(kOfAnyAge) : demand_of(freshness);
  }

  // The unit that a role would use: the first of its list whose authority answers; null: none does.
  [[nodiscard]] const CheckedUnit* first(TsaRole role) const {
    const auto all = result_.units.begin();
    const auto found = std::find_if(all, result_.units.end(), [&](const CheckedUnit& unit) {
      return unit.role == role && unit.found.certificate.has_value();
    });
    return found == result_.units.end() ? nullptr : &*found;
  }
  [[nodiscard]] bool is_proven(TsaRole role) const {
    const CheckedUnit* unit = first(role);
    return unit != nullptr && !unit->found.missing;
  }
  [[nodiscard]] pades::BaselineLevel level_with(const CheckedCertificate& signer) const {
    if (first(TsaRole::signature) == nullptr) {
      return pades::BaselineLevel::b_b;
    }
    if (signer.missing || !is_proven(TsaRole::signature)) {
      return pades::BaselineLevel::b_t;
    }
    return is_proven(TsaRole::archive) ? pades::BaselineLevel::b_lta : pades::BaselineLevel::b_lt;
  }

  const EvidenceChecking& with_;
  const access::Principal& caller_;
  const async::Deadline deadline_;
  std::map<std::string, ExpectedUnit> asked_;  // by profile
  EvidenceCheck result_;
};

}  // namespace

bool EvidenceCheck::complete() const noexcept {
  return std::all_of(units.begin(), units.end(), [](const CheckedUnit& unit) { return !unit.found.missing; }) &&
         std::all_of(credentials.begin(), credentials.end(), [](const CheckedCredential& credential) {
           return credential.reaches == pades::BaselineLevel::b_lta;
         });
}

async::Task<Result<EvidenceCheck>> SigningService::check_evidence(CheckEvidenceCommand command) {
  Checking checking(use_cases_->checking, command);
  co_return co_await checking.run();
}

}  // namespace rakkan::service
