#pragma once

#include <string_view>

#include "rakkan/base/result.hpp"
#include "rakkan/crypto/digest.hpp"

namespace rakkan::cli {

// Reads a digest: "HEX", whose length says the algorithm, or "SHA-384:HEX". invalid_argument.
[[nodiscard]] Result<crypto::Digest> parse_digest(std::string_view text);

}  // namespace rakkan::cli
