#include "rakkan/pki/evidence_json.hpp"

#include <algorithm>
#include <deque>
#include <utility>

#include "rakkan/base/hex.hpp"
#include "rakkan/json/writer.hpp"

namespace rakkan::pki {
namespace {

using json::ObjectWriter;

constexpr std::size_t kUsualRow = 1'024;  // bytes

std::string of_certificate(const Certificate& certificate, std::string_view subject) {
  ObjectWriter json;
  json.text("subject", subject)
      .text("issuer", certificate.issuer().text())
      .plain("serial_number", to_hex(certificate.serial_number()))
      .plain("sha256", to_hex(certificate.fingerprint().view()));
  return std::move(json).finish();
}

// The few certificates of a table, each of which stands in many of its rows: written once.
class Certificates {
 public:
  struct Written {
    const Byte* der;
    std::string subject;
    std::string json;
  };
  const Written& of(const Certificate& certificate) {
    const auto known = std::find_if(written_.begin(), written_.end(),
                                    [&](const Written& each) { return each.der == certificate.der().data(); });
    if (known != written_.end()) {
      return *known;
    }
    std::string subject = certificate.subject().text();
    std::string json = of_certificate(certificate, subject);
    return written_.emplace_back(Written{certificate.der().data(), std::move(subject), std::move(json)});
  }

 private:
  std::deque<Written> written_;
};

void add_time(ObjectWriter& json, std::string_view name, const std::optional<Instant>& time) {
  if (time) {
    json.plain(name, to_rfc3339(*time));
  }
}

void add_accreditation(ObjectWriter& json, const Accreditation& accreditation) {
  json.text("number", accreditation.number);
  add_time(json, "from", accreditation.from);
  add_time(json, "to", accreditation.to);
}

void add_anchor(ObjectWriter& json, const TrustAnchor& anchor, Certificates& certificates) {
  json.text("subject", certificates.of(anchor.certificate).subject)
      .plain("sha256", to_hex(anchor.certificate.fingerprint().view()));
  if (!anchor.label.empty()) {
    json.text("label", anchor.label);
  }
  add_time(json, "from", anchor.from);
  add_time(json, "sunset", anchor.sunset);
}

void add_demand(ObjectWriter& json, const FreshnessDemand& demand) {
  json.plain("kind", to_string(demand.kind)).raw("milliseconds", std::to_string(demand.duration.count()));
}

void add_finding(ObjectWriter& json, const PathFinding& finding) {
  json.plain("refusal", to_string(finding.refusal))
      .text("clause", clause_of(finding.refusal))
      .text("subject", finding.subject)
      .text("detail", finding.detail);
}

void add_object(ObjectWriter& json, const EvidenceObject& object, const crypto::Digest& fingerprint) {
  json.plain("object", object.source == RevocationSource::crl ? "crl" : "ocsp")
      .plain("sha256", to_hex(fingerprint.view()))
      .plain("origin", to_string(object.from.origin));
  add_time(json, "existed_at", object.from.existed_at);
}

void add_status(ObjectWriter& json, const EvidenceRow& row, Certificates& certificates) {
  const RevocationStatus& status = *row.status;
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
  json.object("signer", [&](ObjectWriter& signer) {
    signer.text("subject", certificates.of(status.signer).subject)
        .plain("sha256", to_hex(status.signer.fingerprint().view()))
        .plain("right", to_string(*row.right));
  });
  json.object("freshness", [&](ObjectWriter& freshness) {
    freshness.flag("after_signature", row.freshness->after_signature)
        .raw("milliseconds", std::to_string(row.freshness->difference.count()));
  });
}

void add_places(ObjectWriter& json, const EvidencePlaces& places) {
  json.raw("ocsp", json::array_of(places.ocsp, json::quote))
      .raw("crl", json::array_of(places.crl, json::quote))
      .raw("ca_issuers", json::array_of(places.ca_issuers, json::quote));
}

void add_rejected(ObjectWriter& json, const RejectedEvidence& rejected) {
  add_object(json, rejected.object, rejected.fingerprint);
  json.plain("code", row(rejected.why.code).slug).text("detail", rejected.why.detail);
}

void add_row(ObjectWriter& json, const EvidenceRow& row, std::size_t first_row, Certificates& certificates) {
  json.plain("place", to_string(row.place)).raw("certificate", certificates.of(row.certificate).json);
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
    json.object("status", [&](ObjectWriter& status) { add_status(status, row, certificates); });
  }
  if (!row.rejected.empty()) {
    json.objects("rejected", row.rejected, add_rejected);
  }
  if (!row.is_settled()) {
    json.object("places", [&](ObjectWriter& places) { add_places(places, row.places); });
  }
  add_time(json, "ask_again", row.ask_again);
}

void add_subject(ObjectWriter& json, const EvidenceTable& table, std::size_t index, Certificates& certificates) {
  const EvidencedSubject& subject = table.subjects[index];
  json.plain("role", to_string(subject.role));
  if (!subject.label.empty()) {
    json.text("label", subject.label);
  }
  json.raw("certificate", certificates.of(subject.certificate).json)
      .plain("best_signature_time", to_rfc3339(subject.time))
      .object("demand", [&](ObjectWriter& demand) { add_demand(demand, subject.demand); });
  if (subject.path) {
    json.object("anchor", [&](ObjectWriter& anchor) { add_anchor(anchor, subject.path->anchor, certificates); })
        .flag("operator", subject.is_operator);
  }
  if (subject.accreditation) {
    json.object("accreditation", [&](ObjectWriter& of) { add_accreditation(of, *subject.accreditation); });
  }
  if (!subject.findings.empty()) {
    json.objects("findings", subject.findings, add_finding);
  }
  const auto is_other = [index](const EvidenceRow& row) { return row.subject != index; };
  const auto first = std::find_if_not(table.rows.begin(), table.rows.end(), is_other);
  const auto last = std::find_if(first, table.rows.end(), is_other);
  const auto first_row = static_cast<std::size_t>(first - table.rows.begin());
  json.objects("rows", std::span(first, last),
               [&](ObjectWriter& of, const EvidenceRow& row) { add_row(of, row, first_row, certificates); });
}

}  // namespace

std::string to_json(const EvidenceTable& table) {
  ObjectWriter json((table.rows.size() + table.subjects.size()) * kUsualRow);
  json.flag("complete", table.complete()).flag("revoked", table.revoked());
  add_time(json, "ask_again", table.ask_again());
  Certificates certificates;
  std::size_t next = 0;
  json.objects("subjects", table.subjects,
               [&](ObjectWriter& subject, const auto&) { add_subject(subject, table, next++, certificates); });
  return std::move(json).finish();
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
      .objects("missing", prediction.missing, [&](ObjectWriter& one, const LtvPiece& piece) {
        const Certificate& certificate = table.rows.at(piece.row).certificate;
        one.plain("obstacle", to_string(piece.obstacle))
            .raw("certificate", of_certificate(certificate, certificate.subject().text()))
            .text("detail", piece.detail);
      });
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
