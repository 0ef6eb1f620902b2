// Keys that other tools made: those that are refused at load, and those that are not.
#include <gtest/gtest.h>

#include "rakkan/crypto/digest.hpp"
#include "rakkan/hsm/token.hpp"
#include "raw_key.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::hsm {
namespace {

using crypto::KeyKind;
using test::FailsWith;
using test::IsOk;
using test::RawKey;
using test::SoftHsm;

class KeyAttributes : public testing::Test {
 protected:
  void SetUp() override {
    static int last = 0;
    label_ = "t" + std::to_string(++last);
    ASSERT_OK_AND_ASSIGN(token_, SoftHsm::process().new_token(label_));
  }
  Result<std::shared_ptr<Pkcs11Signer>> load(const RawKey& key) {
    const auto tokens = SoftHsm::process().module().value()->tokens().value();
    const auto ours =
        std::find_if(tokens.begin(), tokens.end(), [&](const auto& token) { return token.label == label_; });
    test::make_raw_key(ours->slot, "key", key);
    return token_->signer("key", {});
  }

  std::string label_;
  std::shared_ptr<Token> token_;
};

TEST_F(KeyAttributes, AKeyAsWeWantItIsLoaded) { EXPECT_THAT(load({}), IsOk()); }

TEST_F(KeyAttributes, AReadableKeyIsRefused) {
  RawKey key;
  key.sensitive = false;
  EXPECT_THAT(load(key), FailsWith(ErrorCode::key_attributes_unsafe));
}

TEST_F(KeyAttributes, AnExtractableKeyIsRefused) {
  RawKey key;
  key.extractable = true;
  EXPECT_THAT(load(key), FailsWith(ErrorCode::key_attributes_unsafe));
}

TEST_F(KeyAttributes, AKeyThatMayNotSignIsRefused) {
  RawKey key;
  key.sign = false;
  EXPECT_THAT(load(key), FailsWith(ErrorCode::key_attributes_unsafe));
}

TEST_F(KeyAttributes, AKeyForAnyMechanismIsRefused) {
  RawKey key;
  key.allowed = {};
  EXPECT_THAT(load(key), FailsWith(ErrorCode::key_attributes_unsafe));
}

TEST_F(KeyAttributes, AKeyThatAlsoDerivesSecretsIsRefused) {
  RawKey key;
  key.allowed = {CKM_ECDSA, CKM_ECDH1_DERIVE};
  EXPECT_THAT(load(key), FailsWith(ErrorCode::key_attributes_unsafe));
}

TEST_F(KeyAttributes, AnImportedKeyIsRefused) {
  const std::string command =
      "cd " + SoftHsm::process().folder().string() +
      " && openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem 2>/dev/null"
      " && softhsm2-util --import key.pem --token " +
      label_ + " --label key --id 01 --pin " + std::string(SoftHsm::kUserPin) + " >/dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_THAT(token_->signer("key", {}), FailsWith(ErrorCode::key_attributes_unsafe));
}

TEST_F(KeyAttributes, AnEcKeyWithoutPublicObjectCannotBeUsed) {
  RawKey key;
  key.public_object = false;
  EXPECT_THAT(load(key), FailsWith(ErrorCode::key_not_found));
}

TEST_F(KeyAttributes, AKeyThatWantsThePinForEachSignatureGetsIt) {
  RawKey key;
  key.always_authenticate = true;
  ASSERT_OK_AND_ASSIGN(const auto signer, load(key));
  const crypto::AlgorithmSuite& suite = crypto::default_suite(KeyKind::ec_p256);
  const crypto::Digest digest = crypto::digest(suite.digest, bytes_of("a contract"));
  for (int i = 0; i < 3; ++i) {
    ASSERT_OK_AND_ASSIGN(const Bytes signature, signer->sign(suite, digest));
    EXPECT_THAT(signer->public_key().verify(suite, digest, signature), IsOk());
  }
}

TEST_F(KeyAttributes, AModuleWithoutAllowedMechanismsCanBeConfigured) {
  Options options;
  options.require_allowed_mechanisms = false;
  const std::string label = label_ + " relaxed";
  ASSERT_OK_AND_ASSIGN(const auto token, SoftHsm::process().new_token(label, options));
  const auto tokens = SoftHsm::process().module().value()->tokens().value();
  const auto ours = std::find_if(tokens.begin(), tokens.end(), [&](const auto& found) { return found.label == label; });
  RawKey unlimited;
  unlimited.allowed = {};
  test::make_raw_key(ours->slot, "unlimited", unlimited);
  EXPECT_THAT(token->signer("unlimited", {}), IsOk());
  RawKey derives;
  derives.allowed = {CKM_ECDSA, CKM_ECDH1_DERIVE};
  test::make_raw_key(ours->slot, "derives", derives);
  EXPECT_THAT(token->signer("derives", {}), FailsWith(ErrorCode::key_attributes_unsafe))
      << "a list that is there is checked";
}

}  // namespace
}  // namespace rakkan::hsm
