#include "rakkan/cms/embedded_timestamps.hpp"

#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "support/ber.hpp"
#include "support/handmade_cms.hpp"
#include "support/result_matchers.hpp"
#include "test_signers.hpp"

namespace rakkan::cms {
namespace {

using crypto::HashAlgorithm;
using test::FailsWith;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kContent = "document";
using Objects = std::vector<Bytes>;

Bytes sha256(const std::vector<Bytes>& parts) {
  Bytes whole;
  for (const Bytes& part : parts) {
    append(whole, part);
  }
  return copy_of(crypto::hash(HashAlgorithm::sha256, whole)->view());
}
Bytes hex(std::string_view text) { return *from_hex(text); }
Bytes encoded_oid(const der::Oid& oid) {
  return test::encoded([&](der::Writer& w) { w.oid(oid); });
}

// A signature with a certificate, a CRL and an unsigned attribute, and what an archive timestamp over them has.
struct EmbeddedTimestampsTest : testing::Test {
  const test::Identity& identity = signer_of(crypto::KeyKind::ec_p256);
  test::HandmadeCms cms{identity, suite("ecdsa-sha256"), bytes_of(kContent)};
  test::HandmadeCms token{identity, suite("ecdsa-sha256"), bytes_of("TSTInfo"), kIdCtTstInfo};
  Bytes list = hex("3003020101");
  Bytes stamp = hex("30050403010203");
  Objects certificate_hashes{sha256({copy_of(identity.certificate.der())})};
  Objects list_hashes{sha256({list})};
  Objects attribute_hashes{sha256({encoded_oid(kIdSignatureTimeStampToken), stamp})};
  der::Oid index_type = kIdAtsHashIndexV3;
  Bytes hash_algorithm = hex("300b0609608648016503040201");
  std::optional<Message> message, token_message;

  EmbeddedTimestampsTest() {
    cms.revocation =
        test::encoded([&](der::Writer& w) { w.constructed(der::context_constructed(1), [&] { w.raw(list); }); });
    cms.unsigned_attributes = {test::attribute(kIdSignatureTimeStampToken, {stamp})};
  }

