// A contract over forty years: signed in 2026, renewed whenever its answer says so, by one unit after the other. At
// each step our own evidence table is complete, and foreign tools agree with nothing in hand but the file and the root.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <set>

#include "conformance/pades/archiving_service.hpp"
#include "conformance/pades/foreign_judge.hpp"
#include "rakkan/pades/dss.hpp"
#include "rakkan/pades/existing_signatures.hpp"
#include "support/corpora.hpp"

namespace rakkan::test {
namespace {

using crypto::KeyKind;
using pades::BaselineLevel;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using Archived = ArchivingService::Archived;

struct Unit {
  std::string name;
  KeyKind kind{};
  int authority = 1;
  std::string until;
  std::string ends_by;  // the reason of the renewal that it makes necessary
};

// The third unit outlives the authority above it, whose end comes first: nobody says any more whether the unit was
// revoked. From 2050 on dates are GeneralizedTime (RFC 5280 §4.1.2.5).
const std::array kUnits{
    Unit{"Unit 1", KeyKind::ec_p256, 1, "2032-01-01", "unit-certificate-ends"},
    Unit{"Unit 2", KeyKind::ec_p256, 1, "2038-01-01", "unit-certificate-ends"},
    Unit{"Unit 3", KeyKind::ec_p256, 1, "2044-01-01", "revocation-data-ends"},
    Unit{"Unit 4", KeyKind::ec_p384, 2, "2049-07-01", "unit-certificate-ends"},
    Unit{"Unit 5", KeyKind::ec_p384, 2, "2056-01-01", "unit-certificate-ends"},
    Unit{"Unit 6", KeyKind::ec_p384, 2, "2062-01-01", "unit-certificate-ends"},
    Unit{"Unit 7", KeyKind::ec_p384, 2, "2068-01-01", "unit-certificate-ends"},
};
constexpr std::size_t kSignatures = 2;  // each with a timestamp of its own
const Instant kBegin = at("2026-04-01");
const Instant kEnd = at("2066-04-01");

// The contract's way through the years, with authorities that answer in that way.
class Years {
 protected:
  explicit Years(LoopbackPki::Status status) : archive_(kBegin, status) {
    archive_.add_unit(kUnits[0].name, kUnits[0].kind, kUnits[0].authority, at(kUnits[0].until));
  }

  // Signed by the operator's seal, with an RSA key that is not acceptable any more after 2028, and by the party.
  Archived sign_contract() {
    const auto seal = archive_.enrol("seal", credentials::CredentialKind::operator_seal, KeyKind::rsa_2048);
    const auto yamada = archive_.enrol("yamada", credentials::CredentialKind::party);
    const Archived once = archive_.sign(seal, sample_pdf(), BaselineLevel::b_lta);
    return archive_.sign(yamada, once.document, BaselineLevel::b_lta);
  }
  // The next unit takes the place of the present one: by a next key, or, of another kind, as another credential.
  void replace_unit() {
    const Unit& before = kUnits.at(unit_);
    const Unit& next = kUnits.at(++unit_);
    if (next.kind == before.kind) {
      archive_.replace_unit(next.name, next.authority, at(next.until));
    } else {
      archive_.start("tsu-2");
      archive_.add_unit(next.name, next.kind, next.authority, at(next.until));
    }
  }
  Archived renew(const Bytes& document) {
    auto renewed = archive_.renew(document);
    EXPECT_TRUE(renewed.has_value()) << (renewed ? "" : to_string(renewed.error()));
    return value_or_throw(std::move(renewed));
  }

