#include "rakkan/fetch/evidence_cache.hpp"

#include <list>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace rakkan::fetch {

struct MemoryEvidenceCache::Impl {
  struct Entry {
    std::string key;
    CachedEvidence evidence;
    [[nodiscard]] std::uint64_t size() const noexcept { return key.size() + evidence.bytes->size(); }
  };
  using Entries = std::list<Entry>;  // the one that was asked for last in front

  void remove(Entries::iterator entry) {
    load.bytes -= entry->size();
    by_key.erase(entry->key);
    entries.erase(entry);
  }
  void forget(Entries::iterator entry) {
    const std::string key = entry->key;
    remove(entry);
    if (observer != nullptr) {
      observer->forgotten(key);
    }
  }

  CacheLimits limits;
  CacheObserver* observer = nullptr;
  mutable std::mutex mutex;
  Entries entries;
  std::unordered_map<std::string, Entries::iterator> by_key;
  CacheLoad load;
};

MemoryEvidenceCache::MemoryEvidenceCache(CacheLimits limits, CacheObserver* observer)
    : impl_(std::make_unique<Impl>()) {
  impl_->limits = limits;
  impl_->observer = observer;
}
MemoryEvidenceCache::~MemoryEvidenceCache() = default;

std::optional<CachedEvidence> MemoryEvidenceCache::find(const std::string& key, Instant now) {
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->by_key.find(key);
  if (found == impl_->by_key.end()) {
    ++impl_->load.misses;
    return std::nullopt;
  }
  const auto entry = found->second;
  if (*entry->evidence.freshness.next_update <= now) {
    impl_->forget(entry);
    ++impl_->load.misses;
    return std::nullopt;
  }
  ++impl_->load.hits;
  impl_->entries.splice(impl_->entries.begin(), impl_->entries, entry);
  return entry->evidence;
}

void MemoryEvidenceCache::keep(const std::string& key, CachedEvidence evidence, Instant now) {
  const auto& until = evidence.freshness.next_update;
  if (!until || *until <= now || evidence.bytes == nullptr) {
    return;
  }
  const std::lock_guard lock(impl_->mutex);
  Impl::Entry entry{key, std::move(evidence)};
  const bool has_room = entry.size() <= impl_->limits.bytes && impl_->limits.entries > 0;
  if (const auto found = impl_->by_key.find(key); found != impl_->by_key.end()) {
    // The observer hears of an entry that is replaced by the one in its place.
    has_room ? impl_->remove(found->second) : impl_->forget(found->second);
  }
  if (!has_room) {
    return;
  }
  while (impl_->entries.size() >= impl_->limits.entries || impl_->load.bytes + entry.size() > impl_->limits.bytes) {
    impl_->forget(std::prev(impl_->entries.end()));
  }
  impl_->load.bytes += entry.size();
  impl_->entries.push_front(std::move(entry));
  impl_->by_key.emplace(key, impl_->entries.begin());
  if (impl_->observer != nullptr) {
    impl_->observer->kept(key, impl_->entries.front().evidence);
  }
}

void MemoryEvidenceCache::forget(const std::string& key) {
  const std::lock_guard lock(impl_->mutex);
  if (const auto found = impl_->by_key.find(key); found != impl_->by_key.end()) {
    impl_->forget(found->second);
  }
}

void MemoryEvidenceCache::forget_expired(Instant now) {
  const std::lock_guard lock(impl_->mutex);
  for (auto next = impl_->entries.begin(); next != impl_->entries.end();) {
    const auto entry = next++;
    if (*entry->evidence.freshness.next_update <= now) {
      impl_->forget(entry);
    }
  }
}

std::vector<MemoryEvidenceCache::KeyedEvidence> MemoryEvidenceCache::entries() const {
  const std::lock_guard lock(impl_->mutex);
  std::vector<KeyedEvidence> all;
  all.reserve(impl_->entries.size());
  for (const Impl::Entry& entry : impl_->entries) {
    all.push_back({entry.key, entry.evidence});
  }
  return all;
}

CacheLoad MemoryEvidenceCache::load() const {
  const std::lock_guard lock(impl_->mutex);
  CacheLoad load = impl_->load;
  load.entries = impl_->entries.size();
  return load;
}

}  // namespace rakkan::fetch
