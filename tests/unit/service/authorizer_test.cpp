#include "rakkan/service/authorizer.hpp"

#include "rakkan/async/task.hpp"
#include "rakkan/credentials/activation.hpp"
#include "rakkan/credentials/activation_book.hpp"
#include "rakkan/credentials/credential.hpp"

#include <type_traits>

#include "support/signing_fixture.hpp"

namespace rakkan::service {
namespace {

using test::FailsWith;
using test::IsOk;

// Nobody but the Authorizer makes one.
static_assert(!std::is_default_constructible_v<Authorization>);
static_assert(!std::is_constructible_v<Authorization, access::Principal, std::shared_ptr<const credentials::Credential>,
                                       SignatureType, crypto::Digest, std::optional<Instruction>,
                                       std::optional<credentials::ActivationBook::Claim>, Instant>);

class AuthorizerTest : public ::testing::Test {
 protected:
  AuthorizerTest() {
    fixture_.enrol("seal", credentials::CredentialKind::operator_seal);
    fixture_.set_pin(fixture_.enrol("yamada", credentials::CredentialKind::party, crypto::KeyKind::ec_p256, "山田"),
                     test::kYamadasPin);
    fixture_.set_pin(fixture_.enrol("sato", credentials::CredentialKind::party, crypto::KeyKind::ec_p256, "佐藤"),
                     test::kSatosPin);
    fixture_.enrol("tsu", credentials::CredentialKind::tsu);
  }

  static crypto::Digest digest_of(std::string_view text) {
    return crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(text));
  }

  Result<Authorization> authorize(const std::string& id, SignatureType type, Consent consent) {
    RAKKAN_TRY(const auto credential, fixture_.assembly->credentials().load(test::kOperator, CredentialId(id)));
    Authorizer authorizer(fixture_.assembly->activation(), book_, policy_, fixture_.clock);
    SigningRequest request{.principal = principal_, .credential = CredentialId(id), .type = type};
    request.consent = std::move(consent);
    return async::block_on(authorizer.authorize(request, credential, document_, async::deadline_in(test::kPatience)));
  }
  Result<Authorization> witness(const std::string& id, const Instruction* instruction) {
    Consent consent;
    if (instruction != nullptr) {
      consent.instruction = *instruction;
    }
    return authorize(id, SignatureType::witness, std::move(consent));
  }
  Result<Authorization> party(const std::string& id, std::string_view pin) {
    Consent consent;
    consent.pin = test::pin_of(pin);
    return authorize(id, SignatureType::party, std::move(consent));
  }

