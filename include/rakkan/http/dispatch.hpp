// dispatch carries a request to its route without a connection: for a program that works on a data folder itself, by
// the very endpoints that a server would answer with.
#pragma once

#include <cstdint>
#include <string_view>

#include "rakkan/async/deadline.hpp"
#include "rakkan/base/wiped_bytes.hpp"
#include "rakkan/http/router.hpp"

namespace rakkan::http {

struct DirectRequest {  // outlived by what its views point to
  Method method = Method::get;
  std::string_view target;        // path and query, percent-encoded as on the wire
  std::string_view content_type;  // empty: none
  ByteView body;
  std::uint32_t user = 0;  // of this machine: Request::local_user
  async::Deadline deadline{};
};

struct DirectAnswer {
  unsigned status = 0;
  WipedBytes body;
};

// Guards, the check of the query and the route's handler, as a server does it; nothing is refused as overloaded. What
// any of them fails with comes as it is; malformed_request for a target that is none; input_too_large.
[[nodiscard]] async::Task<Result<DirectAnswer>> dispatch(const Router& router, DirectRequest request);

}  // namespace rakkan::http
