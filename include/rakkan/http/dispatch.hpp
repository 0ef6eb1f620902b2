// dispatch carries a request to its route without a connection, for a program that works on a data folder itself by the
// same endpoints with which a server would answer.
#pragma once

#include <cstdint>
#include <string_view>

#include "rakkan/async/deadline.hpp"
#include "rakkan/base/wiped_bytes.hpp"
#include "rakkan/http/router.hpp"

namespace rakkan::http {

struct DirectRequest {  // the texts and bytes that its views point to outlive it
  Method method = Method::get;
  std::string_view target;        // path and query, percent-encoded as on the wire
  std::string_view content_type;  // empty: none
  ByteView body;
  std::uint32_t user = 0;  // the user of this machine who asks: Request::local_user
  async::Deadline deadline{};
};

struct DirectAnswer {
  unsigned status = 0;
  WipedBytes body;
};

// Runs the guards, the check of the query and the route's handler as a server does, but refuses nothing as overloaded.
// Their errors are returned as they are; malformed_request for text that is no target; input_too_large.
[[nodiscard]] async::Task<Result<DirectAnswer>> dispatch(const Router& router, DirectRequest given);

}  // namespace rakkan::http
