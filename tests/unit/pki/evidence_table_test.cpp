#include "rakkan/pki/evidence_table.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "rakkan/pki/evidence_json.hpp"
#include "support/evidence_world.hpp"
#include "support/handmade_revocation.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pki {
namespace {

using namespace std::chrono_literals;
using test::EvidenceWorld;
using test::kDay;
using test::kLater;
using test::kLeafSerial;
using test::kSigned;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr der::Oid kNoRevAvail{2, 5, 29, 56};
constexpr der::Oid kShortTermAssured{0, 4, 0, 194121, 2, 1};

MATCHER_P2(IsRow, place, verdict, "") {
  *result_listener << to_string(arg.place) << " " << arg.certificate.subject().text() << " " << to_string(arg.verdict)
                   << " " << (arg.gap ? to_string(*arg.gap) : "") << " " << arg.detail;
  return arg.place == place && arg.verdict == verdict;
}
MATCHER_P2(LacksProof, place, gap, "") {
  *result_listener << to_string(arg.place) << " " << arg.certificate.subject().text() << " " << to_string(arg.verdict)
                   << " " << (arg.gap ? to_string(*arg.gap) : "") << " " << arg.detail;
  return arg.place == place && arg.verdict == EvidenceVerdict::not_proven && arg.gap == gap;
}
MATCHER_P2(IsExempt, place, exemption, "") {
  *result_listener << to_string(arg.place) << " " << to_string(arg.verdict) << " " << arg.detail;
  return arg.place == place && arg.verdict == EvidenceVerdict::exempt && arg.exemption == exemption;
}

const auto kProvenSubject = IsRow(EvidencePlace::subject, EvidenceVerdict::proven);
const auto kProvenCa = IsRow(EvidencePlace::authority, EvidenceVerdict::proven);
const auto kNoCheck = IsExempt(EvidencePlace::responder, EvidenceExemption::ocsp_no_check);

class Evidence : public testing::Test {
 protected:
  // The CA is proven; the test is about the leaf.
  void hold_ca() {
    world.hold(world.ca_certificate);
    world.hold(EvidenceWorld::crl(world.root, kSigned - kDay));
  }
  EvidenceWorld world;
};

TEST_F(Evidence, EveryCertificateBelowTheAnchorHasARow) {
  world.hold_everything();
  const EvidenceTable table = world.table();
  EXPECT_TRUE(table.complete());
  EXPECT_FALSE(table.revoked());
  EXPECT_THAT(table.needs, IsEmpty());
  ASSERT_THAT(table.rows, ElementsAre(kProvenSubject, kNoCheck, kProvenCa));
  const EvidenceRow& own = table.rows[0];
  EXPECT_EQ(own.issuer, world.ca_certificate);
  EXPECT_EQ(own.status->source, RevocationSource::ocsp);
  EXPECT_EQ(own.status->signer, world.responder.certificate());
  EXPECT_EQ(own.right, EvidenceRight::delegated);
  EXPECT_EQ(own.object->index, 0U);
  EXPECT_FALSE(own.freshness->after_signature);
  EXPECT_EQ(own.freshness->difference, -1h);
  EXPECT_EQ(table.rows[1].serves, 0U);
  EXPECT_EQ(table.rows[1].time, kSigned - 1h);
  EXPECT_EQ(table.rows[2].right, EvidenceRight::issuer);
  EXPECT_EQ(table.subjects[0].path->anchor.certificate, world.root_certificate);
  EXPECT_THAT(table.used().certificates, ElementsAre(world.leaf, world.responder.certificate(), world.ca_certificate));
  EXPECT_THAT(table.used().lists, ElementsAre(0U));
  EXPECT_THAT(table.used().responses, ElementsAre(0U));
}

TEST_F(Evidence, WhatIsMissingIsNamedWithItsPlaces) {
  EvidenceWorld places([](CertificateTemplate& c) { c.crl_url = "http://root.example/crl"; },
                       [](CertificateTemplate& c) {
                         c.crl_url = "http://ca.example/crl";
                         c.ocsp_url = "http://ca.example/ocsp";
                         c.ca_issuers_url = "http://ca.example/ca";
                       });
  places.hold(places.ca_certificate);
  const EvidenceTable table = places.table();
  EXPECT_FALSE(table.complete());
  EXPECT_THAT(table.rows, ElementsAre(LacksProof(EvidencePlace::subject, EvidenceGap::revocation_missing),
                                      LacksProof(EvidencePlace::authority, EvidenceGap::revocation_missing)));
  ASSERT_THAT(table.needs, SizeIs(2));
  EXPECT_EQ(table.needs[0].kind, EvidenceNeed::Kind::revocation);
  EXPECT_EQ(table.needs[0].issuer, places.ca_certificate);
  EXPECT_THAT(table.needs[0].places.ocsp, ElementsAre("http://ca.example/ocsp"));
  EXPECT_THAT(table.needs[0].places.crl, ElementsAre("http://ca.example/crl"));
  EXPECT_EQ(table.needs[0].newer_than, kSigned - kDay);
  EXPECT_EQ(table.needs[1].certificate, places.ca_certificate);
  EXPECT_EQ(table.needs[1].issuer, places.root_certificate);
  EXPECT_THAT(table.needs[1].places.crl, ElementsAre("http://root.example/crl"));
  EXPECT_FALSE(table.needs[1].newer_than);
}

TEST_F(Evidence, ARevocationCountsFromItsSecondOn) {
  struct Case {
    Instant revoked;
    EvidenceVerdict verdict;
  };
  for (const Case& one : {Case{kSigned - 1s, EvidenceVerdict::revoked}, Case{kSigned, EvidenceVerdict::revoked},
                          Case{kSigned + 1s, EvidenceVerdict::proven}}) {
    world.material = {};
    hold_ca();
    world.hold(EvidenceWorld::crl(world.ca, kSigned + 1h, EvidenceWorld::revoking(kLeafSerial, one.revoked)));
    const EvidenceTable by_crl = world.table();
    EXPECT_EQ(by_crl.rows[0].verdict, one.verdict) << to_rfc3339(one.revoked);
    EXPECT_EQ(by_crl.rows[0].status->revocation->time, one.revoked);
    EXPECT_EQ(by_crl.revoked(), one.verdict == EvidenceVerdict::revoked);

    world.material = {};
    hold_ca();
    world.hold(world.ocsp(kSigned + 1h, EvidenceWorld::revoked_at(one.revoked)));
    const EvidenceTable by_ocsp = world.table();
    EXPECT_EQ(by_ocsp.rows[0].verdict, one.verdict) << to_rfc3339(one.revoked);
    EXPECT_EQ(by_ocsp.rows[0].status->revocation->reason, CrlReason::key_compromise);
    EXPECT_EQ(by_ocsp.complete(), one.verdict == EvidenceVerdict::proven);
  }
}

TEST_F(Evidence, ARevocationStandsAgainstWhateverSaysGood) {
  hold_ca();
  world.hold(EvidenceWorld::crl(world.ca, kSigned + 1h, EvidenceWorld::revoking(kLeafSerial, kSigned - 1h)));
  world.hold(world.ocsp(kSigned - 2h));
  world.hold(world.ocsp(kSigned + 20h));
  const EvidenceTable table = world.table();
  EXPECT_EQ(table.rows[0].verdict, EvidenceVerdict::revoked);
  EXPECT_THAT(table.rows[0].detail, HasSubstr("keyCompromise"));
  EXPECT_THAT(table.needs, IsEmpty());
}

TEST_F(Evidence, OnlyAHoldIsTakenBackByALaterStatus) {
  hold_ca();
  world.hold(EvidenceWorld::crl(world.ca, kSigned + 1h,
                                EvidenceWorld::revoking(kLeafSerial, kSigned - 1h, CrlReason::certificate_hold)));
  world.hold(world.ocsp(kSigned - 2h));
  EXPECT_EQ(world.table().rows[0].verdict, EvidenceVerdict::revoked) << "the good status is older";
  world.hold(world.ocsp(kSigned + 20h));
  EXPECT_EQ(world.table().rows[0].verdict, EvidenceVerdict::proven);
}

TEST_F(Evidence, AResponderThatDoesNotKnowTheCertificateProvesNothing) {
  hold_ca();
  world.hold(world.ocsp(kSigned - 1h, EvidenceWorld::not_known));
  EXPECT_THAT(world.table().rows[0], LacksProof(EvidencePlace::subject, EvidenceGap::revocation_unknown));
  EXPECT_EQ(world.table().rows[0].status->state, RevocationState::unknown);
  world.hold(EvidenceWorld::crl(world.ca, kSigned - 1h));
  EXPECT_THAT(world.table().rows[0], kProvenSubject);
  EXPECT_EQ(world.table().rows[0].status->source, RevocationSource::crl);
}

TEST_F(Evidence, DataThatWereOverAreStale) {
  hold_ca();
  world.hold(EvidenceWorld::crl(world.ca, kSigned - 8 * kDay));
  EXPECT_THAT(world.table(FreshnessDemand::cached(30 * kDay)).rows[0],
              LacksProof(EvidencePlace::subject, EvidenceGap::revocation_stale));
  world.hold(EvidenceWorld::crl(world.ca, kSigned - 6 * kDay));
  EXPECT_THAT(world.table(FreshnessDemand::cached(30 * kDay)).rows[0], kProvenSubject);
}

TEST_F(Evidence, TheCaNeedsDataThatWereCurrent) {
  world.hold(world.ca_certificate);
  world.hold(world.ocsp(kSigned - 1h));
  world.hold(EvidenceWorld::crl(world.root, kSigned - 8 * kDay));
  EXPECT_THAT(world.table().rows[2], LacksProof(EvidencePlace::authority, EvidenceGap::revocation_stale));
  world.hold(EvidenceWorld::crl(world.root, kSigned + 1h));
  EXPECT_THAT(world.table().rows[2], kProvenCa) << "issued after the signature";
}

TEST_F(Evidence, AForeignListIsRejectedAndSaysWhy) {
  hold_ca();
  Authority namesake("CA");
  world.hold(EvidenceWorld::crl(namesake, kSigned - 1h));
  const EvidenceTable table = world.table();
  EXPECT_THAT(table.rows[0], LacksProof(EvidencePlace::subject, EvidenceGap::revocation_not_used));
  ASSERT_THAT(table.rows[0].rejected, SizeIs(1));
  EXPECT_EQ(table.rows[0].rejected[0].why.code, ErrorCode::signature_invalid);
  Authority other("Other");
  world.hold(EvidenceWorld::crl(other, kSigned - 1h));
  EXPECT_THAT(world.table().rows[0].rejected, SizeIs(1)) << "a CRL of another name is not about the certificate";
}

TEST_F(Evidence, AListWithALimitIsRejected) {
  hold_ca();
  world.hold(EvidenceWorld::crl(world.ca, kSigned - 1h, [](CrlTemplate& c) { c.base_number = 1; }));
  const EvidenceTable table = world.table();
  EXPECT_THAT(table.rows[0], LacksProof(EvidencePlace::subject, EvidenceGap::revocation_not_used));
  EXPECT_EQ(table.rows[0].rejected.at(0).why.code, ErrorCode::revocation_unsupported);
}

TEST_F(Evidence, AResponseAboutAnotherSerialNumberProvesNothing) {
  hold_ca();
  const Certificate sibling = world.ca.certify("Leaf", EvidenceWorld::numbered({0x12}));
  world.hold(world.responder.answer(sibling, world.ca_certificate, EvidenceWorld::made_at(kSigned - 1h)));
  EXPECT_THAT(world.table().rows[0], LacksProof(EvidencePlace::subject, EvidenceGap::revocation_missing));
}

TEST_F(Evidence, DataOfTheFutureAreRejected) {
  hold_ca();
  world.hold(world.ocsp(kLater + 1s));
  const EvidenceTable table = world.table();
  EXPECT_THAT(table.rows[0], LacksProof(EvidencePlace::subject, EvidenceGap::revocation_not_used));
  EXPECT_EQ(table.rows[0].rejected.at(0).why.code, ErrorCode::revocation_out_of_date);
}

TEST_F(Evidence, OcspComesBeforeCrlAndTheNewestBeforeOthers) {
  hold_ca();
  world.hold(EvidenceWorld::crl(world.ca, kSigned - 1h));
  world.hold(world.ocsp(kSigned - 5h));
  world.hold(world.ocsp(kSigned - 3h));
  world.hold(world.ocsp(kSigned - 4h));
  const EvidenceTable table = world.table();
  EXPECT_EQ(table.rows[0].status->source, RevocationSource::ocsp);
  EXPECT_EQ(table.rows[0].status->times.this_update, kSigned - 3h);
  EXPECT_EQ(world.table(FreshnessDemand::cached(2h)).rows[0].status->source, RevocationSource::crl)
      << "the response is not fresh enough";
}

TEST_F(Evidence, AResponderWithoutNoCheckNeedsAProofOfItsOwn) {
  test::OcspResponder checked(world.ca, [](CertificateTemplate& c) {
    c.ocsp_no_check = false;
    c.crl_url = "http://ca.example/crl";
  });
  hold_ca();
  world.hold(checked.answer(world.leaf, world.ca_certificate, EvidenceWorld::made_at(kSigned - 1h)));
  const EvidenceTable open = world.table();
  EXPECT_THAT(open.rows, ElementsAre(LacksProof(EvidencePlace::subject, EvidenceGap::signer_not_proven),
                                     LacksProof(EvidencePlace::responder, EvidenceGap::revocation_missing), kProvenCa));
  ASSERT_THAT(open.needs, SizeIs(1));
  EXPECT_EQ(open.needs[0].certificate, checked.certificate());
  EXPECT_FALSE(open.needs[0].alternative);

  // The CRL proves the responder, and is older than the leaf's demand allows.
  world.hold(EvidenceWorld::crl(world.ca, kSigned - 6 * kDay));
  const EvidenceTable proven = world.table();
  EXPECT_TRUE(proven.complete());
  EXPECT_THAT(proven.rows,
              ElementsAre(kProvenSubject, IsRow(EvidencePlace::responder, EvidenceVerdict::proven), kProvenCa));
  EXPECT_EQ(proven.rows[0].status->source, RevocationSource::ocsp);
}

TEST_F(Evidence, AResponderThatCanBeProvenComesBeforeOlderData) {
  test::OcspResponder checked(world.ca, [](CertificateTemplate& c) {
    c.ocsp_no_check = false;
    c.serial_number = {0x33};
    c.crl_url = "http://ca.example/crl";
  });
  hold_ca();
  world.hold(world.ocsp(kSigned - 20h));
  EXPECT_EQ(world.table(FreshnessDemand::cached(2h)).rows[0].gap, EvidenceGap::not_fresh);
  world.hold(checked.answer(world.leaf, world.ca_certificate, EvidenceWorld::made_at(kSigned - 1h)));
  const EvidenceTable table = world.table(FreshnessDemand::cached(2h));
  EXPECT_THAT(table.rows[0], LacksProof(EvidencePlace::subject, EvidenceGap::signer_not_proven));
  ASSERT_THAT(table.needs, SizeIs(1));
  EXPECT_EQ(table.needs[0].certificate, checked.certificate());
}

TEST_F(Evidence, ARevokedResponderProvesNothing) {
  test::OcspResponder revoked(world.ca, [](CertificateTemplate& c) { c.ocsp_no_check = false; });
  hold_ca();
  world.hold(revoked.answer(world.leaf, world.ca_certificate, EvidenceWorld::made_at(kSigned - 1h)));
  world.hold(
      EvidenceWorld::crl(world.ca, kSigned - 6 * kDay, EvidenceWorld::revoking({0x0C, 0x5F}, kSigned - 7 * kDay)));
  const EvidenceTable table = world.table();
  EXPECT_THAT(table.rows[0], LacksProof(EvidencePlace::subject, EvidenceGap::not_fresh)) << "the CRL alone is left";
  world.material = {};
  hold_ca();
  world.hold(revoked.answer(world.leaf, world.ca_certificate,
                            EvidenceWorld::made_at(kSigned - 1h, EvidenceWorld::revoked_at(kSigned - 2h))));
  EXPECT_EQ(world.table().rows[0].verdict, EvidenceVerdict::revoked) << "as long as nothing is known against it";
  world.hold(
      EvidenceWorld::crl(world.ca, kSigned - 6 * kDay, EvidenceWorld::revoking({0x0C, 0x5F}, kSigned - 7 * kDay)));
  EXPECT_EQ(world.table().rows[0].verdict, EvidenceVerdict::not_proven);
}

TEST_F(Evidence, ACycleOfRespondersProvesNothing) {
  const auto checked = [](Bytes serial) {
    return EvidenceWorld::numbered(std::move(serial), [](CertificateTemplate& c) { c.ocsp_no_check = false; });
  };
  test::OcspResponder one(world.ca, checked({0x31}));
  test::OcspResponder other(world.ca, checked({0x32}));
  hold_ca();
  world.hold(one.answer(world.leaf, world.ca_certificate, EvidenceWorld::made_at(kSigned - 1h)));
  world.hold(one.answer(one.certificate(), world.ca_certificate, EvidenceWorld::made_at(kSigned - 1h)));
  EXPECT_THAT(world.table().rows,
              ElementsAre(LacksProof(EvidencePlace::subject, EvidenceGap::signer_not_proven),
                          LacksProof(EvidencePlace::responder, EvidenceGap::responder_cycle), kProvenCa));
  world.material = {};
  hold_ca();
  world.hold(one.answer(world.leaf, world.ca_certificate, EvidenceWorld::made_at(kSigned - 1h)));
  world.hold(other.answer(one.certificate(), world.ca_certificate, EvidenceWorld::made_at(kSigned - 1h)));
  world.hold(one.answer(other.certificate(), world.ca_certificate, EvidenceWorld::made_at(kSigned - 1h)));
  const EvidenceTable cycle = world.table();
  EXPECT_FALSE(cycle.complete());
  EXPECT_THAT(cycle.rows[1], LacksProof(EvidencePlace::responder, EvidenceGap::responder_cycle));
  world.hold(EvidenceWorld::crl(world.ca, kSigned - 6 * kDay));
  EXPECT_TRUE(world.table().complete()) << "a CRL ends the cycle";
}

TEST_F(Evidence, AMissingIssuerIsSoughtWhereTheCertificateSays) {
  EvidenceWorld places({}, [](CertificateTemplate& c) { c.ca_issuers_url = "http://ca.example/ca"; });
  places.hold(EvidenceWorld::crl(places.root, kSigned - kDay));
  const EvidenceTable table = places.table();
  EXPECT_THAT(table.rows, ElementsAre(LacksProof(EvidencePlace::subject, EvidenceGap::issuer_missing)));
  EXPECT_FALSE(table.subjects[0].path);
  ASSERT_THAT(table.needs, SizeIs(1));
  EXPECT_EQ(table.needs[0].kind, EvidenceNeed::Kind::issuer);
  EXPECT_THAT(table.needs[0].places.ca_issuers, ElementsAre("http://ca.example/ca"));

  Authority namesake("CA");
  places.hold(places.root.certify_ca(namesake));
  EXPECT_THAT(places.table().rows, ElementsAre(LacksProof(EvidencePlace::subject, EvidenceGap::issuer_missing)));
  EXPECT_THAT(places.table().needs, SizeIs(1)) << "a certificate of that name with another key is not the issuer's";
}

TEST_F(Evidence, AnUnknownRootIsNoAnchor) {
  world.hold_everything();
  world.hold(world.root_certificate);
  world.trust = TrustStore::from_certificates({Authority("Another root").self_signed()});
  EXPECT_THAT(world.table().rows, ElementsAre(LacksProof(EvidencePlace::subject, EvidenceGap::no_anchor),
                                              LacksProof(EvidencePlace::authority, EvidenceGap::no_anchor)));
  EXPECT_THAT(world.table().needs, IsEmpty());
}

TEST_F(Evidence, AnAnchorServesItsPurposesAlone) {
  world.hold_everything();
  world.trust = TrustStore::from_certificates({world.root_certificate}, {.signing = false});
  EXPECT_THAT(world.table().rows[0], LacksProof(EvidencePlace::subject, EvidenceGap::anchor_purpose));
  EvidenceSubject unit = world.subject();
  unit.role = EvidenceRole::signature_timestamp_unit;
  EXPECT_TRUE(world.table({unit}).complete());
  world.trust = TrustStore::from_certificates({world.root_certificate}, {.timestamping = false});
  EXPECT_THAT(world.table({unit}).rows[0], LacksProof(EvidencePlace::subject, EvidenceGap::anchor_purpose));
  EXPECT_TRUE(world.table().complete());
}

// The certificates end in 2036. EN 319 102-1 §5.6.2.4: nobody can tell a timestamp that was made in time from one that
// was made with the same key afterwards.
TEST_F(Evidence, ATimestampNeedsAProofFromBeforeTheEndOfItsPath) {
  world.hold_everything();
  EvidenceSubject unit = world.subject();
  unit.role = EvidenceRole::document_timestamp_unit;
  world.now = kNotAfter;
  EXPECT_TRUE(world.table(std::vector{unit}).complete()) << "the last moment";
  world.now = kNotAfter + 1ms;
  const EvidenceTable late = world.table(std::vector{unit});
  EXPECT_THAT(late.rows.at(0), LacksProof(EvidencePlace::subject, EvidenceGap::path_refused));
  EXPECT_THAT(late.rows.at(0).detail, HasSubstr("ended at 2036-01-01T00:00:00"));
  EXPECT_THAT(late.needs, IsEmpty());
  unit.from.existed_at = kNotAfter;
  EXPECT_TRUE(world.table(std::vector{unit}).complete()) << "covered by another timestamp in time";
  unit.from.existed_at = kNotAfter + 1ms;
  EXPECT_FALSE(world.table(std::vector{unit}).complete()) << "covered too late";
  EXPECT_TRUE(world.table().complete()) << "of a signer, whose time is that of the proof";
}

TEST_F(Evidence, ATimestampNeedsAProofFromBeforeTheEndOfTrustInItsAnchor) {
  world.hold_everything();
  world.trust = TrustStore::create({{.certificate = world.root_certificate, .sunset = kLater - 1h}}).value();
  EvidenceSubject unit = world.subject();
  unit.role = EvidenceRole::document_timestamp_unit;
  EXPECT_THAT(world.table(std::vector{unit}).rows.at(0).detail, HasSubstr("the trust in CN=Root"));
  unit.from.existed_at = kLater - 1h;
  EXPECT_TRUE(world.table(std::vector{unit}).complete());
}

TEST_F(Evidence, ATimestampNeedsAProofFromBeforeTheEndOfItsAlgorithms) {
  world.hold_everything();
  EvidenceSubject unit = world.subject();
  unit.role = EvidenceRole::signature_timestamp_unit;
  const Instant end = kLater + 3 * kDay;
  AlgorithmStanding standing;
  standing.listed = true;
  standing.until = end;
  standing.limit = "RSA-2048";
  unit.algorithms = {{"signature of the timestamp token", standing}};
  world.now = end;
  EXPECT_TRUE(world.table(std::vector{unit}).complete());
  world.now = end + 1ms;
  const EvidenceTable late = world.table(std::vector{unit});
  EXPECT_THAT(late.rows.at(0), LacksProof(EvidencePlace::subject, EvidenceGap::algorithm));
  EXPECT_THAT(late.rows.at(0).detail, HasSubstr("RSA-2048 is not acceptable"));
  unit.from.existed_at = end;
  EXPECT_TRUE(world.table(std::vector{unit}).complete());
  unit.from.existed_at = kNotAfter + 1ms;
  EXPECT_THAT(world.table(std::vector{unit}).rows.at(0), LacksProof(EvidencePlace::subject, EvidenceGap::path_refused))
      << "the path's end comes first";
}

// EN 319 102-1 §5.6.2.2: what says that a unit was good has to be current when the next timestamp covers its own.
TEST_F(Evidence, ACoveredTimestampNeedsDataThatAreCurrentThen) {
  EvidenceWorld with_places({}, [](CertificateTemplate& c) { c.ocsp_url = "http://ca.example/ocsp"; });
  with_places.hold_everything();  // the response is over a day after the timestamp
  EvidenceSubject unit = with_places.subject();
  EXPECT_TRUE(with_places.table({unit}).complete());
  unit.covered_at = kLater;
  const EvidenceTable table = with_places.table({unit});
  EXPECT_THAT(table.rows[0], LacksProof(EvidencePlace::subject, EvidenceGap::revocation_stale));
  EXPECT_THAT(table.rows[0].detail, HasSubstr(to_rfc3339(kLater)));
  ASSERT_THAT(table.needs, SizeIs(1));
  EXPECT_EQ(table.needs[0].time, kLater);
  for (const Instant newer : {kLater - 1h, kLater + 1h}) {  // current then, or issued afterwards
    EvidenceWorld renewed = with_places;
    renewed.now = kLater + 2h;
    renewed.hold(renewed.ocsp(newer));
    EXPECT_THAT(renewed.table({unit}).rows, ElementsAre(kProvenSubject, kNoCheck, kProvenCa)) << to_rfc3339(newer);
  }
}

TEST_F(Evidence, ACaOfACoveredTimestampNeedsDataThatAreCurrentThen) {
  world.hold_everything();  // the root's list is good for a week
  EvidenceSubject unit = world.subject();
  unit.covered_at = kSigned + 8 * kDay;
  world.now = *unit.covered_at;
  world.hold(world.ocsp(world.now - 1h));
  EXPECT_THAT(
      world.table({unit}).rows,
      ElementsAre(kProvenSubject, kNoCheck, LacksProof(EvidencePlace::authority, EvidenceGap::revocation_stale)));
  world.hold(EvidenceWorld::crl(world.root, world.now - kDay));
  EXPECT_TRUE(world.table({unit}).complete());
}

TEST_F(Evidence, AUnitThatWasRevokedBeforeItsTimestampWasCoveredIsRevoked) {
  hold_ca();
  world.hold(EvidenceWorld::crl(world.ca, kLater - 1h, EvidenceWorld::revoking(kLeafSerial, kSigned + 1h)));
  EvidenceSubject unit = world.subject();
  unit.covered_at = kSigned + 1h - 1s;
  EXPECT_TRUE(world.table({unit}).complete());
  unit.covered_at = kSigned + 1h;
  EXPECT_THAT(world.table({unit}).rows[0], IsRow(EvidencePlace::subject, EvidenceVerdict::revoked));
}

TEST_F(Evidence, ATimestampCoveredTooLateIsNotProvenByAnExemption) {
  hold_ca();
  const ExtensionTemplate no_rev_avail{kNoRevAvail, false, {0x05, 0x00}};
  EvidenceSubject unit = world.subject();
  unit.role = EvidenceRole::document_timestamp_unit;
  unit.certificate = world.ca.certify("Unit", [&](CertificateTemplate& c) { c.other_extensions = {no_rev_avail}; });
  EXPECT_THAT(world.table(std::vector{unit}).rows.at(0),
              IsExempt(EvidencePlace::subject, EvidenceExemption::no_rev_avail));
  world.now = kNotAfter + 1ms;
  const EvidenceRow late = world.table(std::vector{unit}).rows.at(0);
  EXPECT_THAT(late, LacksProof(EvidencePlace::subject, EvidenceGap::path_refused));
  EXPECT_FALSE(late.exemption);
}

TEST_F(Evidence, ACrlIssuerNeedsAPathToTheSameAnchorWithThePurposeRevocation) {
  Authority crl_issuer("CA");
  const Certificate certificate = world.root.certify(
      "CA", crl_issuer.spki(),
      EvidenceWorld::numbered({0x41}, [](CertificateTemplate& c) { c.key_usage = {KeyUsage::crl_sign}; }));
  hold_ca();
  world.hold(certificate);
  world.hold(EvidenceWorld::crl(crl_issuer, kSigned - 1h));
  const EvidenceTable table = world.table();
  EXPECT_TRUE(table.complete());
  EXPECT_THAT(table.rows,
              ElementsAre(kProvenSubject, IsRow(EvidencePlace::crl_issuer, EvidenceVerdict::proven), kProvenCa));
  EXPECT_EQ(table.rows[0].right, EvidenceRight::crl_issuer);

  const TrustStore everything = world.trust;
  world.trust = TrustStore::from_certificates({world.root_certificate}, {.revocation = false});
  EXPECT_THAT(world.table().rows,
              ElementsAre(LacksProof(EvidencePlace::subject, EvidenceGap::signer_not_proven),
                          LacksProof(EvidencePlace::crl_issuer, EvidenceGap::anchor_purpose), kProvenCa));

  // The same name below another anchor: its CRLs neither prove nor revoke.
  Authority elsewhere("Elsewhere");
  world.trust = TrustStore::from_certificates({world.root_certificate, elsewhere.self_signed()});
  world.material = {};
  hold_ca();
  world.hold(
      elsewhere.certify("CA", crl_issuer.spki(), [](CertificateTemplate& c) { c.key_usage = {KeyUsage::crl_sign}; }));
  world.hold(EvidenceWorld::crl(elsewhere, kSigned - 1h));
  world.hold(EvidenceWorld::crl(crl_issuer, kSigned - 1h, EvidenceWorld::revoking(kLeafSerial, kSigned - 1h)));
  EXPECT_EQ(world.table().rows[0].verdict, EvidenceVerdict::not_proven);
  EXPECT_EQ(world.table().rows[0].gap, EvidenceGap::revocation_not_used);
}

TEST_F(Evidence, TrustThatHasEndedIsNoTrust) {
  world.hold_everything();
  const auto until = [&](Instant sunset) {
    world.trust = TrustStore::create({{.certificate = world.root_certificate, .sunset = sunset}}).value();
    return world.table();
  };
  EXPECT_TRUE(until(kSigned).complete());
  const EvidenceTable over = until(kSigned - 1s);
  EXPECT_THAT(over.rows[0], LacksProof(EvidencePlace::subject, EvidenceGap::path_refused));
  ASSERT_THAT(over.subjects[0].findings, SizeIs(1));
  EXPECT_EQ(over.subjects[0].findings[0].refusal, PathRefusal::anchor_sunset);
}

TEST_F(Evidence, TrustThatHasNotBegunIsNoTrust) {
  world.hold_everything();
  const auto from = [&](Instant first) {
    world.trust = TrustStore::create({{.certificate = world.root_certificate, .from = first}}).value();
    return world.table();
  };
  EXPECT_TRUE(from(kSigned - kDay).complete());  // of then is the oldest object
  const EvidenceTable early = from(kSigned + 1s);
  EXPECT_THAT(early.rows[0], LacksProof(EvidencePlace::subject, EvidenceGap::path_refused));
  ASSERT_THAT(early.subjects[0].findings, SizeIs(1));
  EXPECT_EQ(early.subjects[0].findings[0].refusal, PathRefusal::anchor_not_yet);
}

TEST_F(Evidence, SomeCertificatesNeedNoStatus) {
  const auto with = [&](const Change& change) {
    world.leaf = world.ca.certify("Leaf", EvidenceWorld::numbered(kLeafSerial, change));
    return world.table().rows.at(0);
  };
  hold_ca();
  const ExtensionTemplate no_rev_avail{kNoRevAvail, false, test::hex("0500")};
  const ExtensionTemplate short_term{kShortTermAssured, false, test::hex("0500")};
  const auto missing = LacksProof(EvidencePlace::subject, EvidenceGap::revocation_missing);
  EXPECT_THAT(with([&](CertificateTemplate& c) { c.other_extensions = {no_rev_avail}; }),
              IsExempt(EvidencePlace::subject, EvidenceExemption::no_rev_avail));
  EXPECT_THAT(with([&](CertificateTemplate& c) { c.other_extensions = {short_term}; }),
              IsExempt(EvidencePlace::subject, EvidenceExemption::short_term_assured));
  EXPECT_THAT(with([&](CertificateTemplate& c) {
                c.other_extensions = {no_rev_avail};
                c.crl_url = "http://ca.example/crl";
              }),
              missing);
  EXPECT_THAT(with([&](CertificateTemplate& c) { c.other_extensions = {{kNoRevAvail, false, test::hex("3000")}}; }),
              missing);
  EXPECT_THAT(with([](CertificateTemplate& c) { c.ocsp_no_check = true; }), missing) << "for responders alone";
  EXPECT_THAT(with([&](CertificateTemplate& c) {
                c.other_extensions = {short_term};
                c.basic_constraints = BasicConstraints{true, std::nullopt};
              }),
              missing)
      << "a CA needs one wherever it stands";
  world.hold(EvidenceWorld::crl(world.ca, kSigned - 1h, EvidenceWorld::revoking(kLeafSerial, kSigned - 1h)));
  EXPECT_EQ(with([&](CertificateTemplate& c) { c.other_extensions = {short_term}; }).verdict, EvidenceVerdict::revoked);

  world.material = {};
  world.ca_certificate =
      world.root.certify_ca(world.ca, [&](CertificateTemplate& c) { c.other_extensions = {short_term, no_rev_avail}; });
  world.hold(world.ca_certificate);
  EXPECT_THAT(world.table().rows.back(), LacksProof(EvidencePlace::authority, EvidenceGap::revocation_missing));
}

TEST_F(Evidence, AnAnchorNeedsNoProof) {
  world.trust = TrustStore::from_certificates({world.leaf});
  const EvidenceTable table = world.table();
  EXPECT_THAT(table.rows, ElementsAre(IsExempt(EvidencePlace::subject, EvidenceExemption::anchor)));
  EXPECT_TRUE(table.complete());
  EXPECT_THAT(table.used().certificates, IsEmpty());
}

TEST_F(Evidence, APathWithRevocationDataIsPreferred) {
  Authority second("Second root");
  const Certificate cross = second.certify_ca(world.ca, EvidenceWorld::numbered({0x51}));
  for (const bool by_second : {true, false}) {
    world.material = {};
    world.trust = TrustStore::from_certificates({world.root_certificate, second.self_signed()});
    world.hold(world.ca_certificate);
    world.hold(cross);
    world.hold(world.ocsp(kSigned - 1h));
    world.hold(EvidenceWorld::crl(by_second ? second : world.root, kSigned - kDay));
    const EvidenceTable table = world.table();
    EXPECT_TRUE(table.complete());
    EXPECT_EQ(table.rows.back().certificate, by_second ? cross : world.ca_certificate);
  }
  // Without any, the table asks about one path, and about the other as an alternative.
  EvidenceWorld places([](CertificateTemplate& c) { c.crl_url = "http://root.example/crl"; }, {});
  places.trust = TrustStore::from_certificates({places.root_certificate, second.self_signed()});
  places.hold(places.ca_certificate);
  places.hold(second.certify_ca(places.ca, EvidenceWorld::numbered({0x52}, [](CertificateTemplate& c) {
                                  c.crl_url = "http://second.example/crl";
                                })));
  places.hold(places.ocsp(kSigned - 1h));
  const EvidenceTable open = places.table();
  ASSERT_THAT(open.needs, SizeIs(2));
  EXPECT_FALSE(open.needs[0].alternative);
  EXPECT_TRUE(open.needs[1].alternative);
  EXPECT_NE(open.needs[0].places.crl, open.needs[1].places.crl);
}

TEST_F(Evidence, AfterTheSignatureMeansLaterThanItsTimeAndTheGrace) {
  hold_ca();
  const auto demand = FreshnessDemand::after_signature(1h);
  world.hold(world.ocsp(kSigned + 1h));
  const EvidenceTable waiting = world.table(demand);
  EXPECT_THAT(waiting.rows[0], LacksProof(EvidencePlace::subject, EvidenceGap::not_fresh));
  EXPECT_EQ(waiting.ask_again(), kSigned + 1h + kDay) << "the nextUpdate of what there is";
  EXPECT_EQ(waiting.rows[0].freshness->difference, 1h);
  world.hold(world.ocsp(kSigned + 1h + 1s));
  EXPECT_TRUE(world.table(demand).complete());
  EXPECT_FALSE(world.table(demand).ask_again());
  EXPECT_TRUE(world.table(demand).rows[0].freshness->after_signature);
}

TEST_F(Evidence, BeforeTheGraceIsOverNobodyIsAsked) {
  EvidenceWorld places({}, [](CertificateTemplate& c) { c.ocsp_url = "http://ca.example/ocsp"; });
  places.hold(places.ca_certificate);
  places.hold(EvidenceWorld::crl(places.root, kSigned - kDay));
  places.now = kSigned + 1h;
  const auto demand = FreshnessDemand::after_signature(1h);
  EXPECT_THAT(places.table(demand).rows[0], LacksProof(EvidencePlace::subject, EvidenceGap::not_fresh));
  EXPECT_EQ(places.table(demand).ask_again(), kSigned + 1h + 1s);
  EXPECT_THAT(places.table(demand).needs, IsEmpty());
  places.now += 1s;
  EXPECT_THAT(places.table(demand).rows[0], LacksProof(EvidencePlace::subject, EvidenceGap::revocation_missing));
  EXPECT_FALSE(places.table(demand).ask_again());
  EXPECT_THAT(places.table(demand).needs, SizeIs(1));
}

TEST_F(Evidence, AGoodStatusOutsideTheCertificatesLifeSaysNothing) {
  const auto shorter = [](Instant from, Instant to) {
    return EvidenceWorld::numbered(kLeafSerial, [=](CertificateTemplate& c) { c.validity = {from, to}; });
  };
  hold_ca();
  world.leaf = world.ca.certify("Leaf", shorter(kSigned - 30min, kNotAfter));
  world.hold(EvidenceWorld::crl(world.ca, kSigned - 1h));
  EXPECT_THAT(world.table().rows[0].rejected, SizeIs(1)) << "older than the certificate";

  world.leaf = world.ca.certify("Leaf", shorter(kNotBefore, kSigned + 30min));
  world.material = {};
  hold_ca();
  world.hold(EvidenceWorld::crl(world.ca, kSigned + 1h));
  world.hold(world.ocsp(kSigned + 2h));
  EXPECT_THAT(world.table().rows[0].rejected, SizeIs(2)) << "after its end";
  const EvidenceMaterial nothing = world.material;
  world.hold(world.ocsp(kSigned + 2h, [](OcspResponseTemplate& c) { c.responses[0].archive_cutoff = kNotBefore; }));
  EXPECT_THAT(world.table().rows[0], kProvenSubject);
  world.material = nothing;
  world.hold(EvidenceWorld::crl(world.ca, kSigned + 3h, [](CrlTemplate& c) {
    c.other_extensions = {{der::Oid{2, 5, 29, 60}, false, test::generalized_time("20260101000000Z")}};
  }));
  EXPECT_THAT(world.table().rows[0], kProvenSubject);
  world.material = nothing;
  world.hold(EvidenceWorld::crl(world.ca, kSigned + 3h, EvidenceWorld::revoking(kLeafSerial, kSigned - 1h)));
  EXPECT_EQ(world.table().rows[0].verdict, EvidenceVerdict::revoked) << "a revocation is always said";
}

TEST_F(Evidence, ACaThatWasRevokedProvesNothingFromThenOn) {
  world.hold(world.ca_certificate);
  world.hold(EvidenceWorld::crl(world.root, kSigned + 6h, EvidenceWorld::revoking({0x21}, kSigned + 5h)));
  world.hold(EvidenceWorld::crl(world.ca, kSigned + 4h));
  EXPECT_TRUE(world.table(FreshnessDemand::after_signature(0h)).complete()) << "signed before it was revoked";
  world.material = {};
  world.hold(world.ca_certificate);
  world.hold(EvidenceWorld::crl(world.root, kSigned + 6h, EvidenceWorld::revoking({0x21}, kSigned + 5h)));
  world.hold(EvidenceWorld::crl(world.ca, kSigned + 5h));
  world.hold(world.ocsp(kSigned + 5h));
  EXPECT_FALSE(world.table(FreshnessDemand::after_signature(0h)).complete());
  EXPECT_THAT(world.table().rows[0].rejected, SizeIs(1)) << "the CRL";
  EXPECT_EQ(world.table().rows[0].gap, EvidenceGap::signer_not_proven) << "the responder";
}

TEST_F(Evidence, AlgorithmsAreJudgedWhenTheObjectIsProvenToHaveExisted) {
  // PKCS#1 v1.5 with RSA-2048 counts to the end of 2028.
  world.ca = Authority("CA", crypto::KeyKind::rsa_2048);
  world.ca_certificate = world.root.certify_ca(world.ca, EvidenceWorld::numbered({0x21}));
  world.leaf = world.ca.certify("Leaf", EvidenceWorld::numbered(kLeafSerial));
  world.now = *parse_rfc3339("2029-01-01T00:00:01Z");
  hold_ca();
  world.hold(EvidenceWorld::crl(world.ca, kSigned - 1h));
  const EvidenceTable late = world.table();
  EXPECT_THAT(late.rows[0], LacksProof(EvidencePlace::subject, EvidenceGap::revocation_not_used));
  EXPECT_EQ(late.rows[0].rejected.at(0).why.code, ErrorCode::algorithm_not_acceptable);
  world.material.add(EvidenceWorld::crl(world.ca, kSigned - 2h), {EvidenceOrigin::document, kSigned + 1h});
  EXPECT_TRUE(world.table().complete()) << "a timestamp of 2026 covers it";

  EvidenceSubject late_signature = world.subject();
  late_signature.time = world.now;
  EXPECT_THAT(world.table({late_signature}).rows[0], LacksProof(EvidencePlace::subject, EvidenceGap::algorithm));
  for (const auto& subjects : {std::vector{late_signature, world.subject()}, {world.subject(), late_signature}}) {
    for (const EvidenceRow& row : world.table(subjects).rows) {
      EXPECT_NE(row.gap, EvidenceGap::algorithm) << "the earlier signature shows that the certificate existed in time";
    }
  }
}

TEST_F(Evidence, AccreditationAndTheOperatorsMarkComeFromTheTrustFile) {
  world.hold_everything();
  world.trust = TrustStore::create({{.certificate = world.root_certificate,
                                     .label = "TSA",
                                     .accreditation = Accreditation{"JP-1", kNotBefore, kSigned},
                                     .is_operator = true}})
                    .value();
  const EvidenceTable table = world.table();
  EXPECT_EQ(table.subjects[0].accreditation->number, "JP-1");
  EXPECT_TRUE(table.subjects[0].is_operator);
  EvidenceSubject later = world.subject();
  later.time = kSigned + 1s;
  EXPECT_FALSE(world.table({later}).subjects[0].accreditation);
}

TEST_F(Evidence, TheOrderOfWhatIsGivenDoesNotMatter) {
  Authority second("Second root");
  world.trust = TrustStore::from_certificates({world.root_certificate, second.self_signed()});
  test::OcspResponder checked(world.ca, [](CertificateTemplate& c) {
    c.ocsp_no_check = false;
    c.serial_number = {0x33};
  });
  const std::vector<Certificate> certificates = {
      world.ca_certificate, second.certify_ca(world.ca, EvidenceWorld::numbered({0x51})), world.root_certificate};
  Authority namesake("CA");  // whose CRLs are rejected, in their order
  const std::vector<CertificateList> lists = {
      EvidenceWorld::crl(namesake, kSigned - 1h),       EvidenceWorld::crl(namesake, kSigned - 2h),
      EvidenceWorld::crl(namesake, kSigned - 3h),       EvidenceWorld::crl(world.root, kSigned - kDay),
      EvidenceWorld::crl(second, kSigned - kDay),       EvidenceWorld::crl(world.ca, kSigned - 3h),
      EvidenceWorld::crl(world.ca, kSigned - 6 * kDay), EvidenceWorld::crl(world.root, kSigned + 1h),
      EvidenceWorld::crl(second, kSigned - 20 * kDay)};
  const std::vector<OcspResponse> responses = {
      world.ocsp(kSigned - 3h), checked.answer(world.leaf, world.ca_certificate, EvidenceWorld::made_at(kSigned - 1h)),
      checked.answer(checked.certificate(), world.ca_certificate, EvidenceWorld::made_at(kSigned - 1h)),
      test::answer_by_issuer(world.ca, world.leaf, EvidenceWorld::made_at(kSigned - 2h))};
  std::vector<std::size_t> order(certificates.size() + lists.size() + responses.size());
  std::iota(order.begin(), order.end(), 0U);
  std::mt19937 random(20'261'130);  // NOLINT(cert-msc51-cpp): the same orders each time
  std::string first;
  for (int round = 0; round < 20; ++round) {
    world.material = {};
    for (const std::size_t each : order) {
      if (each < certificates.size()) {
        world.hold(certificates[each]);
      } else if (each < certificates.size() + lists.size()) {
        world.hold(lists[each - certificates.size()]);
      } else {
        world.hold(responses[each - certificates.size() - lists.size()]);
      }
    }
    const std::string json = to_json(world.table());
    first = first.empty() ? json : first;
    ASSERT_EQ(json, first);
    std::shuffle(order.begin(), order.end(), random);
  }
  EXPECT_THAT(first, HasSubstr(R"("complete":true)"));
}

TEST_F(Evidence, MoreProofsThanAllowedAreRefused) {
  hold_ca();
  for (int i = 0; i < 2'100; ++i) {
    world.hold(test::answer_by_issuer(world.ca, world.leaf, EvidenceWorld::made_at(kSigned - i * 1s)));
  }
  EXPECT_THAT(world.make({world.subject()}), test::FailsWith(ErrorCode::certificate_path_limit));
}

TEST_F(Evidence, TheSameObjectIsHeldOnceWithItsBestProvenance) {
  EvidenceMaterial material;
  const CertificateList list = EvidenceWorld::crl(world.root, kSigned);
  EXPECT_TRUE(material.add(list, {EvidenceOrigin::fetched}));
  EXPECT_FALSE(material.add(list, {EvidenceOrigin::document, kLater}));
  EXPECT_FALSE(material.add(list, {EvidenceOrigin::cache, kSigned}));
  ASSERT_THAT(material.lists(), SizeIs(1));
  EXPECT_EQ(material.lists()[0].from, (Provenance{EvidenceOrigin::document, kSigned}));
  material.add(world.ocsp(kSigned), {EvidenceOrigin::cache});
  ASSERT_NE(material.find(world.responder.certificate()), nullptr) << "the certificates in a response come with it";
  EXPECT_EQ(material.find(world.responder.certificate())->from.origin, EvidenceOrigin::cache);
}

}  // namespace
}  // namespace rakkan::pki
