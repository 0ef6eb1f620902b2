// An instruction record that parses holds what the strict rules promise.
#include <cstdint>
#include <cstdlib>

#include "rakkan/service/instruction.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view json = rakkan::text_of({data, size});
  const auto instruction = rakkan::service::Instruction::parse(json);
  if (!instruction) {
    return 0;
  }
  bool good =
      !instruction->who_id().empty() && !instruction->who_name().empty() && !instruction->authenticated().empty();
  for (const auto& one : instruction->authenticated()) {
    good = good && one.at <= instruction->when();
  }
  if (!good || instruction->json() != json) {
    std::abort();
  }
  return 0;
}
