// PowerLossLife is a service that signs on a disk that loses power: its keys, what it promised, and the look at all of
// it afterwards. A drive cuts the power at every operation of a life's work, and has the next start go on with what is
// left.
//
//   class Life : public PowerLossLife {
//     Life() { begin(); }
//     ~Life() { close(); }                 // before what the service uses
//     void work() override { sign_as_witness(kLevel); ... }
//     ...
//   };
//   expect_nothing_lost_when_the_power_goes(new_life<Life>);
//
// Wherever it is cut: each intent has one outcome in the end, each use of a key has an intent, no key signed anything
// twice, no activation served twice, and every promise is kept.
#pragma once

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

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
#include "rakkan/service/stored_signature.hpp"
#include "support/pdf_builder.hpp"
#include "support/power_loss_file_system.hpp"
#include "support/scripted_timestamper.hpp"
#include "support/signing_fixture.hpp"
#include "support/trail_fixture.hpp"

namespace rakkan::service {

class PowerLossLife {
 public:
  PowerLossLife() : fixture_(disk) { fixture_.on_sqlite = true; }
  virtual ~PowerLossLife() = default;
  PowerLossLife(const PowerLossLife&) = delete;
  PowerLossLife& operator=(const PowerLossLife&) = delete;

  // Signs in every way that leads to a pending signature and out of it; the disk may fail at any point of it.
  virtual void work() = 0;

  // The service ends first: with the power on again its threads would go on working for it.
  void lose_power(std::uint64_t seed) {
    close();
    disk.lose_power(seed);
  }

  void expect_all_accounted_for(const std::string& when) {
    close();
    repair();
    ASSERT_TRUE(open()) << when;
    for (const Granted& activation : activations_) {  // before it ends: five minutes at most
      static_cast<void>(sign(by_activation(activation)));
    }
    const int seal = uses_of("seal");
    const int yamada = uses_of("yamada");
    complete_pending();
    EXPECT_EQ(uses_of("seal"), seal) << "a value was signed again " << when;
    EXPECT_EQ(uses_of("yamada"), yamada) << "a value was signed again " << when;
    ASSERT_OK_AND_ASSIGN(const auto kept, fixture_.store->kept_signatures());
    EXPECT_TRUE(kept.empty()) << when << ": " << reasons();
    for (const std::set<std::string>* const promised : {&pending_, &made_}) {
      for (const std::string& id : *promised) {
        EXPECT_THAT(async::block_on(service().find_signature(test::kOperator, SignatureId(id))), test::IsOk())
            << id << " was promised " << when;
      }
    }
    for (const auto& [key, id] : claimed_) {
      ASSERT_OK_AND_ASSIGN(const auto answer, fixture_.store->answer(TenantId(), key));
      EXPECT_TRUE(answer && answer->signature.value() == id) << key << " does not lead to " << id << " " << when;
    }
    expect_log_agrees(when);
  }

  // Whether the drive tests anything: of a life without a fault.
  void expect_to_have_worked() const {
    EXPECT_FALSE(made_.empty()) << "nothing was made at once";
    EXPECT_GT(claimed_.size(), made_.size()) << "nothing was pending";
    EXPECT_GT(looked_at_, made_.size()) << "nothing pending was completed";
  }

  test::PowerLossFileSystem disk;

 protected:
  // The parts of a service besides store, keys, clocks and log.
  struct Surroundings {
    Options options = test::SigningFixture::default_options();
    std::map<std::string, std::shared_ptr<Timestamper>> timestampers;
    SharedTrust trust;
  };
  [[nodiscard]] virtual Surroundings surroundings() const = 0;
  // PEM: a certificate for the credential's key, and its issuer's.
  [[nodiscard]] virtual std::string certify(const std::string& id, credentials::CredentialKind kind, ByteView spki) = 0;
  // Every authority answers from now on.
  virtual void repair() = 0;
  virtual void complete_pending() = 0;
  // Of every signature in the log, as it is given out.
  virtual void check_made(const StoredSignature& made, const std::string& when) const = 0;

  // The power is on, and three credentials are there: the operator's seal, Yamada's with a PIN, the unit's.
  void begin() {
    const std::filesystem::path folder = fixture_.temporary.path();
    EXPECT_THAT(disk.make_folder(folder), test::IsOk());
    for (auto above = folder.parent_path(); above != above.parent_path(); above = above.parent_path()) {
      EXPECT_THAT(disk.sync_folder(above), test::IsOk());
    }
    EXPECT_THAT(disk.sync_folder("/"), test::IsOk());
    EXPECT_TRUE(open());
    enrol("seal", credentials::CredentialKind::operator_seal);
    enrol("yamada", credentials::CredentialKind::party);
    enrol("tsu", credentials::CredentialKind::tsu);
    const SecureBytes pin = test::pin_of(test::kYamadasPin);
    EXPECT_THAT(async::block_on(assembly_->activation().set_pin(test::kOperator, CredentialId("yamada"), pin,
                                                                async::deadline_in(test::kPatience))),
                test::IsOk());
    for (const char* const key : {"seal", "yamada"}) {
      keys_.at(key).before = [this](const crypto::Digest& digest) {
        EXPECT_TRUE(signed_.insert(to_hex(digest.view())).second) << "a key signed the same attributes twice";
      };
    }
  }
  void close() {
    assembly_.reset();
    writer_.reset();
    fixture_.close();
  }
  SigningService& service() { return assembly_->signing(); }
  int uses_of(const std::string& key) { return keys_.at(key).signatures; }

