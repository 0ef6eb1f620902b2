// The timestamp unit that every system has, as a peer: `openssl ts -reply`, a process for each token.
#pragma once

#include <filesystem>

#include "rakkan/base/result.hpp"
#include "rakkan/crypto/algorithm_suite.hpp"

namespace rakkan::bench {

// CPU time (user and system, of the processes) of one token with a software key of that kind, microseconds; the median
// of `runs`. Keys, requests and configuration are made in `folder`.
[[nodiscard]] Result<double> openssl_ts_us_each(crypto::KeyKind kind, const std::filesystem::path& folder, int runs);

}  // namespace rakkan::bench
