// Owner is the owner of a job: a tenant, or the address of a caller without one. A pool shares its threads and its
// queue between owners, so that no owner waits behind all the work of another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace rakkan::async {

class Owner {
 public:
  constexpr Owner() noexcept = default;  // the program itself
  // Owners are compared by a hash of 64 bits: two names with the same hash would share one owner's part of each pool,
  // and nothing worse. An empty name is the program itself.
  [[nodiscard]] static Owner of(std::string_view name) noexcept {
    return name.empty() ? Owner() : Owner(std::hash<std::string_view>{}(name));
  }

  friend constexpr bool operator==(Owner, Owner) noexcept = default;

  struct Hash {
    std::size_t operator()(Owner owner) const noexcept { return static_cast<std::size_t>(owner.value_); }
  };

 private:
  constexpr explicit Owner(std::uint64_t value) noexcept : value_(value) {}
  std::uint64_t value_ = 0;
};

}  // namespace rakkan::async
