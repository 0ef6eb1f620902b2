#include "rakkan/service/signing_service.hpp"

#include "rakkan/async/task.hpp"
#include "rakkan/credentials/credential.hpp"
#include "rakkan/service/command.hpp"
#include "rakkan/service/options.hpp"

#include <set>
#include <thread>

#include "rakkan/service/timestamper.hpp"
#include "service/key_use.hpp"
#include "support/loopback_tsa.hpp"
#include "support/signing_fixture.hpp"

namespace rakkan::service {
namespace {

using crypto::DigestAlgorithm;
using test::FailsWith;
using test::IsOk;
using test::LoopbackTsa;
using test::TsaBehaviour;

class SigningServiceTest : public ::testing::Test {
 protected:
  SigningServiceTest() { set_up(test::SigningFixture::default_options()); }

  void set_up(Options options) {
    fixture_ = std::make_unique<test::SigningFixture>(std::move(options));
    seal_ = fixture_->enrol("seal", credentials::CredentialKind::operator_seal);
    yamada_ = fixture_->enrol("yamada", credentials::CredentialKind::party, crypto::KeyKind::rsa_2048, "山田");
    sato_ = fixture_->enrol("sato", credentials::CredentialKind::party, crypto::KeyKind::ec_p256, "佐藤");
    tsu_ = fixture_->enrol("tsu", credentials::CredentialKind::tsu);
    fixture_->set_pin(yamada_, test::kYamadasPin);
    fixture_->set_pin(sato_, test::kSatosPin);
  }

  // Sets up the service with an outside authority as the profile "outside".
  void set_up_outside(TsaBehaviour behaviour) {
    outside_unit_ = std::make_unique<test::TestTsu>(outside_authority_);
    outside_ = std::make_unique<LoopbackTsa>(outside_unit_->tsu, behaviour);
    Options options = test::SigningFixture::default_options();
    TsaProfile profile;
    profile.options.url = outside_->url();
    const bool answers = behaviour != TsaBehaviour::hang && behaviour != TsaBehaviour::trickle;
    profile.options.timeout = answers ? std::chrono::milliseconds(test::kPatience) : std::chrono::milliseconds(400);
    profile.options.max_response = 32 * 1024;
    options.tsa.emplace("outside", profile);
    set_up(std::move(options));
  }

  Result<SignedDocument> sign_at_outside() {
    SignPdfCommand command = fixture_->witness_command(seal_, document_);
    command.level = pades::BaselineLevel::b_t;
    command.tsa = "outside";
    return fixture_->sign(std::move(command));
  }

  cms::SignerInfo signer_info(const test::CutSignature& cut) { return cut.cms.signer_infos().front(); }

