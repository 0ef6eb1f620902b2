#pragma once

#include "rakkan/base/result.hpp"

namespace rakkan::tsp {

// The failure of a DER or CMS parser under the code of the structure that was being read; other codes stay.
inline tl::unexpected<Error> malformed_as(ErrorCode code, Error error) {
  if (error.code == ErrorCode::malformed_der || error.code == ErrorCode::malformed_cms) {
    error.code = code;
  }
  return fail(std::move(error));
}

}  // namespace rakkan::tsp
