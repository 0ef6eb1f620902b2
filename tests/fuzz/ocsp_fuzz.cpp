// OCSP responses and requests from outside: an accepted response reads again the same, bare and wrapped.
#include <cstdlib>

#include "rakkan/pki/ocsp_request.hpp"
#include "rakkan/pki/revocation_status.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rakkan::pki;
  if (const auto request = OcspRequest::parse({data, size})) {
    if (!rakkan::equal(request->der(), {data, size}) || request->certificate_ids().empty()) {
      std::abort();
    }
  }
  const auto response = OcspResponse::parse({data, size});
  if (!response) {
    return 0;
  }
  const auto bare = OcspResponse::parse(response->basic_response());
  if (!bare || !bare->is_bare() || bare->responses().size() != response->responses().size()) {
    std::abort();
  }
  const auto wrapped = OcspResponse::parse(bare->response_der());
  if (!wrapped || !rakkan::equal(wrapped->basic_response(), response->basic_response())) {
    std::abort();
  }
  for (const rakkan::ByteView der : response->certificates()) {
    const auto certificate = Certificate::parse(der);
    if (certificate) {
      static_cast<void>(find_responder(*response, *certificate));
      static_cast<void>(revocation_status(*response, *certificate, *certificate));
    }
  }
  return 0;
}
