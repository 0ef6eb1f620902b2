// Answers of a caIssuers URL, in DER, BER or PEM: every certificate taken out of one is well formed by itself.
#include "rakkan/cms/certificate_bundle.hpp"

#include <cstdlib>

#include "rakkan/pki/distribution_point.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rakkan;
  const auto certificates = cms::parse_certificate_bundle({data, size});
  if (!certificates) {
    return 0;
  }
  if (certificates->empty()) {
    std::abort();
  }
  for (const pki::Certificate& certificate : *certificates) {
    const auto again = pki::Certificate::parse(certificate.der());
    if (!again || *again != certificate) {
      std::abort();
    }
    static_cast<void>(pki::crl_distribution_points(certificate));
    static_cast<void>(pki::authority_information_access(certificate));
  }
  return 0;
}
