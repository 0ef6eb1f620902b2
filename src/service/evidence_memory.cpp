#include "service/evidence_memory.hpp"

#include <algorithm>
#include <utility>

#include "rakkan/base/fields.hpp"
#include "service/document_evidence.hpp"

namespace rakkan::service {
namespace {

constexpr std::size_t kMostEntries = 128;
constexpr std::size_t kMostMaterial = 256 * 1024;  // bytes of an entry's objects

using pki::EvidencePlace;
using pki::EvidenceRow;
using pki::EvidenceSubject;
using pki::EvidenceTable;

std::uint64_t number_of(std::chrono::milliseconds duration) noexcept {
  return static_cast<std::uint64_t>(duration.count());
}

void write(FieldWriter& to, const std::optional<Instant>& time) {
  to.number(time ? 1 : 0, 1).number(time ? number_of(time->time_since_epoch()) : 0);
}

void write(FieldWriter& to, const EvidenceSubject& subject) {
  to.number(static_cast<std::uint64_t>(subject.role), 1).number(number_of(subject.demand.duration));
  to.number(static_cast<std::uint64_t>(subject.from.origin), 1).number(subject.covered_at ? 1 : 0, 1);
  write(to, subject.from.existed_at);
  to.bytes(subject.certificate.fingerprint().view()).number(subject.certificates.size());
  for (const pki::Certificate& each : subject.certificates) {
    to.bytes(each.fingerprint().view());
  }
  to.number(subject.algorithms.size());
  for (const pki::AlgorithmInUse& each : subject.algorithms) {
    to.text(each.use).text(each.standing.limit).number(each.standing.listed ? 1 : 0, 1);
    write(to, each.standing.from);
    write(to, each.standing.until);
  }
}

bool is_of_its_path(const EvidenceRow& row) noexcept {
  return row.place == EvidencePlace::subject || (row.place == EvidencePlace::authority && !row.serves);
}

bool is_same(const EvidenceRow& a, const EvidenceRow& b) {
  return a.certificate == b.certificate && a.verdict == b.verdict && a.exemption == b.exemption &&
         a.object.has_value() == b.object.has_value() &&
         (!a.object || (a.object->source == b.object->source && a.object->index == b.object->index));
}

std::size_t size_of(const pki::EvidenceMaterial& material) {
  std::size_t size = 0;
  for (const auto& each : material.certificates()) {
    size += each.certificate.der().size();
  }
  for (const auto& each : material.lists()) {
    size += each.list.der().size();
  }
  for (const auto& each : material.responses()) {
    size += each.response.der().size();
  }
  return size;
}

std::shared_ptr<const pades::EncodedStreams> encoded(const DocumentEvidence& evidence) {
  auto streams = std::make_shared<pades::EncodedStreams>();
  for (const auto* const data : {&evidence.data.certificates, &evidence.data.ocsp_responses, &evidence.data.crls}) {
    std::for_each(data->begin(), data->end(), [&](ByteView each) { streams->add(each); });
  }
  return streams;
}

// Gives a subject of the table the time of the new one. Those of other rows are the times of their proofs.
void move(EvidenceTable& table, std::size_t index, const EvidenceSubject& to) {
  pki::EvidencedSubject& subject = table.subjects[index];
  for (EvidenceRow& row : table.rows) {
    if (row.subject == index && row.time == subject.time && is_of_its_path(row)) {
      row.time = to.time;
      if (row.status) {
        const auto difference = row.status->times.this_update - to.time;
        row.freshness = pki::EvidenceFreshness{difference.count() > 0, difference};
      }
    }
  }
  subject.time = to.time;
  subject.covered_at = to.covered_at;
  subject.label = to.label;
  subject.algorithms = to.algorithms;
}

bool is_within(Instant time, Instant first) noexcept { return time >= first && time <= first + EvidenceMemory::kSpan; }

bool is_for(const RememberedEvidence& remembered, const EvidenceRequest& request, Instant now) {
  const auto& subjects = remembered.evidence.table.subjects;
  return is_within(now, remembered.evidence.time) && subjects.size() == request.subjects.size() &&
         std::equal(subjects.begin(), subjects.end(), request.subjects.begin(),
                    [](const auto& then, const auto& wanted) {
                      return is_within(wanted.time, then.time) &&
                             (!wanted.covered_at || is_within(*wanted.covered_at, *then.covered_at));
                    });
}

}  // namespace

std::optional<std::string> EvidenceMemory::key_of(const EvidenceRequest& request) {
  const bool has_material = !request.material.certificates().empty() || !request.material.lists().empty() ||
                            !request.material.responses().empty() || !request.material.unreadable().empty();
  const bool waits = std::any_of(request.subjects.begin(), request.subjects.end(), [](const EvidenceSubject& each) {
    return each.demand.kind != pki::FreshnessDemand::Kind::cached;
  });
  if (has_material || waits) {
    return std::nullopt;
  }
  FieldWriter fields(512);
  fields.number(reinterpret_cast<std::uintptr_t>(request.trust.get()));
  fields.number(reinterpret_cast<std::uintptr_t>(request.algorithms));
  for (const EvidenceSubject& subject : request.subjects) {
    write(fields, subject);
  }
  return std::string(text_of(std::move(fields).take()));
}

bool EvidenceMemory::lasts(const EvidenceTable& at_first, const EvidenceTable& at_last) {
  const auto same_subject = [](const pki::EvidencedSubject& a, const pki::EvidencedSubject& b) {
    return a.accreditation.has_value() == b.accreditation.has_value() &&
           (!a.accreditation || a.accreditation->number == b.accreditation->number) && a.is_operator == b.is_operator;
  };
  // A row of another certificate's path must not be taken for one of the subject's.
  const bool is_plain = std::none_of(at_first.rows.begin(), at_first.rows.end(), [&](const EvidenceRow& row) {
    return !is_of_its_path(row) && row.time == at_first.subjects.at(row.subject).time;
  });
  return is_plain && at_first.complete() && at_last.complete() &&
         std::equal(at_first.rows.begin(), at_first.rows.end(), at_last.rows.begin(), at_last.rows.end(), is_same) &&
         std::equal(at_first.subjects.begin(), at_first.subjects.end(), at_last.subjects.begin(),
                    at_last.subjects.end(), same_subject);
}

std::optional<GatheredEvidence> EvidenceMemory::find(const std::string& key, const EvidenceRequest& request,
                                                     Instant now, fetch::EvidenceCache* cache) {
  std::shared_ptr<const RememberedEvidence> remembered;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) {
      return std::nullopt;
    }
    entries_.splice(entries_.begin(), entries_, found->second);
    remembered = found->second->remembered;
  }
  if (remembered == nullptr || !is_for(*remembered, request, now)) {
    return std::nullopt;
  }
  const auto is_there = [&](const TakenAnswer& each) {
    const auto held = cache == nullptr ? std::nullopt : cache->find(each.key, now);
    return held && held->bytes == each.bytes;
  };
  if (!std::all_of(remembered->answers.begin(), remembered->answers.end(), is_there)) {
    return std::nullopt;
  }
  GatheredEvidence evidence = remembered->evidence;
  evidence.time = now;
  evidence.asked = 0;
  evidence.from_cache = remembered->answers.size();
  for (std::size_t i = 0; i < request.subjects.size(); ++i) {
    move(evidence.table, i, request.subjects[i]);
  }
  return evidence;
}

