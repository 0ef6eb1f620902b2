// The means of one RevocationProcessor: where it looks, and how much work it may still do. Of one thread.
#pragma once

#include <cstddef>

#include "rakkan/base/result.hpp"
#include "rakkan/pki/revocation_processing.hpp"

namespace rakkan::pki {

// The steps that a processor may still take.
class RevocationSteps {
 public:
  explicit RevocationSteps(std::size_t most) noexcept : most_(most), left_(most) {}
  // Fails with certificate_path_limit, then and ever after.
  [[nodiscard]] Result<void> take(std::size_t count = 1);

 private:
  std::size_t most_;
  std::size_t left_;
};

// All of them outlive it.
struct RevocationMeans {
  const RevocationSources& sources;
  const RevocationLimits& limits;
  VerifiedSignatures* known;  // may be null
  RevocationSteps& steps;
  SignatureChecks& signatures;
};

}  // namespace rakkan::pki