  // Ourselves and the foreign judge on the document as it is now, and on the last day before it has to be renewed.
  void expect_proven(const Archived& archived) {
    EXPECT_TRUE(archived.complete());
    EXPECT_EQ(archived.reason(), kUnits.at(unit_).ends_by);
    EXPECT_GT(archived.renew_by(), archive_.now());
    for (const Instant when : {archive_.now(), archived.provable_until() - std::chrono::days(1)}) {
      const auto verdicts = judge_.judge(archived.document, when);
      EXPECT_THAT(ForeignJudge::refusals(verdicts), IsEmpty()) << to_rfc3339(when);
      EXPECT_EQ(subjects_of(verdicts), 2U * kSignatures + timestamps_of(archived));
    }
  }
  static std::size_t subjects_of(const std::vector<ForeignVerdict>& verdicts) {
    std::set<std::string> subjects;
    for (const ForeignVerdict& each : verdicts) {
      subjects.insert(each.subject);
    }
    return subjects.size();
  }
  static std::size_t timestamps_of(const Archived& archived) {
    const auto document = value_or_throw(pdf::Document::open(archived.document));
    const auto all = value_or_throw(pades::existing_signatures(document));
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [](const auto& one) { return one.is_document_timestamp(); }));
  }
  // The number, from 1 on, of that authority's newest CRL in the document's store.
  static std::size_t newest_list_of(const std::string& issuer, const Archived& archived) {
    const auto document = value_or_throw(pdf::Document::open(archived.document));
    const auto store = value_or_throw(pades::Dss::read(document));
    std::size_t newest = 0;
    Instant time{};
    for (std::size_t i = 0; i < store->crls.size(); ++i) {
      const auto list = value_or_throw(pki::CertificateList::parse(copy_of(store->streams[store->crls[i]].bytes)));
      if (list.issuer().text() == issuer && list.this_update() > time) {
        newest = i + 1;
        time = list.this_update();
      }
    }
    return newest;
  }
  static std::vector<Bytes> streams_of(const Archived& archived) {
    const auto document = value_or_throw(pdf::Document::open(archived.document));
    const auto store = value_or_throw(pades::Dss::read(document));
    std::vector<Bytes> all;
    std::transform(store->streams.begin(), store->streams.end(), std::back_inserter(all),
                   [](const auto& stream) { return stream.bytes; });
    return all;
  }

  TemporaryFolder folder_;
  ArchivingService archive_;
  ForeignJudge judge_{folder_.path(), archive_.root_pem()};
  std::size_t unit_ = 0;
};

class TimeTravel : public ::testing::TestWithParam<LoopbackPki::Status>, protected Years {
 protected:
  TimeTravel() : Years(GetParam()) {}
};
class TimeTravelByCrl : public ::testing::Test, protected Years {
 protected:
  TimeTravelByCrl() : Years(LoopbackPki::Status::crl) {}
};

TEST_P(TimeTravel, AContractIsProvenForFortyYears) {
  Archived contract = sign_contract();
  expect_proven(contract);
  int renewals = 0;
  while (contract.renew_by() < kEnd) {
    archive_.travel_to(contract.renew_by());
    replace_unit();
    contract = renew(contract.document);
    ++renewals;
    SCOPED_TRACE("renewed by " + archive_.unit_name() + " at " + to_rfc3339(archive_.now()));
    expect_proven(contract);
  }
  EXPECT_EQ(renewals, static_cast<int>(kUnits.size()) - 1);
  EXPECT_THAT(ForeignJudge::refusals(judge_.judge(contract.document, kEnd)), IsEmpty());
  EXPECT_THAT(streams_of(contract), Contains(::testing::ResultOf(
                                        [](const Bytes& der) { return std::string(text_of(der)); }, HasSubstr("\x18\x0F"
                                                                                                              "2061"))))
      << "a date of 2061, as GeneralizedTime";
}

// The one that was due before its unit's certificate ended was left out: nothing shows that the newest timestamp was
// there before.
TEST_P(TimeTravel, ARenewalLeftOutIsNamed) {
  Archived contract = sign_contract();
  archive_.travel_to(contract.renew_by());
  replace_unit();
  contract = renew(contract.document);
  archive_.travel_to(contract.provable_until() + std::chrono::days(30));
  replace_unit();
  EXPECT_THAT(ForeignJudge::refusals(judge_.judge(contract.document, archive_.now())),
              ElementsAre(AllOf(StartsWith("document timestamp"), HasSubstr("certificate has expired"))));
  const auto late = archive_.renew(contract.document);
  ASSERT_THAT(late, FailsWith(ErrorCode::evidence_incomplete));
  EXPECT_THAT(to_string(late.error()), AllOf(HasSubstr("TSU of a document timestamp"), HasSubstr("CN=Unit 2"),
                                             HasSubstr("ended at 2038-01-01")));
}

