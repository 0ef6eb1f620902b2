// The order in which the timestamps of a signature are made, by their kinds.
#pragma once

#include "rakkan/validation/facts.hpp"

namespace rakkan::validation {

// EN 319 102-1 §5.5.4 (5): 0 content timestamps, 1 signature timestamps, 2 timestamps over these and over evidence.
[[nodiscard]] constexpr int rank_of(TimestampKind kind) noexcept {
  switch (kind) {
    case TimestampKind::content:
      return 0;
    case TimestampKind::signature:
    case TimestampKind::bare:
      return 1;
    case TimestampKind::archive:
    case TimestampKind::document:
      break;
  }
  return 2;
}

}  // namespace rakkan::validation
