#pragma once

#include <string_view>

#include "rakkan/base/result.hpp"
#include "rakkan/crypto/digest.hpp"

namespace rakkan::cli {

// "HEX", the algorithm told by the length, or "SHA-384:HEX". invalid_argument.
[[nodiscard]] Result<crypto::Digest> parse_digest(std::string_view text);

}  // namespace rakkan::cli
