// Certificates from outside, in DER or PEM: all that hangs on one is well formed, its names have a text and match
// themselves.
#include <cstdlib>

#include "rakkan/pki/certificate_profile.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto certificates = rakkan::pki::parse_certificates({data, size});
  if (!certificates) {
    return 0;
  }
  for (const rakkan::pki::Certificate& certificate : *certificates) {
    const auto again = rakkan::pki::Certificate::parse(certificate.der());
    if (!again || *again != certificate || !certificate.subject().matches(again->subject())) {
      std::abort();
    }
    const auto name = rakkan::pki::Name::parse(certificate.subject().der());
    if (!name || name->text() != certificate.subject().text()) {
      std::abort();
    }
    static_cast<void>(certificate.public_key());
    static_cast<void>(certificate.verify_signed_by(certificate));
    const auto chain = rakkan::pki::order_chain(certificate, *certificates);
    if (chain) {
      static_cast<void>(rakkan::pki::check_chain(certificate, *chain, {}, rakkan::Instant{}));
    }
    static_cast<void>(rakkan::pki::check_certificate(certificate, rakkan::pki::kUnitProfile));
  }
  return 0;
}
