// The distribution of the process's file descriptors. Strangers can open connections, so connections get only the
// descriptors that are left beside a reserve: if a socket could take the last one, the log could not open a file, and
// nothing would be signed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/http/options.hpp"
#include "rakkan/service/options.hpp"
#include "rakkan/telemetry/log.hpp"

namespace rakkan::api {

struct DescriptorUse {
  std::string_view what;
  std::uint64_t count = 0;  // the most that are open at once
};

// The descriptors that the process needs beside the connections of its API: files of the log, the store, tokens,
// other servers that are asked, the I/O threads, the listener for metrics.
[[nodiscard]] std::vector<DescriptorUse> reserved_descriptors(const http::Options& options,
                                                              const service::Options& service);

// How many of the `wanted` connections a process with so many descriptors may have. configuration_invalid, with the
// sum, when not even 64 connections, or all that are wanted, fit.
[[nodiscard]] Result<unsigned> connections_that_fit(std::uint64_t descriptors, unsigned wanted,
                                                    const std::vector<DescriptorUse>& reserved);

// Raises the soft limit of this process to its hard one, and returns the resulting limit.
[[nodiscard]] std::uint64_t raise_descriptor_limit() noexcept;

// Raises the limit, and lowers the connections of `options` to those that fit, which is logged.
[[nodiscard]] Result<void> fit_descriptors(http::Options& options, const service::Options& service,
                                           telemetry::Log& log);

}  // namespace rakkan::api
