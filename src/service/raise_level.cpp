#include "service/raise_level.hpp"

#include <algorithm>
#include <utility>

#include "rakkan/async/task.hpp"
#include "rakkan/cms/embedded_evidence.hpp"
#include "rakkan/cms/signed_data.hpp"
#include "rakkan/service/timestamper.hpp"
#include "service/document_evidence.hpp"
#include "service/document_work.hpp"
#include "service/evidence_subjects.hpp"
#include "service/timestampers.hpp"

namespace rakkan::service {
namespace {

using pki::EvidenceRole;
using pki::EvidenceSubject;

pki::EvidenceMaterial evidence_in(const tsp::TimestampToken& token, const std::string& field) {
  return cms::embedded_evidence(token.signed_data(), {pki::EvidenceOrigin::document}, "timestamp " + field);
}

// Raising is one document on its way to its level. Lives in the frame of its task.
class Raising {
 public:
  Raising(const LevelRaising& with, pades::Augmentation& document, WantedLevel wanted, const access::Principal& caller,
          async::Deadline deadline)
      : with_(with), document_(document), wanted_(std::move(wanted)), caller_(caller), deadline_(deadline) {}

  async::Task<Result<RaisedLevel>> run() {
    const bool archived = pades::needs_document_timestamp(wanted_.level);
    if (archived || !wanted_.undated.empty()) {
      RAKKAN_CO_TRY(authority_, co_await with_.timestampers.of(wanted_.tsa, TsaRole::archive, deadline_));
    }
    if (!wanted_.undated.empty()) {
      RAKKAN_CO_CHECK(co_await date_signatures());
    }
    if (pades::needs_validation_data(wanted_.level)) {
      if (archived) {
        cover_timestamps();
      }
      expected_ = archived ? expected_unit() : std::nullopt;
      RAKKAN_CO_CHECK(co_await add_evidence(archived));
    }
    if (archived) {
      RAKKAN_CO_TRY(EvidenceSubject unit, co_await add_timestamp());
      const bool known = expected_ && is_proven_at(unit);
      expected_.reset();
      if (known) {
        pki::EvidencedSubject& proven = raised_.evidence->table.subjects.back();
        proven.label = unit.label;
        proven.time = unit.time;
        proven.algorithms = std::move(unit.algorithms);
      } else {
        wanted_.subjects.push_back(std::move(unit));
        RAKKAN_CO_CHECK(co_await add_evidence(false));
      }
    }
    co_return std::move(*this).finish();
  }

 private:
  async::Task<Result<void>> date_signatures() {
    RAKKAN_CO_TRY(EvidenceSubject unit, co_await add_timestamp());
    for (const std::size_t index : wanted_.undated) {
      wanted_.subjects.at(index).time = unit.time;
    }
    wanted_.subjects.push_back(std::move(unit));
    co_return Result<void>{};
  }

  // The timestamps over which there is no other one yet are covered by the one that follows. The data about their units
  // have to be current then: older ones leave a time in which a stolen key could have made them.
  void cover_timestamps() {
    for (EvidenceSubject& each : wanted_.subjects) {
      if (each.role != EvidenceRole::signer && !each.covered_at) {
        each.covered_at = with_.clock.now();
      }
    }
  }

  // The unit that will sign the archive timestamp, as if it did so now. The evidence about it belongs under its token.
  std::optional<EvidenceSubject> expected_unit() {
    std::optional<ExpectedUnit> unit = authority_->expected_unit();
    if (!unit) {
      return std::nullopt;
    }
    expected_is_certain_ = unit->is_certain;
    return expected_subject(EvidenceRole::document_timestamp_unit, *std::move(unit), with_.clock.now(),
                            demand_before(wanted_.demand));
  }

  // With `timestamp_follows` the timestamp over the evidence is prepared in the same go.
  async::Task<Result<void>> add_evidence(bool timestamp_follows) {
    EvidenceRequest request{.subjects = wanted_.subjects,
                            .material = raised_.evidence ? raised_.evidence->material : wanted_.material,
                            .trust = with_.trust,
                            .deadline = deadline_,
                            .owner = caller_.owner()};
    if (expected_) {
      request.subjects.push_back(*expected_);
    }
    RAKKAN_CO_TRY(GatheredEvidence evidence, co_await with_.evidence.gather(std::move(request)));
    if (expected_ && !expected_is_certain_ && is_out_of_use(evidence.table, wanted_.subjects.size())) {
      expected_.reset();  // the authority has another unit by now, which its token names
      co_return co_await add_evidence(timestamp_follows);
    }
    RAKKAN_CO_CHECK(evidence.require_complete());
    const auto add = [&](const pdf::Limits&) -> Result<void> {
      RAKKAN_CHECK(add_validation_data(evidence));
      return timestamp_follows ? prepare_timestamp() : Result<void>();
    };
    RAKKAN_CO_CHECK(co_await with_.documents.compute(size(), add, deadline_, caller_.owner()));
    raised_.evidence = std::move(evidence);
    co_return Result<void>{};
  }