  std::unique_ptr<test::SigningFixture> fixture_;
  CredentialId seal_, yamada_, sato_, tsu_;
  Bytes document_ = test::sample_pdf();
  test::TestAuthority outside_authority_{"Outside Root"};
  std::unique_ptr<test::TestTsu> outside_unit_;
  std::unique_ptr<LoopbackTsa> outside_;
};

TEST_F(SigningServiceTest, WitnessSignsWithTheOperatorsKey) {
  ASSERT_OK_AND_ASSIGN(const SignedDocument signed_pdf, fixture_->sign(fixture_->witness_command(seal_, document_)));
  const auto cut = test::cut_signature(document_, signed_pdf);
  ASSERT_OK_AND_ASSIGN(const auto credential, fixture_->assembly->credentials().load(test::kOperator, seal_));
  EXPECT_THAT(cms::verify_signer_info(cut.cms, signer_info(cut), crypto::digest(DigestAlgorithm::sha256, cut.content),
                                      credential->material().certificate()),
              IsOk());
  EXPECT_EQ(signed_pdf.pdf.document_digest, crypto::digest(DigestAlgorithm::sha256, document_));
}

TEST_F(SigningServiceTest, PartySignsWithItsOwnKeyAfterTheWitness) {
  ASSERT_OK_AND_ASSIGN(const SignedDocument witness, fixture_->sign(fixture_->witness_command(seal_, document_)));
  append(document_, ByteView(witness.stored.tail));
  ASSERT_OK_AND_ASSIGN(const SignedDocument party,
                       fixture_->sign(fixture_->party_command(yamada_, document_, test::kYamadasPin)));
  const auto cut = test::cut_signature(document_, party);
  ASSERT_OK_AND_ASSIGN(const auto credential, fixture_->assembly->credentials().load(test::kOperator, yamada_));
  EXPECT_THAT(cms::verify_signer_info(cut.cms, signer_info(cut), crypto::digest(DigestAlgorithm::sha256, cut.content),
                                      credential->material().certificate()),
              IsOk());
}

TEST_F(SigningServiceTest, InstructionForTheUnsignedDocumentDoesNotSignTheSignedOne) {
  ASSERT_OK_AND_ASSIGN(const SignedDocument first, fixture_->sign(fixture_->witness_command(seal_, document_)));
  Bytes signed_once = document_;
  append(signed_once, ByteView(first.stored.tail));
  SignPdfCommand command = fixture_->witness_command(seal_, signed_once);
  command.consent.instruction = fixture_->instruction_for(document_);
  EXPECT_THAT(fixture_->sign(std::move(command)), FailsWith(ErrorCode::instruction_digest_mismatch));
}

TEST_F(SigningServiceTest, RefusedRequestDoesNotTouchTheKey) {
  SignPdfCommand witness = fixture_->witness_command(seal_, document_);
  witness.consent.instruction.reset();
  EXPECT_THAT(fixture_->sign(std::move(witness)), FailsWith(ErrorCode::instruction_missing));
  EXPECT_THAT(fixture_->sign(fixture_->party_command(yamada_, document_, test::kSatosPin)),
              FailsWith(ErrorCode::pin_incorrect));
  EXPECT_EQ(fixture_->software_keys.at("seal").signatures, 0);
  EXPECT_EQ(fixture_->software_keys.at("yamada").signatures, 0);
}

TEST_F(SigningServiceTest, UnknownCredentialIsRefused) {
  EXPECT_THAT(fixture_->sign(fixture_->witness_command(CredentialId("x"), document_)),
              FailsWith(ErrorCode::credential_unknown));
}

TEST_F(SigningServiceTest, DocumentLargerThanTheLimitIsRefused) {
  Options options = test::SigningFixture::default_options();
  options.limits.document = document_.size() - 1;
  set_up(std::move(options));
  EXPECT_THAT(fixture_->sign(fixture_->witness_command(seal_, document_)), FailsWith(ErrorCode::input_too_large));
}

TEST_F(SigningServiceTest, InternalTimestampIsOfTheOwnUnit) {
  SignPdfCommand command = fixture_->witness_command(seal_, document_);
  command.level = pades::BaselineLevel::b_t;
  ASSERT_OK_AND_ASSIGN(const SignedDocument signed_pdf, fixture_->sign(std::move(command)));
  const auto cut = test::cut_signature(document_, signed_pdf);
  ASSERT_OK_AND_ASSIGN(
      const auto token,
      tsp::TimestampToken::parse(signer_info(cut).unsigned_attribute(cms::kIdSignatureTimeStampToken).value()));
  ASSERT_OK_AND_ASSIGN(const auto unit, token.verify_signature());
  ASSERT_OK_AND_ASSIGN(const auto credential, fixture_->assembly->credentials().load(test::kOperator, tsu_));
  EXPECT_EQ(unit, credential->material().certificate());
  EXPECT_EQ(signed_pdf.pdf.signatures_made, 1U);
}

TEST_F(SigningServiceTest, WithoutAUnitThereIsNoSignatureAtALowerLevel) {
  ASSERT_THAT(fixture_->assembly->credentials().disable(test::kOperator, tsu_), IsOk());
  SignPdfCommand command = fixture_->witness_command(seal_, document_);
  command.level = pades::BaselineLevel::b_t;
  EXPECT_THAT(fixture_->sign(std::move(command)), FailsWith(ErrorCode::credential_disabled));
  EXPECT_EQ(fixture_->software_keys.at("seal").signatures, 0);
}

TEST_F(SigningServiceTest, SerialNumbersOfTwoRunsNeverMeet) {
  const crypto::Digest digest = crypto::digest(DigestAlgorithm::sha256, bytes_of("x"));
  ASSERT_OK_AND_ASSIGN(const auto first, fixture_->stamp(digest));
  test::StuckRandom stuck;
  const auto with_stuck_random = [&] {
    return test::value_or_throw(Assembly::create(fixture_->assembly->options(), {.store = *fixture_->store,
                                                                                 .keys = fixture_->software_keys,
                                                                                 .clock = fixture_->clock,
                                                                                 .random = stuck,
                                                                                 .trail = fixture_->trail,
                                                                                 .monotonic = &fixture_->monotonic}));
  };
  std::set<Bytes> serials{first.info().serial_number};
  for (int run = 0; run < 3; ++run) {
    const auto again = with_stuck_random();
    for (int i = 0; i < 3; ++i) {
      ASSERT_OK_AND_ASSIGN(const auto token, test::SigningFixture::stamp_by(again->signing(), digest));
      EXPECT_TRUE(serials.insert(token.info().serial_number).second) << to_hex(token.info().serial_number);
    }
  }
}

TEST_F(SigningServiceTest, UnitMustBeATimestampingCredential) {
  Options options = test::SigningFixture::default_options();
  options.tsu.credential = "seal";
  set_up(std::move(options));
  const crypto::Digest digest = crypto::digest(DigestAlgorithm::sha256, bytes_of("x"));
  EXPECT_THAT(fixture_->stamp(digest, ""), FailsWith(ErrorCode::credential_type_mismatch));
}

TEST_F(SigningServiceTest, UnknownProfileIsRefused) {
  const crypto::Digest digest = crypto::digest(DigestAlgorithm::sha256, bytes_of("x"));
  EXPECT_THAT(fixture_->stamp(digest, "nowhere"), FailsWith(ErrorCode::invalid_argument));
}

TEST_F(SigningServiceTest, RequestOfTheProtocolIsAnswered) {
  const crypto::Digest digest = crypto::digest(DigestAlgorithm::sha512, bytes_of("x"));
  const auto request = tsp::TimestampRequest::for_digest(digest, Bytes(8, 1));
  ASSERT_OK_AND_ASSIGN(const auto answer, tsp::parse_response(fixture_->answer(request.encode())));
  ASSERT_TRUE(std::holds_alternative<tsp::TimestampToken>(answer));
  EXPECT_THAT(std::get<tsp::TimestampToken>(answer).matches(request), IsOk());
}

TEST_F(SigningServiceTest, RequestWithoutAUnitIsRejectedInTheProtocol) {
  ASSERT_THAT(fixture_->assembly->credentials().disable(test::kOperator, tsu_), IsOk());
  const crypto::Digest digest = crypto::digest(DigestAlgorithm::sha256, bytes_of("x"));
  const auto request = tsp::TimestampRequest::for_digest(digest, Bytes(8, 1));
  ASSERT_OK_AND_ASSIGN(const auto answer, tsp::parse_response(fixture_->answer(request.encode())));
  EXPECT_TRUE(std::holds_alternative<tsp::Rejection>(answer));
}

TEST_F(SigningServiceTest, ARejectionIsCountedAndSaysWhoseFaultItIs) {
  const auto answer = [&](Bytes request) {
    return async::block_on(fixture_->service->answer_timestamp_request({"tester"}, std::move(request), std::nullopt));
  };
  const crypto::Digest digest = crypto::digest(DigestAlgorithm::sha256, bytes_of("x"));
  const Bytes request = tsp::TimestampRequest::for_digest(digest, Bytes(8, 1)).encode();
  EXPECT_FALSE(answer(request).rejected);
  const TimestampAnswer garbage = answer(copy_of(bytes_of("no DER")));
  ASSERT_TRUE(garbage.rejected);
  EXPECT_EQ(garbage.rejected->code, ErrorCode::malformed_timestamp_request);
  EXPECT_TRUE(garbage.lasting);
  fixture_->software_keys.at("tsu").failure = ErrorCode::hsm_key_gone;
  for (int i = 0; i < 2; ++i) {
    const TimestampAnswer gone = answer(request);
    ASSERT_TRUE(gone.rejected);
    EXPECT_EQ(gone.rejected->code, ErrorCode::hsm_key_gone);
    EXPECT_FALSE(gone.lasting);
  }
  const ServiceState::Load load = fixture_->assembly->state().load();
  EXPECT_THAT(load.rejections, ::testing::ElementsAre(std::pair(ErrorCode::malformed_timestamp_request, 1U),
                                                      std::pair(ErrorCode::hsm_key_gone, 2U)));
  EXPECT_EQ(load.unit.signatures, 1U);
  EXPECT_EQ(load.unit.failures, 2U);
  EXPECT_EQ(load.documents.failures, 0U);
}

TEST_F(SigningServiceTest, AUnitWhoseCertificateIsOverIsNotReady) {
  EXPECT_THAT(async::block_on(fixture_->assembly->state().readiness()), ::testing::IsEmpty());
  ASSERT_OK_AND_ASSIGN(const auto unit, fixture_->assembly->credentials().find(test::kOperator, tsu_));
  const auto left = unit.certificate->validity().not_after - fixture_->clock.time + std::chrono::hours(1);
  fixture_->clock.time += left;
  fixture_->monotonic.time += left;
  const std::vector<Error> wrong = async::block_on(fixture_->assembly->state().readiness());
  EXPECT_THAT(wrong, ::testing::ElementsAre(::testing::Field(&Error::code, ErrorCode::certificate_expired)));
  EXPECT_EQ(wrong.front().where, "credential tsu");
}

TEST_F(SigningServiceTest, AUnitThatDidNotOpenIsNotReady) {
  Options options = test::SigningFixture::default_options();
  options.tsu.credential = "seal";
  set_up(std::move(options));
  EXPECT_THAT(async::block_on(fixture_->assembly->state().readiness()), ::testing::IsEmpty()) << "nobody has tried yet";
  const crypto::Digest digest = crypto::digest(DigestAlgorithm::sha256, bytes_of("x"));
  EXPECT_THAT(fixture_->stamp(digest, ""), FailsWith(ErrorCode::credential_type_mismatch));
  EXPECT_THAT(async::block_on(fixture_->assembly->state().readiness()),
              ::testing::ElementsAre(::testing::Field(&Error::code, ErrorCode::credential_type_mismatch)));
}

TEST_F(SigningServiceTest, OutsideAuthorityGivesTheToken) {
  set_up_outside(TsaBehaviour::good);
  ASSERT_OK_AND_ASSIGN(const SignedDocument signed_pdf, sign_at_outside());
  EXPECT_EQ(signed_pdf.pdf.timestamp->policy, test::kTestPolicy);
  ASSERT_OK_AND_ASSIGN(const SignedDocument next, sign_at_outside());
  EXPECT_LT(next.pdf.reserve, signed_pdf.pdf.reserve) << "the size of the first token was not learnt";
  EXPECT_EQ(next.pdf.signatures_made, 1U);
}

TEST_F(SigningServiceTest, ATokenThatCameInBerStandsInTheSignatureInDer) {
  set_up_outside(TsaBehaviour::ber);
  ASSERT_OK_AND_ASSIGN(const SignedDocument signed_pdf, sign_at_outside());
  const auto cut = test::cut_signature(document_, signed_pdf);
  const cms::SignerInfo info = signer_info(cut);
  const auto token = info.unsigned_attribute(cms::kIdSignatureTimeStampToken);
  ASSERT_TRUE(token);
  ASSERT_OK_AND_ASSIGN(const auto data, cms::SignedData::parse(*token));
  ASSERT_OK_AND_ASSIGN(const auto read, tsp::TimestampToken::parse(*token));
  EXPECT_THAT(read.verify_signature(), IsOk());
  EXPECT_EQ(read.info().message_imprint,
            tsp::MessageImprint::of(crypto::digest(DigestAlgorithm::sha256, info.signature)));
}

struct OutsideFault {
  TsaBehaviour behaviour;
  ErrorCode code;
  const char* name;
};

class OutsideAuthority : public SigningServiceTest, public ::testing::WithParamInterface<OutsideFault> {};

TEST_P(OutsideAuthority, FaultIsAnErrorAndCostsOneSignature) {
  set_up_outside(GetParam().behaviour);
  const auto result = sign_at_outside();
  ASSERT_THAT(result, FailsWith(ErrorCode::signature_pending));
  ASSERT_EQ(result.error().causes.size(), 1U);
  EXPECT_EQ(result.error().causes.front().code, GetParam().code);
  EXPECT_EQ(fixture_->software_keys.at("seal").signatures, 1);
}

INSTANTIATE_TEST_SUITE_P(
    Faults, OutsideAuthority,
    ::testing::Values(OutsideFault{TsaBehaviour::hang, ErrorCode::tsa_timeout, "Timeout"},
                      OutsideFault{TsaBehaviour::oversize, ErrorCode::tsa_response_too_large, "Oversize"},
                      OutsideFault{TsaBehaviour::garbage, ErrorCode::malformed_timestamp_response, "Garbage"},
                      OutsideFault{TsaBehaviour::wrong_nonce, ErrorCode::tsa_response_mismatch, "WrongNonce"},
                      OutsideFault{TsaBehaviour::wrong_imprint, ErrorCode::tsa_response_mismatch, "WrongImprint"},
                      OutsideFault{TsaBehaviour::rejection, ErrorCode::tsa_rejected, "Rejection"}),
    [](const auto& chosen) { return chosen.param.name; });

TEST_F(SigningServiceTest, HashIsSignedWithoutTheDocument) {
  const crypto::Digest digest = crypto::digest(DigestAlgorithm::sha256, bytes_of("content"));
  const auto command = [&](std::string_view instructed) {
    SignHashCommand made{
        {.principal = {"t"}, .credential = seal_, .type = SignatureType::witness, .level = pades::BaselineLevel::b_t},
        digest};
    made.consent.instruction = fixture_->instruction_for(bytes_of(instructed));
    return made;
  };
  ASSERT_OK_AND_ASSIGN(const SignedDigest detached, fixture_->sign(command("content")));
  ASSERT_OK_AND_ASSIGN(const auto data, cms::SignedData::parse(detached.stored.tail));
  ASSERT_OK_AND_ASSIGN(const auto credential, fixture_->assembly->credentials().load(test::kOperator, seal_));
  EXPECT_THAT(cms::verify_signer_info(data, data.signer_infos().front(), digest, credential->material().certificate()),
              IsOk());
  EXPECT_TRUE(detached.timestamp.has_value());
  EXPECT_THAT(fixture_->sign(command("other content")), FailsWith(ErrorCode::instruction_digest_mismatch));
}

TEST_F(SigningServiceTest, PolicyThatIsNoOidIsAConfigurationError) {
  Options options;
  options.tsu.policy = "timestamps";
  EXPECT_THAT(Assembly::create(options, fixture_->environment()), FailsWith(ErrorCode::configuration_invalid));
}

TEST_F(SigningServiceTest, FaultInTheHsmStopsTheSignature) {
  fixture_->software_keys.at("seal").flips_a_bit = true;
  EXPECT_THAT(fixture_->sign(fixture_->witness_command(seal_, document_)), FailsWith(ErrorCode::self_check_failed));
}

TEST_F(SigningServiceTest, AKeyThatSignsOftenGetsATableForItsSelfCheck) {
  const crypto::Digest digest = crypto::digest(DigestAlgorithm::sha256, bytes_of("content"));
  const auto sign = [&] {
    SignHashCommand command{
        {.principal = {"t"}, .credential = seal_, .type = SignatureType::witness, .level = pades::BaselineLevel::b_b},
        digest};
    command.consent.instruction = fixture_->instruction_for(bytes_of("content"));
    return fixture_->sign(std::move(command));
  };
  ASSERT_OK_AND_ASSIGN(const auto credential, fixture_->assembly->credentials().load(test::kOperator, seal_));
  for (std::uint64_t i = 0; i < crypto::SelfCheck::kChecksToATable; ++i) {
    EXPECT_FALSE(credential->material().self_check()->has_table());
    ASSERT_THAT(sign(), IsOk());
  }
  ASSERT_TRUE(test::eventually([&] { return credential->material().self_check()->has_table(); }));
  EXPECT_THAT(sign(), IsOk());
  fixture_->software_keys.at("seal").flips_a_bit = true;
  EXPECT_THAT(sign(), FailsWith(ErrorCode::self_check_failed));
}

TEST_F(SigningServiceTest, AUnitThatSignsOftenGetsATableForItsSelfCheck) {
  ASSERT_OK_AND_ASSIGN(const auto credential, fixture_->assembly->credentials().load(test::kOperator, tsu_));
  const test::TestTsu unit(fixture_->authority);
  async::BoundedPool hsm({.name = "hsm"});
  async::BoundedPool cpu({.name = "cpu"});
  KeyUse use;
  InternalTimestamper timestamper(unit.tsu, credential, fixture_->trail, hsm, cpu, fixture_->random, use);
  const access::Principal caller{"tester"};
  const auto stamp = [&] {
    return async::block_on(timestamper.timestamp(caller, crypto::digest(DigestAlgorithm::sha256, bytes_of("content")),
                                                 async::deadline_in(test::kPatience)));
  };
  for (std::uint64_t i = 0; i < crypto::SelfCheck::kChecksToATable; ++i) {
    ASSERT_THAT(stamp(), IsOk());
  }
  ASSERT_TRUE(test::eventually([&] { return unit.tsu->self_check()->has_table(); }));
  EXPECT_THAT(stamp(), IsOk());
}

TEST_F(SigningServiceTest, ManyAtOnceAreEachRight) {
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 5; ++n) {
        SignPdfCommand command = fixture_->witness_command(seal_, document_);
        command.level = pades::BaselineLevel::b_t;
        good += fixture_->sign(std::move(command)).has_value() ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(good, 20);
}

}  // namespace
}  // namespace rakkan::service
