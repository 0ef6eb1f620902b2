// Distinguished names as text (configuration, command lines): an accepted one is written in a form that reads the same.
#include <cstdlib>

#include "rakkan/pki/name.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto name = rakkan::pki::Name::from_text(rakkan::text_of({data, size}));
  if (!name) {
    return 0;
  }
  const auto again = rakkan::pki::Name::from_text(name->text());
  if (!again || !name->matches(*again)) {
    std::abort();
  }
  return 0;
}