  Result<void> add_validation_data(const GatheredEvidence& evidence) {
    const DocumentEvidence needed = document_evidence_of(evidence);
    RAKKAN_TRY(const auto added, document_.add_validation_data(needed.data, with_.random));
    static_cast<void>(added);
    return {};
  }

  Result<void> prepare_timestamp() {
    const pades::DocumentTimestampSpec spec{.algorithm = crypto::DigestAlgorithm::sha256,
                                            .largest_token = authority_->expected_token_size()};
    RAKKAN_TRY(prepared_, document_.prepare_timestamp(spec, with_.random));
    return {};
  }

  // Adds a document timestamp; its unit becomes a subject of the evidence.
  async::Task<Result<EvidenceSubject>> add_timestamp() {
    if (!prepared_) {
      const auto prepare = [&](const pdf::Limits&) { return prepare_timestamp(); };
      RAKKAN_CO_CHECK(co_await with_.documents.compute(size(), prepare, deadline_, caller_.owner()));
    }
    std::string field = prepared_->revision.field_name();
    const crypto::Digest imprint = prepared_->digest;
    RAKKAN_CO_TRY(const tsp::TimestampToken token, co_await authority_->timestamp(caller_, imprint, deadline_));
    RAKKAN_CO_CHECK(document_.add_timestamp(*std::exchange(prepared_, std::nullopt), token));
    raised_.timestamps.push_back(*facts_of(token));
    (raised_.evidence ? raised_.evidence->material : wanted_.material).add(evidence_in(token, field));
    co_return token_subject(EvidenceRole::document_timestamp_unit, token, authority_->expected_unit(), std::move(field),
                            demand_before(wanted_.demand));
  }

  // True when the evidence about the expected unit proves this one, which has signed: the same certificate, and nothing
  // that says so was out of date by then.
  [[nodiscard]] bool is_proven_at(const EvidenceSubject& unit) const {
    if (unit.certificate != expected_->certificate) {
      return false;
    }
    const pki::EvidenceTable& table = raised_.evidence->table;
    const std::size_t subject = table.subjects.size() - 1;
    return std::all_of(table.rows.begin(), table.rows.end(), [&](const pki::EvidenceRow& row) {
      return row.subject != subject || !row.status ||
             row.status->times.currency_at(unit.time) == pki::RevocationCurrency::current;
    });
  }

  [[nodiscard]] std::uint64_t size() const { return document_.document().bytes().size(); }

  RaisedLevel finish() && {
    if (raised_.evidence) {
      const pki::EvidenceTable& table = raised_.evidence->table;
      raised_.renewal = pki::renewal_of(table, pki::AlgorithmPolicy::ts_119_312(), with_.renewal_margin);
      raised_.ltv = pki::predict_ltv(table, pki::LtvAssumption::with_used_material);
    }
    return std::move(raised_);
  }

  const LevelRaising& with_;
  pades::Augmentation& document_;
  WantedLevel wanted_;
  const access::Principal& caller_;
  const async::Deadline deadline_;
  std::shared_ptr<Timestamper> authority_;            // of document timestamps; null: none is needed
  std::optional<pades::PreparedTimestamp> prepared_;  // over the document as it is
  std::optional<EvidenceSubject> expected_;           // a subject of the evidence behind those of `wanted_`
  bool expected_is_certain_ = false;
  RaisedLevel raised_;
};

}  // namespace

async::Task<Result<RaisedLevel>> raise_level(const LevelRaising& with, pades::Augmentation& document,
                                             WantedLevel wanted, const access::Principal& caller,
                                             async::Deadline deadline) {
  Raising raising(with, document, std::move(wanted), caller, deadline);
  co_return co_await raising.run();
}

}  // namespace rakkan::service
