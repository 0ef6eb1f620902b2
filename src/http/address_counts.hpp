// AddressCounts counts the connections that each address has open, and for addresses behind a trusted proxy the
// requests that it forwards, so that no address has all of them. Thread-safe; addresses are spread over shards, each
// with a lock that is taken when a connection begins and when it ends.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <mutex>
#include <utility>

#include "rakkan/base/ip_address.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::http {

// The part of an address that its owner cannot choose: for IPv6 the /64 (RFC 6177 §2).
[[nodiscard]] inline IpAddress owner_address(const IpAddress& peer) noexcept {
  return peer.is_v4() ? peer : peer.prefix(64);
}

class AddressCounts {
 public:
  // One address may have `most`; 0: there is no limit, and nothing is counted.
  explicit AddressCounts(unsigned most) noexcept : most_(most) {}

  // Place is one of an address's places; its destructor gives the place back. The AddressCounts outlive it.
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

  // Takes a place. overloaded when the address has as many as it may.
  [[nodiscard]] Result<Place> enter(const IpAddress& peer);

  [[nodiscard]] std::size_t size() const;  // the number of addresses that have a place

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
