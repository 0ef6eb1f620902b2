// Signatures with archival data: proofs of existence and past signature validation, EN 319 102-1 §5.6.
#include <gtest/gtest.h>

#include "support/facts_world.hpp"

namespace rakkan::validation {
namespace {

using test::at;
using test::FactsWorld;

// A document timestamp of 2027-06-01 by a unit of its own, whose status is known on the day of judgement.
FactsWorld archived_world() {
  FactsWorld world;
  world.add_certificate("tsu2", "2026-06-01", "2036-01-01", {"tsu2", "ca2"}, "ca2").extended_key_usage = {
      "1.3.6.1.5.5.7.3.8"};
  world.add_certificate("ca2", "2026-01-01", "2050-01-01", {"ca2"}, "root").is_ca = true;
  world.add_timestamp(
      "archive", TimestampKind::document, "2026-01-14",
      {"sig", "sig-tst", "doc-tst", "signer", "ca", "tsu", "responder", "crl-ca", "ocsp-signer", "ocsp-tsu"}, "tsu2");
  world.certificate("tsu2").not_before = at("2026-01-01");
  world.signature().timestamps.push_back("archive");
  for (const char* about : {"tsu2", "ca2"}) {
    world.add_evidence(std::string("crl-") + about, RevocationKind::crl, about,
                       about == std::string("ca2") ? "root" : "ca2", "2029-06-01", "2029-07-01");
  }
  return world;
}

constexpr auto kNow = "2029-06-02";

TEST(ValidationPast, AnArchivedSignaturePassesAfterEverythingEnded) {
  const FactsWorld world = archived_world();
  EXPECT_EQ(world.timestamp_verdict("archive", kNow), "PASSED");
  EXPECT_EQ(world.timestamp_verdict("doc-tst", kNow), "PASSED");
  EXPECT_EQ(world.timestamp_verdict("sig-tst", kNow), "PASSED");
  EXPECT_EQ(world.verdict(kNow), "TOTAL-PASSED");
  EXPECT_EQ(world.judge(kNow).signatures.front().best_signature_time, at("2026-01-10T00:01:00Z"));
  EXPECT_EQ(world.judge(kNow).signatures.front().level, Level::b_lta);
}

TEST(ValidationPast, WithoutTheArchiveTimestampNothingIsProven) {
  FactsWorld world = archived_world();
  world.drop_timestamp("archive");
  EXPECT_EQ(world.verdict(kNow), "INDETERMINATE/OUT_OF_BOUNDS_NOT_REVOKED");
}

TEST(ValidationPast, ATokenThatDoesNotCoverTheOlderOneProvesNothingAboutIt) {
  FactsWorld world = archived_world();
  std::erase(world.timestamp("archive").covers, "doc-tst");
  EXPECT_EQ(world.timestamp_verdict("doc-tst", kNow), "INDETERMINATE/TRY_LATER");
}

TEST(ValidationPast, RevocationDataMustBeProvenToo) {
  FactsWorld world = archived_world();
  std::erase(world.timestamp("archive").covers, "ocsp-tsu");
  EXPECT_EQ(world.timestamp_verdict("sig-tst", kNow), "INDETERMINATE/TRY_LATER");
}

TEST(ValidationPast, AnArchiveTimestampThatFailsProvesNothing) {
  FactsWorld world = archived_world();
  world.timestamp("archive").imprint.match = Match::mismatch;
  EXPECT_EQ(world.verdict(kNow), "INDETERMINATE/OUT_OF_BOUNDS_NOT_REVOKED");
}

TEST(ValidationPast, AFormFailureIsNeverOvercome) {
  FactsWorld world = archived_world();
  world.timestamp("doc-tst").structure = {{"contents-gap", "", "", {}, ""}};
  EXPECT_EQ(world.timestamp_verdict("doc-tst", kNow), "FAILED/FORMAT_FAILURE");
  world.signature().signer.digests.front().match = Match::mismatch;
  EXPECT_EQ(world.verdict(kNow), "TOTAL-FAILED/HASH_FAILURE");
}

TEST(ValidationPast, ALaterRevocationOfTheSignerIsOvercome) {
  FactsWorld world = archived_world();
  auto& later = world.add_evidence("later", RevocationKind::crl, "signer", "ca", "2027-06-01", "2027-07-01");
  later.source = Source::fetched;
  world.revoke("later", "2026-06-01");
  EXPECT_EQ(world.verdict(kNow), "TOTAL-PASSED");
  world.revoke("later", "2026-01-10T00:01:00Z");
  EXPECT_EQ(world.verdict(kNow), "INDETERMINATE/REVOKED_NO_POE");
}

TEST(ValidationPast, ALaterRevocationOfTheCaIsOvercomeByDataFromBefore) {
  FactsWorld world = archived_world();
  world.add_evidence("later", RevocationKind::crl, "ca", "root", "2027-06-01", "2027-07-01");
  world.revoke("later", "2026-06-01");
  EXPECT_EQ(world.verdict(kNow), "TOTAL-PASSED");
  world.revoke("later", "2026-01-10T18:00:00Z");
  // The proof of the signer's status is of 2026-01-11, after that.
  EXPECT_EQ(world.verdict(kNow), "INDETERMINATE/REVOKED_CA_NO_POE");
}

TEST(ValidationPast, AnEndedResponderIsOvercomeByAProofFromItsTime) {
  FactsWorld world = archived_world();
  world.certificate("responder").not_after = at("2026-06-01");
  EXPECT_EQ(world.verdict(kNow), "TOTAL-PASSED");
  world.certificate("responder").not_after = at("2026-01-10T12:00:00Z");
  EXPECT_NE(world.verdict(kNow), "TOTAL-PASSED");
}

TEST(ValidationPast, AnEndedCaIsOvercomeByAProofFromItsTime) {
  FactsWorld world = archived_world();
  world.certificate("ca").not_after = at("2027-01-01");
  EXPECT_EQ(world.verdict(kNow), "TOTAL-PASSED");
}

TEST(ValidationPast, ASunsetAfterTheProofIsOvercome) {
  FactsWorld world;
  world.facts.anchors.front().purposes.timestamping = false;
  world.add_certificate("tsa-root", "2015-01-01", "2045-01-01", {}, "").chains = {};
  world.facts.anchors.push_back({"tsa-root"});
  world.certificate("tsu").chains = {{{"tsu"}, "tsa-root", {}}};
  world.evidence("ocsp-tsu").signer = "tsa-root";
  world.facts.anchors.front().sunset = at("2026-01-10T18:00:00Z");
  EXPECT_EQ(world.verdict(), "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND_NO_POE");  // the data have no earlier proof
  world.facts.anchors.front().sunset = at("2026-01-11T12:00:00Z");
  EXPECT_EQ(world.verdict(), "TOTAL-PASSED");
}

TEST(ValidationPast, AWeakAlgorithmIsOvercomeByAProofFromItsTime) {
  FactsWorld world = archived_world();
  world.certificate("ca").signature = test::rsa_2048_with();
  world.evidence("ocsp-signer").algorithm = test::rsa_2048_with();
  world.signature().signer.algorithm = test::rsa_2048_with();
  world.timestamp("sig-tst").imprint.hash = crypto::HashAlgorithm::sha224;
  EXPECT_EQ(world.verdict(kNow), "TOTAL-PASSED");
  std::erase(world.timestamp("archive").covers, "ca");
  std::erase(world.timestamp("doc-tst").covers, "ca");
  std::erase(world.timestamp("sig-tst").covers, "ca");
  EXPECT_NE(world.verdict(kNow), "TOTAL-PASSED");
}

TEST(ValidationPast, AContentTimestampProvesNoSignature) {
  FactsWorld world = archived_world();
  world.drop_timestamp("sig-tst");
  world.drop_timestamp("doc-tst");
  world.drop_timestamp("archive");
  world.add_timestamp("content", TimestampKind::content, "2026-01-09", {"sig", "signer"}, "tsu2");
  world.signature().timestamps = {"content"};
  EXPECT_EQ(world.timestamp_verdict("content", kNow), "PASSED");
  EXPECT_FALSE(world.judge(kNow).signatures.front().best_signature_time.has_value());
}

TEST(ValidationPast, TryLaterMayBeOvercome) {
  FactsWorld world = archived_world();
  world.certificate("signer").not_after = at("2035-01-01");
  EXPECT_EQ(world.verdict(kNow), "TOTAL-PASSED");
}

TEST(ValidationPast, AnExpiredSignerWithoutItsStatusIsOutOfBounds) {
  FactsWorld world = archived_world();
  world.drop_evidence("ocsp-signer");
  EXPECT_EQ(world.verdict(kNow), "INDETERMINATE/OUT_OF_BOUNDS_NO_POE");
}

// Years of renewals: each January fresh data about the unit of the last timestamp, and a new one over everything.
FactsWorld renewed_world(int last_year) {
  FactsWorld world;
  std::vector<std::string> covered = world.timestamp("doc-tst").covers;
  covered.push_back("doc-tst");
  std::string last_unit = "tsu";
  for (int year = 2027; year <= last_year; ++year) {
    const std::string number = std::to_string(year);
    const std::string unit = "tsu-" + number;
    const std::string issuer = last_unit == "tsu" ? "ca" : "root";
    world.add_evidence("again-" + number, RevocationKind::crl, last_unit, issuer, number + "-01-04", number + "-02-04");
    covered.push_back("again-" + number);
    if (last_unit == "tsu") {
      world.add_evidence("again-ca", RevocationKind::crl, "ca", "root", number + "-01-04", number + "-02-04");
      covered.push_back("again-ca");
    }
    world
        .add_certificate(unit, std::to_string(year - 1) + "-01-01", std::to_string(year + 10) + "-01-01", {unit},
                         "root")
        .extended_key_usage = {"1.3.6.1.5.5.7.3.8"};
    world.add_timestamp("archive-" + number, TimestampKind::document, number + "-01-05", covered, unit);
    world.signature().timestamps.push_back("archive-" + number);
    world.add_evidence("crl-" + number, RevocationKind::crl, unit, "root", number + "-01-06", number + "-02-06");
    covered.insert(covered.end(), {"archive-" + number, unit, "crl-" + number});
    last_unit = unit;
  }
  return world;
}

TEST(ValidationPast, RenewedInTimeItPassesForFortyYears) {
  for (const int year : {2027, 2030, 2040, 2044}) {
    const FactsWorld world = renewed_world(year);
    EXPECT_EQ(world.verdict(std::to_string(year) + "-01-10"), "TOTAL-PASSED") << year;
    EXPECT_EQ(world.judge(std::to_string(year) + "-01-10").signatures.front().best_signature_time,
              at("2026-01-10T00:01:00Z"));
  }
}

// The unit of 2030 is covered by the timestamp of 2031, but its status is not known then.
TEST(ValidationPast, WithoutTheLastUnitsStatusTheLineBreaks) {
  FactsWorld world = renewed_world(2032);
  EXPECT_EQ(world.timestamp_verdict("archive-2030", "2032-01-10"), "PASSED");
  world.drop_evidence("again-2031");
  world.drop_evidence("crl-2030");
  EXPECT_EQ(world.timestamp_verdict("archive-2031", "2032-01-10"), "PASSED");
  EXPECT_EQ(world.timestamp_verdict("archive-2030", "2032-01-10"), "INDETERMINATE/TRY_LATER");
}

TEST(ValidationPast, WithoutRenewalItDoesNot) {
  const FactsWorld world = renewed_world(2027);
  // The responder has ended too, so that nothing proven says whether the signer was revoked.
  EXPECT_EQ(world.verdict("2040-01-10"), "INDETERMINATE/OUT_OF_BOUNDS_NO_POE");
}

}  // namespace
}  // namespace rakkan::validation
