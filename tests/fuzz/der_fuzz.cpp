// DER from outside: what the reader accepts, the writer makes again; every identifier has a text that is read back.
#include <cstdlib>

#include "support/der_transcode.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const rakkan::ByteView input(data, size);
  if (const auto again = rakkan::test::transcode(input); again && !rakkan::equal(*again, input)) {
    std::abort();
  }
  const auto oid = rakkan::der::Oid::from_content(input);
  if (oid && rakkan::der::Oid::from_dotted(oid->dotted()) != oid) {
    std::abort();
  }
  return 0;
}