  [[nodiscard]] Bytes index() const {
    const auto hashes = [](der::Writer& w, const Objects& all) {
      w.sequence([&] {
        for (const Bytes& one : all) {
          w.octet_string(one);
        }
      });
    };
    return test::encoded([&](der::Writer& w) {
      w.sequence([&] {
        w.raw(hash_algorithm);
        hashes(w, certificate_hashes);
        hashes(w, list_hashes);
        hashes(w, attribute_hashes);
      });
    });
  }
  const MessageSigner& signer() {
    message = test::value_or_throw(Message::read(cms.encode()));
    return message->signers().front();
  }
  const Message& archive_token() {
    token.unsigned_attributes = {test::attribute(index_type, {index()})};
    token_message = test::value_or_throw(Message::read(token.encode()));
    return *token_message;
  }
  HashIndexFacts facts() {
    const MessageSigner& of = signer();
    return hash_index_facts(*message, of, archive_token());
  }
};

TEST_F(EmbeddedTimestampsTest, TokensAreFoundByTheirAttribute) {
  cms.attributes.push_back(test::attribute(kIdContentTimeStamp, {hex("3000")}));
  cms.unsigned_attributes.push_back(test::attribute(kIdArchiveTimestampV3, {hex("30020400"), hex("30020500")}));
  const EmbeddedTimestamps found = embedded_timestamps(signer());
  ASSERT_EQ(found.tokens.size(), 4U);
  EXPECT_EQ(found.tokens[0].kind, EmbeddedTokenKind::content);
  EXPECT_EQ(found.tokens[1].kind, EmbeddedTokenKind::signature);
  EXPECT_EQ(copy_of(found.tokens[1].encoding), stamp);
  EXPECT_EQ(found.tokens[2].kind, EmbeddedTokenKind::archive_v3);
  EXPECT_EQ(found.tokens[2].index, 1U);
  EXPECT_EQ(to_hex(found.tokens[3].encoding), "30020500");
  EXPECT_THAT(found.not_judged, IsEmpty());
}

TEST_F(EmbeddedTimestampsTest, TokensOfABerMessageKeepTheirBytes) {
  message = test::value_or_throw(Message::read(test::in_ber(cms.encode())));
  const EmbeddedTimestamps found = embedded_timestamps(message->signers().front());
  ASSERT_EQ(found.tokens.size(), 1U);
  EXPECT_EQ(copy_of(found.tokens[0].encoding), test::in_ber(stamp));
}

TEST_F(EmbeddedTimestampsTest, TokensBeyondTheLimitAreCounted) {
  cms.unsigned_attributes = {test::attribute(kIdSignatureTimeStampToken, std::vector<Bytes>(70, stamp))};
  const EmbeddedTimestamps found = embedded_timestamps(signer());
  EXPECT_EQ(found.tokens.size(), kMostEmbeddedTokens);
  EXPECT_EQ(found.left_out, 6U);
}

TEST_F(EmbeddedTimestampsTest, WhatIsNotJudgedIsReportedOnce) {
  const auto add = [&](const der::Oid& type) {
    cms.unsigned_attributes.push_back(test::attribute(type, {hex("3000")}));
  };
  add({1, 2, 840, 113549, 1, 9, 6});
  add({1, 2, 840, 113549, 1, 9, 6});
  add({1, 2, 840, 113549, 1, 9, 16, 2, 49});
  add({1, 2, 840, 113549, 1, 9, 16, 2, 48});
  add({1, 2, 840, 113549, 1, 9, 16, 2, 25});
  EXPECT_THAT(embedded_timestamps(signer()).not_judged,
              ElementsAre(UnjudgedKind::counter_signature, UnjudgedKind::evidence_record,
                          UnjudgedKind::archive_timestamp, UnjudgedKind::reference_timestamp));
}

TEST_F(EmbeddedTimestampsTest, AHashIndexThatIsWhole) {
  const HashIndexFacts all = facts();
  EXPECT_EQ(all.state, HashIndexFacts::State::read);
  EXPECT_EQ(all.attribute, kIdAtsHashIndexV3);
  EXPECT_EQ(all.hash_algorithm, HashAlgorithm::sha256);
  EXPECT_TRUE(all.is_whole());
  ASSERT_EQ(all.certificates.size(), 1U);
  EXPECT_TRUE(equal(all.certificates.front(), identity.certificate.der()));
  ASSERT_EQ(all.revocation.size(), 1U);
  EXPECT_TRUE(equal(all.revocation.front(), list));
  ASSERT_EQ(all.attribute_values.size(), 1U);
  EXPECT_TRUE(equal(all.attribute_values.front(), stamp));
}

TEST_F(EmbeddedTimestampsTest, LaterObjectsAreNotCovered) {
  cms.certificates.push_back(copy_of(authority().certificate().der()));
  cms.unsigned_attributes.push_back(test::attribute(kIdArchiveTimestampV3, {hex("3000")}));
  const HashIndexFacts all = facts();
  EXPECT_TRUE(all.is_whole());
  EXPECT_EQ(all.certificates.size(), 1U);
  EXPECT_EQ(all.attribute_values.size(), 1U);
}

TEST_F(EmbeddedTimestampsTest, MissingObjectsMakeTheIndexInvalid) {
  const auto whole = cms.unsigned_attributes;
  cms.unsigned_attributes.clear();
  EXPECT_EQ(facts().missing_attributes, 1U);
  EXPECT_FALSE(facts().is_whole());
  cms.unsigned_attributes = whole;
  cms.certificates = {copy_of(authority().certificate().der())};
  EXPECT_EQ(facts().missing_certificates, 1U);
  EXPECT_TRUE(facts().certificates.empty());
  cms.certificates = {copy_of(identity.certificate.der())};
  cms.revocation.back() ^= 0x01U;
  EXPECT_EQ(facts().missing_revocation, 1U);
  cms.revocation.back() ^= 0x01U;
  EXPECT_TRUE(facts().is_whole());
}

TEST_F(EmbeddedTimestampsTest, AnIndexThatCannotBeUsedSaysWhy) {
  hash_algorithm = hex("300706052b24030201");
  EXPECT_EQ(facts().state, HashIndexFacts::State::unsupported);
  hash_algorithm = hex("0500");
  EXPECT_EQ(facts().state, HashIndexFacts::State::malformed);
  hash_algorithm = hex("300b0609608648016503040201");
  const Objects few = list_hashes;
  for (unsigned i = 0; i < 65'536; ++i) {
    list_hashes.push_back({static_cast<Byte>(i >> 8U), static_cast<Byte>(i & 0xFFU)});
  }
  EXPECT_EQ(facts().state, HashIndexFacts::State::malformed) << "too many";
  list_hashes = few;
  const MessageSigner& of = signer();
  token.unsigned_attributes.clear();
  EXPECT_EQ(hash_index_facts(*message, of, *Message::read(token.encode())).state, HashIndexFacts::State::absent);
  token.unsigned_attributes = {test::attribute(index_type, {hex("3000"), hex("3000")})};
  EXPECT_EQ(hash_index_facts(*message, of, *Message::read(token.encode())).state, HashIndexFacts::State::repeated);
  token.signer_count = 0;
  EXPECT_EQ(hash_index_facts(*message, of, *Message::read(token.encode())).state, HashIndexFacts::State::absent);
}

// In the form of TS 101 733 V2.2.1 the hash is of the whole attribute, and SHA-256 is left out.
TEST_F(EmbeddedTimestampsTest, TheOldestIndexHashesWholeAttributes) {
  index_type = kIdAtsHashIndex;
  hash_algorithm = {};
  EXPECT_FALSE(facts().is_whole());
  attribute_hashes = {sha256({cms.unsigned_attributes.front()})};
  EXPECT_TRUE(facts().is_whole());
  EXPECT_EQ(facts().attribute_values.size(), 1U);
}

TEST_F(EmbeddedTimestampsTest, ImprintOfASignatureTimestampIsOfTheValue) {
  cms.sign();
  const MessageSigner& of = signer();
  const auto imprint =
      imprint_of(EmbeddedTokenKind::signature, HashAlgorithm::sha3_256, *message, of, {}, archive_token());
  ASSERT_THAT(imprint, test::IsOk());
  EXPECT_EQ(*imprint, *crypto::hash(HashAlgorithm::sha3_256, cms.signature));
}

TEST_F(EmbeddedTimestampsTest, ImprintOfAnArchiveTimestampIsOfAllParts) {
  cms.sign();
  const MessageSigner& of = signer();
  const SignedContent content = SignedContent::of(bytes_of(kContent));
  const auto imprint =
      imprint_of(EmbeddedTokenKind::archive_v3, HashAlgorithm::sha256, *message, of, content, archive_token());
  ASSERT_THAT(imprint, test::IsOk());
  // eContentType, hash of the content, version to signature, ATSHashIndexV3 (EN 319 122-1 §5.5.3).
  const Bytes info = cms.signer_info();
  der::Reader top(info);
  der::Reader fields = test::value_or_throw(top.enter(der::Tag::sequence));
  const ByteView from = fields.rest();
  for (int i = 0; i < 6; ++i) {
    ASSERT_THAT(fields.any(), test::IsOk());
  }
  const Bytes expected = sha256({encoded_oid(kIdData), sha256({copy_of(bytes_of(kContent))}),
                                 copy_of(from.first(from.size() - fields.rest().size())), index()});
  EXPECT_EQ(copy_of(imprint->view()), expected);
}

TEST_F(EmbeddedTimestampsTest, ImprintsThatCannotBeTold) {
  const MessageSigner& of = signer();
  const SignedContent content = SignedContent::of(bytes_of(kContent));
  const auto imprint = [&](EmbeddedTokenKind kind, const SignedContent& over, const Message& archive) {
    return imprint_of(kind, HashAlgorithm::sha256, *message, of, over, archive);
  };
  EXPECT_THAT(imprint(EmbeddedTokenKind::content, {}, archive_token()), FailsWith(ErrorCode::signature_invalid));
  EXPECT_THAT(imprint(EmbeddedTokenKind::archive_v3, {}, archive_token()), FailsWith(ErrorCode::signature_invalid));
  EXPECT_THAT(imprint(EmbeddedTokenKind::archive_v2, content, archive_token()),
              FailsWith(ErrorCode::unsupported_algorithm));
  token.unsigned_attributes.clear();
  EXPECT_THAT(imprint(EmbeddedTokenKind::archive_v3, content, *Message::read(token.encode())),
              FailsWith(ErrorCode::malformed_cms));
}

}  // namespace
}  // namespace rakkan::cms
