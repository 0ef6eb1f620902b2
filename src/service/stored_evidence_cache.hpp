// StoredEvidenceCache is the cache of evidence that outlives its process. All of it is in memory, where it is looked
// for, and in the store, to which a pool's thread writes each change some time afterwards: who asks waits for no disk.
// A change that was not written when the process ended costs another request to a server, and so does a disk that
// fails. How old an entry is, since nobody asked for it, is not written: after a start the order is that of their
// keeping.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/fetch/evidence_cache.hpp"
#include "rakkan/store/store.hpp"

namespace rakkan::service {

class StoredEvidenceCache final : public fetch::EvidenceCache, private fetch::CacheObserver {
 public:
  // Reads the store's rows, and takes those away whose time is over and those beyond the limits. Blocks; store_ codes.
  // The store outlives the cache.
  [[nodiscard]] static Result<std::unique_ptr<StoredEvidenceCache>> open(const fetch::CacheLimits& limits,
                                                                         store::Store& store, Instant now);
  // From then on changes are written on that pool, whose jobs end before the cache does. Called once.
  void write_on(async::BoundedPool& pool);

  [[nodiscard]] std::optional<fetch::CachedEvidence> find(const std::string& key, Instant now) override;
  void keep(const std::string& key, fetch::CachedEvidence evidence, Instant now) override;

  // Forgets what is over, which nobody may have asked for since.
  void forget_expired(Instant now);
  // Forgets everything that speaks of one of these certificates (speaks_of); the rows are overwritten when it returns,
  // though not purged (store::Ledger::purge). Evidence that is being fetched meanwhile may come in afterwards. Blocks:
  // for a thread that may. store_ codes: call it again.
  [[nodiscard]] Result<void> forget_about(const std::vector<Bytes>& certificates);

  struct Load {
    fetch::CacheLoad cache;
    std::size_t unwritten = 0;         // changes that are not in the store yet
    std::uint64_t write_failures = 0;  // batches of changes that the store did not take, since the start
  };
  [[nodiscard]] Load load() const;

 private:
  StoredEvidenceCache(const fetch::CacheLimits& limits, store::Store& store) : store_(&store), memory_(limits, this) {}
  void kept(const std::string& key, const fetch::CachedEvidence& evidence) override;
  void forgotten(const std::string& key) override;
  void note(const std::string& key, std::optional<fetch::CachedEvidence> evidence);
  void start_writing();
  [[nodiscard]] bool submit();
  void write_next();
  [[nodiscard]] store::EvidenceChange take_batch();
  [[nodiscard]] Result<void> write_all();

  store::Store* store_;
  async::BoundedPool* pool_ = nullptr;
  mutable std::mutex mutex_;  // of the changes that are not written; no other lock is taken under it
  std::map<std::string, std::optional<fetch::CachedEvidence>> unwritten_;  // nothing: to be taken away
  std::deque<std::string> order_;  // the keys of `unwritten_`, in the order in which they are written
  bool reading_ = false;           // what memory_ keeps comes from the store
  bool writing_ = false;           // a job is on its way or runs
  std::uint64_t write_failures_ = 0;
  std::mutex write_mutex_;  // held while changes are being written; before mutex_
  fetch::MemoryEvidenceCache memory_;
};

// Whether evidence says something about one of the certificates (DER): an OCSP response about its serial number,
// whoever issued it, a CRL that lists it, or anything in which it stands. Evidence that cannot be read may say
// anything: true. A CRL that does not list a certificate says nothing about it that it does not say about all others.
[[nodiscard]] bool speaks_of(ByteView evidence, const std::vector<Bytes>& certificates);

}  // namespace rakkan::service
