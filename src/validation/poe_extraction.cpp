#include "validation/poe_extraction.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <unordered_set>

#include "validation/past_signature.hpp"
#include "validation/timestamp_rank.hpp"

namespace rakkan::validation {
namespace {

constexpr const char* kClause = "EN 319 102-1 §5.6.2.3.4";

// The newest first. Of tokens of one second, those that may cover others come first.
bool is_newer(const TimestampFacts& a, const TimestampFacts& b) {
  return std::tuple(b.gen_time, rank_of(b.kind), b.covers.size(), b.id) <
         std::tuple(a.gen_time, rank_of(a.kind), a.covers.size(), a.id);
}

void extract(const TimestampFacts& timestamp, const std::unordered_set<std::string_view>& signatures, PoeSet& poe,
             StepLog& log) {
  std::size_t added = 0;
  for (const Id& each : timestamp.covers) {
    // A content timestamp is older than the signature and proves nothing about it.
    const bool is_too_old = timestamp.kind == TimestampKind::content && signatures.count(each) != 0;
    if (!is_too_old && each != timestamp.id && poe.add(each, timestamp.gen_time, timestamp.id)) {
      ++added;
    }
  }
  log.passed(kClause, "poe", timestamp.id,
             std::to_string(added) + " objects existed at " + to_rfc3339(timestamp.gen_time));
}

}  // namespace

const TimestampResult* Proofs::of(const Id& timestamp) const {
  const auto found = places.find(timestamp);
  return found == places.end() ? nullptr : &timestamps[found->second];
}

Proofs collect_proofs(const Case& facts) {
  Proofs proofs(facts.now());
  std::unordered_set<std::string_view> signatures;
  for (const SignatureFacts& each : facts.facts().signatures) {
    signatures.insert(each.id);
  }
  for (const TimestampFacts& each : facts.facts().timestamps) {
    if (facts.timestamp(each.id) == &each) {
      proofs.places.emplace(each.id, proofs.timestamps.size());
      proofs.timestamps.push_back({&each, {}, {}});
    }
  }
  proofs.logs.resize(proofs.timestamps.size());
  std::vector<std::size_t> order(proofs.timestamps.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return is_newer(*proofs.timestamps[a].facts, *proofs.timestamps[b].facts);
  });
  for (const std::size_t index : order) {
    TimestampResult& result = proofs.timestamps[index];
    StepLog& log = proofs.logs[index];
    result.basic = validate_timestamp(facts, *result.facts, log);
    result.conclusion =
        validate_past(facts, result.facts->id, result.basic, Role::timestamp, proofs.poe, log).conclusion;
    if (result.conclusion.is_passed()) {
      extract(*result.facts, signatures, proofs.poe, log);
    }
  }
  return proofs;
}

}  // namespace rakkan::validation
