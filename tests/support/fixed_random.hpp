// Randomness that repeats: octets 1, 2, 3 …
#pragma once

#include "rakkan/base/random.hpp"

namespace rakkan::test {

class FixedRandom final : public RandomSource {
 public:
  [[nodiscard]] Result<void> fill(ByteSpan out) override {
    for (Byte& byte : out) {
      byte = ++last_;
    }
    return {};
  }

 private:
  Byte last_ = 0;
};

}  // namespace rakkan::test
