// NameResolver finds the addresses of a host's name, without blocking the thread that asks.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "rakkan/base/ip_address.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::fetch {

class NameResolver {
 public:
  using Answer = std::function<void(Result<std::vector<IpAddress>>)>;
  virtual ~NameResolver() = default;
  // Calls `answer` once, at any time, on any thread, with at least one address or with server_unreachable. Does not
  // block. Thread-safe.
  virtual void resolve(const std::string& host, Answer answer) = 0;
};

// The system's resolver (getaddrinfo). A name server that hangs holds one thread a host, and none of them is waited for
// when the resolver is destroyed.
[[nodiscard]] std::unique_ptr<NameResolver> make_system_resolver();

// Threads that the system's resolver has at most.
inline constexpr unsigned kResolverThreads = 8;

}  // namespace rakkan::fetch
