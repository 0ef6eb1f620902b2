#include "rakkan/service/credential.hpp"

#include "rakkan/pki/certificate_builder.hpp"
#include "support/signing_fixture.hpp"

namespace rakkan::service {
namespace {

using crypto::KeyKind;
using test::FailsWith;
using test::IsOk;

class CredentialTest : public ::testing::Test {
 protected:
  CredentialRegistry& registry() { return fixture_.service->credentials(); }
  Result<CredentialSummary> generate(const std::string& id, CredentialKind kind = CredentialKind::operator_seal,
                                     KeyKind key_kind = KeyKind::ec_p256, const std::string& party = "") {
    return registry().generate(test::kOperator, {CredentialId(id), kind, PartyId(party), key_kind, "", "", "", {}});
  }
  Result<CredentialSummary> import(const std::string& id, const std::string& pem) {
    return registry().import_certificates(test::kOperator, CredentialId(id), bytes_of(pem));
  }

  test::SigningFixture fixture_;
};

TEST_F(CredentialTest, GeneratedKeyIsPendingAndCannotSign) {
  ASSERT_OK_AND_ASSIGN(const CredentialSummary summary, generate("seal"));
  EXPECT_EQ(summary.status, CredentialStatus::pending);
  EXPECT_EQ(summary.token_label, "seal");
  EXPECT_EQ(summary.key_kind, "P-256");
  EXPECT_EQ(summary.suite, "ecdsa-sha256");
  EXPECT_THAT(registry().load(test::kOperator, CredentialId("seal")), FailsWith(ErrorCode::credential_not_ready));
}

TEST_F(CredentialTest, ImportedCertificateMakesItActive) {
  ASSERT_THAT(generate("seal"), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto summary,
                       import("seal", fixture_.certificates("seal", CredentialKind::operator_seal)));
  EXPECT_EQ(summary.status, CredentialStatus::active);
  ASSERT_OK_AND_ASSIGN(const auto credential, registry().load(test::kOperator, CredentialId("seal")));
  EXPECT_EQ(credential->material().certificate(), *summary.certificate);
}

TEST_F(CredentialTest, RequestIsForTheCredentialsKey) {
  ASSERT_THAT(generate("seal"), IsOk());
  ASSERT_OK_AND_ASSIGN(const pki::Name subject, pki::Name::from_text("CN=株式会社ラッカン,C=JP"));
  ASSERT_OK_AND_ASSIGN(const Bytes request, registry().certification_request(CredentialId("seal"), subject));
  const ByteView spki = fixture_.software_keys.at("seal").public_key().spki();
  EXPECT_NE(std::search(request.begin(), request.end(), spki.begin(), spki.end()), request.end());
}

TEST_F(CredentialTest, CertificateOfAnotherKeyIsRefused) {
  ASSERT_THAT(generate("seal"), IsOk());
  ASSERT_THAT(generate("other"), IsOk());
  EXPECT_THAT(import("seal", fixture_.certificates("other", CredentialKind::operator_seal)),
              FailsWith(ErrorCode::key_certificate_mismatch));
}

TEST_F(CredentialTest, KeyThatChangedUnderItsCertificateIsFoundAtLoad) {
  fixture_.enrol("seal", CredentialKind::operator_seal);
  fixture_.software_keys.replace("seal", KeyKind::ec_p256);
  EXPECT_THAT(registry().load(test::kOperator, CredentialId("seal")), FailsWith(ErrorCode::key_certificate_mismatch));
}

TEST_F(CredentialTest, DocumentCertificateWithTimestampingUseIsRefused) {
  ASSERT_THAT(generate("seal"), IsOk());
  EXPECT_THAT(import("seal", fixture_.certificates("seal", CredentialKind::tsu)),
              FailsWith(ErrorCode::certificate_unsuitable));
}

TEST_F(CredentialTest, UnitsCertificateMustBeForTimestampingAlone) {
  ASSERT_THAT(generate("tsu", CredentialKind::tsu), IsOk());
  EXPECT_THAT(import("tsu", fixture_.certificates("tsu", CredentialKind::operator_seal)),
              FailsWith(ErrorCode::certificate_unsuitable));
  EXPECT_THAT(import("tsu", fixture_.certificates("tsu", CredentialKind::tsu)), IsOk());
}

TEST_F(CredentialTest, ExpiredCertificateIsRefused) {
  ASSERT_THAT(generate("seal"), IsOk());
  const auto ended = [&](pki::CertificateTemplate& content) {
    content.validity.not_after = fixture_.clock.time - std::chrono::hours(1);
  };
  EXPECT_THAT(import("seal", fixture_.certificates("seal", CredentialKind::operator_seal, ended)),
              FailsWith(ErrorCode::certificate_expired));
}

TEST_F(CredentialTest, FutureCertificateIsRefused) {
  ASSERT_THAT(generate("seal"), IsOk());
  const auto later = [&](pki::CertificateTemplate& content) {
    content.validity.not_before = fixture_.clock.time + std::chrono::hours(1);
  };
  EXPECT_THAT(import("seal", fixture_.certificates("seal", CredentialKind::operator_seal, later)),
              FailsWith(ErrorCode::certificate_not_yet_valid));
}

TEST_F(CredentialTest, GarbageIsNoCertificate) {
  ASSERT_THAT(generate("seal"), IsOk());
  EXPECT_THAT(import("seal", "nothing"), FailsWith(ErrorCode::malformed_certificate));
}

TEST_F(CredentialTest, Ed25519IsRefusedForDocuments) {
  EXPECT_THAT(generate("seal", CredentialKind::operator_seal, KeyKind::ed25519),
              FailsWith(ErrorCode::ed25519_document_key));
  EXPECT_THAT(generate("p", CredentialKind::party, KeyKind::ed25519, "山田"),
              FailsWith(ErrorCode::ed25519_document_key));
  EXPECT_THAT(generate("tsu", CredentialKind::tsu, KeyKind::ed25519), FailsWith(ErrorCode::unsupported_algorithm));
}

TEST_F(CredentialTest, Ed25519KeyMadeElsewhereIsRefusedToo) {
  ASSERT_THAT(fixture_.software_keys.generate({"seal", "seal", {}}, KeyKind::ed25519), IsOk());
  EXPECT_THAT(registry().adopt(
                  test::kOperator,
                  {CredentialId("seal"), CredentialKind::operator_seal, PartyId(), KeyKind::ec_p256, "", "", "", {}}),
              FailsWith(ErrorCode::ed25519_document_key));
}

TEST_F(CredentialTest, AdoptedKeyNamesItsKind) {
  ASSERT_THAT(fixture_.software_keys.generate({"ceremony", "root", {}}, KeyKind::ec_p384), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto summary, registry().adopt(test::kOperator, {CredentialId("seal"),
                                                                              CredentialKind::operator_seal,
                                                                              PartyId(),
                                                                              KeyKind::rsa_2048,
                                                                              "",
                                                                              "ceremony",
                                                                              "root",
                                                                              {}}));
  EXPECT_EQ(summary.key_kind, "P-384");
  EXPECT_EQ(summary.suite, "ecdsa-sha384");
}

TEST_F(CredentialTest, AdoptingAMissingKeyFails) {
  EXPECT_THAT(registry().adopt(
                  test::kOperator,
                  {CredentialId("seal"), CredentialKind::operator_seal, PartyId(), KeyKind::ec_p256, "", "", "", {}}),
              FailsWith(ErrorCode::key_not_found));
}

TEST_F(CredentialTest, SuiteMustSuitTheKey) {
  EXPECT_THAT(registry().generate(test::kOperator, {CredentialId("a"),
                                                    CredentialKind::operator_seal,
                                                    PartyId(),
                                                    KeyKind::ec_p256,
                                                    "rsa-pss-sha256",
                                                    "",
                                                    "",
                                                    {}}),
              FailsWith(ErrorCode::unsupported_algorithm));
  EXPECT_THAT(registry().generate(test::kOperator, {CredentialId("a"),
                                                    CredentialKind::operator_seal,
                                                    PartyId(),
                                                    KeyKind::rsa_2048,
                                                    "rsa-pss-sha256",
                                                    "",
                                                    "",
                                                    {}}),
              IsOk());
}

TEST_F(CredentialTest, IdMustBePlain) {
  for (const char* id : {"", "Seal", "../x", "a b", ".a", "印", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
    EXPECT_THAT(generate(id), FailsWith(ErrorCode::invalid_argument)) << id;
  }
}

TEST_F(CredentialTest, TokenLabelCannotLeaveTheFolderOfPins) {
  EXPECT_THAT(registry().generate(
                  test::kOperator,
                  {CredentialId("a"), CredentialKind::operator_seal, PartyId(), KeyKind::ec_p256, "", "../a", "", {}}),
              FailsWith(ErrorCode::invalid_argument));
}

TEST_F(CredentialTest, PartyIsNamedExactlyByPartyCredentials) {
  EXPECT_THAT(generate("p", CredentialKind::party), FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(generate("p", CredentialKind::tsu, KeyKind::ec_p256, "山田"), FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(generate("p", CredentialKind::party, KeyKind::ec_p256, "山田"), IsOk());
}

TEST_F(CredentialTest, TakenIdMakesNoKey) {
  ASSERT_THAT(generate("seal"), IsOk());
  EXPECT_THAT(registry().generate(
                  test::kOperator,
                  {CredentialId("seal"), CredentialKind::tsu, PartyId(), KeyKind::ec_p256, "", "elsewhere", "", {}}),
              FailsWith(ErrorCode::already_exists));
  EXPECT_THAT(fixture_.software_keys.signer({"elsewhere", "seal", {}}), FailsWith(ErrorCode::key_not_found));
}

TEST_F(CredentialTest, DisabledCredentialIsRefusedEverywhere) {
  const CredentialId id = fixture_.enrol("seal", CredentialKind::operator_seal);
  ASSERT_THAT(registry().load(test::kOperator, id), IsOk());
  const std::string pem = fixture_.certificates("seal", CredentialKind::operator_seal);
  ASSERT_THAT(registry().disable(test::kOperator, id), IsOk());
  EXPECT_THAT(registry().load(test::kOperator, id), FailsWith(ErrorCode::credential_disabled));
  EXPECT_THAT(import("seal", pem), FailsWith(ErrorCode::credential_disabled));
  EXPECT_THAT(registry().certification_request(id, {}), FailsWith(ErrorCode::credential_disabled));
}

TEST_F(CredentialTest, UnknownCredentialIsUnknown) {
  EXPECT_THAT(registry().load(test::kOperator, CredentialId("x")), FailsWith(ErrorCode::credential_unknown));
  EXPECT_THAT(registry().find(test::kOperator, CredentialId("x")), FailsWith(ErrorCode::credential_unknown));
  EXPECT_THAT(import("x", fixture_.authority.pem()), FailsWith(ErrorCode::credential_unknown));
}

TEST_F(CredentialTest, SignerIsOpenedOnceAndAgainAfterRenewal) {
  const CredentialId id = fixture_.enrol("seal", CredentialKind::operator_seal);
  ASSERT_OK_AND_ASSIGN(const auto first, registry().load(test::kOperator, id));
  const int opened = fixture_.software_keys.opened;
  ASSERT_OK_AND_ASSIGN(const auto second, registry().load(test::kOperator, id));
  EXPECT_EQ(first, second);
  EXPECT_EQ(fixture_.software_keys.opened, opened);
  fixture_.certify("seal", CredentialKind::operator_seal);
  ASSERT_OK_AND_ASSIGN(const auto renewed, registry().load(test::kOperator, id));
  EXPECT_NE(renewed->material().certificate(), first->material().certificate());
}

TEST_F(CredentialTest, ListShowsEveryCredentialWithoutTouchingAKey) {
  fixture_.enrol("seal", CredentialKind::operator_seal);
  ASSERT_THAT(generate("p", CredentialKind::party, KeyKind::rsa_2048, "山田"), IsOk());
  const int opened = fixture_.software_keys.opened;
  const auto list = registry().list(test::kOperator);
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].party, PartyId("山田"));
  EXPECT_EQ(list[0].certificate, std::nullopt);
  EXPECT_TRUE(list[1].certificate.has_value());
  EXPECT_EQ(fixture_.software_keys.opened, opened);
}

}  // namespace
}  // namespace rakkan::service
