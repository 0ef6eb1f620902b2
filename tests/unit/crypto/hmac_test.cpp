#include "rakkan/crypto/hmac.hpp"

#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"

namespace rakkan::crypto {
namespace {

std::string hmac(const Bytes& key, std::string_view data) { return to_hex(hmac_sha256(key, {bytes_of(data)}).view()); }

// source: RFC 4231 §4.2, §4.3, §4.7 (a key longer than a block)
TEST(Hmac, AgreesWithRfc4231) {
  EXPECT_EQ(hmac(Bytes(20, 0x0B), "Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hmac(copy_of(bytes_of("Jefe")), "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac(Bytes(131, 0xAA), "Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hmac, PartsAreOneText) {
  const Bytes key(32, 1);
  EXPECT_EQ(hmac_sha256(key, {bytes_of("ab"), bytes_of("c")}), hmac_sha256(key, {bytes_of("abc")}));
}

}  // namespace
}  // namespace rakkan::crypto
