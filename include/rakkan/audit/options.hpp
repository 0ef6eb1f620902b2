// Options of the audit log that an operator can set.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace rakkan::audit {

// The beginning of the name of a log whose operator gave none; a random part follows.
inline constexpr std::string_view kDevelopmentOrigin = "development.invalid/";

struct Options {
  // Name of the log in its checkpoints: a URL without scheme that belongs to the operator. It is fixed with the first
  // entry; when it is empty then, a name for development is made up.
  std::string origin;
  // How long the first waiting entry may wait for others before they are committed together.
  std::chrono::milliseconds commit_window{4};  // at most 5
  std::size_t waiting = 16'384;                // entries; more are refused
  std::chrono::milliseconds checkpoint_interval{1'000};
  // An entry that no checkpoint covers for so long (because the checkpoint key does not sign) stops new work: the
  // number of entries that nobody outside can check yet stays bounded, on the disk and in memory.
  std::chrono::seconds longest_uncovered{900};
  // Label of the token with the key of the checkpoints, an Ed25519 key in a token of its own.
  std::string token_label = "audit-log";
  std::chrono::seconds timestamp_interval{3'600};
};

}  // namespace rakkan::audit
