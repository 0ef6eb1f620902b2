// The algorithms on which a timestamp token itself rests, beside those of its unit's certification path.
#pragma once

#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/pki/algorithm_policy.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/renewal.hpp"
#include "rakkan/tsp/timestamp_token.hpp"

namespace rakkan::tsp {

// Of the token's signature, by the key of `unit`, and of its imprint. One that cannot be read has a standing that is
// not listed.
[[nodiscard]] std::vector<pki::AlgorithmInUse> algorithms_of(const TimestampToken& token, const pki::Certificate& unit,
                                                             const pki::AlgorithmPolicy& policy);
// Refuses a token one of whose algorithms is not acceptable at the token's own time. Fails with
// algorithm_not_acceptable.
[[nodiscard]] Result<void> require_acceptable(const TimestampToken& token, const pki::Certificate& unit,
                                              const pki::AlgorithmPolicy& policy);

}  // namespace rakkan::tsp
