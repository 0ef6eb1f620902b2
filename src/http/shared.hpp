// Shared is the state that all I/O threads of a server share. Its members are immutable, atomic, or have locks of their
// own.
#pragma once

#include <atomic>
#include <utility>
#include <vector>

#include "http/address_counts.hpp"
#include "http/document_pool.hpp"
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
        budget({options.limits.in_flight, options.limits.kept_for_small(), options.limits.tenant_share}),
        documents(budget, options.limits.in_flight),
        addresses(options.limits.address_connections),
        key_rate(options.key_rate),
        address_rate(options.address_rate),
        failed_rate(options.failed_rate) {}

  const ServerOptions options;
  const std::vector<IpRange> trusted_proxies;  // parsed from the options
  const Router router;
  Observer& observer;
  async::ByteBudget budget;
  DocumentPool documents;
  AddressCounts addresses;
  RateLimiter key_rate;
  RateLimiter address_rate;
  RateLimiter failed_rate;
  std::atomic<bool> draining{false};
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> gave_way{0};
  // The threads, which outlive all sessions. The list is complete before the first of them starts.
  std::vector<class Worker*> workers;
  std::atomic<std::uint64_t> exceptions{0};
};

}  // namespace rakkan::http
