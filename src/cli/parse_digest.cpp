#include "cli/parse_digest.hpp"

#include <string>

#include "rakkan/base/hex.hpp"

namespace rakkan::cli {

Result<crypto::Digest> parse_digest(std::string_view text) {
  using enum crypto::DigestAlgorithm;
  const std::size_t colon = text.find(':');
  const std::optional<Bytes> value = from_hex(colon == std::string_view::npos ? text : text.substr(colon + 1));
  if (!value) {
    return fail(ErrorCode::invalid_argument, "the digest is not hexadecimal");
  }
  if (colon != std::string_view::npos) {
    const auto algorithm = crypto::digest_algorithm_from_name(text.substr(0, colon));
    const auto digest = algorithm ? crypto::Digest::from_bytes(*algorithm, *value) : std::nullopt;
    if (!digest) {
      return fail(ErrorCode::invalid_argument, "the digest does not fit its algorithm",
                  std::string(text.substr(0, colon)));
    }
    return *digest;
  }
  for (const crypto::DigestAlgorithm algorithm : {sha256, sha384, sha512}) {
    if (const auto digest = crypto::Digest::from_bytes(algorithm, *value)) {
      return *digest;
    }
  }
  return fail(ErrorCode::invalid_argument,
              "a digest has 32, 48 or 64 bytes, this has " + std::to_string(value->size()));
}

}  // namespace rakkan::cli
