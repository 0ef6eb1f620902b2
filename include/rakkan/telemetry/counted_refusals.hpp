// CountedRefusals keeps callers that are refused again and again from filling the log: for each error and tenant the
// first request has its line at once; those of the minute after it are counted, and one line says how many they were
// and from how many addresses. A steady flood costs a line a minute.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "rakkan/base/ip_address.hpp"
#include "rakkan/telemetry/log.hpp"

namespace rakkan::telemetry {

class CountedRefusals {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::minutes kWindow{1};
  // Addresses that are distinguished within a window; a caller that changes its address with every request fills no
  // memory.
  static constexpr std::size_t kMostAddresses = 1'024;
  // Tenants told apart for one error; refusals of further tenants are counted together, without a name.
  static constexpr std::size_t kMostTenants = 64;

  explicit CountedRefusals(Log& log) noexcept : log_(&log) {}  // the log outlives the CountedRefusals
  ~CountedRefusals();                                          // writes the counts
  CountedRefusals(const CountedRefusals&) = delete;
  CountedRefusals& operator=(const CountedRefusals&) = delete;

  // True when the request is to have a line of its own; otherwise it is counted. `tenant` is empty when the request
  // showed no known key. Thread-safe.
  [[nodiscard]] bool takes(ErrorCode code, const IpAddress& peer, std::string_view tenant, Time now) noexcept;
  // Writes the counts of windows that are over. Called every few seconds; thread-safe.
  void flush(Time now) noexcept;

 private:
  struct Window {
    Time begin{};
    std::uint64_t times = 0;
    std::set<IpAddress> addresses;
  };
  struct OfError {
    std::mutex mutex;
    std::map<std::string, Window, std::less<>> windows;  // by tenant
  };
  void write(ErrorCode code, std::string_view tenant, const Window& window) noexcept;

  Log* log_;
  std::array<OfError, kErrorCodeCount> of_errors_;
};

}  // namespace rakkan::telemetry