bool EvidenceMemory::wants(const std::string& key) {
  {
    const std::scoped_lock lock(mutex_);
    if (by_key_.contains(key)) {
      return true;
    }
  }
  put(key, nullptr);
  return false;
}

void EvidenceMemory::keep(const std::string& key, RememberedEvidence remembered) {
  if (size_of(remembered.evidence.material) <= kMostMaterial) {
    remembered.evidence.material.freeze();
    remembered.evidence.encoded = encoded(document_evidence_of(remembered.evidence));
    put(key, std::make_shared<const RememberedEvidence>(std::move(remembered)));
  }
}

void EvidenceMemory::put(const std::string& key, std::shared_ptr<const RememberedEvidence> remembered) {
  const std::scoped_lock lock(mutex_);
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    found->second->remembered.swap(remembered);
    return;
  }
  if (entries_.size() >= kMostEntries) {
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
  }
  entries_.push_front({key, std::move(remembered)});
  by_key_.emplace(key, entries_.begin());
}

void EvidenceMemory::forget() {
  const std::scoped_lock lock(mutex_);
  by_key_.clear();
  entries_.clear();
}

void EvidenceMemory::forget_expired(Instant now) {
  const std::scoped_lock lock(mutex_);
  for (Entry& entry : entries_) {
    if (entry.remembered != nullptr && !is_within(now, entry.remembered->evidence.time)) {
      entry.remembered.reset();
    }
  }
}

}  // namespace rakkan::service
