// The process's file descriptors and who may have them. Connections are what strangers open, so they get what is left
// beside a reserve: when a socket can take the last descriptor, the log cannot open a file, and nothing is signed.
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
  std::uint64_t count = 0;  // at most, at once
};

// What the process needs beside the connections of its API: files of the log, the store, tokens, outside authorities,
// the I/O threads, the listener for metrics.
[[nodiscard]] std::vector<DescriptorUse> reserved_descriptors(const http::Options& options,
                                                              const service::PoolsOptions& pools);

// How many of the `wanted` connections a process with so many descriptors may have. configuration_invalid, with the
// sum, when not even the least that makes sense fits (64, or all that are wanted).
[[nodiscard]] Result<unsigned> connections_that_fit(std::uint64_t descriptors, unsigned wanted,
                                                    const std::vector<DescriptorUse>& reserved);

// Raises the soft limit of this process to its hard one; what it is then.
[[nodiscard]] std::uint64_t raise_descriptor_limit() noexcept;

// Both: the limit is raised, and the connections of `options` are lowered to those that fit, which `log` is told.
[[nodiscard]] Result<void> fit_descriptors(http::Options& options, const service::PoolsOptions& pools,
                                           telemetry::Log& log);

}  // namespace rakkan::api