// The newest CRL of the authority that certified no unit after the third: nothing else says that this one was good
// until the fourth covered its timestamp. OpenSSL, which judges each timestamp at its own time, does not miss it.
TEST_F(TimeTravelByCrl, AMissingCrlOfAUnitIsNamed) {
  Archived contract = sign_contract();
  while (archive_.unit_name() != "Unit 5") {
    archive_.travel_to(contract.renew_by());
    replace_unit();
    contract = renew(contract.document);
  }
  archive_.close_network();
  ASSERT_THAT(archive_.raise(contract.document, BaselineLevel::b_lt), IsOk()) << "it needs nothing but itself";
  const auto number = std::to_string(newest_list_of("CN=Stamping CA 1,C=JP", contract));
  const auto lies = judge_.lies(contract.document, archive_.now(), "^without CRL " + number + "$");
  ASSERT_EQ(lies.size(), 1U);
  EXPECT_TRUE(lies[0].verdict.accepted) << lies[0].verdict.said;
  const auto raised = archive_.raise(file_bytes(lies[0].file), BaselineLevel::b_lt);
  ASSERT_THAT(raised, FailsWith(ErrorCode::evidence_incomplete));
  EXPECT_THAT(to_string(raised.error()),
              AllOf(HasSubstr("TSU of a document timestamp"), HasSubstr("CN=Unit 3,"), HasSubstr("revocation-stale")));
}

// TS 119 312: RSA below 3000 bits and PKCS#1 v1.5 end with 2028. No foreign witness holds to that table: OpenSSL takes
// any RSA at any time.
class RsaUnit : public ::testing::Test {
 protected:
  RsaUnit() { archive_.add_unit("RSA unit", KeyKind::rsa_2048, 1, at("2033-01-01")); }
  static constexpr std::chrono::milliseconds kTick{1};
  const Instant end_ = at("2029-01-01") - kTick;
  ArchivingService archive_{kBegin};
  const ArchivingService::Signer seal_ = archive_.enrol("seal", credentials::CredentialKind::operator_seal);
};

TEST_F(RsaUnit, IsRefusedFrom2029) {
  const Archived contract = archive_.sign(seal_, sample_pdf(), BaselineLevel::b_lta);
  EXPECT_EQ(contract.reason(), "algorithm-ends");
  EXPECT_EQ(contract.provable_until(), end_);
  archive_.travel_to(end_);
  EXPECT_THAT(archive_.renew(contract.document), IsOk());
  const int uses = archive_.key_of("tsu").signatures;
  archive_.travel_to(end_ + kTick);
  for (const BaselineLevel level : {BaselineLevel::b_t, BaselineLevel::b_lta}) {
    const auto refused = archive_.try_to_sign(seal_, sample_pdf(), level);
    ASSERT_THAT(refused, FailsWith(ErrorCode::algorithm_not_acceptable));
    EXPECT_THAT(refused.error().detail,
                AllOf(HasSubstr("RSA-2048"), HasSubstr("2028-12-31T23:59:59.999Z"), HasSubstr("TS 119 312")));
  }
  EXPECT_EQ(archive_.key_of("tsu").signatures, uses);
  EXPECT_EQ(archive_.key_of("seal").signatures, 1) << "no acceptable unit is known before the signer's key is touched";
}

// A unit of another algorithm comes too late for what rests on RSA alone, and in time for what it covered before.
TEST_F(RsaUnit, HasToBeCoveredBefore2029) {
  const Archived contract = archive_.sign(seal_, sample_pdf(), BaselineLevel::b_lta);
  archive_.travel_to(end_);
  archive_.start("tsu-2");
  archive_.add_unit("P-256 unit", KeyKind::ec_p256, 1, at("2033-01-01"));
  const Archived covered = archive_.renew(contract.document).value();
  archive_.travel_to(end_ + kTick);
  EXPECT_THAT(archive_.renew(covered.document), IsOk());
  const auto late = archive_.renew(contract.document);
  ASSERT_THAT(late, FailsWith(ErrorCode::evidence_incomplete));
  EXPECT_THAT(to_string(late.error()), AllOf(HasSubstr("signature of the timestamp token"), HasSubstr("RSA-2048")));
}

