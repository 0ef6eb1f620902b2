#include "validation/poe.hpp"

namespace rakkan::validation {

bool PoeSet::add(const Id& object, Instant time, const Id& by) {
  if (time >= lowest(object)) {
    return false;
  }
  proofs_.insert_or_assign(object, Proof{time, by});
  return true;
}

Instant PoeSet::lowest(const Id& object) const {
  const auto known = proofs_.find(object);
  return known == proofs_.end() ? now_ : known->second.time;
}

Id PoeSet::by(const Id& object) const {
  const auto known = proofs_.find(object);
  return known == proofs_.end() ? Id{} : known->second.by;
}

}  // namespace rakkan::validation
