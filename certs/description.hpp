// The development PKI as a description: every certificate with its key, its place in time and, for the lies, the one
// thing that is wrong with it. certs/README.md describes the same for people; a test compares the two.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

#include "rakkan/crypto/algorithm_suite.hpp"

namespace rakkan::certs {

enum class Profile : std::uint8_t { root, issuing_ca, document, timestamp, ocsp };

// The one wrong thing about a negative. Everything else about it is right, so that a test sees the one refusal.
enum class Lie : std::uint8_t {
  none,
  expired,         // ended yesterday
  wrong_eku,       // a timestamp unit's, but timeStamping is not alone and not critical (EN 319 422 §6)
  mismatched_key,  // certifies a key that is not the one in the token
  revoked,         // on the issuing CA's list
};

struct Description {
  std::string_view name;     // of its files, its token and its key
  std::string_view subject;  // RFC 4514
  Profile profile;
  crypto::KeyKind key;
  std::chrono::days lifetime;
  Lie lie = Lie::none;
};

inline constexpr std::string_view kRoot = "root-ca";
inline constexpr std::string_view kIssuingCa = "issuing-ca";

// The root and the issuing CA first; the issuing CA issues all that follow.
[[nodiscard]] std::span<const Description> descriptions() noexcept;

[[nodiscard]] std::string_view name(Profile profile) noexcept;
[[nodiscard]] std::string_view name(Lie lie) noexcept;  // empty for none

}  // namespace rakkan::certs
