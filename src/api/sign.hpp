// What every endpoint that signs does with what it read.
#pragma once

#include "api/context.hpp"
#include "api/signing_request.hpp"
#include "rakkan/service/signing_desk.hpp"

namespace rakkan::service {
class HashedDocument;
}

namespace rakkan::api {

// Whether the query says proof=wait: the answer waits for a checkpoint over its outcome and carries the proof.
// invalid_request for another value.
[[nodiscard]] Result<bool> wants_proof(const Request& request);

// A signature over the document, or over the parameters' digest, in the name of the request's caller; an
// Idempotency-Key that was another request's is recorded as refused. As service::SigningDesk::sign.
[[nodiscard]] async::Task<Result<service::GivenSignature>> sign_document(Context& context, const Request& request,
                                                                         SigningParameters parameters,
                                                                         service::HashedDocument document,
                                                                         std::optional<std::string> key, bool proof);
[[nodiscard]] async::Task<Result<service::GivenSignature>> sign_digest(Context& context, const Request& request,
                                                                       SigningParameters parameters,
                                                                       std::optional<std::string> key, bool proof);

}  // namespace rakkan::api
