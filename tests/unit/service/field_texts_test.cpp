#include "service/field_texts.hpp"

#include "rakkan/async/task.hpp"
#include "rakkan/credentials/activation.hpp"
#include "rakkan/credentials/activation_book.hpp"
#include "rakkan/credentials/credential.hpp"
#include "support/signing_fixture.hpp"

namespace rakkan::service {
namespace {

class FieldTexts : public ::testing::Test {
 protected:
  FieldTexts() {
    fixture_.enrol("seal", credentials::CredentialKind::operator_seal);
    fixture_.set_pin(fixture_.enrol("yamada", credentials::CredentialKind::party, crypto::KeyKind::ec_p256, "山田"),
                     test::kYamadasPin);
  }

  pades::SignatureFieldSpec witness(const FieldChoice& choice, const WitnessTexts& texts,
                                    const std::string& name = "山田太郎") {
    const auto digest = crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of("x"));
    Consent consent;
    consent.instruction =
        test::value_or_throw(Instruction::parse(test::instruction_json(digest, to_rfc3339(fixture_.clock.time), name)));
    return field_spec(grant("seal", SignatureType::witness, std::move(consent)), choice, texts);
  }
  pades::SignatureFieldSpec party(const FieldChoice& choice) {
    Consent consent;
    consent.pin = test::pin_of(test::kYamadasPin);
    return field_spec(grant("yamada", SignatureType::party, std::move(consent)), choice, {});
  }
  Authorization grant(const std::string& id, SignatureType type, Consent consent) {
    credentials::ActivationBook book(1);
    Authorizer authorizer(fixture_.assembly->activation(), book, {}, fixture_.clock);
    const auto digest = crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of("x"));
    const auto credential =
        test::value_or_throw(fixture_.assembly->credentials().load(test::kOperator, CredentialId(id)));
    SigningRequest request{.principal = {"t"}, .credential = CredentialId(id), .type = type};
    request.consent = std::move(consent);
    return test::value_or_throw(
        async::block_on(authorizer.authorize(request, credential, digest, async::deadline_in(test::kPatience))));
  }

  test::SigningFixture fixture_;
};

TEST_F(FieldTexts, WitnessSaysOnWhoseInstruction) {
  const auto spec = witness({}, {"株式会社ラッカン 立会人署名"});
  EXPECT_EQ(spec.name, "株式会社ラッカン 立会人署名");
  EXPECT_EQ(spec.reason,
            "山田太郎 の指示に基づき署名 / Signed on instruction of 山田太郎; ENV-7; auth=mail_link+sms_otp");
  EXPECT_EQ(spec.signing_time, fixture_.clock.time);
}

TEST_F(FieldTexts, CallersReasonFollowsTheInstructionAndNeverReplacesIt) {
  EXPECT_EQ(witness({.field_name = "", .name = "", .reason = "契約", .location = "", .contact_info = ""}, {}).reason,
            "山田太郎 の指示に基づき署名 / Signed on instruction of 山田太郎; ENV-7; auth=mail_link+sms_otp; 契約");
}

TEST_F(FieldTexts, PatternPlacesEachPart) {
  EXPECT_EQ(witness({}, {"", "{envelope}: {name} ({id}) by {auth} {other}"}).reason,
            "ENV-7: 山田太郎 (u-1) by mail_link+sms_otp {other}");
}

TEST_F(FieldTexts, NameThatLooksLikeAPatternStaysText) {
  EXPECT_EQ(witness({}, {"", "{name}/{envelope}/{auth}"}, "{id}{name}").reason, "{id}{name}/ENV-7/mail_link+sms_otp");
}

TEST_F(FieldTexts, WitnessWithoutConfiguredNameIsTheCertificates) { EXPECT_EQ(witness({}, {}).name, "山田 太郎"); }

TEST_F(FieldTexts, PartyIsTheCertificatesNameAndAgrees) {
  const auto spec = party({});
  EXPECT_EQ(spec.name, "山田 太郎");
  EXPECT_EQ(spec.reason, "合意 / Agreed");
}

TEST_F(FieldTexts, CallersChoiceIsTakenForAParty) {
  const auto spec = party({.field_name = "F", .name = "N", .reason = "R", .location = "L", .contact_info = "C"});
  EXPECT_EQ(spec.field_name, "F");
  EXPECT_EQ(spec.name, "N");
  EXPECT_EQ(spec.reason, "R");
  EXPECT_EQ(spec.location, "L");
  EXPECT_EQ(spec.contact_info, "C");
}

}  // namespace
}  // namespace rakkan::service
