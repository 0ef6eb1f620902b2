// Signing one digest: what /v1/cms and each line of a batch do.
#pragma once

#include "http/handlers/context.hpp"
#include "http/handlers/signing_request.hpp"

namespace rakkan::http {

struct DigestSigned {
  service::StoredSignature stored;
  bool replayed = false;
};

[[nodiscard]] async::Task<Result<DigestSigned>> sign_digest(Context& context, const Request& request,
                                                            SigningParameters parameters,
                                                            std::optional<std::string> key);

}  // namespace rakkan::http
