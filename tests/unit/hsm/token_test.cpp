#include "rakkan/hsm/token.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace rakkan::hsm