  test::SigningFixture fixture_;
  credentials::ActivationBook book_{10};
  InstructionPolicy policy_;
  const access::Principal principal_{"tester"};
  const crypto::Digest document_ = digest_of("contract");
  const Instruction instruction_ = fixture_.instruction_for(bytes_of("contract"));
};

TEST_F(AuthorizerTest, WitnessWithTheDocumentsInstructionIsGranted) {
  ASSERT_OK_AND_ASSIGN(const Authorization grant, witness("seal", &instruction_));
  EXPECT_EQ(grant.principal().id, "tester");
  EXPECT_EQ(grant.credential().id(), CredentialId("seal"));
  EXPECT_EQ(grant.document_digest(), document_);
  EXPECT_EQ(grant.instruction()->who_name(), "山田太郎");
  EXPECT_EQ(grant.granted_at(), fixture_.clock.time);
}

TEST_F(AuthorizerTest, WitnessWithoutInstructionIsRefused) {
  EXPECT_THAT(witness("seal", nullptr), FailsWith(ErrorCode::instruction_missing));
}

TEST_F(AuthorizerTest, InstructionForAnotherDocumentIsRefused) {
  const Instruction other = fixture_.instruction_for(bytes_of("another contract"));
  EXPECT_THAT(witness("seal", &other), FailsWith(ErrorCode::instruction_digest_mismatch));
}

TEST_F(AuthorizerTest, InstructionFromTheFutureIsRefused) {
  fixture_.clock.time -= policy_.clock_skew;
  EXPECT_THAT(witness("seal", &instruction_), IsOk()) << "another's clock may be ahead by so much";
  fixture_.clock.time -= std::chrono::milliseconds(1);
  EXPECT_THAT(witness("seal", &instruction_), FailsWith(ErrorCode::instruction_from_future));
  policy_.clock_skew = std::chrono::minutes(6);
  EXPECT_THAT(witness("seal", &instruction_), IsOk());
}

TEST_F(AuthorizerTest, InstructionFromLongAgoIsRefused) {
  fixture_.clock.time += std::chrono::hours(24 * 30);
  EXPECT_THAT(witness("seal", &instruction_), IsOk());
  fixture_.clock.time += std::chrono::milliseconds(1);
  const auto refused = witness("seal", &instruction_);
  ASSERT_THAT(refused, FailsWith(ErrorCode::instruction_too_old));
  EXPECT_EQ(refused.error().where, "when");
  policy_.longest_age = std::chrono::hours(24 * 31);
  EXPECT_THAT(witness("seal", &instruction_), IsOk());
  policy_.longest_age = std::chrono::minutes(1);
  EXPECT_THAT(witness("seal", &instruction_), FailsWith(ErrorCode::instruction_too_old));
}

TEST_F(AuthorizerTest, PinDoesNotReplaceAnInstruction) {
  Consent consent;
  consent.pin = test::pin_of(test::kYamadasPin);
  EXPECT_THAT(authorize("seal", SignatureType::witness, std::move(consent)), FailsWith(ErrorCode::instruction_missing));
}

TEST_F(AuthorizerTest, PartyWithItsPinIsGranted) { EXPECT_THAT(party("yamada", test::kYamadasPin), IsOk()); }

TEST_F(AuthorizerTest, PartyWithoutPinIsRefused) {
  Consent consent;
  consent.instruction = instruction_;
  EXPECT_THAT(authorize("yamada", SignatureType::party, std::move(consent)), FailsWith(ErrorCode::activation_missing));
}

TEST_F(AuthorizerTest, PinAndActivationAtOnceAreRefused) {
  Consent consent;
  consent.pin = test::pin_of(test::kYamadasPin);
  consent.activation = test::pin_of("token");
  EXPECT_THAT(authorize("yamada", SignatureType::party, std::move(consent)), FailsWith(ErrorCode::invalid_argument));
}

TEST_F(AuthorizerTest, OnePartysPinDoesNotActivateAnothersKey) {
  EXPECT_THAT(party("sato", test::kYamadasPin), FailsWith(ErrorCode::pin_incorrect));
}

TEST_F(AuthorizerTest, CredentialMustBeOfTheAskedType) {
  EXPECT_THAT(witness("yamada", &instruction_), FailsWith(ErrorCode::credential_type_mismatch));
  EXPECT_THAT(party("seal", test::kYamadasPin), FailsWith(ErrorCode::credential_type_mismatch));
  EXPECT_THAT(witness("tsu", &instruction_), FailsWith(ErrorCode::credential_type_mismatch));
  EXPECT_THAT(party("tsu", test::kYamadasPin), FailsWith(ErrorCode::credential_type_mismatch));
}

TEST_F(AuthorizerTest, ExpiredCertificateIsRefused) {
  fixture_.clock.time += std::chrono::hours(24 * 3651);
  EXPECT_THAT(witness("seal", &instruction_), FailsWith(ErrorCode::certificate_expired));
}

// TS 119 312: RSA below 3000 bits ends with 2028.
TEST_F(AuthorizerTest, AnAlgorithmThatHasEndedMakesNoNewSignature) {
  fixture_.enrol("rsa", credentials::CredentialKind::operator_seal, crypto::KeyKind::rsa_2048);
  fixture_.clock.time = parse_rfc3339("2029-01-01T00:00:00Z").value();
  const Instruction instruction = fixture_.instruction_for(bytes_of("contract"));
  EXPECT_THAT(witness("rsa", &instruction), FailsWith(ErrorCode::algorithm_not_acceptable));
  EXPECT_THAT(witness("seal", &instruction), IsOk()) << "P-256";
  fixture_.clock.time -= std::chrono::milliseconds(1);
  const Instruction earlier = fixture_.instruction_for(bytes_of("contract"));
  EXPECT_THAT(witness("rsa", &earlier), IsOk());
}

TEST_F(AuthorizerTest, RefusalBeforeThePinCostsNoTry) {
  fixture_.clock.time += std::chrono::hours(24 * 3651);
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(party("yamada", "wrong-pin"), FailsWith(ErrorCode::certificate_expired));
  }
  fixture_.clock.time -= std::chrono::hours(24 * 3651);
  EXPECT_THAT(party("yamada", test::kYamadasPin), IsOk());
}

}  // namespace
}  // namespace rakkan::service
