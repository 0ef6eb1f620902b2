// What all I/O threads of a server have in common. Immutable, or atomic.
#pragma once

#include <atomic>
#include <utility>
#include <vector>

#include "http/rate_limiter.hpp"
#include "rakkan/async/byte_budget.hpp"
#include "rakkan/base/ip_address.hpp"
#include "rakkan/http/server.hpp"

namespace rakkan::http {

struct Shared {
  Shared(ServerOptions given, std::vector<IpRange> proxies, Router table, Observer& hears)
      : options(std::move(given)),
        trusted_proxies(std::move(proxies)),
        router(std::move(table)),
        observer(hears),
        budget(options.limits.in_flight),
        key_rate(options.key_rate),
        address_rate(options.address_rate) {}

  const ServerOptions options;
  const std::vector<IpRange> trusted_proxies;  // of the options
  const Router router;
  Observer& observer;
  async::ByteBudget budget;
  RateLimiter key_rate;
  RateLimiter address_rate;
  std::atomic<bool> draining{false};
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> exceptions{0};
};

}  // namespace rakkan::http
