// The limits of what is gathered: what lies beyond is a finding, and never a silence.
#include <gmock/gmock.h>

#include <algorithm>

#include "rakkan/cms/signed_data_builder.hpp"
#include "rakkan/gather/gather.hpp"
#include "support/result_matchers.hpp"
#include "support/signed_pdf.hpp"
#include "support/signed_world.hpp"

namespace rakkan::gather {
namespace {

using test::FailsWith;
using test::IsOk;
using test::kDay;
using test::kSigned;
using test::SignedWorld;
using test::Stamped;

class GatherLimits : public testing::Test {
 protected:
  static SignedWorld& world() {
    static SignedWorld one;
    return one;
  }
  static const Bytes& archived() {
    static const Bytes document = [] {
      SignedWorld::Draft draft = world().sign(test::sample_pdf(), kSigned, Stamped::yes);
      world().add_evidence(draft, kSigned + kDay);
      world().add_timestamp(draft, kSigned + kDay);
      return draft.bytes();
    }();
    return document;
  }
  static bool says(const validation::Facts& facts, std::string_view code) {
    return std::any_of(facts.document.findings.begin(), facts.document.findings.end(),
                       [code](const auto& each) { return each.code == code; });
  }
  static validation::Facts facts(const Limits& limits) {
    auto gathered = facts_of(archived(), {.trust = &world().everybody, .limits = limits});
    EXPECT_THAT(gathered, IsOk());
    return gathered ? std::move(gathered->facts) : validation::Facts{};
  }
};

TEST_F(GatherLimits, AreNotReachedByAnArchivedDocument) { EXPECT_FALSE(says(facts({}), "limit-exceeded")); }

TEST_F(GatherLimits, OfSignaturesRefuseTheFile) {
  EXPECT_THAT(facts_of(archived(), {.limits = {.signatures = 1}}), FailsWith(ErrorCode::pdf_limit_exceeded));
}

// The signature covers the first revision, the timestamp the whole file: together less than the file twice.
TEST_F(GatherLimits, OfCoveredBytesRefuseTheFile) {
  const auto covering = [](ByteView file, std::uint64_t times) {
    return facts_of(file, {.trust = &world().everybody, .limits = {.always_covered = 0, .covered_times = times}});
  };
  EXPECT_THAT(covering(archived(), 2), IsOk());
  EXPECT_THAT(covering(archived(), 0), FailsWith(ErrorCode::pdf_limit_exceeded));
  // Ten fields with one signature cover it once.
  test::SignedPdf pdf;
  pdf.fields = "[30 0 R";
  for (std::uint32_t number = 100; number < 110; ++number) {
    pdf.objects.emplace_back(number, "<</FT/Sig/T(" + std::to_string(number) + ")/V 31 0 R>>");
    pdf.fields += " " + std::to_string(number) + " 0 R";
  }
  pdf.fields += "]";
  EXPECT_THAT(covering(pdf.bytes(), 1), IsOk());
}

TEST_F(GatherLimits, OfEvidenceAreAFinding) {
  const validation::Facts found = facts({.evidence = 3});
  EXPECT_TRUE(says(found, "limit-exceeded"));
  EXPECT_LE(found.certificates.size() + found.revocations.size(), 4U);
}

TEST_F(GatherLimits, OfJudgedCertificatesAreAFinding) {
  EXPECT_TRUE(says(facts({.judged_certificates = 1}), "limit-exceeded"));
}

TEST_F(GatherLimits, OfVerificationsAreAFinding) {
  EXPECT_TRUE(says(facts({.path_checks = 0}), "limit-exceeded"));
  EXPECT_TRUE(says(facts({.revocation_checks = 0}), "limit-exceeded"));
}

// The signature costs one, the timestamp in it and the document timestamp one each.
TEST_F(GatherLimits, OfSignatureValuesAreAFindingAndNoVerdict) {
  const auto limited = [](std::size_t checks, std::size_t bytes) {
    return facts({.value_checks = checks, .bytes_of_a_value = bytes});
  };
  const std::size_t size = archived().size();
  EXPECT_FALSE(says(limited(3, size + 1), "limit-exceeded"));
  EXPECT_FALSE(says(limited(2, size), "limit-exceeded")) << "the file's size allows one more";
  const validation::Facts found = limited(2, size + 1);
  EXPECT_TRUE(says(found, "limit-exceeded"));
  EXPECT_TRUE(std::any_of(found.timestamps.begin(), found.timestamps.end(),
                          [](const auto& each) { return each.signer.signature == validation::Check::unsupported; }));
}

TEST_F(GatherLimits, OfChainsKeepTheShortestOnes) {
  pki::Authority second("Second");
  pki::EvidenceMaterial given;
  constexpr pki::Provenance kOutside{pki::EvidenceOrigin::folder};
  given.add(second.certify_ca(world().ca), kOutside);
  given.add(world().root.certify_ca(second), kOutside);
  const auto chains = [&](std::size_t most) {
    const auto gathered =
        facts_of(archived(), {.trust = &world().everybody, .given = &given, .limits = {.chains = most}});
    EXPECT_THAT(gathered, IsOk());
    std::vector<validation::Chain> found;
    for (const validation::CertificateFacts& each : gathered->facts.certificates) {
      if (each.subject == world().signer.subject().text()) {
        found = each.chains;
      }
    }
    return found;
  };
  EXPECT_EQ(chains(16).size(), 2U);
  ASSERT_EQ(chains(1).size(), 1U);
  EXPECT_EQ(chains(1).front().certificates.size(), 2U);
}

// A message that has a PDF as its content is a message, and its content is compared with the one that is given.
TEST_F(GatherLimits, AMessageWithADocumentInItIsAMessage) {
  const Bytes content = test::sample_pdf();
  const Bytes message =
      world().cms_over(crypto::digest(world().suite.digest, content), kSigned, Stamped::no, ByteView(content));
  const auto alone = facts_of(message, {.trust = &world().everybody});
  ASSERT_THAT(alone, IsOk());
  EXPECT_EQ(alone->facts.document.format, "CMS");
  ASSERT_EQ(alone->facts.signatures.size(), 1U);
  EXPECT_TRUE(alone->facts.signatures.front().structure.empty());
  const Bytes other = copy_of(bytes_of("another"));
  const auto beside = facts_of(message, {.trust = &world().everybody, .content = other});
  ASSERT_THAT(beside, IsOk());
  ASSERT_EQ(beside->facts.signatures.front().structure.size(), 1U);
  EXPECT_EQ(beside->facts.signatures.front().structure.front().code, "content-differs");
  EXPECT_EQ(beside->facts.signatures.front().signer.digests.front().match, validation::Match::match)
      << "what is signed is the message's own content";
}

}  // namespace
}  // namespace rakkan::gather
