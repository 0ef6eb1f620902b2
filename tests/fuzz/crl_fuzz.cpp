// CRLs from outside, in DER or PEM: an accepted one reads again the same, and what hangs on it is well formed.
#include <cstdlib>

#include "rakkan/pki/certificate_list.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rakkan::pki;
  const auto list = decode_certificate_list(rakkan::copy_of({data, size}));
  if (!list) {
    return 0;
  }
  const auto again = CertificateList::parse(rakkan::copy_of(list->der()));
  if (!again || *again != *list || again->entry_count() != list->entry_count() || again->limit() != list->limit()) {
    std::abort();
  }
  const auto entry = list->find(list->issuer(), rakkan::Bytes{0x5A, 0x01});
  if (entry && (entry->serial_number.size() != 2 || list->entry_count() == 0)) {
    std::abort();
  }
  for (const DistributionPoint& point : list->freshest_crl()) {
    if (point.name) {
      static_cast<void>(point.name->urls());
    }
  }
  return 0;
}
