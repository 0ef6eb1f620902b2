// PoeSet holds proofs of existence: of each object the earliest moment at which it is proven to have existed (EN 319
// 102-1 §5.6.2.3). Every object exists at the time of judgement, for it is there.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "rakkan/base/time.hpp"
#include "rakkan/validation/facts.hpp"

namespace rakkan::validation {

class PoeSet {
 public:
  explicit PoeSet(Instant now) : now_(now) {}

  // True when it is earlier than what was known.
  bool add(const Id& object, Instant time, const Id& by);
  [[nodiscard]] Instant lowest(const Id& object) const;
  // The token that proves the earliest moment; empty: the clock alone.
  [[nodiscard]] Id by(const Id& object) const;
  [[nodiscard]] bool has_proof(const Id& object) const { return proofs_.find(object) != proofs_.end(); }

 private:
  struct Proof {
    Instant time;
    Id by;
  };
  Instant now_;
  std::unordered_map<Id, Proof> proofs_;
};

}  // namespace rakkan::validation
