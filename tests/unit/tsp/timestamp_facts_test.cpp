#include "rakkan/tsp/timestamp_facts.hpp"

#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "support/ber.hpp"
#include "support/handmade_cms.hpp"
#include "support/result_matchers.hpp"
#include "support/test_tsu.hpp"

namespace rakkan::tsp {
namespace {

using namespace std::chrono_literals;
using crypto::HashAlgorithm;
using crypto::KeyKind;
using test::FailsWith;
using test::IsOk;

constexpr std::string_view kStamped = "what was stamped";

// A token over kStamped whose TSTInfo and SignedData a test makes wrong.
struct TimestampFactsTest : testing::Test {
  test::TestAuthority authority;
  test::TestTsu unit{authority};
  TimestampRequest request =
      TimestampRequest::for_digest(crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(kStamped)), Bytes(8, 0x11));
  TimestampToken token = test::value_or_throw(test::issue(*unit.tsu, request));
  const crypto::AlgorithmSuite& suite = crypto::default_suite(KeyKind::ec_p256);
  cms::SignedContent stamped = cms::SignedContent::of(bytes_of(kStamped));
  std::optional<TokenMessage> message;

  [[nodiscard]] test::HandmadeCms handmade(const test::Identity& by, ByteView tst_info) const {
    test::HandmadeCms made(by, suite, tst_info, cms::kIdCtTstInfo);
    made.version = 3;
    made.content = test::encoded([&](der::Writer& w) { w.octet_string(tst_info); });
    made.sign();
    return made;
  }
  [[nodiscard]] test::HandmadeCms handmade(ByteView tst_info) const { return handmade(unit.identity, tst_info); }
  [[nodiscard]] test::HandmadeCms handmade() const { return handmade(token.info().encode()); }

