#include "rakkan/pki/evidence_outlook.hpp"

#include <algorithm>

namespace rakkan::pki {
namespace {

std::optional<Renewal> renewal_of(const EvidencedSubject& unit, bool needs_revocation_data,
                                  const AlgorithmPolicy& policy, std::chrono::milliseconds margin) {
  if (!unit.path || !unit.findings.empty()) {
    return std::nullopt;
  }
  RenewalFacts facts{.unit_certificate_end = unit.certificate.validity().not_after,
                     .algorithms = unit.algorithms,
                     .anchor_sunset = unit.path->anchor.sunset,
                     .margin = margin};
  std::vector<AlgorithmInUse> of_path = algorithms_of(*unit.path, policy);
  facts.algorithms.insert(facts.algorithms.end(), of_path.begin(), of_path.end());
  for (std::size_t i = 0; needs_revocation_data && i + 1 < unit.path->certificates.size(); ++i) {
    const Instant end = unit.path->certificates[i].validity().not_after;
    facts.last_revocation_data = std::min(facts.last_revocation_data.value_or(end), end);
  }
  return renewal_due(facts);
}

bool is_exempt(const EvidenceTable& table, std::size_t subject) {
  return std::any_of(table.rows.begin(), table.rows.end(), [&](const EvidenceRow& row) {
    return row.subject == subject && row.place == EvidencePlace::subject && row.exemption;
  });
}

std::string words_of(const EvidenceTable& table, const EvidenceRow& row) {
  const EvidencedSubject& subject = table.subjects.at(row.subject);
  return std::string(row.place == EvidencePlace::subject ? "" : std::string(to_string(row.place)) + " for the ") +
         std::string(words_of(subject.role)) + (subject.label.empty() ? "" : " " + subject.label) + ", " +
         row.certificate.subject().text();
}

}  // namespace

std::optional<Renewal> renewal_of(const EvidenceTable& table, const AlgorithmPolicy& policy,
                                  std::chrono::milliseconds margin) {
  std::optional<std::size_t> newest;
  for (std::size_t i = 0; i < table.subjects.size(); ++i) {
    if (table.subjects[i].role == EvidenceRole::document_timestamp_unit &&
        (!newest || table.subjects[*newest].time <= table.subjects[i].time)) {
      newest = i;
    }
  }
  if (newest) {
    return renewal_of(table.subjects[*newest], !is_exempt(table, *newest), policy, margin);
  }
  std::optional<Renewal> first;
  for (std::size_t i = 0; i < table.subjects.size(); ++i) {
    if (table.subjects[i].role != EvidenceRole::signature_timestamp_unit) {
      continue;
    }
    auto renewal = renewal_of(table.subjects[i], !is_exempt(table, i), policy, margin);
    if (!renewal) {
      return std::nullopt;
    }
    if (!first || renewal->limit < first->limit) {
      first = std::move(renewal);
    }
  }
  return first;
}

std::string_view to_string(LtvObstacle obstacle) noexcept {
  switch (obstacle) {
    case LtvObstacle::not_proven:
      return "not-proven";
    case LtvObstacle::certificate_not_embedded:
      return "certificate-not-embedded";
    case LtvObstacle::revocation_not_embedded:
      return "revocation-not-embedded";
    case LtvObstacle::exemption_not_known:
      return "exemption-not-known";
    case LtvObstacle::anchor_is_no_root:
      return "anchor-is-no-root";
  }
  return {};
}

LtvPrediction predict_ltv(const EvidenceTable& table, LtvAssumption assumption) {
  const bool as_it_is = assumption == LtvAssumption::as_it_is;
  LtvPrediction prediction;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const EvidenceRow& row = table.rows[i];
    const auto add = [&](LtvObstacle obstacle, const std::string& what) {
      prediction.missing.push_back({i, obstacle, words_of(table, row) + ": " + what});
    };
    const auto& path = table.subjects.at(row.subject).path;
    if (row.place == EvidencePlace::subject && path && !path->anchor.certificate.is_self_issued()) {
      add(LtvObstacle::anchor_is_no_root, "its anchor " + path->anchor.certificate.subject().text() + " is no root");
    }
    if (row.exemption == EvidenceExemption::anchor) {
      continue;
    }
    if (!row.is_settled()) {
      add(LtvObstacle::not_proven, row.detail);
      continue;
    }
    if (as_it_is && !row.certificate_in_document) {
      add(LtvObstacle::certificate_not_embedded, "the certificate is not in the document");
    }
    if (row.exemption && row.exemption != EvidenceExemption::ocsp_no_check) {
      add(LtvObstacle::exemption_not_known, "exempt by " + std::string(to_string(*row.exemption)));
    }
    if (as_it_is && row.object && row.object->from.origin != EvidenceOrigin::document) {
      add(LtvObstacle::revocation_not_embedded,
          "the " + std::string(row.object->source == RevocationSource::crl ? "CRL" : "OCSP response") +
              " about it is not in the document");
    }
  }
  return prediction;
}

}  // namespace rakkan::pki
