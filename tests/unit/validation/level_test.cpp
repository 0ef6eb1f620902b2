// The level that is proven: EN 319 142-1 §6.
#include <gtest/gtest.h>

#include "support/facts_world.hpp"

namespace rakkan::validation {
namespace {

using test::FactsWorld;

Level level_of(const FactsWorld& world) { return world.judge().signatures.front().level; }

TEST(ValidationLevel, IsArchivedWhenADocumentTimestampCoversTheEvidence) {
  FactsWorld world;
  EXPECT_EQ(level_of(world), Level::b_lta);
  std::erase(world.timestamp("doc-tst").covers, "ocsp-signer");
  EXPECT_EQ(level_of(world), Level::b_lt);
}

TEST(ValidationLevel, IsLongTermWhenTheEvidenceIsInTheFile) {
  FactsWorld world;
  world.drop_timestamp("doc-tst");
  EXPECT_EQ(level_of(world), Level::b_lt);
  for (const char* each : {"crl-ca", "ocsp-signer", "ocsp-tsu"}) {
    FactsWorld other = world;
    other.evidence(each).source = Source::given;
    EXPECT_EQ(level_of(other), Level::b_t) << each;
  }
}

TEST(ValidationLevel, HasATimeWhenATimestampPasses) {
  FactsWorld world;
  world.drop_timestamp("sig-tst");
  world.evidence("ocsp-signer").source = Source::fetched;
  EXPECT_EQ(level_of(world), Level::b_t);  // a document timestamp does
  world.timestamp("doc-tst").imprint.match = Match::mismatch;
  EXPECT_EQ(level_of(world), Level::b_b);
}

TEST(ValidationLevel, IsNoneForWhatIsNoBaselineSignature) {
  FactsWorld world;
  world.signature().pdf.sub_filter = "adbe.pkcs7.detached";
  EXPECT_EQ(level_of(world), Level::none);
  world.signature().pdf.sub_filter = "ETSI.CAdES.detached";
  world.signature().signer.reference = CertificateReference::absent;
  EXPECT_EQ(level_of(world), Level::none);
}

TEST(ValidationLevel, IsNoneForWhatFailed) {
  FactsWorld world;
  world.signature().pdf.modification = ModificationLevel::other;
  EXPECT_EQ(level_of(world), Level::none);
}

}  // namespace
}  // namespace rakkan::validation
