// AddressCounts counts what each address has open, so that none has all of it: connections, and of a trusted proxy the
// requests that it forwards. Thread-safe; addresses spread over shards, each with a lock that is taken when a
// connection begins and when it ends.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <mutex>
#include <utility>

#include "rakkan/base/ip_address.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::http {

// The part of an address that its owner cannot choose: of IPv6 the /64 (RFC 6177 §2).
[[nodiscard]] inline IpAddress owner_address(const IpAddress& peer) noexcept {
  return peer.is_v4() ? peer : peer.prefix(64);
}

class AddressCounts {
 public:
  // `most` of one address; 0: no limit, and nothing is counted.
  explicit AddressCounts(unsigned most) noexcept : most_(most) {}

  // One of an address's places; given back when it goes. The counts outlive it.
  class Place {
   public:
    Place() noexcept = default;
    Place(Place&& other) noexcept : of_(std::exchange(other.of_, nullptr)), address_(other.address_) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(of_, other.of_);
      std::swap(address_, other.address_);
      return *this;
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() {
      if (of_ != nullptr) {
        of_->leave(address_);
      }
    }

   private:
    friend class AddressCounts;
    Place(AddressCounts& of, const IpAddress& address) noexcept : of_(&of), address_(address) {}
    AddressCounts* of_ = nullptr;
    IpAddress address_;
  };

  // overloaded when the address has as many as it may.
  [[nodiscard]] Result<Place> enter(const IpAddress& peer);

  [[nodiscard]] std::size_t size() const;  // addresses with something open

 private:
  void leave(const IpAddress& address) noexcept;

  struct Shard {
    mutable std::mutex mutex;
    std::map<IpAddress, unsigned> open;
  };
  static constexpr std::size_t kShards = 64;
  [[nodiscard]] Shard& shard_of(const IpAddress& address) noexcept;

  const unsigned most_;
  std::array<Shard, kShards> shards_;
};

}  // namespace rakkan::http
