#include "rakkan/cms/signer_facts.hpp"

#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "rakkan/cms/signed_attributes.hpp"
#include "support/handmade_cms.hpp"
#include "support/result_matchers.hpp"
#include "test_signers.hpp"

namespace rakkan::cms {
namespace {

using crypto::HashAlgorithm;
using crypto::KeyKind;

constexpr std::string_view kContent = "甲は乙に対し";

// A signature of kContent, of which a test makes one part wrong.
struct SignerFactsTest : testing::Test {
  const test::Identity& identity = signer_of(KeyKind::ec_p256);
  test::HandmadeCms cms{identity, suite("ecdsa-sha256"), bytes_of(kContent)};
  std::vector<pki::Certificate> outside;
  std::optional<Message> message;  // that of the last facts, which they point into

  SignerFacts facts(const SignedContent& content = SignedContent::of(bytes_of(kContent))) {
    message = test::value_or_throw(Message::read(cms.encode()));
    return signer_facts(*message, message->signers().front(), content, outside);
  }
  SignerFacts signed_facts() {
    cms.sign();
    return facts();
  }
  void replace(const der::Oid& type, std::string_view value) {
    cms.replace_attribute(type, test::attribute(type, {*from_hex(value)}));
  }
  void add(const Bytes& attribute) {
    cms.attributes.push_back(attribute);
    std::sort(cms.attributes.begin(), cms.attributes.end());
  }
};

// --- All together ---------------------------------------------------------------------------------------------------

TEST_F(SignerFactsTest, OfAGoodSignature) {
  const SignerFacts all = signed_facts();
  EXPECT_TRUE(all.has_signed_attributes);
  EXPECT_EQ(all.content_type, AttributeFact::match);
  EXPECT_EQ(all.content_type_value, kIdData);
  EXPECT_EQ(all.message_digest, AttributeFact::match);
  EXPECT_EQ(all.algorithm_protection, AttributeFact::match);
  EXPECT_EQ(all.value.as_der, ValueCheck::valid);
  EXPECT_EQ(all.value.as_encoded, ValueCheck::valid);
  EXPECT_EQ(all.algorithms.name(), "ECDSA with SHA-256");
  EXPECT_EQ(all.algorithms.digest, HashAlgorithm::sha256);
  EXPECT_FALSE(all.algorithms.hashes_differ);
  EXPECT_EQ(all.certificate.certificate, identity.certificate);
  EXPECT_EQ(all.certificate.identified_by, IdentifiedBy::ess_hash);
  EXPECT_EQ(all.certificate.source, CertificateSource::message);
  EXPECT_EQ(all.certificate.candidates, 1U);
  EXPECT_TRUE(all.certificate.sid_match);
  ASSERT_EQ(all.ess.size(), 1U);
  EXPECT_EQ(all.ess.front().match, EssMatch::match);
  EXPECT_TRUE(all.ess.front().ids.front().has_issuer_serial);
  EXPECT_FALSE(all.content_is_attributes);
  EXPECT_TRUE(all.is_cryptographically_valid());
}

// Everything wrong at once: each fact is found all the same.
TEST_F(SignerFactsTest, NoneHidesAnother) {
  replace(kIdContentType, "0603550403");
  replace(kIdMessageDigest, "0500");
  replace(kIdSigningCertificateV2, "0500");
  cms.replace_attribute(kIdCmsAlgorithmProtection, std::nullopt);
  cms.signature = {0x01};
  const SignerFacts all = facts();
  EXPECT_EQ(all.content_type, AttributeFact::mismatch);
  EXPECT_EQ(all.message_digest, AttributeFact::malformed);
  EXPECT_EQ(all.algorithm_protection, AttributeFact::absent);
  EXPECT_EQ(all.value.as_der, ValueCheck::invalid);
  EXPECT_FALSE(all.ess.front().malformed.empty());
  EXPECT_EQ(all.certificate.certificate, identity.certificate) << "by sid";
  EXPECT_EQ(all.certificate.identified_by, IdentifiedBy::issuer_and_serial);
  EXPECT_FALSE(all.is_cryptographically_valid());
}

// --- Attributes -----------------------------------------------------------------------------------------------------

TEST_F(SignerFactsTest, MessageDigest) {
  cms.sign();
  EXPECT_EQ(facts(SignedContent::of(bytes_of("other"))).message_digest, AttributeFact::mismatch);
  EXPECT_EQ(facts(SignedContent()).message_digest, AttributeFact::no_content);
  EXPECT_EQ(facts(SignedContent()).value.as_der, ValueCheck::valid) << "the value covers the attributes";
  const crypto::HashValue sha1 = *crypto::hash(HashAlgorithm::sha1, bytes_of(kContent));
  EXPECT_EQ(facts(SignedContent::of_hashes({sha1})).message_digest, AttributeFact::unsupported);
  const crypto::HashValue sha256 = *crypto::hash(HashAlgorithm::sha256, bytes_of(kContent));
  EXPECT_EQ(facts(SignedContent::of_hashes({sha1, sha256})).message_digest, AttributeFact::match);
  cms.replace_attribute(kIdMessageDigest, std::nullopt);
  EXPECT_EQ(facts().message_digest, AttributeFact::absent);
}

TEST_F(SignerFactsTest, MessageDigestTwiceOrWithTwoValues) {
  const std::vector<Bytes> before = cms.attributes;
  add(test::attribute(kIdMessageDigest, {*from_hex("04020102")}));
  EXPECT_EQ(signed_facts().message_digest, AttributeFact::repeated);
  EXPECT_EQ(facts().value.as_der, ValueCheck::valid);
  EXPECT_FALSE(facts().is_cryptographically_valid());
  cms.attributes = before;
  cms.replace_attribute(kIdMessageDigest,
                        test::attribute(kIdMessageDigest, {*from_hex("04020102"), *from_hex("04020103")}));
  EXPECT_EQ(facts().message_digest, AttributeFact::repeated);
  cms.replace_attribute(kIdMessageDigest, test::attribute(kIdMessageDigest, {}));
  EXPECT_EQ(facts().message_digest, AttributeFact::repeated);
}

TEST_F(SignerFactsTest, MessageDigestByEveryHash) {
  for (const crypto::HashAlgorithmInfo& hash : crypto::hash_algorithms()) {
    const auto value = crypto::hash(hash.algorithm, bytes_of(kContent));
    if (!value) {
      continue;  // OpenSSL in FIPS mode
    }
    cms.digest_algorithm = test::encoded([&](der::Writer& w) { w.sequence([&] { w.oid(hash.oid); }); });
    cms.replace_attribute(
        kIdMessageDigest,
        test::attribute(kIdMessageDigest, {test::encoded([&](der::Writer& w) { w.octet_string(value->view()); })}));
    EXPECT_EQ(facts().message_digest, AttributeFact::match) << hash.name;
  }
  cms.digest_algorithm = *from_hex("300706052b24030201");  // RIPEMD-160
  EXPECT_EQ(facts().message_digest, AttributeFact::unsupported);
}

TEST_F(SignerFactsTest, ContentType) {
  cms.replace_attribute(kIdContentType, std::nullopt);
  EXPECT_EQ(facts().content_type, AttributeFact::absent);
  cms.content_type = kIdCtTstInfo;
  add(test::attribute(kIdContentType, {*from_hex("06092a864886f70d010701")}));
  EXPECT_EQ(facts().content_type, AttributeFact::mismatch);
  EXPECT_EQ(facts().content_type_value, kIdData);
}

TEST_F(SignerFactsTest, AlgorithmProtection) {
  replace(kIdCmsAlgorithmProtection, "3019300b0609608648016503040202a10a06082a8648ce3d040302");
  EXPECT_EQ(facts().algorithm_protection, AttributeFact::mismatch) << "SHA-384";
  replace(kIdCmsAlgorithmProtection, "3019300b0609608648016503040201a10a06082a8648ce3d040303");
  EXPECT_EQ(facts().algorithm_protection, AttributeFact::mismatch) << "ECDSA with SHA-384";
  replace(kIdCmsAlgorithmProtection, "3000");
  EXPECT_EQ(facts().algorithm_protection, AttributeFact::malformed);
}

TEST_F(SignerFactsTest, WithoutSignedAttributesTheValueCoversTheContent) {
  cms.attributes.clear();
  cms.signature = test::value_or_throw(
      identity.key->sign(cms.suite, crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(kContent))));
  const SignerFacts all = facts();
  EXPECT_FALSE(all.has_signed_attributes);
  EXPECT_EQ(all.message_digest, AttributeFact::absent);
  EXPECT_EQ(all.value.as_der, ValueCheck::valid);
  EXPECT_TRUE(all.is_cryptographically_valid());
  EXPECT_EQ(facts(SignedContent::of(bytes_of("other"))).value.as_der, ValueCheck::invalid);
  EXPECT_EQ(facts(SignedContent()).value.as_der, ValueCheck::no_content);
}

// --- The two ways to verify attributes that are not DER -------------------------------------------------------------

TEST_F(SignerFactsTest, UnsortedAttributesSignedAsTheyStandVerifyAsEncoded) {
  std::reverse(cms.attributes.begin(), cms.attributes.end());
  const SignerFacts all = signed_facts();
  EXPECT_FALSE(all.attributes.is_der);
  EXPECT_EQ(all.value.as_encoded, ValueCheck::valid);
  EXPECT_EQ(all.value.as_der, ValueCheck::invalid);
  EXPECT_FALSE(all.is_cryptographically_valid());
}

TEST_F(SignerFactsTest, UnsortedAttributesSignedInOrderVerifyAsDer) {
  cms.sign();
  std::reverse(cms.attributes.begin(), cms.attributes.end());
  const SignerFacts all = facts();
  EXPECT_EQ(all.value.as_encoded, ValueCheck::invalid);
  EXPECT_EQ(all.value.as_der, ValueCheck::valid);
  EXPECT_FALSE(all.is_cryptographically_valid()) << "they are not DER as they stand";
}

// --- The value and its algorithms -----------------------------------------------------------------------------------

TEST_F(SignerFactsTest, AnotherValueIsInvalid) {
  cms.sign();
  cms.signature.back() ^= 0x01U;
  EXPECT_EQ(facts().value.as_der, ValueCheck::invalid);
}

TEST_F(SignerFactsTest, AnUnknownAlgorithmIsUnsupported) {
  cms.sign();
  cms.signature_algorithm = *from_hex("300506032a0304");
  const SignerFacts all = facts();
  EXPECT_EQ(all.value.as_der, ValueCheck::unsupported);
  EXPECT_FALSE(all.value.reason.empty());
  EXPECT_EQ(all.algorithms.signature, std::nullopt);
  EXPECT_EQ(all.algorithms.name(), "1.2.3.4");
  EXPECT_EQ(all.certificate.certificate, identity.certificate);
}

TEST_F(SignerFactsTest, HashesThatDifferAreAFactAndTheSignaturesOwnIsTried) {
  cms.sign();  // ECDSA with SHA-256
  cms.digest_algorithm = *from_hex("300b0609608648016503040202");
  const crypto::HashValue sha384 = *crypto::hash(HashAlgorithm::sha384, bytes_of(kContent));
  cms.replace_attribute(
      kIdMessageDigest,
      test::attribute(kIdMessageDigest, {test::encoded([&](der::Writer& w) { w.octet_string(sha384.view()); })}));
  const SignerFacts all = signed_facts();
  EXPECT_TRUE(all.algorithms.hashes_differ);
  EXPECT_EQ(all.message_digest, AttributeFact::match);
  EXPECT_EQ(all.value.as_der, ValueCheck::valid);
  EXPECT_EQ(all.algorithm_protection, AttributeFact::mismatch);
  EXPECT_FALSE(all.is_cryptographically_valid());
}

// Twins are tried one after the other, none of them twice: each costs a verification.
TEST_F(SignerFactsTest, EachVerificationIsTakenFromTheBudget) {
  const test::Identity twin = authority().signer(KeyKind::ec_p256, [&](pki::CertificateTemplate& content) {
    content.serial_number = copy_of(identity.certificate.serial_number());
  });
  cms.replace_attribute(kIdSigningCertificateV2, std::nullopt);
  cms.sign();
  cms.signature.back() ^= 1U;
  cms.certificates = {copy_of(twin.certificate.der()), copy_of(identity.certificate.der())};
  const Message read = test::value_or_throw(Message::read(cms.encode()));
  const auto value = [&](crypto::VerificationBudget& budget) {
    return signer_facts(read, read.signers().front(), SignedContent::of(bytes_of(kContent)), {}, &budget).value.as_der;
  };
  crypto::VerificationBudget enough(3);
  EXPECT_EQ(value(enough), ValueCheck::invalid);
  EXPECT_EQ(enough.taken(), 2U);
  EXPECT_FALSE(enough.is_exhausted());
  EXPECT_EQ(value(enough), ValueCheck::invalid) << "of the two that are left to try the first costs what is there";
  EXPECT_TRUE(enough.is_exhausted());
  EXPECT_EQ(value(enough), ValueCheck::unsupported);
}

// Each verification by Ed25519 hashes the content again.
TEST_F(SignerFactsTest, ALargeContentOfEd25519CostsMore) {
  auto key = test::value_or_throw(crypto::SoftwareMessageSigner::generate());
  const test::Identity ed25519 = authority().signer(
      KeyKind::ec_p256, [&](pki::CertificateTemplate& content) { content.spki = copy_of(key.public_key().spki()); });
  const Bytes large(100'000, 0x20);
  test::HandmadeCms other(ed25519, suite("ed25519"), large);
  other.attributes.clear();
  other.signature = test::value_or_throw(key.sign_message(large));
  const Message read = test::value_or_throw(Message::read(other.encode()));
  crypto::VerificationBudget budget(10);
  EXPECT_EQ(signer_facts(read, read.signers().front(), SignedContent::of(large), {}, &budget).value.as_der,
            ValueCheck::valid);
  EXPECT_EQ(budget.taken(), 4U);
}

// A key and a hash that Rakkan itself never signs with.
TEST_F(SignerFactsTest, Ed25519OverAttributesAndOverContent) {
  auto key = test::value_or_throw(crypto::SoftwareMessageSigner::generate());
  const test::Identity ed25519 = authority().signer(
      KeyKind::ec_p256, [&](pki::CertificateTemplate& content) { content.spki = copy_of(key.public_key().spki()); });
  test::HandmadeCms other(ed25519, suite("ed25519"), bytes_of(kContent));
  const auto read = [&](const SignedContent& content) {
    message = test::value_or_throw(Message::read(other.encode()));
    return signer_facts(*message, message->signers().front(), content).value;
  };
  const SignedContent content = SignedContent::of(bytes_of(kContent));
  other.signature = test::value_or_throw(key.sign_message(other.attribute_set()));
  EXPECT_EQ(read(content).as_der, ValueCheck::valid);
  other.attributes.clear();
  EXPECT_EQ(read(content).as_der, ValueCheck::invalid);
  other.signature = test::value_or_throw(key.sign_message(bytes_of(kContent)));
  EXPECT_EQ(read(content).as_der, ValueCheck::valid);
  const std::array<ByteView, 2> parts{bytes_of(kContent.substr(0, 3)), bytes_of(kContent.substr(3))};
  EXPECT_EQ(read(SignedContent::of(parts)).as_der, ValueCheck::valid);
  const crypto::HashValue hash = *crypto::hash(HashAlgorithm::sha512, bytes_of(kContent));
  EXPECT_EQ(read(SignedContent::of_hashes({hash})).as_der, ValueCheck::unsupported) << "the message itself is needed";
}

// --- The certificate ------------------------------------------------------------------------------------------------

// SigningCertificate or V2 by hand, with any identifiers.
struct HandmadeId {
  Bytes hash_algorithm;
  Bytes hash;
  Bytes issuer_serial;
};
Bytes ess_attribute(const der::Oid& type, const std::vector<HandmadeId>& ids) {
  return test::attribute(type, {test::encoded([&](der::Writer& w) {
                           w.sequence([&] {
                             w.sequence([&] {
                               for (const HandmadeId& id : ids) {
                                 w.sequence([&] {
                                   w.raw(id.hash_algorithm);
                                   w.octet_string(id.hash);
                                   w.raw(id.issuer_serial);
                                 });
                               }
                             });
                           });
                         })});
}
Bytes hash_of(HashAlgorithm algorithm, const pki::Certificate& certificate) {
  return copy_of(crypto::hash(algorithm, certificate.der())->view());
}
Bytes issuer_serial_of(const pki::Certificate& certificate, ByteView serial) {
  return test::encoded([&](der::Writer& w) {
    w.sequence([&] {
      w.sequence([&] { w.constructed(der::context_constructed(4), [&] { w.raw(certificate.issuer().der()); }); });
      w.integer(serial);
    });
  });
}

TEST_F(SignerFactsTest, SigningCertificateOfTheFirstVersionIsBySha1) {
  cms.replace_attribute(kIdSigningCertificateV2, std::nullopt);
  add(ess_attribute(kIdSigningCertificate, {{{}, hash_of(HashAlgorithm::sha1, identity.certificate), {}}}));
  const SignerFacts all = signed_facts();
  ASSERT_EQ(all.ess.size(), 1U);
  EXPECT_EQ(all.ess.front().version, EssVersion::signing_certificate);
  EXPECT_EQ(all.ess.front().match, EssMatch::match);
  EXPECT_EQ(all.ess.front().ids.front().hash_algorithm, HashAlgorithm::sha1);
  EXPECT_EQ(all.certificate.identified_by, IdentifiedBy::ess_hash);
  EXPECT_TRUE(all.is_cryptographically_valid());
}

TEST_F(SignerFactsTest, SigningCertificateV2MayHaveAnyHash) {
  for (const crypto::HashAlgorithmInfo& hash : crypto::hash_algorithms()) {
    if (!crypto::hash(hash.algorithm, ByteView{})) {
      continue;
    }
    const Bytes identifier = test::encoded([&](der::Writer& w) { w.sequence([&] { w.oid(hash.oid); }); });
    cms.replace_attribute(
        kIdSigningCertificateV2,
        ess_attribute(kIdSigningCertificateV2, {{identifier, hash_of(hash.algorithm, identity.certificate), {}}}));
    const SignerFacts all = facts();
    EXPECT_EQ(all.ess.front().match, EssMatch::match) << hash.name;
    EXPECT_EQ(all.certificate.identified_by, IdentifiedBy::ess_hash) << hash.name;
  }
  cms.replace_attribute(kIdSigningCertificateV2,
                        ess_attribute(kIdSigningCertificateV2, {{*from_hex("300706052b24030201"), Bytes(20), {}}}));
  EXPECT_EQ(facts().ess.front().match, EssMatch::unsupported_hash);
  EXPECT_EQ(facts().certificate.identified_by, IdentifiedBy::issuer_and_serial);
}

TEST_F(SignerFactsTest, AnotherHashIsAMismatchOfTheCertificateThatSidNames) {
  cms.replace_attribute(kIdSigningCertificateV2, ess_attribute(kIdSigningCertificateV2, {{{}, Bytes(32, 0x11), {}}}));
  const SignerFacts all = signed_facts();
  EXPECT_EQ(all.ess.front().match, EssMatch::hash_mismatch);
  EXPECT_EQ(all.certificate.certificate, identity.certificate);
  EXPECT_EQ(all.value.as_der, ValueCheck::valid);
}

TEST_F(SignerFactsTest, IssuerSerialOfAnotherCertificateIsAMismatch) {
  const Bytes hash = hash_of(HashAlgorithm::sha256, identity.certificate);
  const Bytes wrong = issuer_serial_of(identity.certificate, *from_hex("63"));
  cms.replace_attribute(kIdSigningCertificateV2, ess_attribute(kIdSigningCertificateV2, {{{}, hash, wrong}}));
  EXPECT_EQ(facts().ess.front().match, EssMatch::issuer_serial_mismatch);
  EXPECT_EQ(facts().certificate.certificate, identity.certificate);
  const Bytes right = issuer_serial_of(identity.certificate, identity.certificate.serial_number());
  cms.replace_attribute(kIdSigningCertificateV2, ess_attribute(kIdSigningCertificateV2, {{{}, hash, right}}));
  EXPECT_EQ(facts().ess.front().match, EssMatch::match);
}

TEST_F(SignerFactsTest, FurtherIdentifiersNameThePath) {
  const Bytes root = hash_of(HashAlgorithm::sha256, authority().certificate());
  const Bytes leaf = hash_of(HashAlgorithm::sha256, identity.certificate);
  cms.replace_attribute(kIdSigningCertificateV2,
                        ess_attribute(kIdSigningCertificateV2, {{{}, leaf, {}}, {{}, root, {}}}));
  EXPECT_EQ(facts().ess.front().ids.size(), 2U);
  EXPECT_EQ(facts().ess.front().match, EssMatch::match);
  cms.replace_attribute(kIdSigningCertificateV2,
                        ess_attribute(kIdSigningCertificateV2, {{{}, root, {}}, {{}, leaf, {}}}));
  outside = {authority().certificate()};
  EXPECT_EQ(facts().certificate.certificate, authority().certificate()) << "the first one counts";
  EXPECT_FALSE(facts().certificate.sid_match);
  EXPECT_EQ(facts().value.as_der, ValueCheck::invalid);
}

TEST_F(SignerFactsTest, IdentifiersAndAttributesAreLimited) {
  const Bytes leaf = hash_of(HashAlgorithm::sha256, identity.certificate);
  cms.replace_attribute(kIdSigningCertificateV2,
                        ess_attribute(kIdSigningCertificateV2, std::vector<HandmadeId>(1024, {{}, leaf, {}})));
  EXPECT_EQ(facts().ess.front().ids.size(), 1024U);
  cms.replace_attribute(kIdSigningCertificateV2,
                        ess_attribute(kIdSigningCertificateV2, std::vector<HandmadeId>(1025, {{}, leaf, {}})));
  EXPECT_FALSE(facts().ess.front().malformed.empty());
  cms.replace_attribute(kIdSigningCertificateV2, std::nullopt);
  for (int i = 0; i < 20; ++i) {
    add(ess_attribute(kIdSigningCertificateV2, {{{}, Bytes(32, 0x11), {}}}));
  }
  EXPECT_EQ(facts().ess.size(), 16U);
  EXPECT_EQ(facts().certificate.certificate, identity.certificate) << "by sid";
}

TEST_F(SignerFactsTest, BothVersionsAreCompared) {
  add(ess_attribute(kIdSigningCertificate, {{{}, Bytes(20, 0x11), {}}}));
  const SignerFacts all = signed_facts();
  ASSERT_EQ(all.ess.size(), 2U);
  EXPECT_EQ(all.ess[0].match, EssMatch::match);
  EXPECT_EQ(all.ess[1].match, EssMatch::hash_mismatch);
}

TEST_F(SignerFactsTest, WithoutAnEssAttributeSidNamesTheCertificate) {
  cms.replace_attribute(kIdSigningCertificateV2, std::nullopt);
  const SignerFacts all = signed_facts();
  EXPECT_TRUE(all.ess.empty());
  EXPECT_EQ(all.certificate.identified_by, IdentifiedBy::issuer_and_serial);
  EXPECT_TRUE(all.is_cryptographically_valid());
}

TEST_F(SignerFactsTest, SubjectKeyIdentifierNamesTheCertificate) {
  cms.replace_attribute(kIdSigningCertificateV2, std::nullopt);
  cms.signer_version = 3;
  cms.signer_identifier = test::encoded(
      [&](der::Writer& w) { w.primitive(der::context(0), *identity.certificate.subject_key_identifier()); });
  EXPECT_EQ(signed_facts().certificate.identified_by, IdentifiedBy::subject_key_identifier);
  EXPECT_EQ(facts().certificate.certificate, identity.certificate);
}

TEST_F(SignerFactsTest, AnEmptyKeyIdentifierNamesNothing) {
  cms.replace_attribute(kIdSigningCertificateV2, std::nullopt);
  cms.signer_identifier = *from_hex("8000");
  EXPECT_EQ(signed_facts().certificate.certificate, std::nullopt);
  EXPECT_EQ(facts().certificate.identified_by, IdentifiedBy::nothing);
}

TEST_F(SignerFactsTest, CertificatesFromOutsideAreCandidates) {
  cms.certificates.clear();
  EXPECT_EQ(signed_facts().certificate.certificate, std::nullopt);
  EXPECT_EQ(facts().certificate.identified_by, IdentifiedBy::nothing);
  EXPECT_EQ(facts().value.as_der, ValueCheck::no_certificate);
  EXPECT_EQ(facts().ess.front().match, EssMatch::no_certificate);
  EXPECT_EQ(facts().message_digest, AttributeFact::match);
  outside = {authority().certificate(), identity.certificate};
  EXPECT_EQ(facts().certificate.certificate, identity.certificate);
  EXPECT_EQ(facts().certificate.source, CertificateSource::outside);
  EXPECT_EQ(facts().value.as_der, ValueCheck::valid);
}

// A certificate that is embedded and outside too is one candidate, of the message.
TEST_F(SignerFactsTest, TheSameCertificateIsOneCandidate) {
  cms.certificates.push_back(copy_of(identity.certificate.der()));
  outside = {identity.certificate};
  EXPECT_EQ(signed_facts().certificate.candidates, 1U);
  EXPECT_EQ(facts().certificate.source, CertificateSource::message);
  cms.replace_attribute(kIdSigningCertificateV2, std::nullopt);
  EXPECT_EQ(facts().certificate.candidates, 1U);
}

// Same issuer and serial number: without a hash the key decides, whatever the order.
TEST_F(SignerFactsTest, AmongTwinsTheOneWhoseKeyVerifiesIsTaken) {
  const test::Identity twin = authority().signer(KeyKind::ec_p256, [&](pki::CertificateTemplate& content) {
    content.serial_number = copy_of(identity.certificate.serial_number());
  });
  cms.replace_attribute(kIdSigningCertificateV2, std::nullopt);
  cms.sign();
  const std::vector<Bytes> both{copy_of(twin.certificate.der()), copy_of(identity.certificate.der())};
  for (const bool reversed : {false, true}) {
    cms.certificates.assign(both.begin(), both.end());
    if (reversed) {
      std::reverse(cms.certificates.begin(), cms.certificates.end());
    }
    EXPECT_EQ(facts().certificate.certificate, identity.certificate);
    EXPECT_EQ(facts().certificate.candidates, 2U);
  }
  // When none verifies it is the same one in any order.
  cms.signature = {0x01};
  const auto first = facts().certificate.certificate;
  std::reverse(cms.certificates.begin(), cms.certificates.end());
  EXPECT_EQ(facts().certificate.certificate, first);
  // The hash in the signed attribute tells them apart.
  add(ess_attribute(kIdSigningCertificateV2, {{{}, hash_of(HashAlgorithm::sha256, twin.certificate), {}}}));
  EXPECT_EQ(facts().certificate.certificate, twin.certificate);
  EXPECT_EQ(facts().certificate.candidates, 1U);
}

TEST_F(SignerFactsTest, CertificatesThatCannotBeReadArePassedOverAndCounted) {
  cms.replace_attribute(kIdSigningCertificateV2, std::nullopt);
  cms.certificates.insert(cms.certificates.begin(), *from_hex("3003020100"));
  EXPECT_EQ(signed_facts().certificate.unreadable, 1U);
  EXPECT_EQ(facts().certificate.certificate, identity.certificate);
}

TEST_F(SignerFactsTest, MalformedEssAttributesAreFacts) {
  for (const std::string_view value : {"0500", "3000", "30023000", "300430023000", "3080", "30053003040101"}) {
    replace(kIdSigningCertificateV2, value);
    const auto read = Message::read(cms.encode());
    if (!read) {
      continue;
    }
    const SignerFacts all = facts();
    ASSERT_EQ(all.ess.size(), 1U);
    EXPECT_FALSE(all.ess.front().malformed.empty()) << value;
    EXPECT_EQ(all.certificate.certificate, identity.certificate) << value;
  }
}

TEST_F(SignerFactsTest, AMalformedFurtherIdentifierDoesNotHideTheFirst) {
  const Bytes leaf = hash_of(HashAlgorithm::sha256, identity.certificate);
  cms.replace_attribute(kIdSigningCertificateV2,
                        ess_attribute(kIdSigningCertificateV2, {{{}, leaf, {}}, {{}, leaf, *from_hex("0500")}}));
  const SignerFacts all = facts();
  EXPECT_FALSE(all.ess.front().malformed.empty());
  EXPECT_EQ(all.ess.front().match, EssMatch::match);
  EXPECT_EQ(all.certificate.identified_by, IdentifiedBy::ess_hash);
}

// --- Content --------------------------------------------------------------------------------------------------------

// The signed attributes of a good signature, taken as the content of one without attributes: the value verifies.
TEST_F(SignerFactsTest, ContentThatIsSignedAttributesIsAFact) {
  cms.sign();
  const Bytes forged = cms.attribute_set();
  cms.attributes.clear();
  const SignerFacts all = facts(SignedContent::of(forged));
  EXPECT_EQ(all.value.as_der, ValueCheck::valid);
  EXPECT_TRUE(all.content_is_attributes);
  const std::array<ByteView, 2> parts{ByteView(forged).first(20), ByteView(forged).subspan(20)};
  EXPECT_TRUE(facts(SignedContent::of(parts)).content_is_attributes);
}

TEST(LooksLikeSignedAttributes, AsksForASetOfAttributesWithADigest) {
  const std::string digest =
      "300f06092a864886f70d0109043102"
      "0500";
  EXPECT_TRUE(looks_like_signed_attributes(*from_hex("3111" + digest)));
  EXPECT_FALSE(looks_like_signed_attributes(*from_hex("3011" + digest)));
  EXPECT_FALSE(looks_like_signed_attributes(*from_hex("3111" + digest + "00")));
  EXPECT_FALSE(looks_like_signed_attributes(*from_hex("3100")));
  EXPECT_FALSE(looks_like_signed_attributes(*from_hex("3107300506035504033100")));
  EXPECT_FALSE(looks_like_signed_attributes(bytes_of("%PDF-1.7")));
}

TEST_F(SignerFactsTest, EncapsulatedSha1OfPkcs7Sha1) {
  const SignedContent document = SignedContent::of(bytes_of("document"));
  const Bytes sha1 = copy_of(crypto::hash(HashAlgorithm::sha1, bytes_of("document"))->view());
  test::HandmadeCms enveloping(identity, suite("ecdsa-sha256"), sha1);
  enveloping.content = test::encoded([&](der::Writer& w) { w.octet_string(sha1); });
  enveloping.sign();
  const Message read = test::value_or_throw(Message::read(enveloping.encode()));
  EXPECT_EQ(encapsulated_sha1(read, document), AttributeFact::match);
  EXPECT_EQ(encapsulated_sha1(read, SignedContent::of(bytes_of("other"))), AttributeFact::mismatch);
  EXPECT_EQ(encapsulated_sha1(read, SignedContent()), AttributeFact::no_content);
  EXPECT_EQ(signer_facts(read, read.signers().front(), SignedContent::of(read)).message_digest, AttributeFact::match);
  const Message detached = test::value_or_throw(Message::read(cms.encode()));
  EXPECT_EQ(encapsulated_sha1(detached, document), AttributeFact::absent);
}

}  // namespace
}  // namespace rakkan::cms
