// Input that is read as BER comes out as DER, with nothing of indefinite length and no OCTET STRING in pieces left.
// Reading that again changes nothing, and DER is never changed.
#include <cstdlib>

#include "rakkan/der/ber.hpp"
#include "support/der_transcode.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rakkan;
  const ByteView input(data, size);
  const Result<Bytes> der = der::from_ber(input);
  if (der) {
    const Result<Bytes> again = der::from_ber(*der);
    if (!again || *again != *der) {
      std::abort();
    }
  }
  der::Reader reader(input);
  if (reader.any() && reader.at_end() && test::transcode(input) && (!der || *der != copy_of(input))) {
    std::abort();
  }
  return 0;
}
