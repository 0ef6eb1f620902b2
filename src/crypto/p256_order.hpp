// The inverse modulo the order n of P-256, which OpenSSL does not offer at its own speed: its verification of ECDSA
// uses an inverse of 1 µs, its public BN_mod_inverse takes 10.
#pragma once

#include <array>

#include "rakkan/base/bytes.hpp"

namespace rakkan::crypto {

using P256Scalar = std::array<Byte, 32>;  // big-endian

// The number that gives 1 modulo n when multiplied with `value`, which is from 1 to n - 1 (0 gives 0). The function's
// time depends on the value, so it is for public numbers only.
[[nodiscard]] P256Scalar inverse_modulo_p256_order(const P256Scalar& value) noexcept;

}  // namespace rakkan::crypto
