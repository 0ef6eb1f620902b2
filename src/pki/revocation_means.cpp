#include "pki/revocation_means.hpp"

#include <string>

namespace rakkan::pki {

Result<void> RevocationSteps::take(std::size_t count) {
  if (count > left_) {
    left_ = 0;
    return fail(ErrorCode::certificate_path_limit,
                "the search for revocation takes more than " + std::to_string(most_) + " steps");
  }
  left_ -= count;
  return {};
}

}  // namespace rakkan::pki