  TimestampFacts facts(ByteView encoding, std::span<const pki::Certificate> outside = {}) {
    message = test::value_or_throw(TokenMessage::read(encoding));
    return timestamp_facts(*message, stamped, outside);
  }
};

TEST_F(TimestampFactsTest, OfAGoodToken) {
  const TimestampFacts all = facts(token.der());
  EXPECT_EQ(all.signer_infos, 1U);
  EXPECT_TRUE(all.content_is_tst_info);
  EXPECT_EQ(all.imprint, ImprintFact::match);
  EXPECT_EQ(all.signer.certificate.certificate, unit.identity.certificate);
  EXPECT_EQ(all.signer.certificate.identified_by, cms::IdentifiedBy::ess_hash);
  EXPECT_EQ(all.signer.message_digest, cms::AttributeFact::match);
  EXPECT_TRUE(all.purpose.is_right());
  EXPECT_EQ(all.certificate_valid_at_generation, true);
  EXPECT_TRUE(all.is_cryptographically_valid);
  EXPECT_EQ(message->info()->generation_time, token.info().generation_time);
  EXPECT_EQ(message->info()->serial_number, token.info().serial_number);
  EXPECT_EQ(message->info()->policy, token.info().policy);
  EXPECT_EQ(message->info()->imprint_algorithm, HashAlgorithm::sha256);
  EXPECT_TRUE(message->info()->is_der);
}

TEST_F(TimestampFactsTest, ResponsesAndBerAreReadToo) {
  const Bytes response = encode_granted(token.der());
  EXPECT_TRUE(facts(response).is_cryptographically_valid);
  EXPECT_TRUE(facts(test::with_streamed_token(response)).is_cryptographically_valid);
  EXPECT_TRUE(facts(test::as_streamed(token.der())).is_cryptographically_valid);
  EXPECT_FALSE(message->message().encoding().is_der);
  Bytes padded = copy_of(token.der());
  append(padded, Bytes(9));
  EXPECT_TRUE(facts(padded).is_cryptographically_valid);
  EXPECT_EQ(message->message().encoding().trailing_size, 9U);
}

TEST_F(TimestampFactsTest, ImprintOfOtherDataIsAMismatch) {
  stamped = cms::SignedContent::of(bytes_of("other"));
  EXPECT_EQ(facts(token.der()).imprint, ImprintFact::mismatch);
  EXPECT_FALSE(facts(token.der()).is_cryptographically_valid);
  stamped = {};
  EXPECT_EQ(facts(token.der()).imprint, ImprintFact::no_content);
}

TEST_F(TimestampFactsTest, ImprintsOfEveryHash) {
  for (const crypto::HashAlgorithmInfo& hash : crypto::hash_algorithms()) {
    const auto value = crypto::hash(hash.algorithm, bytes_of(kStamped));
    if (!value) {
      continue;
    }
    TstInfo info = token.info();
    info.message_imprint = {hash.oid, copy_of(value->view()), false};
    EXPECT_TRUE(facts(handmade(info.encode()).encode()).is_cryptographically_valid) << hash.name;
    info.message_imprint.hashed_message.pop_back();
    EXPECT_EQ(facts(handmade(info.encode()).encode()).imprint, ImprintFact::wrong_size) << hash.name;
  }
  TstInfo info = token.info();
  info.message_imprint = {{1, 3, 36, 3, 2, 1}, Bytes(20), false};
  EXPECT_EQ(facts(handmade(info.encode()).encode()).imprint, ImprintFact::unsupported);
}

TEST_F(TimestampFactsTest, ManyOrNoSigners) {
  test::HandmadeCms made = handmade();
  made.signer_count = 2;
  EXPECT_EQ(facts(made.encode()).signer_infos, 2U);
  EXPECT_EQ(facts(made.encode()).imprint, ImprintFact::match);
  EXPECT_FALSE(facts(made.encode()).is_cryptographically_valid);
  made.signer_count = 0;
  EXPECT_EQ(facts(made.encode()).signer_infos, 0U);
  EXPECT_FALSE(facts(made.encode()).is_cryptographically_valid);
}

TEST_F(TimestampFactsTest, ContentThatIsNoTstInfo) {
  test::HandmadeCms made = handmade();
  made.content_type = cms::kIdData;
  EXPECT_FALSE(facts(made.encode()).content_is_tst_info);
  EXPECT_EQ(facts(made.encode()).imprint, ImprintFact::unreadable);
  EXPECT_FALSE(message->unreadable().empty());
  test::HandmadeCms detached = handmade();
  detached.content.reset();
  EXPECT_FALSE(facts(detached.encode()).content_is_tst_info);
  EXPECT_EQ(facts(handmade(*from_hex("3003020101")).encode()).imprint, ImprintFact::unreadable);
  EXPECT_EQ(message->info(), std::nullopt);
}

// A SEQUENCE with other octets inside: a small way to write what TstInfo::encode never does.
Bytes sequence_of(std::string_view content_hex) {
  return test::encoded([&](der::Writer& w) { w.sequence([&] { w.raw(*from_hex(content_hex)); }); });
}
std::string content_of(ByteView sequence) {
  der::Reader reader(sequence);
  return to_hex(test::value_or_throw(reader.content(der::Tag::sequence)));
}
Bytes changed(ByteView info, std::string_view from, std::string_view to) {
  const std::string hex = content_of(info);
  const std::size_t at = hex.find(from);
  EXPECT_NE(at, std::string::npos) << hex;
  return sequence_of(hex.substr(0, at) + std::string(to) + hex.substr(at + from.size()));
}

TEST_F(TimestampFactsTest, AnotherVersionIsAFact) {
  const Bytes second = changed(token.info().encode(), "020101", "020102");
  EXPECT_THAT(TstInfo::parse(second), FailsWith(ErrorCode::malformed_timestamp_response));
  EXPECT_FALSE(facts(handmade(second).encode()).is_cryptographically_valid);
  EXPECT_EQ(message->info()->version, 2U);
  EXPECT_EQ(facts(handmade(second).encode()).imprint, ImprintFact::match);
}

TEST_F(TimestampFactsTest, GenerationTimeInOtherForms) {
  TstInfo info = token.info();
  info.generation_time = *parse_rfc3339("2026-11-24T01:02:00Z");
  const std::string usual = to_hex(bytes_of("20261124010200Z"));
  for (const std::string_view text : {"20261124010200.000Z", "202611240102Z", "20261124010200,0Z"}) {
    const Bytes time = test::encoded([&](der::Writer& w) { w.text(der::Tag::generalized_time, text); });
    const Bytes other = changed(info.encode(), "180f" + usual, to_hex(time));
    EXPECT_THAT(TstInfo::parse(other), FailsWith(ErrorCode::malformed_timestamp_response)) << text;
    EXPECT_TRUE(facts(handmade(other).encode()).is_cryptographically_valid) << text;
    EXPECT_EQ(message->info()->generation_time, info.generation_time) << text;
    EXPECT_FALSE(message->info()->is_der) << text;
  }
  // Local time says nothing.
  const Bytes local = changed(info.encode(), "180f" + usual, "180e" + to_hex(bytes_of("20261124010200")));
  EXPECT_EQ(facts(handmade(local).encode()).imprint, ImprintFact::unreadable);
}

TEST_F(TimestampFactsTest, CriticalExtensionsAreFacts) {
  const Bytes info = sequence_of(content_of(token.info().encode()) + "a10e300c06032a03040101ff04020500");
  EXPECT_FALSE(facts(handmade(info).encode()).is_cryptographically_valid);
  EXPECT_THAT(message->info()->critical_extensions, testing::ElementsAre(der::Oid{1, 2, 3, 4}));
  EXPECT_EQ(facts(handmade(info).encode()).imprint, ImprintFact::match);
}

TEST_F(TimestampFactsTest, PurposeOfTheCertificate) {
  const auto purpose = [&](std::optional<pki::ExtendedKeyUsage> usage) {
    const test::Identity identity =
        authority.tsu(KeyKind::ec_p256, [&](pki::CertificateTemplate& content) { content.extended_key_usage = usage; });
    const TimestampFacts all = facts(handmade(identity, token.info().encode()).encode());
    EXPECT_TRUE(all.is_cryptographically_valid) << "the purpose is another question";
    return all.purpose;
  };
  EXPECT_FALSE(purpose(std::nullopt).present);
  EXPECT_FALSE(purpose(pki::ExtendedKeyUsage{{pki::kEkuTimeStamping}, false}).critical);
  EXPECT_FALSE(purpose(pki::ExtendedKeyUsage{{pki::kEkuTimeStamping, pki::kEkuOcspSigning}, true}).alone);
  EXPECT_FALSE(purpose(pki::ExtendedKeyUsage{{pki::kEkuEmailProtection}, true}).time_stamping);
  EXPECT_TRUE(purpose(pki::ExtendedKeyUsage{{pki::kEkuTimeStamping}, true}).is_right());
}

TEST_F(TimestampFactsTest, TokensThatNameTheirCertificateBySha1) {
  test::HandmadeCms made = handmade();
  made.replace_attribute(cms::kIdSigningCertificateV2, std::nullopt);
  const Bytes hash = copy_of(crypto::hash(HashAlgorithm::sha1, unit.identity.certificate.der())->view());
  made.attributes.push_back(
      test::attribute(cms::kIdSigningCertificate, {test::encoded([&](der::Writer& w) {
                        w.sequence([&] { w.sequence([&] { w.sequence([&] { w.octet_string(hash); }); }); });
                      })}));
  std::sort(made.attributes.begin(), made.attributes.end());
  made.sign();
  const TimestampFacts all = facts(made.encode());
  EXPECT_TRUE(all.is_cryptographically_valid);
  EXPECT_EQ(all.signer.ess.front().version, cms::EssVersion::signing_certificate);
  EXPECT_EQ(all.signer.ess.front().match, cms::EssMatch::match);
}

TEST_F(TimestampFactsTest, CertificatesFromOutside) {
  test::HandmadeCms made = handmade();
  made.certificates.clear();
  EXPECT_EQ(facts(made.encode()).signer.value.as_der, cms::ValueCheck::no_certificate);
  EXPECT_EQ(facts(made.encode()).certificate_valid_at_generation, std::nullopt);
  const std::vector<pki::Certificate> outside{authority.certificate(), unit.identity.certificate};
  EXPECT_TRUE(facts(made.encode(), outside).is_cryptographically_valid);
}

TEST_F(TimestampFactsTest, ValidityAtGenerationIsAFact) {
  TstInfo info = token.info();
  info.generation_time = unit.identity.certificate.validity().not_after + 1s;
  EXPECT_EQ(facts(handmade(info.encode()).encode()).certificate_valid_at_generation, false);
  EXPECT_TRUE(facts(handmade(info.encode()).encode()).is_cryptographically_valid);
  info.generation_time = unit.identity.certificate.validity().not_after;
  EXPECT_EQ(facts(handmade(info.encode()).encode()).certificate_valid_at_generation, true);
}

TEST_F(TimestampFactsTest, TsaNameIsComparedWithTheSubject) {
  TstInfo info = token.info();
  EXPECT_EQ(facts(handmade(info.encode()).encode()).tsa_name, info.tsa_name.empty() ? TsaName::absent : TsaName::match);
  const auto directory = [](const pki::Name& name) {
    return test::encoded(
        [&](der::Writer& w) { w.constructed(der::context_constructed(4), [&] { w.raw(name.der()); }); });
  };
  info.tsa_name = directory(unit.identity.certificate.subject());
  EXPECT_EQ(facts(handmade(info.encode()).encode()).tsa_name, TsaName::match);
  info.tsa_name = directory(authority.certificate().subject());
  EXPECT_EQ(facts(handmade(info.encode()).encode()).tsa_name, TsaName::mismatch);
  info.tsa_name = *from_hex("860161");  // a URI
  EXPECT_EQ(facts(handmade(info.encode()).encode()).tsa_name, TsaName::not_comparable);
}

TEST_F(TimestampFactsTest, ATokenWithoutSignedAttributesIsNoToken) {
  test::HandmadeCms made = handmade();
  const Bytes info = token.info().encode();
  made.attributes.clear();
  made.signature =
      test::value_or_throw(unit.identity.key->sign(suite, crypto::digest(crypto::DigestAlgorithm::sha256, info)));
  const TimestampFacts all = facts(made.encode());
  EXPECT_EQ(all.signer.value.as_der, cms::ValueCheck::valid);
  EXPECT_FALSE(all.is_cryptographically_valid);
}

TEST_F(TimestampFactsTest, WhatIsNoMessageIsRefused) {
  for (const char* hex : {"", "30", "3000", "0500", "3080", "30030201", "3005300302010130"}) {
    EXPECT_THAT(TokenMessage::read(*from_hex(hex)), FailsWith(ErrorCode::malformed_timestamp_response)) << hex;
  }
  EXPECT_THAT(TokenMessage::read(encode_rejection({})), FailsWith(ErrorCode::malformed_timestamp_response));
}

// --- Tokens of a signature ------------------------------------------------------------------------------------------

struct EmbeddedTokens : TimestampFactsTest {
  const test::Identity signer = authority.signer(KeyKind::ec_p256);
  test::HandmadeCms signature{signer, suite, bytes_of("document")};
  cms::SignedContent document = cms::SignedContent::of(bytes_of("document"));
  std::optional<cms::Message> signed_message;

