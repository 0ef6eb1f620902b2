#include "rakkan/pki/revocation_status.hpp"

#include <gmock/gmock.h>

#include <functional>

#include "support/handmade_revocation.hpp"
#include "support/ocsp_responder.hpp"
#include "support/pki_authority.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pki {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using test::hex;
using test::IsOk;

constexpr der::Oid kMadeUp{1, 2, 392, 99999, 1};

class Revocations : public testing::Test {
 protected:
  CertificateList list(const std::function<void(CrlTemplate&)>& change = {}) {
    CrlTemplate crl;
    crl.issuer = root_.name();
    crl.this_update = kNotBefore;
    crl.next_update = kNotBefore + 24h;
    crl.authority_key_identifier = key_identifier(root_.spki()).value();
    if (change) {
      change(crl);
    }
    return CertificateList::parse(issue_crl(crl, root_.suite(), root_.signer()).value()).value();
  }

  Authority root_{"Root"};
  Certificate issuer_ = root_.self_signed();
  Certificate leaf_ = root_.certify("Leaf");
  test::OcspResponder responder_{root_};
};

TEST_F(Revocations, AnUnlistedCertificateIsGood) {
  const CertificateList crl = list();
  ASSERT_OK_AND_ASSIGN(const RevocationStatus status, revocation_status(crl, leaf_, issuer_));
  EXPECT_EQ(status.state, RevocationState::good);
  EXPECT_FALSE(status.revocation);
  EXPECT_EQ(status.source, RevocationSource::crl);
  EXPECT_EQ(status.object, crl.fingerprint());
  EXPECT_EQ(status.signer, issuer_);
  EXPECT_FALSE(status.authorization);
  EXPECT_EQ(status.times.this_update, kNotBefore);
  EXPECT_EQ(status.times.next_update, kNotBefore + 24h);
  EXPECT_TRUE(status.is_good_at(kNotBefore + 8760h));
}

TEST_F(Revocations, AListedCertificateIsRevoked) {
  const CertificateList crl = list(
      [](CrlTemplate& c) { c.revoked = {{Bytes{0x5A, 0x01}, kNotBefore - 1h, std::uint8_t{6}, kNotBefore - 2h}}; });
  ASSERT_OK_AND_ASSIGN(const RevocationStatus status, revocation_status(crl, leaf_, issuer_));
  EXPECT_EQ(status.state, RevocationState::revoked);
  ASSERT_TRUE(status.revocation);
  EXPECT_EQ(status.revocation->time, kNotBefore - 1h);
  EXPECT_EQ(status.revocation->reason, CrlReason::certificate_hold);
  EXPECT_TRUE(status.revocation->is_hold());
  EXPECT_EQ(status.revocation->invalidity_date, kNotBefore - 2h);
  EXPECT_TRUE(status.is_good_at(kNotBefore - 1h - 1s));
  EXPECT_FALSE(status.is_good_at(kNotBefore - 1h));
}

TEST_F(Revocations, AnEntryThatWasTakenBackDoesNotRevoke) {
  const CertificateList crl = list([](CrlTemplate& c) {
    c.revoked = {{.serial_number = Bytes{0x5A, 0x01},
                  .revoked_at = kNotBefore,
                  .other_extensions = {{der::Oid{2, 5, 29, 21}, false, hex("0a0108")}}}};
  });
  EXPECT_EQ(revocation_status(crl, leaf_, issuer_)->state, RevocationState::good);
}

TEST_F(Revocations, OnlyACompleteVerifiedListOfTheIssuerCounts) {
  Authority other("Other");
  EXPECT_THAT(revocation_status(list(), other.certify("Leaf"), issuer_), FailsWith(ErrorCode::revocation_mismatch));
  EXPECT_THAT(revocation_status(list(), leaf_, other.self_signed()),
              FailsWith(ErrorCode::revocation_signer_unauthorized));
  Authority namesake("Root");
  EXPECT_THAT(revocation_status(list(), leaf_, namesake.self_signed()), FailsWith(ErrorCode::signature_invalid));
  const CertificateList delta = list([](CrlTemplate& c) { c.base_number = 1; });
  EXPECT_THAT(revocation_status(delta, leaf_, issuer_), FailsWith(ErrorCode::revocation_unsupported));
}

TEST_F(Revocations, AResponseTellsStateSignerAndObject) {
  const OcspResponse response = responder_.answer(leaf_, issuer_, [&](OcspResponseTemplate& c) {
    c.responses[0].cert_hash = leaf_.fingerprint();
    c.responses[0].archive_cutoff = kNotBefore - 24h;
  });
  ASSERT_OK_AND_ASSIGN(const RevocationStatus status, revocation_status(response, leaf_, issuer_));
  EXPECT_EQ(status.state, RevocationState::good);
  EXPECT_EQ(status.source, RevocationSource::ocsp);
  EXPECT_EQ(status.object, response.fingerprint());
  EXPECT_EQ(status.signer, responder_.certificate());
  EXPECT_EQ(status.authorization, OcspAuthorization::delegated);
  EXPECT_TRUE(status.no_check);
  EXPECT_TRUE(status.cert_hash_matches);
  EXPECT_EQ(status.archive_cutoff, kNotBefore - 24h);
  EXPECT_EQ(status.times.produced_at, kNotBefore);
  EXPECT_EQ(status.times.next_update, kNotBefore + 1h);

  ASSERT_OK_AND_ASSIGN(const RevocationStatus by_issuer,
                       revocation_status(test::answer_by_issuer(root_, leaf_), leaf_, issuer_));
  EXPECT_EQ(by_issuer.authorization, OcspAuthorization::issuer);
  EXPECT_EQ(by_issuer.signer, issuer_);
  EXPECT_FALSE(by_issuer.no_check);
  EXPECT_FALSE(by_issuer.cert_hash_matches);
}

