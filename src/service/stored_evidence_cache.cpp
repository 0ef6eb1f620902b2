#include "service/stored_evidence_cache.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "rakkan/cms/certificate_bundle.hpp"
#include "rakkan/pki/certificate_list.hpp"
#include "rakkan/pki/ocsp_response.hpp"

namespace rakkan::service {
namespace {

constexpr std::size_t kBatch = 256 * 1024;  // bytes of the rows that are written together; a larger row goes alone

store::EvidenceRow row_of(const std::string& key, const fetch::CachedEvidence& evidence) {
  return {key, evidence.media_type, evidence.freshness.this_update, *evidence.freshness.next_update, evidence.bytes};
}

bool stands_in(ByteView certificate, ByteView evidence) {
  return std::search(evidence.begin(), evidence.end(), certificate.begin(), certificate.end()) != evidence.end();
}

// Whether the evidence speaks of the certificate, as far as its kind can be told; nothing when it is of no kind.
class ReadEvidence {
 public:
  explicit ReadEvidence(ByteView evidence) {
    if (auto response = pki::OcspResponse::parse(evidence)) {
      response_ = *std::move(response);
    } else if (auto list = pki::decode_certificate_list(copy_of(evidence))) {
      list_ = *std::move(list);
    } else if (auto certificates = cms::parse_certificate_bundle(evidence)) {
      certificates_ = *std::move(certificates);
    }
  }
  [[nodiscard]] bool is_readable() const noexcept { return response_ || list_ || certificates_; }
  [[nodiscard]] bool speaks_of(const pki::Certificate& certificate) const {
    if (response_) {
      const auto& responses = response_->responses();
      return std::any_of(responses.begin(), responses.end(), [&](const pki::SingleResponse& one) {
        return equal(one.certificate_id.serial_number, certificate.serial_number());
      });
    }
    if (list_) {
      return list_->find(certificate.issuer(), certificate.serial_number()).has_value();
    }
    return certificates_ && std::any_of(certificates_->begin(), certificates_->end(), [&](const pki::Certificate& one) {
             return equal(one.der(), certificate.der());
           });
  }

