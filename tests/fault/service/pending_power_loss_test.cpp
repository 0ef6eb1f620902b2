// Signatures whose authority is away, on a disk that loses power at every operation there is: afterwards each is
// complete or has an outcome, no key signed anything twice, and no consent was used twice.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "rakkan/access/refusals.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/audit/trail_writer.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/credentials/activation.hpp"
#include "rakkan/credentials/credential.hpp"
#include "rakkan/pki/certificate_builder.hpp"
#include "rakkan/service/assembly.hpp"
#include "rakkan/service/command.hpp"
#include "rakkan/service/options.hpp"
#include "rakkan/service/pending_signature.hpp"
#include "rakkan/service/signing_service.hpp"
#include "support/pdf_builder.hpp"
#include "support/power_loss_file_system.hpp"
#include "support/scripted_timestamper.hpp"
#include "support/signing_fixture.hpp"
#include "support/trail_fixture.hpp"

namespace rakkan::service {
namespace {

using test::IsOk;
using test::PowerLossFileSystem;
using test::SoftwareKeys;
using test::TrailFixture;

class Life {
 public:
  Life() : fixture_(disk), unit_(authority_), outside_(std::make_shared<test::ScriptedTimestamper>(*unit_.tsu)) {
    fixture_.on_sqlite = true;
    const std::filesystem::path folder = fixture_.temporary.path();
    EXPECT_THAT(disk.make_folder(folder), IsOk());
    for (auto above = folder.parent_path(); above != above.parent_path(); above = above.parent_path()) {
      EXPECT_THAT(disk.sync_folder(above), IsOk());
    }
    EXPECT_THAT(disk.sync_folder("/"), IsOk());
    EXPECT_TRUE(open());
    enrol("seal", credentials::CredentialKind::operator_seal);
    enrol("yamada", credentials::CredentialKind::party);
    enrol("tsu", credentials::CredentialKind::tsu);
    const SecureBytes pin = test::pin_of(test::kYamadasPin);
    EXPECT_THAT(async::block_on(assembly_->activation().set_pin(test::kOperator, CredentialId("yamada"), pin,
                                                                async::deadline_in(test::kPatience))),
                IsOk());
    for (const char* const key : {"seal", "yamada"}) {
      keys_.at(key).before = [this](const crypto::Digest& digest) {
        EXPECT_TRUE(signed_.insert(to_hex(digest.view())).second) << "a key signed the same attributes twice";
      };
    }
  }
  ~Life() { close(); }

  // Signs in every way that leads to a pending signature and out of it, until something fails.
  void work() {
    outside_->failure = ErrorCode::tsa_unreachable;
    note(sign(witness()));
    if (const auto granted = activate()) {
      activation_ = SecureBytes(granted->token.view());
      note(sign(by_activation()));
    }
    note(sign(witness("internal")));
    outside_->failure.reset();
    resume();
    note(sign(witness()));
    outside_->failure = ErrorCode::tsa_unreachable;
    if (const auto given_up = note(sign(witness()))) {
      static_cast<void>(async::block_on(service().abandon_signature(test::kOperator, *given_up)));
      pending_.erase(given_up->value());  // when that failed it may be either
    }
    note(sign(witness()));
  }

  // The service ends first: with the power on again its threads would go on working for it.
  void lose_power(std::uint64_t seed) {
    close();
    disk.lose_power(seed);
  }

  void expect_all_accounted_for(const std::string& when) {
    close();
    outside_->failure.reset();
    ASSERT_TRUE(open()) << when;
    const int seal = keys_.at("seal").signatures;
    const int yamada = keys_.at("yamada").signatures;
    resume();
    EXPECT_EQ(keys_.at("seal").signatures, seal) << "a value was signed again " << when;
    EXPECT_EQ(keys_.at("yamada").signatures, yamada) << "a value was signed again " << when;
    ASSERT_OK_AND_ASSIGN(const auto kept, fixture_.store->kept_signatures());
    EXPECT_TRUE(kept.empty()) << when << ": " << reasons();
    for (const std::set<std::string>* const promised : {&pending_, &made_}) {
      for (const std::string& id : *promised) {
        EXPECT_THAT(async::block_on(service().find_signature(test::kOperator, SignatureId(id))), IsOk())
            << id << " was promised " << when;
      }
    }
    expect_one_outcome_each(when);
    if (activation_) {
      static_cast<void>(sign(by_activation()));
      EXPECT_LE(keys_.at("yamada").signatures, 1) << "an activation was used twice " << when;
    }
  }

