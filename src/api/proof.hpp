// proof=wait: the answer waits for a checkpoint over its outcome and carries the proof.
#pragma once

#include <optional>
#include <string>

#include "api/context.hpp"

namespace rakkan::api {

// What the query says. invalid_request for another value than "wait".
[[nodiscard]] Result<bool> wants_proof(const Request& request);

// Nothing when no checkpoint came in time: the signature is good all the same.
[[nodiscard]] async::Task<std::optional<std::string>> await_proof(Context& context, const Request& request,
                                                                  std::uint64_t index);

}  // namespace rakkan::api
