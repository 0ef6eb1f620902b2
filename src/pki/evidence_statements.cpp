// The statements of CRLs and OCSP responses about a certificate of a path, as far as their signer had the right to make
// them.
#include <algorithm>
#include <iterator>

#include "pki/crl_status.hpp"
#include "pki/evidence_exemption.hpp"
#include "pki/evidence_judge.hpp"
#include "pki/revocation_question.hpp"

namespace rakkan::pki {
namespace {

constexpr std::size_t kMostCrlIssuers = 16;  // that are tried for one CRL

Error of_another_time(std::string why) {
  return {ErrorCode::revocation_out_of_date, std::move(why), {}, std::nullopt, {}};
}

}  // namespace

const EvidenceJudge::Statements& EvidenceJudge::statements_about(const CertificationPath& path, std::size_t index) {
  const Key key = key_of(path, index);
  if (const auto known = statements_.find(key); known != statements_.end()) {
    return known->second;
  }
  Statements statements;
  add_responses(statements, path, index);
  add_lists(statements, path, index);
  return statements_.emplace(key, std::move(statements)).first->second;
}

void EvidenceJudge::add_responses(Statements& to, const CertificationPath& path, std::size_t index) {
  const Certificate& certificate = path.certificates[index];
  const Certificate& issuer = issuer_in(path, index);
  std::vector<Certificate> others;
  const auto [first, last] = responders_.equal_range(issuer.subject().comparison_key());
  std::transform(first, last, std::back_inserter(others), [](const auto& each) { return each.second; });
  for (const std::size_t each : inputs_.material.responses_about(certificate.serial_number())) {
    const auto& held = inputs_.material.responses()[each];
    if (held.response.find(certificate, issuer) == nullptr) {
      continue;  // about another issuer's certificate of that number
    }
    if (!take_step()) {
      return;
    }
    const EvidenceObject object{RevocationSource::ocsp, each, held.from};
    auto status = revocation_status(held.response, certificate, issuer, others);
    if (!status) {
      reject(to.rejected, object, held.fingerprint, std::move(status).error());
      continue;
    }
    const EvidenceRight right =
        status->authorization == OcspAuthorization::issuer ? EvidenceRight::issuer : EvidenceRight::delegated;
    add(to, path, index, {object, *std::move(status), right});
  }
}

void EvidenceJudge::add_lists(Statements& to, const CertificationPath& path, std::size_t index) {
  const Certificate& certificate = path.certificates[index];
  const Certificate& issuer = issuer_in(path, index);
  for (const std::size_t each : inputs_.material.lists_of(certificate.issuer())) {
    const auto& held = inputs_.material.lists()[each];
    const EvidenceObject object{RevocationSource::crl, each, held.from};
    if (!take_step()) {
      return;
    }
    if (auto covers = held.list.covers(certificate); !covers) {
      reject(to.rejected, object, held.fingerprint, std::move(covers).error());
      continue;
    }
    const Certificate* signer = &issuer;
    auto verified = inputs_.material.verify_list(each, issuer);
    if (!verified) {
      std::size_t tried = 0;
      const auto [first, last] = crl_issuers_.equal_range(held.list.issuer().comparison_key());
      for (auto one = first; one != last && tried < kMostCrlIssuers && take_step(); ++one, ++tried) {
        if (one->second != issuer && inputs_.material.verify_list(each, one->second)) {
          signer = &one->second;
          break;
        }
      }
      if (signer == &issuer) {
        reject(to.rejected, object, held.fingerprint, std::move(verified).error());
        continue;
      }
    }
    RevocationStatus status{.times = {held.list.this_update(), held.list.next_update(), std::nullopt},
                            .source = RevocationSource::crl,
                            .object = held.fingerprint,
                            .signer = *signer};
    const auto [entry, is_new] = entries_.try_emplace(fingerprint_of(certificate) + std::to_string(each));
    if (is_new) {
      entry->second = held.list.find(certificate.issuer(), certificate.serial_number());
    }
    apply_entry(status, entry->second);
    const bool by_issuer = equal(signer->spki(), issuer.spki());  // of the same name, too: the list's
    add(to, path, index, {object, std::move(status), by_issuer ? EvidenceRight::issuer : EvidenceRight::crl_issuer});
  }
}

void EvidenceJudge::add(Statements& to, const CertificationPath& path, std::size_t index, Statement statement) {
  auto acceptable = check(path, index, statement);
  if (!acceptable) {
    reject(to.rejected, statement.object, statement.status.object, std::move(acceptable).error());
    return;
  }
  to.authorized.push_back(std::move(statement));
}

Result<void> EvidenceJudge::check(const CertificationPath& path, std::size_t index, const Statement& statement) {
  const Certificate& certificate = path.certificates[index];
  const RevocationStatus& status = statement.status;
  const Instant made = signed_at(status.times);
  if (std::max(status.times.this_update, made) > inputs_.now + inputs_.clock_tolerance) {
    return fail(of_another_time("it is of the future: " + to_rfc3339(std::max(status.times.this_update, made))));
  }
  const Instant existed_at = statement.object.from.existed_at.value_or(inputs_.now);
  const AlgorithmStanding standing = standing_of(statement);
  if (!standing.acceptable_at(existed_at)) {
    return fail(ErrorCode::algorithm_not_acceptable,
                "its signature: " + standing.limit + " is not acceptable at " + to_rfc3339(existed_at));
  }
  if (status.state == RevocationState::good && status.times.this_update < certificate.validity().not_before) {
    return fail(of_another_time("it is older than the certificate"));
  }
  if (status.state == RevocationState::good && status.times.this_update > certificate.validity().not_after) {
    const Instant end = certificate.validity().not_after;
    const auto since = status.source == RevocationSource::crl
                           ? expired_certificates_since(inputs_.material.lists()[statement.object.index].list)
                           : status.archive_cutoff;
    if (!status.cert_hash_matches && !(since && *since <= end)) {
      return fail(of_another_time("it is of a time after the certificate's end, and may not know it any more"));
    }
  }
  if (statement.right == EvidenceRight::issuer) {  // the others are judged with their paths
    const auto& sunset = path.anchor.sunset;
    if (sunset && made > *sunset) {
      return fail(of_another_time("it is of a time after the end of the anchor's trust"));
    }
    if (index > 0) {
      const Certificate& issuer = path.certificates[index - 1];
      if (made < issuer.validity().not_before || made > issuer.validity().not_after) {
        return fail(of_another_time("its issuer's certificate was not valid when it signed"));
      }
      const auto revoked = known_revocation(path, index - 1);
      if (revoked && *revoked <= made) {
        return fail(ErrorCode::revocation_signer_unauthorized, "its issuer was revoked when it signed");
      }
    }
  }
  return {};
}

// The earliest revocation of a CA by its issuer or a responder of that.
std::optional<Instant> EvidenceJudge::known_revocation(const CertificationPath& path, std::size_t index) {
  std::optional<Instant> earliest;
  for (const Statement& each : statements_about(path, index).authorized) {
    if (each.right != EvidenceRight::crl_issuer && each.status.revocation &&
        (!earliest || each.status.revocation->time < *earliest)) {
      earliest = each.status.revocation->time;
    }
  }
  return earliest;
}

AlgorithmStanding EvidenceJudge::standing_of(const Statement& statement) const {
  const ByteView identifier = statement.object.source == RevocationSource::crl
                                  ? inputs_.material.lists()[statement.object.index].list.signature_algorithm()
                                  : inputs_.material.responses()[statement.object.index].response.signature_algorithm();
  const auto algorithm = crypto::VerificationAlgorithm::parse(identifier);
  const auto& key = statement.status.signer.verification_key();
  if (!algorithm || !key) {
    AlgorithmStanding none;
    none.limit = algorithm ? "a key that cannot be used" : algorithm.error().detail;
    return none;
  }
  return inputs_.algorithms.signature(*algorithm, facts_of(*key));
}

}  // namespace rakkan::pki
