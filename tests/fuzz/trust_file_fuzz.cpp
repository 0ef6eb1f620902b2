// A trust file that is read names an anchor at least, no anchor twice, and an error has its place.
#include <cstdlib>

#include "rakkan/config/trust_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rakkan;
  const auto store =
      config::parse_trust_file(text_of({data, size}), "fuzz.toml",
                               [](std::string_view path) -> Result<Bytes> { return copy_of(bytes_of(path)); });
  if (!store) {
    if (store.error().where.find("fuzz.toml") == std::string::npos) {
      std::abort();
    }
    return 0;
  }
  if (store->anchors().empty()) {
    std::abort();
  }
  for (std::size_t later = 1; later < store->anchors().size(); ++later) {
    if (store->anchors()[later].certificate == store->anchors().front().certificate) {
      std::abort();
    }
  }
  return 0;
}
