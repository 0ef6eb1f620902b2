// Signing one digest: what /v1/cms and each line of a batch do.
#pragma once

#include "api/context.hpp"
#include "api/signing_request.hpp"

namespace rakkan::api {

struct DigestSigned {
  service::StoredSignature stored;
  bool replayed = false;
};

[[nodiscard]] async::Task<Result<DigestSigned>> sign_digest(Context& context, const Request& request,
                                                            SigningParameters parameters,
                                                            std::optional<std::string> key);

}  // namespace rakkan::api
