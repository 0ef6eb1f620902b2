#include "rakkan/cms/bare_signature.hpp"

#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "support/handmade_cms.hpp"
#include "support/result_matchers.hpp"
#include "test_signers.hpp"

namespace rakkan::cms {
namespace {

using crypto::KeyKind;
using test::FailsWith;

constexpr std::string_view kContent = "document";

struct BareSignature : testing::Test {
  const test::Identity& identity = signer_of(KeyKind::rsa_2048);
  Bytes value = test::value_or_throw(identity.key->sign(
      suite("rsa-pkcs1-sha256"), crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(kContent))));
  Bytes contents = test::encoded([&](der::Writer& w) { w.octet_string(value); });
  SignedContent content = SignedContent::of(bytes_of(kContent));
  std::vector<ByteView> cert{identity.certificate.der(), authority().certificate().der()};

  [[nodiscard]] BareSignatureFacts facts() const {
    return test::value_or_throw(bare_signature_facts(contents, cert, content));
  }
};

TEST_F(BareSignature, VerifiesAndNamesItsHash) {
  const BareSignatureFacts all = facts();
  EXPECT_EQ(all.value, ValueCheck::valid);
  EXPECT_EQ(all.hash_algorithm, crypto::HashAlgorithm::sha256);
  EXPECT_EQ(all.certificate, identity.certificate);
  EXPECT_THAT(all.others, testing::ElementsAre(authority().certificate()));
  EXPECT_EQ(all.signature, value);
  EXPECT_EQ(all.encoding, (EncodingFacts{true, 0, true}));
}

TEST_F(BareSignature, OfOtherContentIsInvalid) {
  content = SignedContent::of(bytes_of("another"));
  EXPECT_EQ(facts().value, ValueCheck::invalid);
  EXPECT_EQ(facts().hash_algorithm, std::nullopt);
  content = SignedContent();
  EXPECT_EQ(facts().value, ValueCheck::no_content);
}

TEST_F(BareSignature, TakesEachHashFromTheBudget) {
  crypto::VerificationBudget enough(4);
  EXPECT_EQ(bare_signature_facts(contents, cert, content, &enough)->value, ValueCheck::valid);
  EXPECT_EQ(enough.left(), 0U);
  crypto::VerificationBudget less(3);
  EXPECT_EQ(bare_signature_facts(contents, cert, content, &less)->value, ValueCheck::unsupported);
  EXPECT_TRUE(less.is_exhausted());
}

TEST_F(BareSignature, OfAnotherCertificateIsInvalidAndWithoutOneOpen) {
  const test::Identity other = authority().signer(KeyKind::rsa_2048);
  cert = {other.certificate.der()};
  EXPECT_EQ(facts().value, ValueCheck::invalid);
  const test::Identity& ec = signer_of(KeyKind::ec_p256);
  cert = {ec.certificate.der()};
  EXPECT_EQ(facts().value, ValueCheck::unsupported) << "no RSA key";
  cert = {};
  EXPECT_EQ(facts().value, ValueCheck::no_certificate);
  const Bytes none = *from_hex("3000");
  cert = {none, identity.certificate.der()};
  EXPECT_EQ(facts().value, ValueCheck::no_certificate) << "only the first one signs";
  EXPECT_EQ(facts().unreadable, 1U);
}

TEST_F(BareSignature, PaddingAndPiecesAreFacts) {
  append(contents, Bytes(5));
  EXPECT_EQ(facts().encoding, (EncodingFacts{true, 5, true}));
  contents = *from_hex("2480");
  append(contents, test::encoded([&](der::Writer& w) { w.octet_string(ByteView(value).first(100)); }));
  append(contents, test::encoded([&](der::Writer& w) { w.octet_string(ByteView(value).subspan(100)); }));
  append(contents, Bytes(2));
  EXPECT_EQ(facts().encoding, (EncodingFacts{false, 0, true}));
  EXPECT_EQ(facts().value, ValueCheck::valid);
}

TEST_F(BareSignature, OfAnotherFormIsRefused) {
  for (const char* hex : {"", "04", "300404020102", "0500"}) {
    contents = *from_hex(hex);
    EXPECT_THAT(bare_signature_facts(contents, cert, content), FailsWith(ErrorCode::malformed_cms)) << hex;
  }
}

}  // namespace
}  // namespace rakkan::cms
