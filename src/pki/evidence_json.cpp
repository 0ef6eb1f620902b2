#include "rakkan/pki/evidence_json.hpp"

#include <algorithm>
#include <deque>
#include <utility>

#include "rakkan/base/hex.hpp"
#include "rakkan/json/writer.hpp"

namespace rakkan::pki {
namespace {

using json::ObjectWriter;

std::string of_certificate(const Certificate& certificate) {
  ObjectWriter json;
  json.text("subject", certificate.subject().text())
      .text("issuer", certificate.issuer().text())
      .plain("serial_number", to_hex(certificate.serial_number()))
      .plain("sha256", to_hex(certificate.fingerprint().view()));
  return std::move(json).finish();
}

// The few certificates of a table, each of which stands in many of its rows: written once.
class Certificates {
 public:
  const std::string& json_of(const Certificate& certificate) {
    const auto known = std::find_if(written_.begin(), written_.end(),
                                    [&](const auto& each) { return each.first == certificate.der().data(); });
    if (known != written_.end()) {
      return known->second;
    }
    return written_.emplace_back(certificate.der().data(), of_certificate(certificate)).second;
  }

 private:
  std::deque<std::pair<const Byte*, std::string>> written_;  // by the place of the DER
};

void add_time(ObjectWriter& json, std::string_view name, const std::optional<Instant>& time) {
  if (time) {
    json.plain(name, to_rfc3339(*time));
  }
}

std::string of_accreditation(const Accreditation& accreditation) {
  ObjectWriter json;
  json.text("number", accreditation.number);
  add_time(json, "from", accreditation.from);
  add_time(json, "to", accreditation.to);
  return std::move(json).finish();
}

std::string of_anchor(const EvidencedSubject& subject) {
  ObjectWriter json;
  json.text("subject", subject.path->anchor.certificate.subject().text())
      .plain("sha256", to_hex(subject.path->anchor.certificate.fingerprint().view()));
  if (!subject.path->anchor.label.empty()) {
    json.text("label", subject.path->anchor.label);
  }
  add_time(json, "sunset", subject.path->anchor.sunset);
  return std::move(json).finish();
}

std::string of_demand(const FreshnessDemand& demand) {
  ObjectWriter json;
  json.plain("kind", to_string(demand.kind)).raw("milliseconds", std::to_string(demand.duration.count()));
  return std::move(json).finish();
}

std::string of_finding(const PathFinding& finding) {
  ObjectWriter json;
  json.plain("refusal", to_string(finding.refusal))
      .text("clause", clause_of(finding.refusal))
      .text("subject", finding.subject)
      .text("detail", finding.detail);
  return std::move(json).finish();
}

void add_object(ObjectWriter& json, const EvidenceObject& object, const crypto::Digest& fingerprint) {
  json.plain("object", object.source == RevocationSource::crl ? "crl" : "ocsp")
      .plain("sha256", to_hex(fingerprint.view()))
      .plain("origin", to_string(object.from.origin));
  add_time(json, "existed_at", object.from.existed_at);
}

std::string of_signer(const EvidenceRow& row) {
  ObjectWriter json;
  json.text("subject", row.status->signer.subject().text())
      .plain("sha256", to_hex(row.status->signer.fingerprint().view()))
      .plain("right", to_string(*row.right));
  return std::move(json).finish();
}

std::string of_status(const EvidenceRow& row) {
  const RevocationStatus& status = *row.status;
  ObjectWriter json;
  json.plain("state", name(status.state));
  add_object(json, *row.object, status.object);
  add_time(json, "this_update", status.times.this_update);
  add_time(json, "next_update", status.times.next_update);
  add_time(json, "produced_at", status.times.produced_at);
  if (status.revocation) {
    add_time(json, "revoked_at", status.revocation->time);
    if (status.revocation->reason) {
      json.text("reason", name(*status.revocation->reason));
    }
    add_time(json, "invalidity_date", status.revocation->invalidity_date);
  }
  json.raw("signer", of_signer(row));
  ObjectWriter freshness;
  freshness.flag("after_signature", row.freshness->after_signature)
      .raw("milliseconds", std::to_string(row.freshness->difference.count()));
  json.raw("freshness", std::move(freshness).finish());
  return std::move(json).finish();
}

std::string of_places(const EvidencePlaces& places) {
  ObjectWriter json;
  json.raw("ocsp", json::array_of(places.ocsp, json::quote))
      .raw("crl", json::array_of(places.crl, json::quote))
      .raw("ca_issuers", json::array_of(places.ca_issuers, json::quote));
  return std::move(json).finish();
}

std::string of_rejected(const RejectedEvidence& rejected) {
  ObjectWriter json;
  add_object(json, rejected.object, rejected.fingerprint);
  json.plain("code", row(rejected.why.code).slug).text("detail", rejected.why.detail);
  return std::move(json).finish();
}

std::string of_row(const EvidenceRow& row, std::size_t first_row, Certificates& certificates) {
  ObjectWriter json;
  json.plain("place", to_string(row.place)).raw("certificate", certificates.json_of(row.certificate));
  if (row.serves) {
    json.number("serves", *row.serves - first_row);
  }
  json.plain("time", to_rfc3339(row.time)).plain("verdict", to_string(row.verdict));
  if (row.gap) {
    json.plain("gap", to_string(*row.gap));
  }
  if (row.exemption) {
    json.plain("exemption", to_string(*row.exemption));
  }
  if (!row.detail.empty()) {
    json.text("detail", row.detail);
  }
  if (row.status) {
    json.raw("status", of_status(row));
  }
  if (!row.rejected.empty()) {
    json.raw("rejected", json::array_of(row.rejected, of_rejected));
  }
  if (!row.is_settled()) {
    json.raw("places", of_places(row.places));
  }
  add_time(json, "ask_again", row.ask_again);
  return std::move(json).finish();
}

std::string of_subject(const EvidenceTable& table, std::size_t index, Certificates& certificates) {
  const EvidencedSubject& subject = table.subjects[index];
  ObjectWriter json;
  json.plain("role", to_string(subject.role));
  if (!subject.label.empty()) {
    json.text("label", subject.label);
  }
  json.raw("certificate", certificates.json_of(subject.certificate))
      .plain("best_signature_time", to_rfc3339(subject.time))
      .raw("demand", of_demand(subject.demand));
  if (subject.path) {
    json.raw("anchor", of_anchor(subject)).flag("operator", subject.is_operator);
  }
  if (subject.accreditation) {
    json.raw("accreditation", of_accreditation(*subject.accreditation));
  }
  if (!subject.findings.empty()) {
    json.raw("findings", json::array_of(subject.findings, of_finding));
  }
  std::string rows = "[";
  std::optional<std::size_t> first_row;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    if (table.rows[i].subject == index) {
      first_row = first_row.value_or(i);
      rows += rows.size() > 1 ? "," : "";
      rows += of_row(table.rows[i], *first_row, certificates);
    }
  }
  return std::move(json.raw("rows", rows + "]")).finish();
}

}  // namespace

