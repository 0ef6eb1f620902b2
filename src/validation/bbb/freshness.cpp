#include "validation/bbb/freshness.hpp"

#include <algorithm>

namespace rakkan::validation {

bool is_fresh(const Case& facts, const RevocationFacts& data, Instant time) {
  if (!facts.policy().freshness_is_needed) {
    return true;
  }
  std::chrono::milliseconds age{0};
  if (facts.policy().freshness) {
    age = *facts.policy().freshness;
  } else if (data.next_update) {
    age = *data.next_update - data.this_update;
  } else {
    return false;
  }
  // With an age of zero the data must be younger than the time (§5.2.5.4: "issued after"); data of the very time are
  // when they cover an age.
  return data.this_update > time - std::max(age, std::chrono::milliseconds{0});
}

}  // namespace rakkan::validation
