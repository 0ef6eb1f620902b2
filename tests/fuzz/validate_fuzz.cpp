// Whole validation: any file becomes facts, these are read back as they were written, and are decided at any time.
#include <cstdlib>

#include "rakkan/gather/gather.hpp"
#include "rakkan/validation/decide.hpp"
#include "rakkan/validation/facts_json.hpp"
#include "rakkan/validation/verdict_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rakkan;
  constexpr Instant kTime{std::chrono::milliseconds{1'772'000'000'000}};  // 2026
  const auto gathered = gather::facts_of(ByteView(data, size), {});
  if (!gathered) {
    return 0;
  }
  const std::string written = validation::to_json(gathered->facts);
  const auto again = validation::parse_facts(written);
  if (!again || validation::to_json(*again) != written) {
    std::abort();
  }
  const validation::Verdict verdict = validation::decide(*again, validation::Policy::rakkan(), kTime);
  // Nobody is trusted.
  if (verdict.indication == validation::Indication::passed) {
    std::abort();
  }
  return validation::to_json(verdict, *again).empty() ? 1 : 0;
}
