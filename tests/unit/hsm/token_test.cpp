#include "rakkan/hsm/token.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "rakkan/crypto/digest.hpp"
#include "support/result_matchers.hpp"
#include "support/softhsm_fixture.hpp"

namespace rakkan::hsm {
namespace {

using crypto::AlgorithmSuite;
using crypto::DigestAlgorithm;
using crypto::KeyKind;
using crypto::SignatureScheme;
using test::FailsWith;
using test::IsOk;
using test::SoftHsm;

const crypto::Digest kDigest = crypto::digest(DigestAlgorithm::sha256, bytes_of("a contract"));

struct KindCase {
  KeyKind kind;
  const char* name;
};

class TokenKeys : public testing::TestWithParam<KindCase> {};

TEST_P(TokenKeys, EverySuiteOfTheKindSignsAndVerifiesWithThePublicKeyOfTheToken) {
  ASSERT_OK_AND_ASSIGN(const auto token, SoftHsm::process().new_token(std::string("keys of ") + GetParam().name));
  const Bytes id = {0x01, 0x02};
  ASSERT_OK_AND_ASSIGN(const KeyDescription made, token->generate(GetParam().kind, "seal", id));
  EXPECT_EQ(made.kind, GetParam().kind);
  ASSERT_OK_AND_ASSIGN(const auto signer, token->signer("", id));
  EXPECT_EQ(signer->public_key().kind(), GetParam().kind);
  int suites = 0;
  for (const AlgorithmSuite& suite : crypto::algorithm_suites()) {
    if (!crypto::suits(suite, GetParam().kind)) {
      continue;
    }
    ++suites;
    const crypto::Digest digest = crypto::digest(suite.digest, bytes_of("a contract"));
    ASSERT_OK_AND_ASSIGN(const Bytes signature, signer->sign(suite, digest));
    EXPECT_LE(signature.size(), crypto::max_signature_size(GetParam().kind));
    EXPECT_THAT(signer->public_key().verify(suite, digest, signature), IsOk()) << suite.name;
    EXPECT_THAT(signer->public_key().verify(suite, crypto::digest(suite.digest, bytes_of("another")), signature),
                FailsWith(ErrorCode::signature_invalid))
        << suite.name;
  }
  EXPECT_GE(suites, 3);
}

INSTANTIATE_TEST_SUITE_P(Kinds, TokenKeys,
                         testing::Values(KindCase{KeyKind::rsa_2048, "Rsa2048"}, KindCase{KeyKind::rsa_3072, "Rsa3072"},
                                         KindCase{KeyKind::ec_p256, "P256"}, KindCase{KeyKind::ec_p384, "P384"}),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(Token, Ed25519IsRefusedUnlessItIsAskedForAndThenSignsMessages) {
  const test::LeaksOfSoftHsm not_ours;
  ASSERT_OK_AND_ASSIGN(const auto token, SoftHsm::process().new_token("log"));
  ASSERT_THAT(token->generate(KeyKind::ed25519, "log", bytes_of("1")), IsOk());
  EXPECT_THAT(token->signer("log", {}), FailsWith(ErrorCode::ed25519_document_key));

  ASSERT_OK_AND_ASSIGN(const auto signer, token->signer("log", {}, true));
  const AlgorithmSuite* suite = crypto::suite_from_name("ed25519");
  ASSERT_NE(suite, nullptr);
  ASSERT_OK_AND_ASSIGN(const Bytes signature, signer->sign_message(bytes_of("a checkpoint")));
  EXPECT_THAT(signer->public_key().verify_message(*suite, bytes_of("a checkpoint"), signature), IsOk());
  EXPECT_THAT(signer->sign(*suite, kDigest), FailsWith(ErrorCode::unsupported_algorithm));
}

TEST(Token, KeysAreListedWithLabelIdAndKind) {
  ASSERT_OK_AND_ASSIGN(const auto token, SoftHsm::process().new_token("list"));
  ASSERT_THAT(token->generate(KeyKind::ec_p256, "one", bytes_of("1")), IsOk());
  ASSERT_THAT(token->generate(KeyKind::ec_p384, "two", bytes_of("2")), IsOk());
  ASSERT_OK_AND_ASSIGN(const std::vector<KeyDescription> keys, token->keys());
  ASSERT_EQ(keys.size(), 2U);
  for (const KeyDescription& key : keys) {
    EXPECT_EQ(key.kind, key.label == "one" ? KeyKind::ec_p256 : KeyKind::ec_p384);
    EXPECT_TRUE(equal(key.id, bytes_of(key.label == "one" ? "1" : "2")));
  }
}

TEST(Token, AKeysLabelAndIdAreTakenOnce) {
  ASSERT_OK_AND_ASSIGN(const auto token, SoftHsm::process().new_token("taken"));
  ASSERT_THAT(token->generate(KeyKind::ec_p256, "seal", bytes_of("1")), IsOk());
  EXPECT_THAT(token->generate(KeyKind::ec_p256, "seal", bytes_of("2")), FailsWith(ErrorCode::already_exists));
  EXPECT_THAT(token->generate(KeyKind::ec_p256, "other", bytes_of("1")), FailsWith(ErrorCode::already_exists));
  EXPECT_THAT(token->generate(KeyKind::ec_p256, "", bytes_of("3")), FailsWith(ErrorCode::invalid_argument));
}

TEST(Token, AnUnknownKeyIsNotFound) {
  ASSERT_OK_AND_ASSIGN(const auto token, SoftHsm::process().new_token("empty"));
  EXPECT_THAT(token->signer("nobody", {}), FailsWith(ErrorCode::key_not_found));
  EXPECT_THAT(token->signer("", bytes_of("nobody")), FailsWith(ErrorCode::key_not_found));
}

TEST(Token, ASuiteOfAnotherKindIsRefusedBeforeTheTokenIsAsked) {
  ASSERT_OK_AND_ASSIGN(const auto token, SoftHsm::process().new_token("suite"));
  ASSERT_THAT(token->generate(KeyKind::ec_p256, "seal", bytes_of("1")), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto signer, token->signer("seal", {}));
  EXPECT_THAT(signer->sign(crypto::default_suite(KeyKind::rsa_2048), kDigest),
              FailsWith(ErrorCode::unsupported_algorithm));
  EXPECT_THAT(signer->sign(*crypto::suite_from_name("ecdsa-sha384"), kDigest),
              FailsWith(ErrorCode::unsupported_algorithm));
  EXPECT_THAT(signer->sign_message(bytes_of("a contract")), FailsWith(ErrorCode::unsupported_algorithm));
}

TEST(Token, IsFoundByItsSlotToo) {
  ASSERT_OK_AND_ASSIGN(const auto token, SoftHsm::process().new_token("by slot"));
  ASSERT_OK_AND_ASSIGN(const auto module, SoftHsm::process().module());
  ASSERT_OK_AND_ASSIGN(const auto tokens, module->tokens());
  const auto ours =
      std::find_if(tokens.begin(), tokens.end(), [](const auto& found) { return found.label == "by slot"; });
  ASSERT_NE(ours, tokens.end());
  EXPECT_THAT(Token::open(module, {"", ours->slot}, SoftHsm::user_pin()), IsOk());
  EXPECT_THAT(Token::open(module, {"nowhere", std::nullopt}, SoftHsm::user_pin()),
              FailsWith(ErrorCode::hsm_token_not_found));
  EXPECT_THAT(Token::open(module, {}, SoftHsm::user_pin()), FailsWith(ErrorCode::invalid_argument));
}

TEST(Token, IsTheOneOfItsSerialNumberOrNone) {
  ASSERT_OK_AND_ASSIGN(const auto token, SoftHsm::process().new_token("by serial"));
  ASSERT_OK_AND_ASSIGN(const auto module, SoftHsm::process().module());
  EXPECT_FALSE(token->serial().empty());
  EXPECT_THAT(Token::open(module, {"by serial", std::nullopt, token->serial()}, SoftHsm::user_pin()), IsOk());
  const auto stranger = Token::open(module, {"by serial", std::nullopt, "0123"}, SecureBytes(bytes_of("wrong")));
  ASSERT_THAT(stranger, FailsWith(ErrorCode::hsm_token_lost));
  EXPECT_THAT(stranger.error().detail, ::testing::HasSubstr(token->serial()));
  EXPECT_THAT(Token::open(module, {"by serial", std::nullopt}, SoftHsm::user_pin()), IsOk())
      << "the stranger was given the PIN, which stopped it";
  EXPECT_THAT(Token::open(module, {"nowhere", std::nullopt, "0123"}, SoftHsm::user_pin()),
              FailsWith(ErrorCode::hsm_token_lost));
}

TEST(Module, ATokensLabelIsTakenOnceAndHasItsLimits) {
  ASSERT_OK_AND_ASSIGN(const auto module, SoftHsm::process().module());
  ASSERT_THAT(module->initialise_token("株式会社ラッカン", SoftHsm::so_pin(), SoftHsm::user_pin()), IsOk());
  EXPECT_THAT(module->initialise_token("株式会社ラッカン", SoftHsm::so_pin(), SoftHsm::user_pin()),
              FailsWith(ErrorCode::already_exists));
  EXPECT_THAT(module->initialise_token("", SoftHsm::so_pin(), SoftHsm::user_pin()),
              FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(module->initialise_token(std::string(33, 'x'), SoftHsm::so_pin(), SoftHsm::user_pin()),
              FailsWith(ErrorCode::invalid_argument));
  ASSERT_OK_AND_ASSIGN(const auto tokens, module->tokens());
  EXPECT_TRUE(
      std::any_of(tokens.begin(), tokens.end(), [](const auto& found) { return found.label == "株式会社ラッカン"; }));
}

TEST(Module, WhatIsNoModuleIsUnusable) {
  Options options;
  options.module_path = "/nonexistent/module.so";
  EXPECT_THAT(Module::load(options), FailsWith(ErrorCode::hsm_module_unusable));
  options.module_path = "/usr/bin/openssl";
  EXPECT_THAT(Module::load(options), FailsWith(ErrorCode::hsm_module_unusable));
}

TEST(Module, AForkedChildIsRefusedAndTheParentWorksOn) {
  ASSERT_OK_AND_ASSIGN(const auto token, SoftHsm::process().new_token("fork"));
  ASSERT_THAT(token->generate(KeyKind::ec_p256, "seal", bytes_of("1")), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto signer, token->signer("seal", {}));
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto signature = signer->sign(crypto::default_suite(KeyKind::ec_p256), kDigest);
    ::_exit(!signature && signature.error().code == ErrorCode::hsm_module_unusable ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0) << "SoftHSM itself would have signed with the parent's state";
  EXPECT_THAT(signer->sign(crypto::default_suite(KeyKind::ec_p256), kDigest), IsOk());
}

}  // namespace
}  // namespace rakkan::hsm
