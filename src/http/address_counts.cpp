#include "http/address_counts.hpp"

#include <string_view>

namespace rakkan::http {

Result<AddressCounts::Place> AddressCounts::enter(const IpAddress& peer) {
  if (most_ == 0) {
    return Place();
  }
  const IpAddress address = owner_address(peer);
  Shard& shard = shard_of(address);
  const std::lock_guard lock(shard.mutex);
  unsigned& open = shard.open[address];
  if (open >= most_) {
    return fail(Error{ErrorCode::overloaded, "too many connections of one address", {}, std::chrono::seconds(1), {}});
  }
  ++open;
  return Place(*this, address);
}

void AddressCounts::leave(const IpAddress& address) noexcept {
  Shard& shard = shard_of(address);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.open.find(address);
  if (found != shard.open.end() && --found->second == 0) {
    shard.open.erase(found);
  }
}

std::size_t AddressCounts::size() const {
  std::size_t addresses = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    addresses += shard.open.size();
  }
  return addresses;
}

AddressCounts::Shard& AddressCounts::shard_of(const IpAddress& address) noexcept {
  return shards_[std::hash<std::string_view>{}(text_of(address.octets)) % kShards];
}

}  // namespace rakkan::http
