#include "rakkan/pki/evidence_outlook.hpp"

#include <gmock/gmock.h>

#include "rakkan/json/reader.hpp"
#include "rakkan/pki/evidence_json.hpp"
#include "support/evidence_world.hpp"
#include "support/handmade_revocation.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pki {
namespace {

using namespace std::chrono_literals;
using test::EvidenceWorld;
using test::IsOk;
using test::kDay;
using test::kLeafSerial;
using test::kSigned;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Outlook : public testing::Test {
 protected:
  EvidenceSubject unit(EvidenceRole role, Instant time = kSigned) {
    EvidenceSubject subject = world.subject();
    subject.role = role;
    subject.time = time;
    subject.label = "T";
    return subject;
  }
  Renewal renewal(const std::vector<EvidenceSubject>& subjects) {
    return renewal_of(world.table(subjects), AlgorithmPolicy::ts_119_312(), 30 * kDay).value();
  }
  // A unit's certificate, and its CA's, with those ends.
  void certify(Instant end_of_unit, Instant end_of_ca = kNotAfter) {
    world.ca_certificate = world.root.certify_ca(
        world.ca, EvidenceWorld::numbered({0x21}, [=](CertificateTemplate& c) { c.validity.not_after = end_of_ca; }));
    world.leaf = world.ca.certify("Unit", EvidenceWorld::numbered(kLeafSerial, [=](CertificateTemplate& c) {
                                    c.validity.not_after = end_of_unit;
                                  }));
    world.material = {};
    world.hold_everything();
  }
  EvidenceWorld world;
};

TEST_F(Outlook, RenewalIsDueBeforeTheFirstOfAllEnds) {
  const Instant soon = kSigned + 300 * kDay;
  certify(soon);
  const Renewal by_unit = renewal({unit(EvidenceRole::signature_timestamp_unit)});
  EXPECT_EQ(by_unit.reason, RenewalReason::unit_certificate_ends);
  EXPECT_EQ(by_unit.limit, soon);
  EXPECT_EQ(by_unit.by, soon - 30 * kDay);

  certify(kNotAfter, soon);
  EXPECT_EQ(renewal({unit(EvidenceRole::signature_timestamp_unit)}).reason, RenewalReason::revocation_data_ends);
  EXPECT_EQ(renewal({unit(EvidenceRole::signature_timestamp_unit)}).limit, soon);

  certify(kNotAfter);
  EvidenceSubject rsa = unit(EvidenceRole::signature_timestamp_unit);
  rsa.algorithms = {{"signature of the timestamp token",
                     AlgorithmPolicy::ts_119_312().signature(crypto::default_suite(crypto::KeyKind::rsa_2048),
                                                             crypto::KeyKind::rsa_2048)}};
  EXPECT_EQ(renewal({rsa}).reason, RenewalReason::algorithm_ends);
  EXPECT_THAT(renewal({rsa}).detail, HasSubstr("signature of the timestamp token"));
  EXPECT_EQ(to_rfc3339(renewal({rsa}).limit).substr(0, 10), "2028-12-31");

  world.trust = TrustStore::create({{.certificate = world.root_certificate, .sunset = soon}}).value();
  EXPECT_EQ(renewal({unit(EvidenceRole::signature_timestamp_unit)}).reason, RenewalReason::trust_ends);
}

TEST_F(Outlook, TheNewestDocumentTimestampCoversAllOthers) {
  const Instant soon = kSigned + 300 * kDay;
  certify(soon);
  EvidenceSubject lasting = unit(EvidenceRole::document_timestamp_unit, kSigned + 1h);
  lasting.certificate = world.ca.certify("Lasting unit", EvidenceWorld::numbered({0x13}));
  const EvidenceSubject ending = unit(EvidenceRole::document_timestamp_unit, kSigned);
  const EvidenceSubject of_signature = unit(EvidenceRole::signature_timestamp_unit, kSigned + 2h);
  EXPECT_NE(renewal({lasting, ending, of_signature}).limit, soon);
  lasting.time = kSigned - 1h;
  EXPECT_EQ(renewal({lasting, ending, of_signature}).limit, soon);
  // Without one, every signature timestamp has to last.
  lasting.role = EvidenceRole::signature_timestamp_unit;
  lasting.time = kSigned + 3h;
  EXPECT_EQ(renewal({of_signature, lasting}).limit, soon);
  EXPECT_EQ(renewal({lasting, of_signature}).limit, soon);
}

TEST_F(Outlook, NothingIsRenewedWithoutAProvenTimestamp) {
  world.hold_everything();
  const auto renewal = [&](const std::vector<EvidenceSubject>& subjects) {
    return renewal_of(world.table(subjects), AlgorithmPolicy::ts_119_312(), 0ms);
  };
  EXPECT_FALSE(renewal({world.subject()}));
  EXPECT_TRUE(renewal({unit(EvidenceRole::document_timestamp_unit)}));
  world.trust = {};
  EXPECT_FALSE(renewal({unit(EvidenceRole::document_timestamp_unit)}));
}

TEST_F(Outlook, LtvIsEnabledWhenEverythingIsInTheDocument) {
  const EvidenceOrigin document = EvidenceOrigin::document;
  const CertificateList list = EvidenceWorld::crl(world.root, kSigned - kDay);
  const OcspResponse response = world.ocsp(kSigned - 1h);
  world.hold(world.ca_certificate);
  world.hold(list);
  world.hold(response);
  const auto missing = [&] { return predict_ltv(world.table(), LtvAssumption::as_it_is).missing; };
  const auto is = [](LtvObstacle obstacle) { return Field(&LtvPiece::obstacle, obstacle); };
  EXPECT_THAT(missing(), ElementsAre(is(LtvObstacle::revocation_not_embedded),    // of the leaf
                                     is(LtvObstacle::certificate_not_embedded),   // of the responder
                                     is(LtvObstacle::certificate_not_embedded),   // of the CA
                                     is(LtvObstacle::revocation_not_embedded)));  // of the CA
  EXPECT_THAT(missing()[3].detail, HasSubstr("authority for the signer Signature1"));
  EXPECT_TRUE(predict_ltv(world.table(), LtvAssumption::with_used_material).enabled());
  world.hold(response, document);
  world.hold(world.ca_certificate, document);
  EXPECT_THAT(missing(), ElementsAre(is(LtvObstacle::revocation_not_embedded)));
  world.hold(list, document);
  EXPECT_THAT(missing(), IsEmpty());

  // A timestamp without revocation data of its own is what others forget.
  EvidenceSubject unit = this->unit(EvidenceRole::document_timestamp_unit);
  unit.certificate = world.ca.certify("Unit", EvidenceWorld::numbered({0x13}));
  const EvidenceTable table = world.table({world.subject(), unit});
  const LtvPrediction prediction = predict_ltv(table, LtvAssumption::with_used_material);
  ASSERT_THAT(prediction.missing, ElementsAre(is(LtvObstacle::not_proven)));
  EXPECT_EQ(table.rows[prediction.missing[0].row].certificate, unit.certificate);
  EXPECT_THAT(prediction.missing[0].detail, HasSubstr("TSU of a document timestamp T"));
}

TEST_F(Outlook, AcrobatKnowsNoExemptionButNoCheckAndWantsARoot) {
  world.leaf = world.ca.certify("Leaf", EvidenceWorld::numbered(kLeafSerial, [](CertificateTemplate& c) {
                                  c.other_extensions = {{der::Oid{2, 5, 29, 56}, false, test::hex("0500")}};
                                }));
  world.hold(world.ca_certificate);
  world.hold(EvidenceWorld::crl(world.root, kSigned - kDay));
  EXPECT_TRUE(world.table().complete());
  const LtvPrediction exempt = predict_ltv(world.table(), LtvAssumption::with_used_material);
  EXPECT_THAT(exempt.missing, ElementsAre(Field(&LtvPiece::obstacle, LtvObstacle::exemption_not_known)));

  world.trust = TrustStore::from_certificates({world.ca_certificate});
  world.leaf = world.ca.certify("Leaf", EvidenceWorld::numbered(kLeafSerial));
  world.hold(world.ocsp(kSigned - 1h));
  EXPECT_TRUE(world.table().complete());
  const LtvPrediction below_root = predict_ltv(world.table(), LtvAssumption::with_used_material);
  EXPECT_THAT(below_root.missing, ElementsAre(Field(&LtvPiece::obstacle, LtvObstacle::anchor_is_no_root)));
}

TEST_F(Outlook, JsonSaysWhatTheTableSays) {
  constexpr ErrorCode kWrong = ErrorCode::malformed_json;
  world.hold(world.ca_certificate);
  world.hold(world.ocsp(kSigned - 1h, EvidenceWorld::revoked_at(kSigned + 1h)));
  Authority namesake("Root");
  world.hold(EvidenceWorld::crl(namesake, kSigned - 1h));
  const EvidenceTable table = world.table();
  const std::string json = to_json(table);
  ASSERT_OK_AND_ASSIGN(const json::Document document, json::Document::parse(json, kWrong));
  json::Members root = document.root();
  EXPECT_FALSE(root.flag("complete").value());
  EXPECT_FALSE(root.flag("revoked").value());
  ASSERT_OK_AND_ASSIGN(auto subjects, root.objects("subjects", 2));
  ASSERT_THAT(subjects, SizeIs(1));
  EXPECT_EQ(subjects[0].text("role", 30).value(), "signer");
  EXPECT_EQ(subjects[0].text("best_signature_time", 40).value(), to_rfc3339(kSigned));
  EXPECT_EQ(subjects[0].object("anchor")->text("subject", 40).value(), world.root_certificate.subject().text());
  ASSERT_OK_AND_ASSIGN(auto rows, subjects[0].objects("rows", 5));
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_EQ(rows[0].text("verdict", 30).value(), "proven");
  ASSERT_OK_AND_ASSIGN(json::Members status, rows[0].object("status"));
  EXPECT_EQ(status.text("state", 10).value(), "revoked");
  EXPECT_EQ(status.text("object", 10).value(), "ocsp");
  EXPECT_EQ(status.text("revoked_at", 40).value(), to_rfc3339(kSigned + 1h));
  EXPECT_EQ(status.object("freshness")->integer("milliseconds", -3'600'000, 0).value(), -3'600'000);
  EXPECT_EQ(status.object("signer")->text("right", 20).value(), "delegated");
  EXPECT_EQ(rows[1].integer("serves", 0, 9).value(), 0);
  EXPECT_EQ(rows[1].text("exemption", 30).value(), "ocsp-nocheck");
  EXPECT_EQ(rows[2].text("gap", 30).value(), "revocation-not-used");
  ASSERT_OK_AND_ASSIGN(auto rejected, rows[2].objects("rejected", 5));
  EXPECT_EQ(rejected.at(0).text("code", 40).value(), "signature-invalid");
  EXPECT_THAT(rows[2].object("places"), IsOk());

  const LtvPrediction ltv = predict_ltv(table, LtvAssumption::as_it_is);
  EXPECT_THAT(to_json(ltv, table), HasSubstr(R"({"enabled":false,"missing":[{"obstacle":"revocation-not-embedded")"));
  const Renewal renewal{kSigned, kSigned + 1h, RenewalReason::trust_ends, "x"};
  EXPECT_THAT(to_json(renewal), HasSubstr(R"("reason":"trust-ends")"));
}

}  // namespace
}  // namespace rakkan::pki
