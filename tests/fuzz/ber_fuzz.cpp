// Input that is read as BER comes out as DER, with nothing of indefinite length and no OCTET STRING in pieces left.
// Reading that again changes nothing, and DER is never changed. Taking an element off takes as much as converting it.
#include <cstdlib>

#include "rakkan/der/ber.hpp"
#include "support/der_transcode.hpp"

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rakkan;
  const ByteView input(data, size);
  const Result<Bytes> der = der::from_ber(input);
  if (der) {
    const Result<Bytes> again = der::from_ber(*der);
    require(again && *again == *der);
  }
  der::Reader reader(input);
  if (reader.any() && reader.at_end() && test::transcode(input)) {
    require(der && *der == copy_of(input));
  }
  for (const bool minimal : {false, true}) {
    const auto prefix = der::from_ber_prefix(input, {std::size_t{1} << 20, minimal});
    if (!prefix) {
      continue;
    }
    const auto again = der::from_ber_prefix(prefix->der, {std::size_t{1} << 24, minimal});
    require(again && again->der == prefix->der && again->size == prefix->der.size());
    const ByteView element = input.first(prefix->size);
    require(!der::has_der_form(element) || equal(prefix->der, element));
    ByteView rest = input;
    const auto taken = der::take_ber(rest);
    require(taken && taken->encoding.size() == prefix->size && rest.size() == size - prefix->size);
  }
  return 0;
}