  PowerLossFileSystem disk;

 private:
  [[nodiscard]] bool open() {
    if (const auto opened = fixture_.open(); !opened) {
      ADD_FAILURE() << to_string(opened.error());
      return false;
    }
    writer_ = std::make_unique<audit::AuditTrailWriter>(*fixture_.trail);
    Options options = test::SigningFixture::default_options();
    Environment environment{.store = *fixture_.store,
                            .keys = keys_,
                            .clock = clock_,
                            .random = fixture_.random,
                            .trail = *writer_,
                            .monotonic = &monotonic_};
    environment.timestampers.emplace("outside", outside_);
    auto made = Assembly::create(std::move(options), std::move(environment));
    if (!made) {
      ADD_FAILURE() << to_string(made.error());
      return false;
    }
    assembly_ = *std::move(made);
    return true;
  }
  void close() {
    assembly_.reset();
    writer_.reset();
    fixture_.close();
  }
  SigningService& service() { return assembly_->signing(); }
  std::string reasons() {
    std::string all;
    for (const PendingSignature& one : service().pending_signatures(test::kOperator)) {
      all += one.id.value() + " " + one.reason + " after " + std::to_string(one.tries) + " tries; ";
    }
    return all;
  }

  void enrol(const std::string& id, credentials::CredentialKind kind) {
    const bool party = kind == credentials::CredentialKind::party;
    const bool unit = kind == credentials::CredentialKind::tsu;
    credentials::NewCredential request;
    request.id = CredentialId(id);
    request.kind = kind;
    request.party = PartyId(party ? "山田" : "");
    request.key_kind = crypto::KeyKind::ec_p256;
    const auto made = assembly_->credentials().generate(test::kOperator, std::move(request));
    ASSERT_THAT(made, IsOk());
    const auto key = test::value_or_throw(keys_.signer({made->token_label, made->key_label, made->key_id}));
    const auto for_key = [&](pki::CertificateTemplate& content) { content.spki = copy_of(key->public_key().spki()); };
    const test::Identity identity =
        unit ? authority_.tsu(crypto::KeyKind::ec_p256, for_key) : authority_.signer(crypto::KeyKind::ec_p256, for_key);
    const std::string chain = authority_.pem() + pki::to_pem("CERTIFICATE", identity.certificate.der());
    ASSERT_THAT(assembly_->credentials().import_certificates(test::kOperator, CredentialId(id), bytes_of(chain)),
                IsOk());
  }

  SignPdfCommand command(const std::string& credential, SignatureType type, const std::string& tsa) {
    return {{.principal = {"tester"},
             .credential = CredentialId(credential),
             .type = type,
             .level = pades::BaselineLevel::b_t,
             .tsa = tsa},
            HashedDocument::hash(document_, crypto::DigestAlgorithm::sha256)};
  }
  SignPdfCommand witness(const std::string& tsa = "outside") {
    SignPdfCommand made = command("seal", SignatureType::witness, tsa);
    const auto digest = crypto::digest(crypto::DigestAlgorithm::sha256, document_);
    made.consent.instruction =
        test::value_or_throw(Instruction::parse(test::instruction_json(digest, to_rfc3339(clock_.now()))));
    made.claim = IdempotencyClaim{"key " + std::to_string(++claims_), Bytes{1}};
    return made;
  }
  SignPdfCommand by_activation() {
    SignPdfCommand made = command("yamada", SignatureType::party, "outside");
    made.consent.activation = SecureBytes(activation_->view());
    return made;
  }
  std::optional<Activated> activate() {
    ActivateCommand command{.principal = {"tester"},
                            .credential = CredentialId("yamada"),
                            .digests = {crypto::digest(crypto::DigestAlgorithm::sha256, document_)},
                            .pin = test::pin_of(test::kYamadasPin)};
    auto granted = async::block_on(service().activate(std::move(command)));
    return granted ? std::optional(*std::move(granted)) : std::nullopt;
  }
  Result<SignedDocument> sign(SignPdfCommand command) {
    return async::block_on(service().sign_pdf(std::move(command)));
  }

