#include "rakkan/service/evidence_gatherer.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "rakkan/async/task.hpp"
#include "rakkan/async/together.hpp"
#include "rakkan/json/writer.hpp"
#include "rakkan/pki/ocsp_request.hpp"
#include "service/evidence_answers.hpp"
#include "service/evidence_memory.hpp"

namespace rakkan::service {
namespace {

constexpr std::size_t kNonce = 16;  // octets (RFC 8954 §2.1: at most 32)
// Of the time that is left, the part that is kept for making the last table.
constexpr int kForTheTable = 10;
constexpr std::chrono::milliseconds kLongestForTheTable{2'000};

using fetch::ExchangeKind;

std::string role_of(const pki::EvidenceSubject& subject, pki::EvidencePlace place) {
  std::string words(pki::words_of(subject.role));
  words += subject.label.empty() ? "" : " " + subject.label;
  return place == pki::EvidencePlace::subject ? words : std::string(to_string(place)) + " for the " + words;
}

// Gathering is one gathering: its rounds, and what it has taken so far. Lives in the frame of its task.
class Gathering {
 public:
  Gathering(const GathererEnvironment& with, const GathererOptions& options, EvidenceMemory& memory,
            EvidenceRequest request)
      : with_(with),
        options_(options),
        memory_(memory),
        request_(std::move(request)),
        material_(std::move(request_.material)) {
    const auto left = request_.deadline - std::chrono::steady_clock::now();
    ask_until_ = request_.deadline - std::min<async::Deadline::duration>(left / kForTheTable, kLongestForTheTable);
    if (with_.folder != nullptr) {
      material_.add(*with_.folder);
    }
  }

  async::Task<Result<GatheredEvidence>> run() {
    while (true) {
      const auto make = [this] { return make_table(); };
      RAKKAN_CO_TRY(table_, co_await async::run_on(with_.cpu, make, request_.deadline, request_.owner));
      const std::vector<pki::EvidenceNeed> needs = next_needs();
      if (table_->complete() || table_->revoked() || needs.empty()) {
        break;
      }
      std::vector<async::Task<bool>> questions;
      questions.reserve(needs.size());
      for (const pki::EvidenceNeed& each : needs) {
        questions.push_back(seek(each));
      }
      const std::vector<bool> answered = co_await async::together(std::move(questions));
      static_cast<void>(answered);  // the next table says what they were worth
    }
    co_return finish();
  }

  // After run(): has the evidence remembered, when the same would be found at any time within the memory's span.
  async::Task<void> remember(const std::string& key, const GatheredEvidence& evidence) {
    if (evidence.state() != EvidenceState::complete) {
      co_return;
    }
    const auto keep = [&]() -> Result<void> {
      RAKKAN_TRY(const pki::EvidenceTable last, last_table(evidence));
      if (EvidenceMemory::lasts(evidence.table, last)) {
        memory_.keep(key, {evidence, std::move(answers_), request_.trust});
      }
      return {};
    };
    const Result<void> kept = co_await async::run_on(with_.cpu, keep, request_.deadline, request_.owner);
    static_cast<void>(kept);  // the next gathering tries again
  }

 private:
  struct Place {
    ExchangeKind kind{};
    std::string url;
  };

  // On the pool: adding a large CRL hashes it.
  Result<std::optional<pki::EvidenceTable>> make_table() {
    for (const auto& [answer, origin] : received_) {
      for (const pki::Certificate& each : answer.certificates) {
        material_.add(each, {origin});
      }
      if (answer.list) {
        material_.add(*answer.list, {origin});
      }
      if (answer.response) {
        material_.add(*answer.response, {origin});
      }
    }
    received_.clear();
    time_ = with_.clock.now();
    return table_of(request_.subjects, material_, time_);
  }

  // The table of the same material at the end of the memory's span.
  Result<pki::EvidenceTable> last_table(const GatheredEvidence& evidence) const {
    std::vector<pki::EvidenceSubject> subjects = request_.subjects;
    for (pki::EvidenceSubject& each : subjects) {
      each.time += EvidenceMemory::kSpan;
      if (each.covered_at) {
        *each.covered_at += EvidenceMemory::kSpan;
      }
    }
    return table_of(subjects, evidence.material, evidence.time + EvidenceMemory::kSpan);
  }

  Result<pki::EvidenceTable> table_of(const std::vector<pki::EvidenceSubject>& subjects,
                                      const pki::EvidenceMaterial& material, Instant now) const {
    return pki::make_evidence_table({.subjects = subjects,
                                     .material = material,
                                     .trust = *request_.trust,
                                     .algorithms = *request_.algorithms,
                                     .now = now,
                                     .clock_tolerance = options_.clock_tolerance,
                                     .known = &memory_.signatures()});
  }

  // Those of which a place was not asked yet: what completes the table, or, when nothing of that is left, the
  // alternatives.
  [[nodiscard]] std::vector<pki::EvidenceNeed> next_needs() const {
    std::vector<pki::EvidenceNeed> needs;
    if (with_.network == nullptr || questions_ >= options_.questions ||
        std::chrono::steady_clock::now() >= ask_until_) {
      return needs;
    }
    for (const bool alternative : {false, true}) {
      std::copy_if(table_->needs.begin(), table_->needs.end(), std::back_inserter(needs), [&](const auto& need) {
        const std::vector<Place> places = places_of(need);
        return need.alternative == alternative &&
               std::any_of(places.begin(), places.end(), [&](const Place& each) { return !was_asked(need, each); });
      });
      if (!needs.empty()) {
        break;
      }
    }
    return needs;
  }

  [[nodiscard]] static std::vector<Place> places_of(const pki::EvidenceNeed& need) {
    std::vector<Place> places;
    if (need.kind == pki::EvidenceNeed::Kind::issuer) {
      for (const std::string& url : need.places.ca_issuers) {
        places.push_back({ExchangeKind::certificates, url});
      }
      return places;
    }
    for (const std::string& url : need.places.ocsp) {
      places.push_back({ExchangeKind::ocsp, url});
    }
    for (const std::string& url : need.places.crl) {
      places.push_back({ExchangeKind::crl, url});
    }
    return places;
  }

  // A question to a server. OCSP is about one certificate of one issuer; so are issuers' certificates, since only those
  // that fit are taken.
  [[nodiscard]] static std::string question_of(const pki::EvidenceNeed& need, const Place& place) {
    std::string question = std::string(name(place.kind)) + " " + place.url;
    if (place.kind != ExchangeKind::crl) {
      question += " " + std::string(text_of(need.certificate.fingerprint().view()));
    }
    if (place.kind == ExchangeKind::ocsp) {
      question += text_of(need.issuer->fingerprint().view());
    }
    return question;
  }
  // The same question with its demand: the cache may have answered one that is content with older data.
  [[nodiscard]] static std::string question_with_demand(const pki::EvidenceNeed& need, const Place& place) {
    return question_of(need, place) + " newer than " +
           (need.newer_than ? std::to_string(need.newer_than->time_since_epoch().count()) : "anything");
  }
  [[nodiscard]] bool was_asked(const pki::EvidenceNeed& need, const Place& place) const {
    return asked_.contains(question_of(need, place)) || asked_.contains(question_with_demand(need, place));
  }

  // Asks the places of a need, one after the other, until one gives enough; true when one did. Each has a fair part of
  // the time that is left, so that one that hangs leaves time for the next.
  async::Task<bool> seek(pki::EvidenceNeed need) {
    const std::vector<Place> places = places_of(need);
    for (std::size_t i = 0; i < places.size(); ++i) {
      const auto now = std::chrono::steady_clock::now();
      if (was_asked(need, places[i]) || questions_ >= options_.questions || now >= ask_until_) {
        continue;
      }
      asked_.insert(question_with_demand(need, places[i]));
      const async::Deadline until = now + (ask_until_ - now) / static_cast<std::ptrdiff_t>(places.size() - i);
      const bool enough = co_await ask(need, places[i], until);
      if (enough) {
        co_return true;
      }
    }
    co_return false;
  }

  // Asks one place. With `past_the_cache` the server is asked whatever the cache holds.
  async::Task<bool> ask(const pki::EvidenceNeed& need, const Place& place, async::Deadline until,
                        bool past_the_cache = false) {
    ++questions_;
    const auto question = std::make_shared<EvidenceQuestion>(question_about(need, place.kind));  // shared with the pool
    const auto taken = std::make_shared<std::optional<EvidenceAnswer>>();
    const auto read = reader_of(place.kind);
    fetch::EvidenceQuery query{.url = place.url,
                               .verify = [=](ByteView answer, std::string_view) -> Result<fetch::Freshness> {
                                 RAKKAN_TRY(*taken, read(answer, *question));
                                 return (*taken)->freshness;
                               },
                               .purpose = purpose_of(need, place.kind),
                               .deadline = until,
                               .owner = request_.owner};
    if (past_the_cache) {
      query.not_before = Instant::max();
    } else if (need.newer_than) {
      query.not_before = *need.newer_than + std::chrono::milliseconds{1};
    }
    Result<fetch::Evidence> evidence = co_await send(place, question, std::move(query));
    if (evidence && evidence->from_cache) {
      // Verified once, for a question that may have been another: what is taken was read for this one.
      const auto again = [&]() -> Result<EvidenceAnswer> { return read(*evidence->bytes, *question); };
      Result<EvidenceAnswer> kept = co_await async::run_on(with_.cpu, again, until, request_.owner);
      if (!kept) {
        co_return co_await ask(need, place, until, true);
      }
      *taken = *std::move(kept);
      ++from_cache_;
    } else {
      ++asked_servers_;
      asked_.insert(question_of(need, place));
    }
    if (!evidence) {
      failed_.push_back({purpose_of(need, place.kind), place.url, std::move(evidence).error()});
      co_return false;
    }
    if ((*taken)->complaint) {
      failed_.push_back({purpose_of(need, place.kind), place.url, *(*taken)->complaint});
    }
    const bool enough = (*taken)->is_enough;
    answers_.push_back({evidence->key, evidence->bytes});
    received_.emplace_back(*std::move(*taken),
                           evidence->from_cache ? pki::EvidenceOrigin::cache : pki::EvidenceOrigin::fetched);
    co_return enough;
  }

  async::Task<Result<fetch::Evidence>> send(const Place& place, std::shared_ptr<EvidenceQuestion> question,
                                            fetch::EvidenceQuery query) {
    if (place.kind == ExchangeKind::crl) {
      const fetch::CrlClient client(*with_.network);
      co_return co_await client.fetch(std::move(query));
    }
    if (place.kind == ExchangeKind::certificates) {
      const fetch::AiaClient client(*with_.network);
      co_return co_await client.fetch(std::move(query));
    }
    auto method = fetch::OcspClient::Method::by_length;
    std::optional<ByteView> nonce;
    if (wants_nonce(place.url)) {
      question->nonce = Bytes(kNonce);
      RAKKAN_CO_CHECK(with_.random.fill(*question->nonce));
      nonce = *question->nonce;
      method = fetch::OcspClient::Method::post;  // no answer to it serves anybody else
      query.cacheable = false;
    }
    RAKKAN_CO_TRY(const pki::OcspRequest request,
                  pki::OcspRequest::create(question->need.certificate, *question->need.issuer, nonce));
    const fetch::OcspClient client(*with_.network);
    Bytes encoded = copy_of(request.der());
    co_return co_await client.fetch(std::move(encoded), std::move(query), method);
  }

  [[nodiscard]] EvidenceQuestion question_about(const pki::EvidenceNeed& need, ExchangeKind kind) const {
    EvidenceQuestion question{.need = need,
                              .clock = &with_.clock,
                              .clock_tolerance = options_.clock_tolerance,
                              .certificate_lifetime = options_.certificate_lifetime};
    if (kind == ExchangeKind::certificates) {
      return question;
    }
    // Responders stand below the issuer, other CRL issuers have its name.
    for (const auto& each : material_.certificates()) {
      const pki::Name& name = kind == ExchangeKind::crl ? each.certificate.subject() : each.certificate.issuer();
      if (question.candidates.size() < kMostCandidates && name.matches(need.issuer->subject())) {
        question.candidates.push_back(each.certificate);
      }
    }
    return question;
  }

  [[nodiscard]] fetch::ExchangePurpose purpose_of(const pki::EvidenceNeed& need, ExchangeKind kind) const {
    return {kind, role_of(request_.subjects.at(need.subject), need.place), need.certificate.subject().text(),
            need.certificate.issuer().text()};
  }

  [[nodiscard]] bool wants_nonce(const std::string& url) const {
    const auto origin = fetch::Origin::of(url);
    return origin && options_.nonce_origins.allows(*origin);
  }

  using Read = Result<EvidenceAnswer> (*)(ByteView, const EvidenceQuestion&);
  [[nodiscard]] static Read reader_of(ExchangeKind kind) noexcept {
    return kind == ExchangeKind::ocsp  ? read_ocsp_answer
           : kind == ExchangeKind::crl ? read_crl_answer
                                       : read_issuer_answer;
  }

  GatheredEvidence finish() {
    std::optional<Instant> again = table_->revoked() ? std::nullopt : table_->ask_again();
    if (again) {
      // A server that failed may answer sooner than the next update of what another one gave.
      const bool may_come_sooner =
          std::any_of(table_->rows.begin(), table_->rows.end(), [&](const pki::EvidenceRow& row) {
            return !row.is_settled() && std::any_of(failed_.begin(), failed_.end(), [&](const FailedPlace& each) {
              return each.purpose.subject == row.certificate.subject().text();
            });
          });
      const Instant soon = time_ + options_.pause;
      again = may_come_sooner || *again <= time_ ? soon : *again;
    }
    return {.table = *std::move(table_),
            .material = std::move(material_),
            .time = time_,
            .failed = std::move(failed_),
            .asked = asked_servers_,
            .from_cache = from_cache_,
            .ask_again = again};
  }

  static constexpr std::size_t kMostCandidates = 64;

  const GathererEnvironment& with_;
  const GathererOptions& options_;
  EvidenceMemory& memory_;
  EvidenceRequest request_;
  pki::EvidenceMaterial material_;
  async::Deadline ask_until_;
  std::optional<pki::EvidenceTable> table_;
  Instant time_;
  std::set<std::string> asked_;
  std::size_t questions_ = 0;
  std::size_t asked_servers_ = 0;
  std::size_t from_cache_ = 0;
  std::vector<std::pair<EvidenceAnswer, pki::EvidenceOrigin>> received_;  // not in the material yet
  std::vector<FailedPlace> failed_;
  std::vector<TakenAnswer> answers_;
};

std::string words_of(const pki::EvidenceTable& table, const pki::EvidenceRow& row) {
  const pki::EvidencedSubject& subject = table.subjects.at(row.subject);
  const std::string label = subject.label.empty() ? "" : " " + subject.label;
  const std::string of = std::string(pki::words_of(subject.role)) + label;
  return (row.place == pki::EvidencePlace::subject ? of : std::string(to_string(row.place)) + " for the " + of) + " " +
         row.certificate.subject().text() + ", issued by " + row.certificate.issuer().text() + ": " +
         (row.gap ? std::string(to_string(*row.gap)) + ", " : std::string()) + row.detail;
}

}  // namespace

std::string_view to_string(EvidenceState state) noexcept {
  switch (state) {
    case EvidenceState::complete:
      return "complete";
    case EvidenceState::pending:
      return "pending";
    case EvidenceState::revoked:
      return "revoked";
    case EvidenceState::incomplete:
      return "incomplete";
  }
  return {};
}

EvidenceState GatheredEvidence::state() const noexcept {
  if (table.revoked()) {
    return EvidenceState::revoked;
  }
  if (table.complete()) {
    return EvidenceState::complete;
  }
  return ask_again ? EvidenceState::pending : EvidenceState::incomplete;
}

Result<void> GatheredEvidence::require_complete() const {
  const EvidenceState state = this->state();
  if (state == EvidenceState::complete) {
    return {};
  }
  const ErrorCode code = state == EvidenceState::revoked   ? ErrorCode::certificate_revoked
                         : state == EvidenceState::pending ? ErrorCode::evidence_pending
                                                           : ErrorCode::evidence_incomplete;
  std::vector<Error> errors;
  for (const pki::EvidenceRow& row : table.rows) {
    const bool tells =
        state == EvidenceState::revoked ? row.verdict == pki::EvidenceVerdict::revoked : !row.is_settled();
    if (tells) {
      errors.push_back({code, words_of(table, row), {}, std::nullopt, {}});
    }
  }
  Error error = errors.empty() ? Error{code, {}, {}, std::nullopt, {}} : std::move(errors.front());
  if (state == EvidenceState::pending) {
    error.retry_after = *ask_again - time;
  }
  for (std::size_t i = 1; i < errors.size(); ++i) {
    error.causes.push_back(std::move(errors[i]));
  }
  for (const FailedPlace& each : failed) {
    error.causes.push_back(each.why);
  }
  for (const pki::UnreadableEvidence& each : material.unreadable()) {
    Error why = each.why;
    why.where = each.where + (why.where.empty() ? "" : ", ") + why.where;
    error.causes.push_back(std::move(why));
  }
  return fail(std::move(error));
}

std::string GatheredEvidence::failed_json() const {
  return json::array_of(failed, [](const FailedPlace& each) {
    json::ObjectWriter json;
    json.plain("kind", name(each.purpose.kind))
        .text("role", each.purpose.role)
        .text("subject", each.purpose.subject)
        .text("issuer", each.purpose.issuer)
        .text("url", each.url)
        .plain("code", row(each.why.code).slug)
        .text("detail", each.why.detail);
    return std::move(json).finish();
  });
}

EvidenceGatherer::EvidenceGatherer(GathererEnvironment with, GathererOptions options)
    : with_(with), options_(std::move(options)), memory_(std::make_unique<EvidenceMemory>()) {}
EvidenceGatherer::~EvidenceGatherer() = default;

void EvidenceGatherer::forget() const { memory_->forget(); }
void EvidenceGatherer::forget_expired() const { memory_->forget_expired(with_.clock.now()); }

async::Task<Result<GatheredEvidence>> EvidenceGatherer::gather(EvidenceRequest request) const {
  const std::optional<std::string> key = EvidenceMemory::key_of(request);
  if (key) {
    fetch::EvidenceCache* const cache = with_.network == nullptr ? nullptr : &with_.network->cache;
    if (auto known = memory_->find(*key, request, with_.clock.now(), cache)) {
      co_return *std::move(known);
    }
  }
  Gathering gathering(with_, options_, *memory_, std::move(request));
  RAKKAN_CO_TRY(GatheredEvidence evidence, co_await gathering.run());
  if (key && memory_->wants(*key)) {
    co_await gathering.remember(*key, evidence);
  }
  co_return evidence;
}

}  // namespace rakkan::service