TEST_F(Revocations, ResponsesRevokeAndDoNotKnow) {
  const OcspResponse revoked = responder_.answer(leaf_, issuer_, [](OcspResponseTemplate& c) {
    c.responses[0].status = OcspCertificateStatus::revoked;
    c.responses[0].revocation_time = kNotBefore - 1h;
    c.responses[0].reason = CrlReason::key_compromise;
  });
  ASSERT_OK_AND_ASSIGN(const RevocationStatus status, revocation_status(revoked, leaf_, issuer_));
  EXPECT_EQ(status.state, RevocationState::revoked);
  EXPECT_EQ(status.revocation->time, kNotBefore - 1h);
  EXPECT_EQ(status.revocation->reason, CrlReason::key_compromise);
  EXPECT_FALSE(status.revocation->is_hold());
  EXPECT_FALSE(status.is_good_at(kNotBefore));
  EXPECT_TRUE(status.is_good_at(kNotBefore - 2h));

  const OcspResponse unknown = responder_.answer(
      leaf_, issuer_, [](OcspResponseTemplate& c) { c.responses[0].status = OcspCertificateStatus::unknown; });
  ASSERT_OK_AND_ASSIGN(const RevocationStatus not_known, revocation_status(unknown, leaf_, issuer_));
  EXPECT_EQ(not_known.state, RevocationState::unknown);
  EXPECT_FALSE(not_known.is_good_at(kNotBefore));
}

TEST_F(Revocations, AResponseAboutAnotherCertificateIsRefused) {
  const Certificate sibling = root_.certify("Leaf", [](CertificateTemplate& c) { c.serial_number = {0x5A, 0x02}; });
  EXPECT_THAT(revocation_status(responder_.answer(sibling, issuer_), leaf_, issuer_),
              FailsWith(ErrorCode::revocation_mismatch));
  const OcspResponse wrong_hash = responder_.answer(
      leaf_, issuer_, [&](OcspResponseTemplate& c) { c.responses[0].cert_hash = sibling.fingerprint(); });
  EXPECT_THAT(revocation_status(wrong_hash, leaf_, issuer_), FailsWith(ErrorCode::revocation_mismatch));
}

TEST_F(Revocations, UnknownCriticalExtensionsOfResponsesAreRefused) {
  const ExtensionTemplate made_up{kMadeUp, true, hex("0500")};
  const OcspResponse of_response =
      responder_.answer(leaf_, issuer_, [&](OcspResponseTemplate& c) { c.other_extensions = {made_up}; });
  EXPECT_THAT(revocation_status(of_response, leaf_, issuer_), FailsWith(ErrorCode::revocation_unsupported));
  const OcspResponse of_single =
      responder_.answer(leaf_, issuer_, [&](OcspResponseTemplate& c) { c.responses[0].other_extensions = {made_up}; });
  EXPECT_THAT(revocation_status(of_single, leaf_, issuer_), FailsWith(ErrorCode::revocation_unsupported));
}

TEST_F(Revocations, AnUnauthorizedResponderIsRefused) {
  test::OcspResponder without_purpose(root_, [](CertificateTemplate& c) { c.extended_key_usage = std::nullopt; });
  EXPECT_THAT(revocation_status(without_purpose.answer(leaf_, issuer_), leaf_, issuer_),
              FailsWith(ErrorCode::revocation_signer_unauthorized));
}

TEST(RevocationTime, CurrencyIsJudgedAtTheGivenTime) {
  const RevocationTimes times{kNotBefore, kNotBefore + 24h, std::nullopt};
  EXPECT_EQ(times.currency_at(kNotBefore - 1ms), RevocationCurrency::not_yet);
  EXPECT_EQ(times.currency_at(kNotBefore), RevocationCurrency::current);
  EXPECT_EQ(times.currency_at(kNotBefore + 24h), RevocationCurrency::current);
  EXPECT_EQ(times.currency_at(kNotBefore + 24h + 1ms), RevocationCurrency::out_of_date);
  const RevocationTimes open{kNotBefore, std::nullopt, std::nullopt};
  EXPECT_EQ(open.currency_at(kNotBefore + 8760h), RevocationCurrency::no_next_update);
  EXPECT_EQ(open.currency_at(kNotBefore - 1ms), RevocationCurrency::not_yet);
  EXPECT_EQ(times.interval(), 24h);
  EXPECT_FALSE(open.interval());
}

// EN 319 102-1 §5.2.5.4: issued after the control time less the maximum age.
TEST(RevocationTime, FreshnessIsIssuanceAfterTheSignature) {
  const RevocationTimes times{kNotBefore, std::nullopt, std::nullopt};
  EXPECT_TRUE(times.is_fresh_at(kNotBefore - 1ms, 0ms));
  EXPECT_FALSE(times.is_fresh_at(kNotBefore, 0ms));
  EXPECT_TRUE(times.is_fresh_at(kNotBefore + 1h - 1ms, 1h));
  EXPECT_FALSE(times.is_fresh_at(kNotBefore + 1h, 1h));
}

TEST(RevocationTime, StatesHaveTheNamesOfOcsp) {
  EXPECT_EQ(name(RevocationState::good), "good");
  EXPECT_EQ(name(RevocationState::revoked), "revoked");
  EXPECT_EQ(name(RevocationState::unknown), "unknown");
}

}  // namespace
}  // namespace rakkan::pki