  // Keeps the promise that an answer makes. The id of a signature that is pending.
  std::optional<SignatureId> note(const Result<SignedDocument>& answer) {
    if (answer) {
      made_.insert(answer->stored.id.value());
      return std::nullopt;
    }
    for (const auto& [name, value] : answer.error().facts) {
      if (name == "signature_id") {
        pending_.insert(value);
        return SignatureId(value);
      }
    }
    return std::nullopt;
  }
  void resume() {
    let_pass(std::chrono::minutes(10));
    for (int i = 0; i < 20 && async::block_on(service().resume_next()); ++i) {
      let_pass(std::chrono::minutes(10));
    }
  }

  // Both clocks move, or the unit sees one that was set.
  void let_pass(std::chrono::minutes time) {
    monotonic_.time += time;
    clock_.time += time;
  }

  void expect_one_outcome_each(const std::string& when) {
    std::map<std::uint64_t, int> outcomes;
    for (std::uint64_t index = 0; index < fixture_.trail->size(store::Journal::trail); ++index) {
      ASSERT_OK_AND_ASSIGN(const store::RecordRow record, fixture_.store->record(index));
      const boost::json::object body = boost::json::parse(record.body).as_object();
      if (body.contains("intent_of")) {
        outcomes[index] = 0;
      } else if (const auto* const of = body.if_contains("intent")) {
        ++outcomes[of->to_number<std::uint64_t>()];
      }
    }
    for (const auto& [intent, count] : outcomes) {
      EXPECT_EQ(count, 1) << "intent " << intent << " " << when;
    }
  }

  TrailFixture fixture_;
  test::FakeClock clock_{SystemClock{}.now()};
  test::FakeMonotonicClock monotonic_;
  SoftwareKeys keys_;
  test::TestAuthority authority_;
  test::TestTsu unit_;
  std::shared_ptr<test::ScriptedTimestamper> outside_;
  const Bytes document_ = test::sample_pdf();
  std::unique_ptr<audit::AuditTrailWriter> writer_;
  std::unique_ptr<Assembly> assembly_;
  std::optional<SecureBytes> activation_;
  std::set<std::string> signed_;   // digests of attributes, of all lives
  std::set<std::string> pending_;  // promised, and not given up
  std::set<std::string> made_;
  int claims_ = 0;
};

TEST(PendingSignatures, AreAccountedForWhenThePowerGoesAtAnyOperation) {
  std::uint64_t first = 0, end = 0;
  {
    Life run;
    first = run.disk.operations() + 1;
    run.work();
    end = run.disk.operations() + 1;
    run.expect_all_accounted_for("without a fault");
  }
  ASSERT_GT(end, first + 30);
  for (std::uint64_t operation = first; operation < end; ++operation) {
    const std::uint64_t seed = operation % 4;
    Life run;
    run.disk.cut_power_at(operation);
    run.work();
    run.lose_power(seed);
    run.expect_all_accounted_for("after a power cut at " + std::to_string(operation) + ", seed " +
                                 std::to_string(seed));
    if (testing::Test::HasFailure()) {
      return;
    }
  }
}

// The disk is full, or fails, for good: nothing is promised that is not there after it works again.
TEST(PendingSignatures, AreAccountedForWhenTheDiskFailsAtAnyOperation) {
  std::uint64_t first = 0, end = 0;
  {
    Life run;
    first = run.disk.operations() + 1;
    run.work();
    end = run.disk.operations() + 1;
  }
  for (std::uint64_t operation = first; operation < end; operation += 3) {
    Life run;
    run.disk.fail_at(operation,
                     operation % 2 == 0 ? PowerLossFileSystem::Fault::refused : PowerLossFileSystem::Fault::half_done);
    run.work();
    run.disk.fail_at(0);  // not reached: the threads of the trail made fewer operations than in the first run
    run.expect_all_accounted_for("after a failure at " + std::to_string(operation));
    if (testing::Test::HasFailure()) {
      return;
    }
  }
}

}  // namespace
}  // namespace rakkan::service