  // Each signs, and keeps the promise that the answer makes. The id of a signature that is pending.
  std::optional<SignatureId> sign_as_witness(pades::BaselineLevel level, const std::string& tsa = "") {
    SignPdfCommand wanted = command("seal", SignatureType::witness, level, tsa);
    const auto digest = crypto::digest(crypto::DigestAlgorithm::sha256, document_);
    wanted.consent.instruction =
        test::value_or_throw(Instruction::parse(test::instruction_json(digest, to_rfc3339(clock_.now()))));
    return sign_and_note(std::move(wanted));
  }
  // By a new activation, which is shown once more at once.
  std::optional<SignatureId> sign_as_party(pades::BaselineLevel level, const std::string& tsa = "") {
    ActivateCommand wanted{.principal = {"tester"},
                           .credential = CredentialId("yamada"),
                           .digests = {crypto::digest(crypto::DigestAlgorithm::sha256, document_)},
                           .pin = test::pin_of(test::kYamadasPin)};
    const auto granted = async::block_on(service().activate(std::move(wanted)));
    if (!granted) {
      return std::nullopt;
    }
    activations_.push_back({SecureBytes(granted->token.view()), level, tsa});
    const auto pending = sign_and_note(by_activation(activations_.back()));
    static_cast<void>(sign(by_activation(activations_.back())));
    return pending;
  }
  // Afterwards it may be either, when the disk failed in it.
  void give_up(const SignatureId& id) {
    static_cast<void>(async::block_on(service().abandon_signature(test::kOperator, id)));
    pending_.erase(id.value());
    std::erase_if(claimed_, [&](const auto& one) { return one.second == id.value(); });
  }

  // Both clocks move, or the unit sees one that was set.
  virtual void let_pass(std::chrono::minutes time) {
    monotonic_.time += time;
    clock_.time += time;
  }

  const Bytes document_ = test::sample_pdf();
  test::FakeClock clock_{std::chrono::floor<std::chrono::seconds>(SystemClock{}.now())};
  test::FakeMonotonicClock monotonic_;
  test::SoftwareKeys keys_;

 private:
  [[nodiscard]] bool open() {
    if (const auto opened = fixture_.open(); !opened) {
      ADD_FAILURE() << to_string(opened.error());
      return false;
    }
    writer_ = std::make_unique<audit::AuditTrailWriter>(*fixture_.trail);
    Surroundings around = surroundings();
    Environment environment{.store = *fixture_.store,
                            .keys = keys_,
                            .clock = clock_,
                            .random = fixture_.random,
                            .trail = *writer_,
                            .monotonic = &monotonic_,
                            .timestampers = std::move(around.timestampers),
                            .trust = std::move(around.trust)};
    auto made = Assembly::create(std::move(around.options), std::move(environment));
    if (!made) {
      ADD_FAILURE() << to_string(made.error());
      return false;
    }
    assembly_ = *std::move(made);
    return true;
  }
  void enrol(const std::string& id, credentials::CredentialKind kind) {
    credentials::NewCredential request;
    request.id = CredentialId(id);
    request.kind = kind;
    request.party = PartyId(kind == credentials::CredentialKind::party ? "山田" : "");
    request.key_kind = crypto::KeyKind::ec_p256;
    ASSERT_OK_AND_ASSIGN(const auto made, assembly_->credentials().generate(test::kOperator, std::move(request)));
    const auto key = test::value_or_throw(keys_.signer({made.token_label, made.key_label, made.key_id}));
    const std::string chain = certify(id, kind, key->public_key().spki());
    ASSERT_THAT(assembly_->credentials().import_certificates(test::kOperator, CredentialId(id), bytes_of(chain)),
                test::IsOk());
  }

  SignPdfCommand command(const std::string& credential, SignatureType type, pades::BaselineLevel level,
                         const std::string& tsa) {
    return {{.principal = {"tester"}, .credential = CredentialId(credential), .type = type, .level = level, .tsa = tsa},
            HashedDocument::hash(document_, crypto::DigestAlgorithm::sha256)};
  }
  struct Granted {
    SecureBytes token;
    pades::BaselineLevel level;
    std::string tsa;
  };
  SignPdfCommand by_activation(const Granted& granted) {
    SignPdfCommand made = command("yamada", SignatureType::party, granted.level, granted.tsa);
    made.consent.activation = SecureBytes(granted.token.view());
    return made;
  }
  Result<SignedDocument> sign(SignPdfCommand command) {
    return async::block_on(service().sign_pdf(std::move(command)));
  }
  std::optional<SignatureId> sign_and_note(SignPdfCommand command) {
    const std::string key = "key " + std::to_string(++claims_);
    command.claim = IdempotencyClaim{key, Bytes{1}};
    const Result<SignedDocument> answer = sign(std::move(command));
    if (answer) {
      made_.insert(answer->stored.id.value());
      claimed_.emplace(key, answer->stored.id.value());
      return std::nullopt;
    }
    for (const auto& [name, value] : answer.error().facts) {
      if (name == "signature_id") {
        pending_.insert(value);
        claimed_.emplace(key, value);
        return SignatureId(value);
      }
    }
    return std::nullopt;
  }
  std::string reasons() {
    std::string all;
    for (const PendingSignature& one : service().pending_signatures(test::kOperator)) {
      all += one.id.value() + " " + one.reason + " after " + std::to_string(one.tries) + " tries; ";
    }
    return all;
  }

