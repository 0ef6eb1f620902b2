#include "rakkan/crypto/aes_cbc.hpp"

#include <limits>

#include "crypto/openssl.hpp"

namespace rakkan::crypto {
namespace {

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, OpenSslFree<EVP_CIPHER_CTX_free>>;

enum class Direction : int { decrypt = 0, encrypt = 1 };

Result<Bytes> run(Direction direction, ByteView key, ByteView vector, ByteView data) {
  const bool long_key = key.size() == 32;
  if ((key.size() != 16 && !long_key) || vector.size() != kAesBlock || data.size() % kAesBlock != 0 ||
      data.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return fail(ErrorCode::invalid_argument, "a key, vector or text of the wrong size");
  }
  const CipherContext context(EVP_CIPHER_CTX_new());
  Bytes out(data.size());
  int written = 0;
  int rest = 0;
  const EVP_CIPHER* const cipher = long_key ? EVP_aes_256_cbc() : EVP_aes_128_cbc();
  const bool done =
      context &&
      EVP_CipherInit_ex2(context.get(), cipher, key.data(), vector.data(), static_cast<int>(direction), nullptr) == 1 &&
      EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1 &&
      EVP_CipherUpdate(context.get(), out.data(), &written, data.data(), static_cast<int>(data.size())) == 1 &&
      EVP_CipherFinal_ex(context.get(), out.data() + written, &rest) == 1;
  if (!done || static_cast<std::size_t>(written) + static_cast<std::size_t>(rest) != out.size()) {
    return fail(openssl_error("AES failed"));
  }
  return out;
}

}  // namespace

Result<Bytes> aes_cbc_decrypt(ByteView key, ByteView vector, ByteView data) {
  return run(Direction::decrypt, key, vector, data);
}

Result<Bytes> aes_cbc_encrypt(ByteView key, ByteView vector, ByteView data) {
  return run(Direction::encrypt, key, vector, data);
}

}  // namespace rakkan::crypto