TEST_F(RsaUnit, AnRsaSignerIsRefusedFrom2029) {
  const auto rsa = archive_.enrol("rsa", credentials::CredentialKind::operator_seal, KeyKind::rsa_2048);
  archive_.travel_to(end_);
  archive_.sign(rsa, sample_pdf(), BaselineLevel::b_b);
  archive_.travel_to(end_ + kTick);
  EXPECT_THAT(archive_.try_to_sign(rsa, sample_pdf(), BaselineLevel::b_b),
              FailsWith(ErrorCode::algorithm_not_acceptable));
  EXPECT_EQ(archive_.key_of("rsa").signatures, 1);
}

// An outside authority whose unit is only known by its last token.
class OutsideUnit : public ::testing::Test {
 protected:
  ArchivingService archive_{kBegin};
  const pki::Certificate first_ = archive_.use_outside_unit("Unit A", at("2028-01-01"));
  const ArchivingService::Signer seal_ = archive_.enrol("seal", credentials::CredentialKind::operator_seal);
};

TEST_F(OutsideUnit, GivesWayToTheNextWhenItHasEnded) {
  const Archived contract = archive_.sign(seal_, sample_pdf(), BaselineLevel::b_lta);
  archive_.use_outside_unit("Unit B", at("2033-01-01"));
  const Archived renewed = archive_.renew(contract.document).value();
  archive_.use_outside_unit("Unit C", at("2038-01-01"));
  archive_.travel_to(at("2033-02-01"));  // the authority gave Unit B's token last
  EXPECT_THAT(archive_.renew(renewed.document), FailsWith(ErrorCode::evidence_incomplete)) << "too late for this one";
  const auto later = archive_.enrol_now("later", at("2035-01-01"));
  const auto made = archive_.try_to_sign(later, sample_pdf(), BaselineLevel::b_lta);
  ASSERT_THAT(made, IsOk());
  EXPECT_TRUE(made->complete());
}

TEST_F(OutsideUnit, GivesWayToTheNextWhenItWasRevoked) {
  const Archived contract = archive_.sign(seal_, sample_pdf(), BaselineLevel::b_lta);
  const auto days = [](int count) { return std::chrono::hours(24 * count); };
  archive_.travel_to(archive_.now() + days(30));
  archive_.revoke_unit(first_);
  archive_.use_outside_unit("Unit B", at("2033-01-01"));
  archive_.travel_to(archive_.now() + days(2));  // nothing of what is remembered is current
  EXPECT_THAT(archive_.try_to_sign(seal_, sample_pdf(), BaselineLevel::b_lta), IsOk());
  const auto renewed = archive_.renew(contract.document);
  ASSERT_THAT(renewed, FailsWith(ErrorCode::certificate_revoked)) << "its timestamp may be of the stolen key";
  EXPECT_THAT(to_string(renewed.error()), HasSubstr("CN=Unit A"));
}

// The signer's certificate and that of the signature timestamp's unit need data issued after them. Nothing can be newer
// than a document timestamp that is being made.
TEST(NewerData, AreWaitedForOnceForABLta) {
  ArchivingService archive(kBegin, LoopbackPki::Status::crl_and_ocsp);
  archive.add_unit("Unit 1", KeyKind::ec_p256, 1, at("2033-01-01"));
  const auto seal = archive.enrol("seal", credentials::CredentialKind::operator_seal);
  archive.wait_for_newer_data(std::chrono::hours(2));
  const Bytes pages = sample_pdf();
  ASSERT_THAT(archive.try_to_sign(seal, pages, BaselineLevel::b_lta), FailsWith(ErrorCode::signature_pending));
  EXPECT_THAT(archive.finish(pages), FailsWith(ErrorCode::signature_pending)) << "the data do not exist yet";
  archive.travel_to(archive.now() + std::chrono::hours(3));
  const auto made = archive.finish(pages);
  ASSERT_THAT(made, IsOk());
  EXPECT_TRUE(made->complete());
  EXPECT_EQ(archive.key_of("seal").signatures, 1);
  const TemporaryFolder folder;
  const ForeignJudge judge(folder.path(), archive.root_pem());
  EXPECT_THAT(ForeignJudge::refusals(judge.judge(made->document, archive.now())), IsEmpty());
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(, TimeTravel, ::testing::Values(LoopbackPki::Status::crl, LoopbackPki::Status::crl_and_ocsp),
                         [](const auto& status) {
                           return std::string(status.param == LoopbackPki::Status::crl ? "ByCrl" : "ByOcsp");
                         });

}  // namespace rakkan::test
