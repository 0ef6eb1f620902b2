// A configuration that parses is printed, and what is printed parses to the same.
#include <cstdint>
#include <cstdlib>

#include "rakkan/config/configuration.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const rakkan::ByteView input(data, size);
  const auto configuration = rakkan::config::parse(rakkan::text_of(input), "/fuzz/rakkan.toml");
  if (!configuration) {
    return 0;
  }
  const std::string printed = rakkan::config::print(*configuration);
  const auto again = rakkan::config::parse(printed, "/fuzz/rakkan.toml");
  if (!again || rakkan::config::print(*again) != printed) {
    std::abort();
  }
  return 0;
}
