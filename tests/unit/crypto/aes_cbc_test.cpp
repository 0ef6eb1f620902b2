#include "rakkan/crypto/aes_cbc.hpp"

#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::crypto {
namespace {

using test::FailsWith;

Bytes hex(std::string_view text) { return from_hex(text).value(); }

// source: NIST SP 800-38A §F.2.1, §F.2.5, the first two blocks
struct Vector {
  std::string_view key, cipher_text;
};
constexpr std::string_view kVector = "000102030405060708090a0b0c0d0e0f";
constexpr std::string_view kPlain = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51";
constexpr Vector kVectors[] = {
    {"2b7e151628aed2a6abf7158809cf4f3c", "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"},
    {"603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
     "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"},
};

TEST(AesCbc, AgreesWithSp80038a) {
  for (const Vector& vector : kVectors) {
    ASSERT_OK_AND_ASSIGN(const Bytes encrypted, aes_cbc_encrypt(hex(vector.key), hex(kVector), hex(kPlain)));
    EXPECT_EQ(to_hex(encrypted), vector.cipher_text);
    ASSERT_OK_AND_ASSIGN(const Bytes decrypted, aes_cbc_decrypt(hex(vector.key), hex(kVector), encrypted));
    EXPECT_EQ(to_hex(decrypted), kPlain);
  }
}

TEST(AesCbc, TakesWholeBlocksAlone) {
  EXPECT_THAT(aes_cbc_decrypt(Bytes(16), Bytes(16), Bytes(15)), FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(aes_cbc_decrypt(Bytes(24), Bytes(16), Bytes(16)), FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(aes_cbc_encrypt(Bytes(16), Bytes(8), Bytes(16)), FailsWith(ErrorCode::invalid_argument));
  ASSERT_OK_AND_ASSIGN(const Bytes nothing, aes_cbc_encrypt(Bytes(16), Bytes(16), Bytes{}));
  EXPECT_TRUE(nothing.empty());
}

}  // namespace
}  // namespace rakkan::crypto
