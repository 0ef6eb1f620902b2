#include "pki/crl_unions.hpp"

#include <algorithm>

namespace rakkan::pki {
namespace {

constexpr std::size_t kMostPartial = 32;  // lists about some reasons that are put together

bool is_complete(ReasonFlags reasons) { return (reasons.bits & kAllReasons.bits) == kAllReasons.bits; }

void add_part(RevocationFact& whole, const RevocationFact& part) {
  whole.reasons.bits = static_cast<std::uint16_t>(whole.reasons.bits | part.reasons.bits);
  whole.others.push_back(part.delta.value_or(part.index));
  whole.times.this_update = std::min(whole.times.this_update, part.times.this_update);
  whole.times.next_update = whole.times.next_update && part.times.next_update
                                ? std::optional(std::min(*whole.times.next_update, *part.times.next_update))
                                : std::nullopt;
  whole.knows_ended_since = whole.knows_ended_since && part.knows_ended_since
                                ? std::optional(std::max(*whole.knows_ended_since, *part.knows_ended_since))
                                : std::nullopt;
}

}  // namespace

std::vector<RevocationFact> crl_unions(const std::vector<RevocationFact>& facts) {
  std::vector<const RevocationFact*> parts;
  for (const RevocationFact& each : facts) {
    if (parts.size() < kMostPartial && each.is_usable() && each.source == RevocationSource::crl &&
        each.state == RevocationState::good && !is_complete(each.reasons)) {
      parts.push_back(&each);
    }
  }
  std::vector<RevocationFact> unions;
  for (std::size_t newest = 0; newest < parts.size(); ++newest) {
    RevocationFact whole = *parts[newest];
    for (std::size_t i = newest + 1; i < parts.size() && !is_complete(whole.reasons); ++i) {
      if ((whole.reasons.bits | parts[i]->reasons.bits) != whole.reasons.bits) {
        add_part(whole, *parts[i]);
      }
    }
    if (is_complete(whole.reasons)) {
      unions.push_back(std::move(whole));
    }
  }
  return unions;
}

}  // namespace rakkan::pki
