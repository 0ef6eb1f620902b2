#include <gmock/gmock.h>

#include <map>
#include <vector>

#include "rakkan/base/hex.hpp"
#include "rakkan/crypto/software_signer.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::crypto {
namespace {

using test::FailsWith;
using test::IsOk;

constexpr KeyKind kKinds[] = {KeyKind::rsa_2048, KeyKind::rsa_3072, KeyKind::rsa_4096,
                              KeyKind::ec_p256,  KeyKind::ec_p384,  KeyKind::ed25519};

// One key of each kind for all tests: RSA keys take long to make.
SoftwareSigner& signer_of(KeyKind kind) {
  static std::map<KeyKind, SoftwareSigner> signers;
  auto found = signers.find(kind);
  if (found == signers.end()) {
    found = signers.emplace(kind, SoftwareSigner::generate(kind).value()).first;
  }
  return found->second;
}

class EverySuite : public testing::TestWithParam<std::tuple<KeyKind, std::size_t>> {
 protected:
  const AlgorithmSuite& suite() const { return algorithm_suites()[std::get<1>(GetParam())]; }
  SoftwareSigner& signer() const { return signer_of(std::get<0>(GetParam())); }
};

TEST_P(EverySuite, SignsAndVerifiesExactlyWithTheKeysItSuits) {
  const Digest data = digest(suite().digest, bytes_of("契約書"));
  if (!suits(suite(), std::get<0>(GetParam())) || suite().scheme == SignatureScheme::eddsa) {
    EXPECT_THAT(signer().sign(suite(), data), FailsWith(ErrorCode::unsupported_algorithm));
    EXPECT_THAT(signer().public_key().verify(suite(), data, Bytes(64)), FailsWith(ErrorCode::unsupported_algorithm));
    return;
  }
  ASSERT_OK_AND_ASSIGN(Bytes signature, signer().sign(suite(), data));
  EXPECT_LE(signature.size(), max_signature_size(signer().public_key().kind()));
  EXPECT_THAT(signer().public_key().verify(suite(), data, signature), IsOk());
  EXPECT_THAT(signer().public_key().verify_message(suite(), bytes_of("契約書"), signature), IsOk());
  EXPECT_THAT(signer().public_key().verify(suite(), digest(suite().digest, bytes_of("契約害")), signature),
              FailsWith(ErrorCode::signature_invalid));
  signature[signature.size() / 2] ^= 1;
  EXPECT_THAT(signer().public_key().verify(suite(), data, signature), FailsWith(ErrorCode::signature_invalid));
  EXPECT_THAT(signer().public_key().verify(suite(), data, {}), FailsWith(ErrorCode::signature_invalid));
}

INSTANTIATE_TEST_SUITE_P(Signer, EverySuite,
                         testing::Combine(testing::ValuesIn(kKinds), testing::Range<std::size_t>(0, 10)),
                         [](const auto& parameters) {
                           std::string text(algorithm_suites()[std::get<1>(parameters.param)].name);
                           text += "_with_" + std::string(name(std::get<0>(parameters.param)));
                           std::replace(text.begin(), text.end(), '-', '_');
                           return text;
                         });

// More keys than a thread keeps ready, each asked after each other about right and wrong values.
TEST(Signer, WhatAThreadKeepsReadyIsNotMixedUp) {
  const AlgorithmSuite& suite = *find_suite(SignatureScheme::ecdsa, DigestAlgorithm::sha256);
  const Digest data = digest(suite.digest, bytes_of("契約書"));
  std::vector<PublicKey> keys;
  std::vector<Bytes> signatures;
  for (int i = 0; i < 6; ++i) {
    ASSERT_OK_AND_ASSIGN(SoftwareSigner signer, SoftwareSigner::generate(KeyKind::ec_p256));
    ASSERT_OK_AND_ASSIGN(Bytes signature, signer.sign(suite, data));
    keys.push_back(signer.public_key());
    signatures.push_back(std::move(signature));
  }
  for (std::size_t round = 0; round < keys.size(); ++round) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const std::size_t of = (i + round) % keys.size();
      EXPECT_EQ(keys[i].verify(suite, data, signatures[of]).has_value(), of == i);
    }
  }
}

TEST(Signer, RefusesADigestOfAnotherAlgorithm) {
  const AlgorithmSuite& suite = default_suite(KeyKind::ec_p256);
  const Digest longer = digest(DigestAlgorithm::sha512, {});
  EXPECT_THAT(signer_of(KeyKind::ec_p256).sign(suite, longer), FailsWith(ErrorCode::unsupported_algorithm));
  EXPECT_THAT(signer_of(KeyKind::ec_p256).public_key().verify(suite, longer, Bytes(70)),
              FailsWith(ErrorCode::unsupported_algorithm));
}

TEST(Signer, RefusesTextThatIsNoPrivateKey) {
  EXPECT_THAT(SoftwareSigner::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
              FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(SoftwareSigner::from_pem(""), FailsWith(ErrorCode::invalid_argument));
}

TEST(MaxSignatureSize, HoldsEveryEcdsaValue) {
  // The longest value has both integers with the top bit set.
  EXPECT_EQ(max_signature_size(KeyKind::ec_p256), 72U);
  EXPECT_EQ(max_signature_size(KeyKind::ec_p384), 104U);
}

TEST(MessageSigner, SignsTheMessageWithEd25519Alone) {
  ASSERT_OK_AND_ASSIGN(SoftwareMessageSigner signer, SoftwareMessageSigner::generate());
  ASSERT_EQ(signer.public_key().kind(), KeyKind::ed25519);
  const AlgorithmSuite& suite = default_suite(KeyKind::ed25519);
  ASSERT_OK_AND_ASSIGN(const Bytes signature, signer.sign_message(bytes_of("a checkpoint")));
  EXPECT_EQ(signature.size(), 64U);
  EXPECT_THAT(signer.public_key().verify_message(suite, bytes_of("a checkpoint"), signature), IsOk());
  EXPECT_THAT(signer.public_key().verify_message(suite, bytes_of("a checkpoinT"), signature),
              FailsWith(ErrorCode::signature_invalid));
}

constexpr std::string_view kRfc8032Key =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n"
    "-----END PRIVATE KEY-----\n";
constexpr std::string_view kP256Key =  // openssl genpkey -algorithm EC; used nowhere
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNlK7c3gxze8MrPEb\n"
    "NdqVKJVETUGvk8yJdPf/YKKv/xqhRANCAARF1NZccFBJxXu2d0a0RqGcC7dqaQSU\n"
    "xvDsVyNbSl5mjQ7TU/u4cZubx6rKaxIXMAh+nDblWkpups5UpwgBgagk\n"
    "-----END PRIVATE KEY-----\n";

TEST(MessageSigner, ReadsAnEd25519KeyAndNoOther) {
  // RFC 8032 §7.1 test 2: the key as RFC 8410 §7 writes it, and its signature of the message 0x72.
  ASSERT_OK_AND_ASSIGN(SoftwareMessageSigner signer, SoftwareMessageSigner::from_pem(kRfc8032Key));
  ASSERT_OK_AND_ASSIGN(const Bytes signature, signer.sign_message(bytes_of("\x72")));
  EXPECT_EQ(to_hex(signature),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  EXPECT_THAT(SoftwareMessageSigner::from_pem("no key"), FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(SoftwareMessageSigner::from_pem(kP256Key), FailsWith(ErrorCode::unsupported_algorithm));
}

}  // namespace
}  // namespace rakkan::crypto
