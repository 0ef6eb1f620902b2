#include "crypto/openssl_key.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <bit>
#include <string>

#include "crypto/openssl.hpp"

namespace rakkan::crypto {

Bytes native_order(ByteView big_endian) {
  Bytes value = copy_of(big_endian);
  if constexpr (std::endian::native == std::endian::little) {
    std::reverse(value.begin(), value.end());
  }
  return value;
}

std::size_t bits_of(ByteView magnitude) noexcept {
  return magnitude.empty() ? 0 : magnitude.size() * 8 - static_cast<std::size_t>(std::countl_zero(magnitude.front()));
}

Result<std::shared_ptr<void>> make_public_key(const char* type, OSSL_PARAM* parameters) {
  const PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1) {
    ERR_clear_error();
    return fail(ErrorCode::malformed_der, std::string("not a public key of type ") + type);
  }
  return std::shared_ptr<void>(key, [](void* owned) { EVP_PKEY_free(static_cast<EVP_PKEY*>(owned)); });
}

Result<std::shared_ptr<void>> make_rsa_key(ByteView modulus, ByteView exponent) {
  Bytes n = native_order(modulus);
  Bytes e = native_order(exponent);
  std::array parameters = {OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, n.data(), n.size()),
                           OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, e.data(), e.size()),
                           OSSL_PARAM_construct_end()};
  return make_public_key("RSA", parameters.data());
}

Result<std::shared_ptr<void>> make_ec_key(const char* group, ByteView point) {
  std::array parameters = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, const_cast<char*>(group), 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, unconst(point.data()), point.size()),
      OSSL_PARAM_construct_end()};
  return make_public_key("EC", parameters.data());
}

Result<std::shared_ptr<void>> make_raw_key(const char* type, ByteView octets) {
  std::array parameters = {
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, unconst(octets.data()), octets.size()),
      OSSL_PARAM_construct_end()};
  return make_public_key(type, parameters.data());
}

}  // namespace rakkan::crypto
