// A change of a party's PIN: who may make it, and the end of the party's activations.
#include "rakkan/service/pin_change.hpp"

#include "rakkan/access/refusals.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/credentials/activation_book.hpp"
#include "support/signing_fixture.hpp"

namespace rakkan::service {
namespace {

using test::FailsWith;
using test::IsOk;
using test::pin_of;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kNewPin = "new-pin-of-yamada";

class ChangePin : public ::testing::Test {
 protected:
  ChangePin() {
    fixture_.enrol("seal", credentials::CredentialKind::operator_seal);
    fixture_.enrol("yamada", credentials::CredentialKind::party, crypto::KeyKind::ec_p256, "山田", {}, "", "acme");
    fixture_.set_pin(yamada_, test::kYamadasPin);
    fixture_.trail.forget();
  }

  std::string issue() {
    auto issued = async::block_on(
        fixture_.assembly->activation().issue_code(test::kOperator, yamada_, async::deadline_in(kSoon)));
    return std::string(test::value_or_throw(std::move(issued)).text.text());
  }
  static ChangePinCommand command(const access::Principal& by, const char* credential = "yamada") {
    return {.principal = by, .credential = CredentialId(credential), .pin = pin_of(kNewPin)};
  }
  Result<void> change(ChangePinCommand command) {
    return async::block_on(fixture_.service->change_pin(std::move(command))).map([](auto) {});
  }
  Result<void> by_code(const std::string& code, const access::Principal& by, const char* credential = "yamada") {
    ChangePinCommand wanted = command(by, credential);
    wanted.code = pin_of(code);
    return change(std::move(wanted));
  }
  Result<void> by_old_pin(std::string_view old_pin, const access::Principal& by, const char* credential = "yamada") {
    ChangePinCommand wanted = command(by, credential);
    wanted.old_pin = pin_of(old_pin);
    return change(std::move(wanted));
  }
  Result<Activated> activate(std::string_view pin) {
    ActivateCommand command{.principal = acme_,
                            .credential = yamada_,
                            .digests = {crypto::digest(crypto::DigestAlgorithm::sha256, document_)},
                            .pin = pin_of(pin)};
    return async::block_on(fixture_.service->activate(std::move(command)));
  }
  Result<SignedDocument> sign(const SecureBytes& token) {
    SignPdfCommand command = fixture_.party_command(yamada_, document_, "");
    command.principal = acme_;
    command.consent.pin.reset();
    command.consent.activation = SecureBytes(token.view());
    return fixture_.sign(std::move(command));
  }

