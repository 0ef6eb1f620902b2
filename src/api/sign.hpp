// The common work of the endpoints that sign, after they have read their requests.
#pragma once

#include "api/context.hpp"
#include "api/signing_request.hpp"
#include "rakkan/service/signing_desk.hpp"
#include "rakkan/service/signing_line.hpp"

namespace rakkan::api {

// True when the query says proof=wait: the answer waits for a checkpoint over its outcome and includes the proof.
// invalid_request for another value.
[[nodiscard]] Result<bool> wants_proof(const Request& request);

// Signs the document, or the parameters' digest, in the name of the request's caller. An Idempotency-Key that belongs
// to another request is recorded as refused. Errors as of service::SigningDesk::sign.
[[nodiscard]] async::Task<Result<service::GivenSignature>> sign_document(Context& context, const Request& request,
                                                                         SigningParameters parameters,
                                                                         service::HashedDocument document,
                                                                         std::optional<std::string> key, bool proof);
[[nodiscard]] async::Task<Result<service::GivenSignature>> sign_digest(Context& context, const Request& request,
                                                                       SigningParameters parameters,
                                                                       std::optional<std::string> key, bool proof);

}  // namespace rakkan::api
