#include "rakkan/crypto/public_key.hpp"

#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "rakkan/crypto/software_signer.hpp"
#include "rakkan/der/writer.hpp"
#include "support/result_matchers.hpp"
#include "support/rsa_spki.hpp"

namespace rakkan::crypto {
namespace {

using test::FailsWith;
using test::IsOk;
using test::rsa_spki;

constexpr der::Oid kEcPublicKey{1, 2, 840, 10045, 2, 1};
constexpr der::Oid kP256{1, 2, 840, 10045, 3, 1, 7};

Bytes p256_spki(ByteView point) {
  der::Writer spki;
  spki.sequence([&] {
    spki.sequence([&] {
      spki.oid(kEcPublicKey);
      spki.oid(kP256);
    });
    spki.bit_string(point);
  });
  return spki.take();
}

Bytes modulus_of(std::size_t octets, Byte first, Byte last) {
  Bytes modulus(octets, 0x5A);
  modulus.front() = first;
  modulus.back() = last;
  return modulus;
}

TEST(PublicKey, TakesRsaKeysOfTheThreeSizes) {
  EXPECT_EQ(PublicKey::from_spki(rsa_spki(modulus_of(256, 0x80, 1), Bytes{1, 0, 1}))->kind(), KeyKind::rsa_2048);
  EXPECT_EQ(PublicKey::from_spki(rsa_spki(modulus_of(384, 0xFF, 1), Bytes{1, 0, 1}))->kind(), KeyKind::rsa_3072);
  EXPECT_EQ(PublicKey::from_spki(rsa_spki(modulus_of(512, 0xC1, 1), Bytes{1, 0, 3}))->kind(), KeyKind::rsa_4096);
}

TEST(PublicKey, RefusesOtherRsaKeys) {
  EXPECT_THAT(PublicKey::from_spki(rsa_spki(modulus_of(128, 0x80, 1), Bytes{1, 0, 1})),
              FailsWith(ErrorCode::unsupported_algorithm));
  EXPECT_THAT(PublicKey::from_spki(rsa_spki(modulus_of(256, 0x7F, 1), Bytes{1, 0, 1})),
              FailsWith(ErrorCode::unsupported_algorithm));  // 2047 bits
  EXPECT_THAT(PublicKey::from_spki(rsa_spki(modulus_of(256, 0x80, 2), Bytes{1, 0, 1})),
              FailsWith(ErrorCode::malformed_der));
  EXPECT_THAT(PublicKey::from_spki(rsa_spki(modulus_of(256, 0x80, 1), Bytes{3})),
              FailsWith(ErrorCode::unsupported_algorithm));
  EXPECT_THAT(PublicKey::from_spki(rsa_spki(modulus_of(256, 0x80, 1), Bytes{1, 0, 2})),
              FailsWith(ErrorCode::unsupported_algorithm));
  EXPECT_THAT(PublicKey::from_spki(rsa_spki({}, Bytes{1, 0, 1})), FailsWith(ErrorCode::unsupported_algorithm));
}

TEST(PublicKey, RefusesPointsThatAreNotOnTheCurve) {
  Bytes point(65, 0x11);
  point[0] = 0x04;
  EXPECT_THAT(PublicKey::from_spki(p256_spki(point)), FailsWith(ErrorCode::malformed_der));
  EXPECT_THAT(PublicKey::from_spki(p256_spki(Bytes{0x00})), FailsWith(ErrorCode::malformed_der));  // infinity
  Bytes compressed(33, 0x11);
  compressed[0] = 0x02;
  EXPECT_THAT(PublicKey::from_spki(p256_spki(compressed)), FailsWith(ErrorCode::malformed_der));
}

TEST(PublicKey, RefusesWhatIsNoSubjectPublicKeyInfo) {
  ASSERT_OK_AND_ASSIGN(const SoftwareSigner signer, SoftwareSigner::generate(KeyKind::ec_p256));
  Bytes spki = copy_of(signer.public_key().spki());
  EXPECT_EQ(PublicKey::from_spki(spki), signer.public_key());
  spki.push_back(0);
  EXPECT_THAT(PublicKey::from_spki(spki), FailsWith(ErrorCode::malformed_der));
  EXPECT_THAT(PublicKey::from_spki({}), FailsWith(ErrorCode::malformed_der));
}

// RFC 8032 §7.1, TEST 3.
TEST(PublicKey, VerifiesTheExampleOfRfc8032) {
  Bytes spki = from_hex("302a300506032b6570032100").value();
  append(spki, from_hex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025").value());
  const Bytes signature = from_hex(
                              "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                              "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")
                              .value();
  ASSERT_OK_AND_ASSIGN(const PublicKey key, PublicKey::from_spki(spki));
  const AlgorithmSuite& suite = default_suite(KeyKind::ed25519);
  EXPECT_THAT(key.verify_message(suite, Bytes{0xAF, 0x82}, signature), IsOk());
  EXPECT_THAT(key.verify_message(suite, Bytes{0xAF, 0x83}, signature), FailsWith(ErrorCode::signature_invalid));
}

// RFC 6979 §A.2.5: ECDSA, 256 bits, SHA-256, message "sample".
TEST(PublicKey, VerifiesTheExampleOfRfc6979) {
  const Bytes point = from_hex(
                          "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
                          "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299")
                          .value();
  der::Writer signature;
  signature.sequence([&] {
    signature.unsigned_integer(from_hex("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716").value());
    signature.unsigned_integer(from_hex("f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8").value());
  });
  ASSERT_OK_AND_ASSIGN(const PublicKey key, PublicKey::from_spki(p256_spki(point)));
  const AlgorithmSuite& suite = *suite_from_name("ecdsa-sha256");
  EXPECT_THAT(key.verify_message(suite, bytes_of("sample"), signature.view()), IsOk());
  EXPECT_THAT(key.verify_message(suite, bytes_of("Sample"), signature.view()), FailsWith(ErrorCode::signature_invalid));
}

}  // namespace
}  // namespace rakkan::crypto
