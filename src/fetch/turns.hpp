// Turns decides whose exchange begins next: one of the owner with the fewest in flight, among equals of the one whose
// last turn is longest ago. Idleness is not saved up. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>

#include "rakkan/async/owner.hpp"

namespace rakkan::fetch {

class Turns {
 public:
  void arrived(async::Owner owner) { ++owners_[owner].flights; }
  void left(async::Owner owner) {
    const auto found = owners_.find(owner);
    if (found != owners_.end() && --found->second.flights == 0) {
      owners_.erase(found);
    }
  }
  void began(async::Owner owner) {
    Standing& standing = owners_[owner];
    ++standing.in_flight;
    standing.last_turn = ++turn_;
  }
  void ended(async::Owner owner) { --owners_[owner].in_flight; }

  // The smaller, the sooner.
  [[nodiscard]] std::pair<std::size_t, std::uint64_t> rank(async::Owner owner) const {
    const auto found = owners_.find(owner);
    return found == owners_.end() ? std::pair<std::size_t, std::uint64_t>()
                                  : std::pair(found->second.in_flight, found->second.last_turn);
  }
  [[nodiscard]] std::size_t waiting(async::Owner owner) const {
    const auto found = owners_.find(owner);
    return found == owners_.end() ? 0 : found->second.flights - found->second.in_flight;
  }

 private:
  struct Standing {
    std::size_t flights = 0;
    std::size_t in_flight = 0;
    std::uint64_t last_turn = 0;
  };
  std::unordered_map<async::Owner, Standing, async::Owner::Hash> owners_;
  std::uint64_t turn_ = 0;
};

}  // namespace rakkan::fetch
