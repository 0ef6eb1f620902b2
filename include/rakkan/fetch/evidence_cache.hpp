// EvidenceCache keeps revocation data and certificates from other servers until their time is over. Only what was
// verified is put in. Its entries name persons: a cache that outlives the process must be reached by erasure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/time.hpp"

namespace rakkan::fetch {

struct Freshness {
  Instant this_update;                 // the time for which the data speaks (RFC 5280 §5.1.2.4, RFC 6960 §4.2.2.1)
  std::optional<Instant> next_update;  // nothing: it is good for the moment alone and is not kept
};

struct CachedEvidence {
  std::shared_ptr<const Bytes> bytes;
  std::string media_type;
  Freshness freshness;
};

class EvidenceCache {
 public:
  virtual ~EvidenceCache() = default;
  // The entry of that key when its next update is still to come. Thread-safe.
  [[nodiscard]] virtual std::optional<CachedEvidence> find(const std::string& key, Instant now) = 0;
  // Keeps what was verified, in place of an older entry; may keep nothing. Thread-safe.
  virtual void keep(const std::string& key, CachedEvidence evidence, Instant now) = 0;
};

struct CacheLimits {
  std::size_t entries = 4'096;
  std::uint64_t bytes = 256ULL << 20;  // of all entries together, with their keys
};

struct CacheLoad {
  std::size_t entries = 0;
  std::uint64_t bytes = 0;
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
};

// CacheObserver is told of a cache's changes in their order, under the cache's lock: it must not call the cache.
class CacheObserver {
 public:
  virtual ~CacheObserver() = default;
  virtual void kept(const std::string& key, const CachedEvidence& evidence) = 0;  // perhaps in place of an older one
  virtual void forgotten(const std::string& key) = 0;  // its time is over, others took its room, or forget() was called
};

// A cache in memory, which forgets the entries first that were not asked for longest.
class MemoryEvidenceCache final : public EvidenceCache {
 public:
  // The observer, if there is one, outlives the cache.
  explicit MemoryEvidenceCache(CacheLimits limits = {}, CacheObserver* observer = nullptr);
  ~MemoryEvidenceCache() override;
  [[nodiscard]] std::optional<CachedEvidence> find(const std::string& key, Instant now) override;
  void keep(const std::string& key, CachedEvidence evidence, Instant now) override;
  void forget(const std::string& key);  // no failure when there is no such entry
  void forget_expired(Instant now);     // all whose next update has come: nobody may ask for them again

  struct KeyedEvidence {
    std::string key;
    CachedEvidence evidence;
  };
  [[nodiscard]] std::vector<KeyedEvidence> entries() const;  // the bytes are shared, not copied
  [[nodiscard]] CacheLoad load() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rakkan::fetch