 private:
  std::optional<pki::OcspResponse> response_;
  std::optional<pki::CertificateList> list_;
  std::optional<std::vector<pki::Certificate>> certificates_;
};

}  // namespace

bool speaks_of(ByteView evidence, const std::vector<Bytes>& certificates) {
  const ReadEvidence read(evidence);
  return !read.is_readable() || std::any_of(certificates.begin(), certificates.end(), [&](const Bytes& der) {
    const auto certificate = pki::Certificate::parse(der);
    return stands_in(der, evidence) || (certificate && read.speaks_of(*certificate));
  });
}

Result<std::unique_ptr<StoredEvidenceCache>> StoredEvidenceCache::open(const fetch::CacheLimits& limits,
                                                                       store::Store& store, Instant now) {
  RAKKAN_TRY(std::vector<store::EvidenceRow> rows, store.evidence());
  std::unique_ptr<StoredEvidenceCache> cache(new StoredEvidenceCache(limits, store));
  cache->reading_ = true;
  for (store::EvidenceRow& row : rows) {
    cache->memory_.keep(row.key, {std::move(row.bytes), std::move(row.media_type), {row.this_update, row.next_update}},
                        now);
  }
  cache->reading_ = false;
  store::EvidenceChange change;
  std::set<std::string> there;
  for (const auto& entry : cache->memory_.entries()) {
    there.insert(entry.key);
  }
  for (const store::EvidenceRow& row : rows) {
    if (!there.contains(row.key)) {
      change.forgotten.push_back(row.key);
    }
  }
  if (!change.forgotten.empty()) {
    RAKKAN_CHECK(store.change_evidence(change));
  }
  return cache;
}

void StoredEvidenceCache::write_on(async::BoundedPool& pool) {
  {
    const std::scoped_lock lock(mutex_);
    pool_ = &pool;
  }
  start_writing();
}

std::optional<fetch::CachedEvidence> StoredEvidenceCache::find(const std::string& key, Instant now) {
  auto found = memory_.find(key, now);
  if (!found) {
    start_writing();  // its time may have been over
  }
  return found;
}

void StoredEvidenceCache::keep(const std::string& key, fetch::CachedEvidence evidence, Instant now) {
  memory_.keep(key, std::move(evidence), now);
  start_writing();
}

void StoredEvidenceCache::forget_expired(Instant now) {
  memory_.forget_expired(now);
  start_writing();
}

void StoredEvidenceCache::kept(const std::string& key, const fetch::CachedEvidence& evidence) { note(key, evidence); }
void StoredEvidenceCache::forgotten(const std::string& key) { note(key, std::nullopt); }

void StoredEvidenceCache::note(const std::string& key, std::optional<fetch::CachedEvidence> evidence) {
  const std::scoped_lock lock(mutex_);
  if (reading_) {
    return;
  }
  const auto [change, is_new] = unwritten_.insert_or_assign(key, std::move(evidence));
  if (is_new) {
    order_.push_back(key);
  }
}

// Not under a lock: a full pool may call another job on this thread.
void StoredEvidenceCache::start_writing() {
  {
    const std::scoped_lock lock(mutex_);
    if (writing_ || pool_ == nullptr || order_.empty()) {
      return;
    }
    writing_ = true;
  }
  if (!submit()) {
    const std::scoped_lock lock(mutex_);
    writing_ = false;  // the next change tries again
  }
}

bool StoredEvidenceCache::submit() {
  const auto job = [this](const Result<void>& start) {
    if (start) {
      write_next();
      return;
    }
    const std::scoped_lock lock(mutex_);
    writing_ = false;  // another's job took its place; the next change tries again
  };
  return pool_->submit(job, async::Deadline::max()).has_value();
}

// Writes a batch and lets other jobs of the pool go before the next one. A pool that takes no more is full, or is being
// stopped: then the rest is written at once.
void StoredEvidenceCache::write_next() {
  for (;;) {
    {
      const std::scoped_lock writing(write_mutex_);
      const store::EvidenceChange change = take_batch();
      if (!change.kept.empty() || !change.forgotten.empty()) {
        const Result<void> written = store_->change_evidence(change);
        if (!written) {
          const std::scoped_lock lock(mutex_);
          ++write_failures_;
        }
      }
    }
    {
      const std::scoped_lock lock(mutex_);
      if (order_.empty()) {
        writing_ = false;
        return;
      }
    }
    if (submit()) {
      return;
    }
  }
}

store::EvidenceChange StoredEvidenceCache::take_batch() {
  const std::scoped_lock lock(mutex_);
  store::EvidenceChange change;
  std::size_t size = 0;
  while (!order_.empty() && size < kBatch) {
    auto next = unwritten_.extract(order_.front());
    if (!next.mapped()) {
      change.forgotten.push_back(std::move(next.key()));
    } else if (size > 0 && size + next.mapped()->bytes->size() > kBatch) {
      unwritten_.insert(std::move(next));
      break;
    } else {
      size += next.key().size() + next.mapped()->bytes->size();
      change.kept.push_back(row_of(next.key(), *next.mapped()));
    }
    order_.pop_front();
  }
  return change;
}

Result<void> StoredEvidenceCache::write_all() {
  for (;;) {
    const store::EvidenceChange change = take_batch();
    if (change.kept.empty() && change.forgotten.empty()) {
      return {};
    }
    RAKKAN_CHECK(store_->change_evidence(change));
  }
}

Result<void> StoredEvidenceCache::forget_about(const std::vector<Bytes>& certificates) {
  if (certificates.empty()) {
    return {};
  }
  for (const auto& entry : memory_.entries()) {
    if (speaks_of(*entry.evidence.bytes, certificates)) {
      memory_.forget(entry.key);
    }
  }
  const std::scoped_lock writing(write_mutex_);
  RAKKAN_CHECK(write_all());
  // Rows that memory has not are those of which a batch was not written: they may speak of anything.
  RAKKAN_TRY(const std::vector<std::string> rows, store_->evidence_keys());
  std::set<std::string> there;
  for (const auto& entry : memory_.entries()) {
    there.insert(entry.key);
  }
  store::EvidenceChange change;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(change.forgotten),
               [&](const std::string& key) { return !there.contains(key); });
  return change.forgotten.empty() ? Result<void>() : store_->change_evidence(change);
}

StoredEvidenceCache::Load StoredEvidenceCache::load() const {
  Load load{memory_.load(), 0, 0};
  const std::scoped_lock lock(mutex_);
  load.unwritten = order_.size();
  load.write_failures = write_failures_;
  return load;
}

}  // namespace rakkan::service
