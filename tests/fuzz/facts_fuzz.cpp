// Facts that are read are written and read again as the same, are judged by every policy at any time without a fault,
// and the same way twice; nothing passes whose signature does not verify.
#include <cstdlib>

#include "rakkan/base/bytes.hpp"
#include "rakkan/validation/decide.hpp"
#include "rakkan/validation/facts_json.hpp"
#include "rakkan/validation/verdict_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rakkan;
  const auto facts = validation::parse_facts(text_of({data, size}));
  if (!facts) {
    return 0;
  }
  const auto again = validation::parse_facts(validation::to_json(*facts));
  if (!again || *again != *facts) {
    std::abort();
  }
  for (const char* name : {"rakkan", "compare-pyhanko", "compare-dss"}) {
    const validation::Policy& policy = *validation::Policy::builtin(name);
    for (const char* time : {"2026-01-12T00:00:00Z", "2046-01-12T00:00:00Z"}) {
      const validation::Verdict verdict = validation::decide(*facts, policy, *parse_rfc3339(time));
      if (verdict != validation::decide(*again, policy, *parse_rfc3339(time)) ||
          validation::to_json(verdict, *facts, {true}).empty()) {
        std::abort();
      }
      for (std::size_t index = 0; index < verdict.signatures.size(); ++index) {
        if (verdict.signatures[index].indication == validation::Indication::passed &&
            facts->signatures[index].signer.signature != validation::Check::good) {
          std::abort();
        }
      }
    }
  }
  return 0;
}
