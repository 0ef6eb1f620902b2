// Serial numbers of tokens, which are unique for each token of a TSA, "even after a possible interruption of service"
// (RFC 3161 §2.4.2).
#pragma once

#include <cstdint>
#include <memory>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::tsp {

// SerialSource gives serial numbers that never repeat, also not after restarts, crashes and clocks set back, provided
// that the caller persists its part.
class SerialSource {
 public:
  virtual ~SerialSource() = default;
  // The next number as content octets of a positive INTEGER, at most 20. Thread-safe. Fails with serial_unavailable.
  [[nodiscard]] virtual Result<Bytes> next() = 0;
};

// A source of numbers 01 ‖ epoch (8 octets) ‖ counter (6) ‖ random (5). The caller persists `epoch` before the source
// is made and never uses it twice; the pair of epoch and counter alone is unique, so a stuck `random` costs
// unpredictability, not uniqueness. `random` outlives the source. `first_counter` is for callers that persist more than
// the epoch. The source fails when its counter is used up; it needs a new epoch then.
inline constexpr std::uint64_t kSerialsPerEpoch = std::uint64_t{1} << 48;
[[nodiscard]] std::unique_ptr<SerialSource> make_epoch_serial_source(std::uint64_t epoch, RandomSource& random,
                                                                     std::uint64_t first_counter = 0);

}  // namespace rakkan::tsp