  static constexpr std::chrono::milliseconds kSoon = test::kPatience;
  test::SigningFixture fixture_;
  const CredentialId yamada_{"yamada"};
  const access::Principal acme_{"key:acme", TenantId("acme")};
  const access::Principal other_{"key:other", TenantId("other")};
  Bytes document_ = test::sample_pdf();
};

TEST_F(ChangePin, ACodeWithdrawsWhatThePinBeforeActivated) {
  ASSERT_OK_AND_ASSIGN(const Activated granted, activate(test::kYamadasPin));
  ASSERT_THAT(by_code(issue(), acme_), IsOk());
  EXPECT_THAT(sign(granted.token), FailsWith(ErrorCode::activation_unknown));
  fixture_.restart();
  EXPECT_THAT(sign(granted.token), FailsWith(ErrorCode::activation_unknown));
  ASSERT_OK_AND_ASSIGN(const Activated anew, activate(kNewPin));
  EXPECT_THAT(sign(anew.token), IsOk());
}

TEST_F(ChangePin, TheOldPinKeepsWhatItActivated) {
  ASSERT_OK_AND_ASSIGN(const Activated granted, activate(test::kYamadasPin));
  ASSERT_THAT(by_old_pin(test::kYamadasPin, acme_), IsOk());
  EXPECT_THAT(sign(granted.token), IsOk());
}

// The PIN was right when it was judged, and a code has set another one before the activation is recorded.
TEST_F(ChangePin, NothingIsActivatedByAPinThatACodeReplacesMeanwhile) {
  fixture_.trail.before = [&](const std::string& event) {
    if (event == "activation.granted") {
      const auto standing = test::value_or_throw(
          fixture_.store->begin_pin_attempt(yamada_, TenantId("acme"), {9, std::nullopt}, fixture_.clock.now()));
      store::ActivationSecret another = standing.secret;
      another.hash.front() ^= 1U;
      EXPECT_THAT(fixture_.store->commit({.changes = {store::PinReplacement{yamada_, standing.secret, another}}}),
                  IsOk());
    }
  };
  EXPECT_THAT(activate(test::kYamadasPin), FailsWith(ErrorCode::pin_incorrect));
  fixture_.trail.before = nullptr;
  EXPECT_THAT(fixture_.store->activations(fixture_.clock.now()).value(), IsEmpty());
}

// A use that was claimed when the code came is no use any more when it is recorded.
TEST_F(ChangePin, NothingIsSignedByAnActivationThatACodeEndsBeforeItsIntent) {
  ASSERT_OK_AND_ASSIGN(const Activated granted, activate(test::kYamadasPin));
  fixture_.trail.before = [&](const std::string& event) {
    if (event == "signature.intent") {
      EXPECT_THAT(fixture_.store->commit(
                      {.changes = {store::PinCodeIssue{yamada_, Bytes(32, 7), fixture_.clock.now()},
                                   store::PinEnrolment{yamada_, Bytes(32, 7), {Bytes{1}, Bytes{2}, 1024, 1, 1}}}}),
                  IsOk());
    }
  };
  EXPECT_THAT(sign(granted.token), FailsWith(ErrorCode::activation_unknown));
  fixture_.trail.before = nullptr;
  EXPECT_THAT(fixture_.trail.events(), Not(Contains("signature.made")));
}

TEST_F(ChangePin, IsTheCredentialsTenantsAlone) {
  const std::string code = issue();
  EXPECT_THAT(by_code(code, other_), FailsWith(ErrorCode::credential_unknown));
  EXPECT_THAT(by_old_pin(test::kYamadasPin, other_), FailsWith(ErrorCode::credential_unknown));
  EXPECT_THAT(by_code(code, other_, "nobody"), FailsWith(ErrorCode::credential_unknown));
  EXPECT_THAT(by_code(code, acme_), IsOk());
}

TEST_F(ChangePin, IsForAPartysKeyThatIsNotDisabled) {
  const std::string code = issue();
  EXPECT_THAT(by_code(code, acme_, "seal"), FailsWith(ErrorCode::credential_type_mismatch));
  EXPECT_THAT(fixture_.assembly->credentials().disable(test::kOperator, yamada_), IsOk());
  EXPECT_THAT(by_code(code, acme_), FailsWith(ErrorCode::credential_disabled));
  EXPECT_THAT(by_old_pin(test::kYamadasPin, acme_), FailsWith(ErrorCode::credential_disabled));
}

TEST_F(ChangePin, APartyEnrolsBeforeItsCertificateIsThere) {
  credentials::NewCredential request;
  request.id = CredentialId("fresh");
  request.kind = credentials::CredentialKind::party;
  request.party = PartyId("新");
  request.tenant = TenantId("acme");
  request.key_kind = crypto::KeyKind::ec_p256;
  ASSERT_THAT(fixture_.assembly->credentials().generate(test::kOperator, std::move(request)), IsOk());
  auto issued = async::block_on(
      fixture_.assembly->activation().issue_code(test::kOperator, CredentialId("fresh"), async::deadline_in(kSoon)));
  ASSERT_THAT(issued, IsOk());
  EXPECT_THAT(by_code(std::string(issued->text.text()), acme_, "fresh"), IsOk());
}

TEST_F(ChangePin, NeedsTheOldPinOrACodeAndNotBoth) {
  EXPECT_THAT(change(command(acme_)), FailsWith(ErrorCode::invalid_argument));
  ChangePinCommand both = command(acme_);
  both.old_pin = pin_of(test::kYamadasPin);
  both.code = pin_of(issue());
  EXPECT_THAT(change(std::move(both)), FailsWith(ErrorCode::invalid_argument));
  EXPECT_THAT(activate(test::kYamadasPin), IsOk());
}

TEST_F(ChangePin, ARefusalIsInTheTrailAndNoSecretIs) {
  const std::string code = issue();
  EXPECT_THAT(by_old_pin("a-wrong-old-pin", acme_), FailsWith(ErrorCode::pin_incorrect));
  EXPECT_THAT(by_code("0000-0000-0000-0000-0000", acme_), FailsWith(ErrorCode::pin_code_unknown));
  EXPECT_THAT(by_code(code, acme_), IsOk());
  fixture_.assembly->refusals().flush();
  EXPECT_TRUE(test::eventually([&] { return fixture_.trail.bodies("request.refused").size() == 2; }));
  EXPECT_THAT(fixture_.trail.bodies("request.refused"),
              ElementsAre(HasSubstr(R"("code":"pin-incorrect","action":"change_pin")"),
                          HasSubstr(R"("code":"pin-code-unknown","action":"change_pin")")));
  for (const auto& entry : fixture_.trail.entries()) {
    for (const std::string_view secret : {std::string_view(code), kNewPin, std::string_view("a-wrong-old-pin"),
                                          std::string_view("0000-0000"), test::kYamadasPin}) {
      EXPECT_THAT(entry.body, Not(HasSubstr(secret)));
    }
  }
}

}  // namespace
}  // namespace rakkan::service
