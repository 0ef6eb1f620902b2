// Owner is whose a job is: a tenant, or an address without one. A pool shares its threads and its queue between owners,
// so that no owner waits behind all the work of another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace rakkan::async {

class Owner {
 public:
  constexpr Owner() noexcept = default;  // the program itself
  // By a hash of 64 bits: two names with the same one would share what is theirs, nothing else. An empty name is the
  // program itself.
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
