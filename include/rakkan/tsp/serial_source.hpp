// Serial numbers of tokens (RFC 3161 §2.4.2: unique for each token of a TSA, "even after a possible interruption of
// service").
#pragma once

#include <cstdint>
#include <memory>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::tsp {

// Serial numbers that never repeat over restarts, crashes and clocks set back: the persisted part is the caller's
// promise.
class SerialSource {
 public:
  virtual ~SerialSource() = default;
  // Content octets of a positive INTEGER, at most 20. Thread-safe. Fails with serial_unavailable.
  [[nodiscard]] virtual Result<Bytes> next() = 0;
};

// 01 ‖ epoch (8 octets) ‖ counter (6) ‖ random (5). `epoch` is persisted by the caller before this is made and never
// used twice; the pair of epoch and counter alone is unique, so a stuck `random` costs unpredictability, not
// uniqueness. `random` outlives the source. `first_counter` is for those who persist more than the epoch. Fails when
// the counter is used up: take a new epoch.
inline constexpr std::uint64_t kSerialsPerEpoch = std::uint64_t{1} << 48;
[[nodiscard]] std::unique_ptr<SerialSource> make_epoch_serial_source(std::uint64_t epoch, RandomSource& random,
                                                                     std::uint64_t first_counter = 0);

}  // namespace rakkan::tsp
