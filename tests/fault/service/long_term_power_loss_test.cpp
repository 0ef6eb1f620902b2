// Signatures of B-LTA, and their completion with the document, on a disk that loses power at every operation there is.
// Each is B-LTA in the end, or has the outcome that says why not.
#include "fault/service/power_loss_life.hpp"
#include "rakkan/pades/existing_signatures.hpp"
#include "rakkan/pki/trust_store.hpp"
#include "support/loopback_authority.hpp"
#include "support/test_tsu.hpp"

namespace rakkan::service {
namespace {

using When = SigningService::When;
constexpr auto kLevel = pades::BaselineLevel::b_lta;

// Its certificates are those of an authority on loopback. Signatures are timestamped by an outside authority, documents
// by the `archive` of that name.
class LongTermLife : public PowerLossLife {
 public:
  explicit LongTermLife(std::string archive = "archive") : archive_role_(std::move(archive)) { begin(); }
  ~LongTermLife() override { close(); }

 protected:
  [[nodiscard]] Surroundings surroundings() const override {
    Surroundings around;
    around.options.fetch.allowed_origins = {authority_.origin()};
    around.options.tsa_lists.signature.profiles = {"outside"};
    around.options.tsa_lists.archive.profiles = {archive_role_};
    around.timestampers.emplace("outside", outside_);
    around.timestampers.emplace("archive", archive_);
    around.trust =
        std::make_shared<const pki::TrustStore>(pki::TrustStore::from_certificates({authority_.certificate()}));
    return around;
  }
  [[nodiscard]] std::string certify(const std::string& id, credentials::CredentialKind kind, ByteView spki) override {
    const bool is_unit = kind == credentials::CredentialKind::tsu;
    const pki::Certificate made = authority_.certify(id, spki, is_unit ? pki::Change(for_unit) : pki::Change());
    return pki::to_pem("CERTIFICATE", made.der()) + pki::to_pem("CERTIFICATE", authority_.certificate().der());
  }
  void repair() override {
    outside_->failure.reset();
    archive_->failure.reset();
    keys_.at("tsu").failure.reset();
  }
  void complete_pending() override {
    let_pass(std::chrono::minutes(10));
    EXPECT_FALSE(async::block_on(service().resume_next())) << "nobody brought the document";
    for (const PendingSignature& one : service().pending_signatures(test::kOperator)) {
      complete(one.id);
    }
  }
  void complete(const SignatureId& id) {
    const HashedDocument document = HashedDocument::hash(document_, crypto::DigestAlgorithm::sha256);
    static_cast<void>(
        async::block_on(service().finish_signature(test::kOperator, id, When::at_once, std::nullopt, &document)));
  }
  void check_made(const StoredSignature& made, const std::string& when) const override {
    Bytes whole = document_;
    append(whole, made.tail);
    ASSERT_OK_AND_ASSIGN(const auto document, pdf::Document::open(whole));
    ASSERT_OK_AND_ASSIGN(const auto all, pades::existing_signatures(document));
    ASSERT_EQ(all.size(), 2U) << "signature and document timestamp, " << when;
    EXPECT_EQ(all[0].level, kLevel) << when;
    for (const pades::ExistingSignature& one : all) {
      EXPECT_EQ(one.integrity.outcome(), pades::Check::passed) << one.signature.field_name << " " << when;
    }
  }
  void let_pass(std::chrono::minutes time) override {
    PowerLossLife::let_pass(time);
    gate_->time = clock_.time;
  }

  // The fates of signatures of one kind: the signature's timestamp fails, the document's fails, nothing does.
  void work_with(const std::function<std::optional<SignatureId>()>& sign) {
    outside_->failure = ErrorCode::tsa_unreachable;
    const auto without_timestamp = sign();
    outside_->failure.reset();
    archive_->failure = ErrorCode::tsa_timeout;
    const auto without_archive = sign();
    for (const bool archived : {false, true}) {
      if (archived) {
        archive_->failure.reset();
      }
      for (const auto& id : {without_timestamp, without_archive}) {
        if (id) {
          complete(*id);
        }
      }
    }
    sign();
    outside_->failure = ErrorCode::tsa_unreachable;
    if (const auto given_up = sign()) {
      give_up(*given_up);
    }
    sign();
  }

 private:
  static void for_unit(pki::CertificateTemplate& content) {
    content.extended_key_usage = pki::ExtendedKeyUsage{{pki::kEkuTimeStamping}, true};
  }
  std::shared_ptr<tsp::Tsu> make_unit() {
    const auto& suite = crypto::default_suite(crypto::KeyKind::ec_p256);
    const auto key = std::make_shared<crypto::SoftwareSigner>(pki::new_key(crypto::KeyKind::ec_p256));
    const auto certificate = authority_.certify("Unit", key->public_key().spki(), for_unit);
    return test::value_or_throw(tsp::Tsu::create(key, suite, certificate, {authority_.certificate()},
                                                 test::TestTsu::policy(), tsp::make_epoch_serial_source(1, random_),
                                                 gate_));
  }

  const std::string archive_role_;
  crypto::SystemRandom random_;
  test::LoopbackAuthority authority_{clock_};
  std::shared_ptr<test::BentClockGate> gate_ = std::make_shared<test::BentClockGate>();
  std::shared_ptr<tsp::Tsu> unit_ = make_unit();

 protected:
  std::shared_ptr<test::ScriptedTimestamper> outside_ = std::make_shared<test::ScriptedTimestamper>(*unit_);
  std::shared_ptr<test::ScriptedTimestamper> archive_ = std::make_shared<test::ScriptedTimestamper>(*unit_);
};

class AsWitness final : public LongTermLife {
 public:
  void work() override {
    work_with([this] { return sign_as_witness(kLevel); });
  }
};

class AsParty final : public LongTermLife {
 public:
  void work() override {
    work_with([this] { return sign_as_party(kLevel); });
  }
};

// Both timestamps are our own unit's: the value is kept in the commit of its journal's entry.
class WithOurUnit final : public LongTermLife {
 public:
  WithOurUnit() : LongTermLife("internal") {}
  void work() override {
    keys_.at("tsu").failure = ErrorCode::hsm_device_gone;
    const auto pending = sign_as_witness(kLevel, "internal");
    keys_.at("tsu").failure.reset();
    if (pending) {
      complete(*pending);
    }
    sign_as_party(kLevel, "internal");
  }
};

TEST(LongTermSignatures, OfAWitnessAreAccountedForWhenThePowerGoesAtAnyOperation) {
  expect_nothing_lost_when_the_power_goes(new_life<AsWitness>);
}
TEST(LongTermSignatures, OfAPartyAreAccountedForWhenThePowerGoesAtAnyOperation) {
  expect_nothing_lost_when_the_power_goes(new_life<AsParty>);
}
TEST(LongTermSignatures, ByOurOwnUnitAreAccountedForWhenThePowerGoesAtAnyOperation) {
  expect_nothing_lost_when_the_power_goes(new_life<WithOurUnit>);
}
TEST(LongTermSignatures, AreAccountedForWhenTheDiskFailsAtAnyOperation) {
  expect_nothing_lost_when_the_disk_fails(new_life<AsWitness>);
  expect_nothing_lost_when_the_disk_fails(new_life<AsParty>);
}

}  // namespace
}  // namespace rakkan::service
