#include "rakkan/crypto/hmac.hpp"

#include <algorithm>
#include <array>

#include "rakkan/base/secure_bytes.hpp"

namespace rakkan::crypto {
namespace {

constexpr std::size_t kBlock = 64;  // of SHA-256

using Pad = std::array<Byte, kBlock>;

Pad padded(ByteView key, Byte with) {
  Pad pad{};
  std::copy(key.begin(), key.end(), pad.begin());
  for (Byte& octet : pad) {
    octet ^= with;
  }
  return pad;
}

}  // namespace

// RFC 2104 §2: H(K xor opad, H(K xor ipad, text)); a key longer than a block is hashed first.
Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) {
  if (key.size() > kBlock) {
    const Digest short_key = digest(DigestAlgorithm::sha256, key);
    return hmac_sha256(short_key.view(), parts);
  }
  Pad inner_key = padded(key, 0x36);
  Pad outer_key = padded(key, 0x5C);
  Hasher inner(DigestAlgorithm::sha256);
  inner.update(inner_key);
  for (const ByteView part : parts) {
    inner.update(part);
  }
  const Digest inner_digest = inner.finish();
  const Digest result = digest(DigestAlgorithm::sha256, {ByteView(outer_key), inner_digest.view()});
  secure_wipe(inner_key);
  secure_wipe(outer_key);
  return result;
}

}  // namespace rakkan::crypto
