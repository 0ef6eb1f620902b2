// The facts of our own documents: what is there, what verifies, and what each timestamp covers.
#include "rakkan/gather/gather.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <ctime>

#include "rakkan/base/hex.hpp"
#include "rakkan/cms/embedded_timestamps.hpp"
#include "rakkan/validation/facts_json.hpp"
#include "support/handmade_cms.hpp"
#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"
#include "support/sanitizers.hpp"
#include "support/signed_world.hpp"

namespace rakkan::gather {
namespace {

using test::FailsWith;
using test::IsOk;
using test::kDay;
using test::kSigned;
using test::SignedWorld;
using test::Stamped;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::Not;
using validation::Check;
using validation::Match;
using validation::StructureFinding;

class Gather : public testing::Test {
 protected:
  static SignedWorld& world() {
    static SignedWorld one;
    return one;
  }
  static Gathered facts(ByteView file, Inputs inputs = {}) {
    inputs.trust = inputs.trust != nullptr ? inputs.trust : &world().everybody;
    auto gathered = facts_of(file, inputs);
    EXPECT_THAT(gathered, IsOk());
    return gathered ? *std::move(gathered) : Gathered{};
  }
  static std::string id(const pki::Certificate& certificate) { return to_hex(certificate.fingerprint().view()); }
  template <class Objects>
  static const typename Objects::value_type* find(const Objects& objects, const std::string& id) {
    const auto found = std::find_if(objects.begin(), objects.end(), [&](const auto& each) { return each.id == id; });
    return found == objects.end() ? nullptr : &*found;
  }
  // Signed and stamped, with validation data a day later, and an archive timestamp over both.
  static const Bytes& archived() {
    static const Bytes document = [] {
      SignedWorld::Draft draft = world().sign(test::sample_pdf(), kSigned, Stamped::yes);
      world().add_evidence(draft, kSigned + kDay);
      world().add_timestamp(draft, kSigned + kDay);
      return draft.bytes();
    }();
    return document;
  }
};

TEST_F(Gather, ASignatureHasItsSignerItsDigestAndItsChain) {
  const Bytes document = world().sign(test::sample_pdf(), kSigned, Stamped::no).bytes();
  const validation::Facts found = facts(document).facts;
  ASSERT_EQ(found.signatures.size(), 1U);
  const validation::SignatureFacts& signature = found.signatures.front();
  EXPECT_EQ(signature.format, "PAdES");
  EXPECT_EQ(signature.pdf.coverage, validation::Coverage::entire_file);
  EXPECT_EQ(signature.pdf.modification, validation::ModificationLevel::none);
  EXPECT_EQ(signature.signer.signature, Check::good);
  ASSERT_EQ(signature.signer.digests.size(), 1U);
  EXPECT_EQ(signature.signer.digests.front().match, Match::match);
  EXPECT_EQ(signature.signer.reference, validation::CertificateReference::match);
  EXPECT_EQ(signature.signer.reference_version, validation::ReferenceVersion::v2);
  EXPECT_EQ(signature.signer.certificate, id(world().signer));
  EXPECT_TRUE(signature.structure.empty()) << signature.structure.front().code;
  EXPECT_TRUE(found.document.findings.empty()) << found.document.findings.front().code;
  const auto* signer = find(found.certificates, id(world().signer));
  ASSERT_NE(signer, nullptr);
  ASSERT_EQ(signer->chains.size(), 1U);
  EXPECT_THAT(signer->chains.front().certificates, ElementsAre(id(world().signer), id(world().ca_certificate)));
  EXPECT_EQ(signer->chains.front().anchor, id(world().root_certificate));
  EXPECT_TRUE(signer->chains.front().findings.empty());
  EXPECT_NE(find(found.certificates, id(world().root_certificate)), nullptr);
}

TEST_F(Gather, WithoutTrustThereIsNoChain) {
  const Bytes document = world().sign(test::sample_pdf(), kSigned, Stamped::no).bytes();
  const pki::TrustStore nobody;
  const validation::Facts found = facts(document, {.trust = &nobody}).facts;
  const auto* signer = find(found.certificates, id(world().signer));
  ASSERT_NE(signer, nullptr);
  EXPECT_TRUE(signer->chains.empty());
  EXPECT_TRUE(found.anchors.empty());
}

// Chains are looked for whatever the time; when an anchor counts is a fact.
TEST_F(Gather, AnAnchorHasTheStretchOfTimeOfItsTrust) {
  const Bytes document = world().sign(test::sample_pdf(), kSigned, Stamped::no).bytes();
  const auto trust = pki::TrustStore::create(
      {{.certificate = world().root_certificate, .from = kSigned + kDay, .sunset = kSigned + 2 * kDay}});
  ASSERT_THAT(trust, IsOk());
  const validation::Facts found = facts(document, {.trust = &*trust}).facts;
  ASSERT_EQ(found.anchors.size(), 1U);
  EXPECT_EQ(found.anchors.front().from, kSigned + kDay);
  EXPECT_EQ(found.anchors.front().sunset, kSigned + 2 * kDay);
  const auto* signer = find(found.certificates, id(world().signer));
  ASSERT_NE(signer, nullptr);
  ASSERT_EQ(signer->chains.size(), 1U);
  EXPECT_TRUE(signer->chains.front().findings.empty());
}

TEST_F(Gather, AChangedByteIsAMismatchAndHidesNothingElse) {
  Bytes document = world().sign(test::sample_pdf(), kSigned, Stamped::no).bytes();
  document.at(text_of(document).find("0 0 m 10 10 l S")) ^= 0x01U;
  const auto gathered = facts_of(document, {.trust = &world().everybody});
  ASSERT_THAT(gathered, IsOk());
  const validation::SignatureFacts& signature = gathered->facts.signatures.at(0);
  EXPECT_EQ(signature.signer.digests.at(0).match, Match::mismatch);
  EXPECT_EQ(signature.signer.signature, Check::good);
}

TEST_F(Gather, EvidenceFromOutsideSpeaksAboutTheWholeChain) {
  const Bytes document = world().sign(test::sample_pdf(), kSigned, Stamped::no).bytes();
  const pki::EvidenceMaterial given = world().outside(kSigned + kDay);
  const validation::Facts found = facts(document, {.given = &given}).facts;
  std::vector<std::string> spoken_of;
  for (const validation::RevocationFacts& each : found.revocations) {
    EXPECT_EQ(each.source, validation::Source::given);
    EXPECT_EQ(each.signature, Check::good);
    for (const validation::RevocationEntry& entry : each.entries) {
      EXPECT_TRUE(entry.is_authorised);
      EXPECT_EQ(entry.status, validation::CertificateStatus::good);
      spoken_of.push_back(entry.certificate);
    }
  }
  EXPECT_THAT(spoken_of, Contains(id(world().signer)));
  EXPECT_THAT(spoken_of, Contains(id(world().ca_certificate)));
  // The responder is judged as well: it has a chain.
  const auto* responder = find(found.certificates, id(world().responder.certificate()));
  ASSERT_NE(responder, nullptr);
  EXPECT_TRUE(responder->has_ocsp_no_check);
  EXPECT_EQ(responder->chains.size(), 1U);
}

TEST_F(Gather, ADocumentTimestampCoversTheRevisionsBeforeItAndNotItself) {
  const validation::Facts found = facts(archived()).facts;
  ASSERT_EQ(found.signatures.size(), 1U);
  ASSERT_EQ(found.timestamps.size(), 2U);
  const auto* of_signature = find(found.timestamps, "timestamp-1");
  const auto* of_document = find(found.timestamps, "timestamp-2");
  ASSERT_NE(of_signature, nullptr);
  ASSERT_NE(of_document, nullptr);
  EXPECT_EQ(of_signature->kind, validation::TimestampKind::signature);
  EXPECT_EQ(of_document->kind, validation::TimestampKind::document);
  EXPECT_EQ(of_document->imprint.match, Match::match);
  EXPECT_EQ(of_document->signer.signature, Check::good);
  EXPECT_EQ(of_document->gen_time, kSigned + kDay);
  EXPECT_THAT(of_document->covers, Contains(found.signatures.front().id));
  EXPECT_THAT(of_document->covers, Contains(of_signature->id));
  EXPECT_THAT(of_document->covers, Contains(id(world().signer)));
  EXPECT_THAT(of_document->covers, Not(Contains(of_document->id)));
  EXPECT_EQ(found.revocations.size(), 3U);
  for (const validation::RevocationFacts& each : found.revocations) {
    EXPECT_EQ(each.source, validation::Source::dss);
    EXPECT_THAT(of_document->covers, Contains(each.id));
    EXPECT_THAT(of_signature->covers, Not(Contains(each.id)));
  }
  EXPECT_THAT(of_signature->covers, Contains(found.signatures.front().id));
  EXPECT_THAT(found.signatures.front().timestamps, ElementsAre(of_signature->id, of_document->id));
  EXPECT_EQ(found.signatures.front().pdf.modification, validation::ModificationLevel::lta_updates);
}

TEST_F(Gather, EvidenceAddedBehindADocumentTimestampIsNotCoveredByIt) {
  SignedWorld::Draft draft = world().sign(test::sample_pdf(), kSigned, Stamped::no);
  world().add_timestamp(draft, kSigned + kDay);
  world().add_evidence(draft, kSigned + 2 * kDay);
  const Bytes document = draft.bytes();
  const validation::Facts found = facts(document).facts;
  ASSERT_EQ(found.timestamps.size(), 1U);
  EXPECT_FALSE(found.revocations.empty());
  for (const validation::RevocationFacts& each : found.revocations) {
    EXPECT_THAT(found.timestamps.front().covers, Not(Contains(each.id)));
  }
}

TEST_F(Gather, TheFactsAreReadBackAsTheyWereWritten) {
  const validation::Facts found = facts(archived()).facts;
  const auto again = validation::parse_facts(validation::to_json(found));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(*again, found);
}

TEST_F(Gather, TheSameInputsGiveTheSameFacts) {
  EXPECT_EQ(validation::to_json(facts(archived()).facts), validation::to_json(facts(archived()).facts));
}

TEST_F(Gather, ADetachedCmsNeedsItsContent) {
  const Bytes content = copy_of(bytes_of("content"));
  const Bytes message = world().cms_over(crypto::digest(world().suite.digest, content), kSigned, Stamped::yes);
  const validation::Facts without = facts(message).facts;
  ASSERT_EQ(without.signatures.size(), 1U);
  EXPECT_EQ(without.document.format, "CMS");
  EXPECT_EQ(without.signatures.front().format, "CAdES");
  EXPECT_EQ(without.signatures.front().signer.digests.at(0).match, Match::not_found);
  const validation::Facts with = facts(message, {.content = content}).facts;
  EXPECT_EQ(with.signatures.front().signer.digests.at(0).match, Match::match);
  EXPECT_EQ(with.signatures.front().signer.signature, Check::good);
  ASSERT_EQ(with.timestamps.size(), 1U);
  EXPECT_EQ(with.timestamps.front().imprint.match, Match::match);
  const Bytes other = copy_of(bytes_of("another content"));
  EXPECT_EQ(facts(message, {.content = other}).facts.signatures.front().signer.digests.at(0).match, Match::mismatch);
}

TEST_F(Gather, TimestampsBeyondTheLimitAreAFindingOfTheSignature) {
  test::TestAuthority authority;
  const test::Identity signer = authority.signer(crypto::KeyKind::ec_p256);
  test::HandmadeCms message{signer, crypto::default_suite(crypto::KeyKind::ec_p256), bytes_of("content")};
  const Bytes token = from_hex("3000").value();
  const auto with_tokens = [&](std::size_t count) {
    message.unsigned_attributes = {test::attribute(cms::kIdSignatureTimeStampToken, std::vector<Bytes>(count, token))};
    return facts(message.encode()).facts;
  };
  const validation::Facts few = with_tokens(cms::kMostEmbeddedTokens);
  EXPECT_EQ(few.timestamps.size(), cms::kMostEmbeddedTokens);
  const validation::Facts many = with_tokens(cms::kMostEmbeddedTokens + 2);
  EXPECT_EQ(many.timestamps.size(), cms::kMostEmbeddedTokens);
  const StructureFinding left_out{"timestamps-left-out", "", "2 timestamps beyond the first 64 are not looked at",
                                  std::nullopt, ""};
  EXPECT_THAT(few.signatures.at(0).structure, Not(Contains(Field(&StructureFinding::code, left_out.code))));
  EXPECT_THAT(many.signatures.at(0).structure, Contains(left_out));
}

TEST_F(Gather, AnEnvelopingCmsHasItsContent) {
  const Bytes content = copy_of(bytes_of("content"));
  const Bytes message =
      world().cms_over(crypto::digest(world().suite.digest, content), kSigned, Stamped::no, ByteView(content));
  EXPECT_EQ(facts(message).facts.signatures.at(0).signer.digests.at(0).match, Match::match);
}

TEST_F(Gather, ATokenAloneIsATimestampAndNoSignature) {
  const Bytes content = copy_of(bytes_of("content"));
  const tsp::TimestampToken token =
      world().token_over(crypto::digest(crypto::DigestAlgorithm::sha256, content), kSigned);
  const validation::Facts found = facts(token.der(), {.content = content}).facts;
  EXPECT_TRUE(found.signatures.empty());
  ASSERT_EQ(found.timestamps.size(), 1U);
  EXPECT_EQ(found.timestamps.front().kind, validation::TimestampKind::bare);
  EXPECT_EQ(found.timestamps.front().imprint.match, Match::match);
  EXPECT_EQ(found.timestamps.front().gen_time, kSigned);
  EXPECT_EQ(facts(token.der()).facts.timestamps.front().imprint.match, Match::not_found);
}

TEST_F(Gather, WhatIsNeitherIsRefused) {
  EXPECT_THAT(facts_of({}, {}), FailsWith(ErrorCode::not_a_pdf));
  EXPECT_THAT(facts_of(bytes_of("hello"), {}), FailsWith(ErrorCode::not_a_pdf));
  EXPECT_THAT(facts_of(world().signer.der(), {}), FailsWith(ErrorCode::not_a_pdf));
  const Bytes whole = test::sample_pdf();
  EXPECT_FALSE(facts_of(ByteView(whole).first(whole.size() / 2), {}).has_value());
}

TEST_F(Gather, ADocumentWithoutSignaturesHasNone) {
  const validation::Facts found = facts(test::sample_pdf()).facts;
  EXPECT_TRUE(found.signatures.empty());
  EXPECT_TRUE(found.timestamps.empty());
}

// Seconds of CPU that the facts take.
double seconds_for(ByteView file, const Inputs& inputs) {
  const std::clock_t begin = std::clock();
  EXPECT_THAT(facts_of(file, inputs), IsOk());
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}
constexpr double kMostSeconds = 4.0 * test::kSlowness;  // of a debug build; a release takes a fraction

TEST_F(Gather, ABombOfCrossCertificatesEnds) {
  // Six tiers of four authorities, each certified by each one of the tier above: 4^6 paths.
  std::vector<std::vector<pki::Authority>> tiers;
  pki::EvidenceMaterial given;
  constexpr pki::Provenance kOutside{pki::EvidenceOrigin::folder};
  for (int tier = 0; tier < 6; ++tier) {
    std::vector<pki::Authority> authorities;
    for (int i = 0; i < 4; ++i) {
      authorities.emplace_back("Tier " + std::to_string(tier) + " " + std::to_string(i));
    }
    for (pki::Authority& each : authorities) {
      if (tier == 0) {
        given.add(world().root.certify_ca(each), kOutside);
        continue;
      }
      for (pki::Authority& above : tiers.back()) {
        given.add(above.certify_ca(each), kOutside);
      }
    }
    tiers.push_back(std::move(authorities));
  }
  for (pki::Authority& above : tiers.back()) {
    given.add(above.certify_ca(world().ca), kOutside);
  }
  const Bytes document = world().sign(test::sample_pdf(), kSigned, Stamped::no).bytes();
  EXPECT_LT(seconds_for(document, {.trust = &world().everybody, .given = &given}), kMostSeconds);
  const validation::Facts found = facts(document, {.given = &given}).facts;
  const auto* signer = find(found.certificates, id(world().signer));
  ASSERT_NE(signer, nullptr);
  EXPECT_EQ(signer->chains.size(), Limits{}.chains);
  EXPECT_EQ(signer->chains.front().certificates.size(), 2U) << "the shortest one first";
}

TEST_F(Gather, TenThousandCertificatesEnd) {
  const Bytes one = copy_of(world().signer.der());
  pki::EvidenceMaterial given;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    // Other certificates of the signer's name, with other keys as it were: the last bytes are the signature's.
    Bytes other = one;
    other[other.size() - 1] = static_cast<Byte>(i);
    other[other.size() - 2] = static_cast<Byte>(i >> 8U);
    given.add(pki::Certificate::parse(other).value(), {pki::EvidenceOrigin::folder});
  }
  const Bytes document = world().sign(test::sample_pdf(), kSigned, Stamped::no).bytes();
  EXPECT_LT(seconds_for(document, {.trust = &world().everybody, .given = &given}), kMostSeconds);
}

TEST_F(Gather, PartsAreTheExactSignedBytes) {
  const Gathered gathered = facts(archived());
  ASSERT_EQ(gathered.parts.size(), 2U);
  const SignedPart& signature = gathered.parts.front();
  EXPECT_EQ(signature.field, gathered.facts.signatures.front().pdf.field);
  EXPECT_EQ(signature.end, signature.before.size() + signature.behind.size() + 2 * SignedWorld::kReserve + 2);
  EXPECT_EQ(signature.tokens.size(), 1U);
  EXPECT_TRUE(text_of(ByteView(archived()).first(signature.end)).ends_with("%%EOF\n"));
}

}  // namespace
}  // namespace rakkan::gather