  void expect_log_agrees(const std::string& when) {
    std::map<std::uint64_t, int> outcomes;  // by intent
    std::map<std::string, int> intents;     // by the attributes' digest
    std::map<std::string, int> uses;        // of keys, by activation
    for (std::uint64_t index = 0; index < fixture_.trail->size(store::Journal::trail); ++index) {
      ASSERT_OK_AND_ASSIGN(const store::RecordRow record, fixture_.store->record(index));
      const boost::json::object body = boost::json::parse(record.body).as_object();
      if (body.contains("intent_of")) {
        outcomes.try_emplace(index, 0);
        const std::string attributes(body.at("to_be_signed").at("value").as_string());
        ++intents[attributes];
        if (const auto* const activation = body.if_contains("activation")) {
          uses[std::string(activation->as_string())] += signed_.contains(attributes) ? 1 : 0;
        }
      } else if (const auto* const of = body.if_contains("intent")) {
        ++outcomes[of->to_number<std::uint64_t>()];
        if (body.contains("signature_value")) {
          ++looked_at_;
          const SignatureId id{std::string(body.at("signature").as_string())};
          ASSERT_OK_AND_ASSIGN(const StoredSignature made,
                               async::block_on(service().find_signature(test::kOperator, id)));
          check_made(made, when);
        }
      }
    }
    for (const auto& [intent, count] : outcomes) {
      EXPECT_EQ(count, 1) << "intent " << intent << " " << when;
    }
    for (const std::string& attributes : signed_) {
      EXPECT_EQ(intents[attributes], 1) << "a key was used without an intent " << when;
    }
    for (const auto& [activation, count] : uses) {
      EXPECT_LE(count, 1) << "an activation was used twice " << when;
    }
  }

  test::TrailFixture fixture_;
  std::unique_ptr<audit::AuditTrailWriter> writer_;
  std::unique_ptr<Assembly> assembly_;
  std::vector<Granted> activations_;
  std::set<std::string> signed_;   // digests of attributes, of all lives
  std::set<std::string> pending_;  // promised, and not given up
  std::set<std::string> made_;
  std::map<std::string, std::string> claimed_;  // promised signatures by Idempotency-Key
  std::size_t looked_at_ = 0;                   // signatures in the log
  int claims_ = 0;
};

// Begins a life on a disk of its own.
using MakeLife = std::unique_ptr<PowerLossLife> (*)();
template <class Life>
std::unique_ptr<PowerLossLife> new_life() {
  return std::make_unique<Life>();
}

// The operations of a life's work, from the first to the one behind the last.
struct WorkingOperations {
  std::uint64_t first = 0, end = 0;
};
inline WorkingOperations operations_of_work(MakeLife begin) {
  const auto run = begin();
  WorkingOperations all;
  all.first = run->disk.operations() + 1;
  run->work();
  all.end = run->disk.operations() + 1;
  run->expect_all_accounted_for("without a fault");
  run->expect_to_have_worked();
  return all;
}

inline void expect_nothing_lost_when_the_power_goes(MakeLife begin) {
  const WorkingOperations all = operations_of_work(begin);
  ASSERT_GT(all.end, all.first + 30);
  std::cout << "power lost at each of " << all.end - all.first << " operations\n";
  for (std::uint64_t operation = all.first; operation < all.end; ++operation) {
    const std::uint64_t seed = operation % 4;
    const auto run = begin();
    run->disk.cut_power_at(operation);
    run->work();
    run->lose_power(seed);
    run->expect_all_accounted_for("after a power cut at " + std::to_string(operation) + ", seed " +
                                  std::to_string(seed));
    if (testing::Test::HasFailure()) {
      return;
    }
  }
}

// The disk is full, or fails, at one operation of three: nothing is promised that is not there after it works again.
inline void expect_nothing_lost_when_the_disk_fails(MakeLife begin) {
  using Fault = test::PowerLossFileSystem::Fault;
  const WorkingOperations all = operations_of_work(begin);
  for (std::uint64_t operation = all.first; operation < all.end; operation += 3) {
    const auto run = begin();
    run->disk.fail_at(operation, operation % 2 == 0 ? Fault::refused : Fault::half_done);
    run->work();
    run->disk.fail_at(0);  // not reached: the threads of the trail made fewer operations than in the first run
    run->expect_all_accounted_for("after a failure at " + std::to_string(operation));
    if (testing::Test::HasFailure()) {
      return;
    }
  }
}

}  // namespace rakkan::service