  [[nodiscard]] Bytes stamp(const Bytes& imprint) const {
    TstInfo info = token.info();
    info.message_imprint = {crypto::info(HashAlgorithm::sha256).oid, imprint, false};
    return handmade(info.encode()).encode();
  }
  TimestampFacts embedded(cms::EmbeddedTokenKind kind, ByteView encoding) {
    signed_message = test::value_or_throw(cms::Message::read(signature.encode()));
    message = test::value_or_throw(TokenMessage::read(encoding));
    return timestamp_facts(*message, kind, *signed_message, signed_message->signers().front(), document);
  }
};

TEST_F(EmbeddedTokens, SignatureTimestamp) {
  signature.sign();
  const Bytes good = stamp(copy_of(crypto::hash(HashAlgorithm::sha256, signature.signature)->view()));
  EXPECT_TRUE(embedded(cms::EmbeddedTokenKind::signature, good).is_cryptographically_valid);
  // Copied onto another signature.
  signature.signature = {0x02};
  EXPECT_EQ(embedded(cms::EmbeddedTokenKind::signature, good).imprint, ImprintFact::mismatch);
}

TEST_F(EmbeddedTokens, ContentTimestamp) {
  const Bytes good = stamp(copy_of(crypto::hash(HashAlgorithm::sha256, bytes_of("document"))->view()));
  EXPECT_TRUE(embedded(cms::EmbeddedTokenKind::content, good).is_cryptographically_valid);
  document = {};
  EXPECT_EQ(embedded(cms::EmbeddedTokenKind::content, good).imprint, ImprintFact::no_content);
}

TEST_F(EmbeddedTokens, ArchiveTimestampsNeedAWholeHashIndex) {
  signature.sign();
  const auto index = [&](const std::vector<Bytes>& certificates) {
    return test::encoded([&](der::Writer& w) {
      w.sequence([&] {
        w.sequence([&] { w.oid(crypto::info(HashAlgorithm::sha256).oid); });
        w.sequence([&] {
          for (const Bytes& certificate : certificates) {
            w.octet_string(crypto::hash(HashAlgorithm::sha256, certificate)->view());
          }
        });
        w.sequence([] {});
        w.sequence([] {});
      });
    });
  };
  const auto archive = [&](const Bytes& hash_index) {
    // The imprint is that which cms tells; cms's own tests compute it by hand.
    signed_message = test::value_or_throw(cms::Message::read(signature.encode()));
    test::HandmadeCms made = handmade();
    made.unsigned_attributes = {test::attribute(cms::kIdAtsHashIndexV3, {hash_index})};
    const auto with_index = test::value_or_throw(cms::Message::read(made.encode()));
    const auto imprint =
        test::value_or_throw(cms::imprint_of(cms::EmbeddedTokenKind::archive_v3, HashAlgorithm::sha256, *signed_message,
                                             signed_message->signers().front(), document, with_index));
    TstInfo info = token.info();
    info.message_imprint = {crypto::info(HashAlgorithm::sha256).oid, copy_of(imprint.view()), false};
    test::HandmadeCms stamped_index = handmade(info.encode());
    stamped_index.unsigned_attributes = made.unsigned_attributes;
    return embedded(cms::EmbeddedTokenKind::archive_v3, stamped_index.encode());
  };
  const TimestampFacts good = archive(index({copy_of(signer.certificate.der())}));
  EXPECT_TRUE(good.is_cryptographically_valid);
  EXPECT_EQ(good.hash_index->certificates.size(), 1U);
  const TimestampFacts missing =
      archive(index({copy_of(signer.certificate.der()), copy_of(authority.certificate().der())}));
  EXPECT_EQ(missing.imprint, ImprintFact::match);
  EXPECT_EQ(missing.hash_index->missing_certificates, 1U);
  EXPECT_FALSE(missing.is_cryptographically_valid);
  const TimestampFacts without = embedded(cms::EmbeddedTokenKind::archive_v3, handmade().encode());
  EXPECT_EQ(without.imprint, ImprintFact::mismatch);
  EXPECT_EQ(without.hash_index->state, cms::HashIndexFacts::State::absent);
}

TEST_F(EmbeddedTokens, OlderArchiveTimestampsAreNotJudged) {
  EXPECT_EQ(embedded(cms::EmbeddedTokenKind::archive_v2, handmade().encode()).imprint, ImprintFact::unsupported);
  EXPECT_EQ(embedded(cms::EmbeddedTokenKind::references, handmade().encode()).imprint, ImprintFact::unsupported);
}

}  // namespace
}  // namespace rakkan::tsp
