// Signatures of B-T whose authority is away, on a disk that loses power at every operation there is.
#include "fault/service/power_loss_life.hpp"
#include "support/test_tsu.hpp"

namespace rakkan::service {
namespace {

constexpr auto kLevel = pades::BaselineLevel::b_t;

class Life : public PowerLossLife {
 public:
  Life() { begin(); }
  ~Life() override { close(); }

  void work() override {
    outside_->failure = ErrorCode::tsa_unreachable;
    sign_as_witness(kLevel);
    sign_as_witness(kLevel, "internal");
    outside_->failure.reset();
    complete_pending();
    sign_as_witness(kLevel);
    sign_as_party(kLevel);
    outside_->failure = ErrorCode::tsa_unreachable;
    sign_as_party(kLevel);
    if (const auto id = sign_as_witness(kLevel)) {
      give_up(*id);
    }
    sign_as_witness(kLevel);
  }

 protected:
  [[nodiscard]] Surroundings surroundings() const override {
    Surroundings around;
    around.options.tsa_lists.signature.profiles = {"outside"};
    around.timestampers.emplace("outside", outside_);
    return around;
  }
  [[nodiscard]] std::string certify(const std::string&, credentials::CredentialKind kind, ByteView spki) override {
    const auto for_key = [&](pki::CertificateTemplate& content) { content.spki = copy_of(spki); };
    const test::Identity identity = kind == credentials::CredentialKind::tsu
                                        ? authority_.tsu(crypto::KeyKind::ec_p256, for_key)
                                        : authority_.signer(crypto::KeyKind::ec_p256, for_key);
    return authority_.pem() + pki::to_pem("CERTIFICATE", identity.certificate.der());
  }
  void repair() override { outside_->failure.reset(); }
  void complete_pending() override {
    let_pass(std::chrono::minutes(10));
    for (int i = 0; i < 20 && async::block_on(service().resume_next()); ++i) {
      let_pass(std::chrono::minutes(10));
    }
  }
  void check_made(const StoredSignature& made, const std::string& when) const override {
    EXPECT_TRUE(boost::json::parse(made.facts).as_object().contains("timestamp")) << made.facts << " " << when;
  }

 private:
  test::TestAuthority authority_;
  test::TestTsu unit_{authority_};
  std::shared_ptr<test::ScriptedTimestamper> outside_ = std::make_shared<test::ScriptedTimestamper>(*unit_.tsu);
};

TEST(PendingSignatures, AreAccountedForWhenThePowerGoesAtAnyOperation) {
  expect_nothing_lost_when_the_power_goes(new_life<Life>);
}
TEST(PendingSignatures, AreAccountedForWhenTheDiskFailsAtAnyOperation) {
  expect_nothing_lost_when_the_disk_fails(new_life<Life>);
}

}  // namespace
}  // namespace rakkan::service
