#include "rakkan/crypto/algorithm_suite.hpp"

#include <gmock/gmock.h>

#include <set>
#include <string>

#include "rakkan/base/hex.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::crypto {
namespace {

using test::FailsWith;

Bytes hex(std::string_view digits) { return from_hex(digits).value(); }

// The suite's name, or the error.
std::string meaning(ByteView identifier, std::optional<DigestAlgorithm> digest) {
  const auto suite = suite_from_identifier(identifier, digest);
  return suite ? std::string((*suite)->name) : to_string(suite.error());
}

TEST(AlgorithmSuite, EveryRowIsFoundByItsNameItsSchemeAndBothItsIdentifiers) {
  std::set<std::string_view> names;
  for (const AlgorithmSuite& suite : algorithm_suites()) {
    EXPECT_TRUE(names.insert(suite.name).second) << suite.name;
    EXPECT_EQ(suite_from_name(suite.name), &suite);
    EXPECT_EQ(find_suite(suite.scheme, suite.digest), &suite);
    EXPECT_EQ(meaning(suite.cms_signature_algorithm, suite.digest), suite.name);
    EXPECT_EQ(meaning(suite.x509_signature_algorithm, std::nullopt), suite.name);
  }
  EXPECT_EQ(suite_from_name("rsa-pkcs1-sha1"), nullptr);
  EXPECT_EQ(find_suite(SignatureScheme::eddsa, DigestAlgorithm::sha256), nullptr);
}

TEST(AlgorithmSuite, IdentifiersAreTheOnesOfTheStandards) {
  // Written by `openssl req -x509 -sha256 [-sigopt rsa_padding_mode:pss]` (OpenSSL 3.0).
  EXPECT_EQ(to_hex(suite_from_name("rsa-pkcs1-sha256")->x509_signature_algorithm), "300d06092a864886f70d01010b0500");
  EXPECT_EQ(to_hex(suite_from_name("rsa-pkcs1-sha256")->cms_signature_algorithm), "300d06092a864886f70d0101010500");
  EXPECT_EQ(
      to_hex(suite_from_name("rsa-pss-sha256")->x509_signature_algorithm),
      "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165"
      "030402010500a203020120");
  EXPECT_EQ(to_hex(suite_from_name("ecdsa-sha384")->x509_signature_algorithm), "300a06082a8648ce3d040303");
  EXPECT_EQ(to_hex(suite_from_name("ed25519")->x509_signature_algorithm), "300506032b6570");
  EXPECT_EQ(to_hex(suite_from_name("ecdsa-sha256")->digest_algorithm), "300b0609608648016503040201");
}

TEST(AlgorithmSuite, RsaEncryptionTakesTheDigestFromItsContext) {
  const Bytes with_null = hex("300d06092a864886f70d0101010500");
  const Bytes without = hex("300b06092a864886f70d010101");
  EXPECT_EQ(meaning(with_null, DigestAlgorithm::sha384), "rsa-pkcs1-sha384");
  EXPECT_EQ(meaning(without, DigestAlgorithm::sha512), "rsa-pkcs1-sha512");
  EXPECT_THAT(suite_from_identifier(with_null, std::nullopt), FailsWith(ErrorCode::unsupported_algorithm));
}

TEST(AlgorithmSuite, RefusesADigestThatContradictsTheIdentifier) {
  for (const AlgorithmSuite& suite : algorithm_suites()) {
    const auto other = suite.digest == DigestAlgorithm::sha256 ? DigestAlgorithm::sha512 : DigestAlgorithm::sha256;
    EXPECT_THAT(suite_from_identifier(suite.x509_signature_algorithm, other),
                FailsWith(ErrorCode::unsupported_algorithm))
        << suite.name;
  }
}

TEST(AlgorithmSuite, PssParametersAreReadStrictly) {
  const auto pss = [](std::string_view parameters) {
    Bytes inner = hex("06092a864886f70d01010a");
    append(inner, hex(parameters));
    Bytes identifier{0x30, static_cast<Byte>(inner.size())};
    append(identifier, inner);
    return identifier;
  };
  const std::string hash = "a00f300d06096086480165030402010500";
  const std::string hash_without_null = "a00d300b0609608648016503040201";
  const std::string mask = "a11c301a06092a864886f70d010108300d06096086480165030402010500";
  const std::string mask_sha512 = "a11c301a06092a864886f70d010108300d06096086480165030402030500";
  EXPECT_EQ(meaning(pss("3034" + hash + mask + "a203020120"), std::nullopt), "rsa-pss-sha256");
  EXPECT_EQ(meaning(pss("3032" + hash_without_null + mask + "a203020120"), std::nullopt), "rsa-pss-sha256");

  const std::string wrong[] = {
      "",                                             // no parameters
      "3000",                                         // all defaults: SHA-1
      "3023" + mask + "a203020120",                   // SHA-1 with MGF1 of SHA-256
      "3016" + hash + "a203020120",                   // MGF1 with SHA-1
      "302f" + hash + mask,                           // the default salt of 20
      "3034" + hash + mask + "a203020114",            // a salt of 20
      "3034" + hash + mask_sha512 + "a203020120",     // two digests
      "3039" + hash + mask + "a203020120a303020102",  // another trailer
      "3039" + hash + mask + "a203020120a303020101",  // an encoded default
      "3036" + hash + mask + "a203020120" + "0500",   // something left over
      "3034" + hash + mask + "a203020120" + "0500",   // after the parameters
  };
  for (const std::string& parameters : wrong) {
    EXPECT_THAT(suite_from_identifier(pss(parameters), std::nullopt), FailsWith(ErrorCode::unsupported_algorithm))
        << parameters;
  }
}

TEST(AlgorithmSuite, RefusesParametersWhereNoneBelong) {
  EXPECT_THAT(suite_from_identifier(hex("300c06082a8648ce3d0403020500"), std::nullopt),
              FailsWith(ErrorCode::unsupported_algorithm));
  EXPECT_THAT(suite_from_identifier(hex("300706032b65700500"), std::nullopt),
              FailsWith(ErrorCode::unsupported_algorithm));
  EXPECT_THAT(suite_from_identifier(hex("300e06092a864886f70d01010b020101"), std::nullopt),
              FailsWith(ErrorCode::unsupported_algorithm));
}

TEST(AlgorithmSuite, RefusesSha1AndUnknownIdentifiers) {
  EXPECT_THAT(suite_from_identifier(hex("300d06092a864886f70d0101050500"), std::nullopt),
              FailsWith(ErrorCode::unsupported_algorithm));
  EXPECT_THAT(suite_from_identifier({}, std::nullopt), FailsWith(ErrorCode::unsupported_algorithm));
}

TEST(KeyKind, EveryKindHasADefaultSuiteThatSuitsIt) {
  for (const KeyKind kind : {KeyKind::rsa_2048, KeyKind::rsa_3072, KeyKind::rsa_4096, KeyKind::ec_p256,
                             KeyKind::ec_p384, KeyKind::ed25519}) {
    EXPECT_TRUE(suits(default_suite(kind), kind)) << name(kind);
    EXPECT_EQ(key_kind_from_name(name(kind)), kind);
  }
  EXPECT_EQ(key_kind_from_name("p384"), KeyKind::ec_p384);
  EXPECT_EQ(key_kind_from_name("rsa-2048"), KeyKind::rsa_2048);
  EXPECT_EQ(key_kind_from_name("rsa1024"), std::nullopt);
}

}  // namespace
}  // namespace rakkan::crypto
