// Public keys as EVP_PKEY, made by EVP_PKEY_fromdata from numbers that our own DER reader has taken apart.
#pragma once

#include <openssl/core.h>

#include <cstddef>
#include <memory>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::crypto {

// OpenSSL's parameters take constant data through a pointer to non-const.
template <class T>
void* unconst(const T* data) {
  return const_cast<void*>(static_cast<const void*>(data));
}

// The magnitude in the machine's byte order, as OSSL_PARAM wants integers.
[[nodiscard]] Bytes native_order(ByteView big_endian);

// The number of bits of a magnitude without leading zeros.
[[nodiscard]] std::size_t bits_of(ByteView magnitude) noexcept;

// A public key of OpenSSL's `type` ("RSA", "EC"). Fails with malformed_der when OpenSSL accepts no such key.
[[nodiscard]] Result<std::shared_ptr<void>> make_public_key(const char* type, OSSL_PARAM* parameters);

// One of RSA, of a point of a curve that OpenSSL knows by `group`, and of a key that is one octet string.
[[nodiscard]] Result<std::shared_ptr<void>> make_rsa_key(ByteView modulus, ByteView exponent);
[[nodiscard]] Result<std::shared_ptr<void>> make_ec_key(const char* group, ByteView point);
[[nodiscard]] Result<std::shared_ptr<void>> make_raw_key(const char* type, ByteView octets);

}  // namespace rakkan::crypto