std::string to_json(const EvidenceTable& table) {
  ObjectWriter json;
  json.flag("complete", table.complete()).flag("revoked", table.revoked());
  add_time(json, "ask_again", table.ask_again());
  Certificates certificates;
  std::string subjects = "[";
  for (std::size_t i = 0; i < table.subjects.size(); ++i) {
    subjects += i > 0 ? "," : "";
    subjects += of_subject(table, i, certificates);
  }
  return std::move(json.raw("subjects", subjects + "]")).finish();
}

std::string to_json(const Renewal& renewal) {
  ObjectWriter json;
  json.plain("by", to_rfc3339(renewal.by))
      .plain("limit", to_rfc3339(renewal.limit))
      .plain("reason", to_string(renewal.reason))
      .text("detail", renewal.detail);
  return std::move(json).finish();
}

std::string to_json(const LtvPrediction& prediction, const EvidenceTable& table) {
  ObjectWriter json;
  json.flag("enabled", prediction.enabled())
      .raw("missing", json::array_of(prediction.missing, [&](const LtvPiece& piece) {
             ObjectWriter one;
             one.plain("obstacle", to_string(piece.obstacle))
                 .raw("certificate", of_certificate(table.rows.at(piece.row).certificate))
                 .text("detail", piece.detail);
             return std::move(one).finish();
           }));
  return std::move(json).finish();
}

std::string to_json(std::span<const UnreadableEvidence> unreadable) {
  return json::array_of(unreadable, [](const UnreadableEvidence& each) {
    ObjectWriter json;
    json.text("where", each.where).plain("code", row(each.why.code).slug).text("detail", each.why.detail);
    return std::move(json).finish();
  });
}

}  // namespace rakkan::pki
