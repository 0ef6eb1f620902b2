// Keys, credentials and PINs are changed on a disk that loses power at every operation there is: afterwards the log and
// the store say the same.
#include <gmock/gmock.h>

#include <map>
#include <optional>
#include <set>
#include <string>

#include "rakkan/access/api_keys.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/audit/trail_writer.hpp"
#include "rakkan/credentials/activation.hpp"
#include "rakkan/credentials/credential.hpp"
#include "rakkan/pki/certificate_builder.hpp"
#include "support/power_loss_file_system.hpp"
#include "support/software_keys.hpp"
#include "support/test_authority.hpp"
#include "support/trail_fixture.hpp"

namespace rakkan::service {
namespace {

using test::IsOk;
using test::PowerLossFileSystem;
using test::SoftwareKeys;
using test::TrailFixture;

const access::Principal kOperator{"local:0", TenantId(), true};
const CredentialId kYamada{"yamada"};
constexpr std::string_view kFirstPin = "first-pin";
constexpr std::string_view kSecondPin = "second-pin";

credentials::PinPolicy cheap_pins() {
  credentials::PinPolicy policy;
  policy.memory = 64 * 1024;
  policy.iterations = 1;
  policy.max_failures = 9;
  policy.first_wait = std::chrono::seconds(0);
  return policy;
}

async::Deadline soon() { return async::deadline_in(std::chrono::seconds(60)); }

// An administrator, over the trail and the store of the moment.
class Administrator {
 public:
  Administrator(TrailFixture& fixture, SoftwareKeys& keys)
      : writer_(*fixture.trail),
        pool_({"pin", 1, 16}),
        api_keys(test::value_or_throw(
            access::ApiKeys::open(*fixture.store, access::recorder_of(*fixture.trail), fixture.clock, fixture.random))),
        credentials(test::value_or_throw(
            credentials::CredentialRegistry::open(*fixture.store, keys, writer_, fixture.clock, fixture.random))),
        activation(*fixture.store, writer_, pool_, fixture.clock, fixture.random, cheap_pins()) {}

  Result<void> set_pin(std::string_view pin) {
    const SecureBytes secret(bytes_of(pin));
    return async::block_on(activation.set_pin(kOperator, kYamada, secret, soon()));
  }
  Result<void> change_pin(std::string_view from, std::string_view to) {
    const SecureBytes old_pin(bytes_of(from));
    const SecureBytes new_pin(bytes_of(to));
    return async::block_on(activation.change_pin(kOperator, kYamada, old_pin, new_pin, soon()));
  }
  Result<void> verify_pin(std::string_view pin) {
    const SecureBytes secret(bytes_of(pin));
    return async::block_on(activation.verify_pin(kOperator, kYamada, secret, soon()));
  }
  Result<void> reset_failures() {
    return async::block_on(activation.reset_failures(kOperator, kYamada, std::nullopt, soon()));
  }

 private:
  audit::AuditTrailWriter writer_;
  async::BoundedPool pool_;

 public:
  std::unique_ptr<access::ApiKeys> api_keys;
  std::unique_ptr<credentials::CredentialRegistry> credentials;
  credentials::Activation activation;
};

class Life {
 public:
  Life() : fixture_(disk) {
    fixture_.on_sqlite = true;
    const std::filesystem::path folder = fixture_.temporary.path();
    EXPECT_THAT(disk.make_folder(folder), IsOk());
    for (auto above = folder.parent_path(); above != above.parent_path(); above = above.parent_path()) {
      EXPECT_THAT(disk.sync_folder(above), IsOk());
    }
    EXPECT_THAT(disk.sync_folder("/"), IsOk());
    EXPECT_THAT(keys_.generate({"yamada", "yamada", {}}, crypto::KeyKind::ec_p256), IsOk());
    const auto key = test::value_or_throw(keys_.signer({"yamada", "yamada", {}}));
    const auto for_key = [&](pki::CertificateTemplate& content) { content.spki = copy_of(key->public_key().spki()); };
    chain_ = authority_.pem() +
             pki::to_pem("CERTIFICATE", authority_.signer(crypto::KeyKind::ec_p256, for_key).certificate.der());
  }

  // Makes changes of every kind until one fails, and keeps the answers.
  void work() {
    if (!fixture_.open()) {
      return;
    }
    Administrator administrator(fixture_, keys_);
    const auto created = [&]() -> std::optional<ApiKeyId> {
      auto key = administrator.api_keys->create(
          kOperator, {TenantId("acme"), "of the test", {access::Scope::sign}, {}, std::nullopt});
      return key && note("key.created") ? std::optional(key->key.id) : std::nullopt;
    };
    const std::optional<ApiKeyId> old_key = created();
    const std::optional<ApiKeyId> new_key = old_key ? created() : std::nullopt;  // a rotation
    static_cast<void>(
        new_key && done("key.revoked", administrator.api_keys->revoke(kOperator, *old_key)) &&
        done("credential.added",
             administrator.credentials->adopt(
                 kOperator, {kYamada, credentials::CredentialKind::party, PartyId("山田"), {}, "", "", "", {}})) &&
        done("credential.certified",
             administrator.credentials->import_certificates(kOperator, kYamada, bytes_of(chain_))) &&
        done("pin.set", administrator.set_pin(kFirstPin)) &&
        done("pin.changed", administrator.change_pin(kFirstPin, kSecondPin)) &&
        !administrator.verify_pin("wrong").has_value() && done("pin.reset", administrator.reset_failures()) &&
        done("credential.disabled", administrator.credentials->disable(kOperator, kYamada)));
    fixture_.trail->stop();
  }

  // Expects store and log to agree after a restart.
  void expect_agreement(const std::string& when) {
    fixture_.close();
    ASSERT_THAT(fixture_.open(), IsOk()) << when;
    const std::map<std::string, std::set<std::string>> log = read_log();
    const auto says = [&](const std::string& event) { return log.contains(event); };
    for (const std::string& event : answered_) {
      EXPECT_TRUE(says(event)) << event << " was answered and is lost " << when;
    }
    std::set<std::string> made, revoked;
    ASSERT_OK_AND_ASSIGN(const auto rows, fixture_.store->api_keys());
    for (const store::ApiKeyRow& row : rows) {
      made.insert(row.id.value());
      if (row.revoked) {
        revoked.insert(row.id.value());
      }
    }
    const auto named = [&](const std::string& event) {
      const auto found = log.find(event);
      return found == log.end() ? std::set<std::string>() : found->second;
    };
    EXPECT_EQ(made, named("key.created")) << when;
    EXPECT_EQ(revoked, named("key.revoked")) << when;

    const auto credential = fixture_.store->credential(kYamada);
    EXPECT_EQ(credential.has_value(), says("credential.added")) << when;
    if (credential) {
      EXPECT_EQ(!credential->certificates.empty(), says("credential.certified")) << when;
      EXPECT_EQ(credential->status == store::CredentialStatus::disabled, says("credential.disabled")) << when;
      EXPECT_EQ(credential->status == store::CredentialStatus::pending, !says("credential.certified")) << when;
    }
    const auto attempt =
        fixture_.store->begin_pin_attempt(kYamada, kOperator.tenant, {.max_failures = 9}, fixture_.clock.now());
    EXPECT_EQ(attempt.has_value(), says("pin.set")) << when;
    EXPECT_TRUE(!says("pin.reset") || attempt->failures == 1) << when;
    if (attempt) {
      Administrator administrator(fixture_, keys_);
      EXPECT_THAT(administrator.verify_pin(says("pin.changed") ? kSecondPin : kFirstPin), IsOk()) << when;
    }
  }

  PowerLossFileSystem disk;

 private:
  template <class T>
  bool done(const char* event, const Result<T>& result) {
    return result.has_value() && note(event);
  }
  bool note(const char* event) {
    answered_.insert(event);
    return true;
  }

  // The events of the log, with the API keys that their records name.
  std::map<std::string, std::set<std::string>> read_log() {
    std::map<std::string, std::set<std::string>> log;
    const std::uint64_t size = fixture_.trail->size(store::Journal::trail);
    if (size != 0) {
      EXPECT_THAT(fixture_.wait_for_checkpoint(size - 1), IsOk());
    }
    for (std::uint64_t index = 0; index < size; ++index) {
      const auto file = fixture_.trail->entry(store::Journal::trail, index);
      const auto entry = file ? audit::Entry::parse(bytes_of(file->entry)) : Result<audit::Entry>(fail(file.error()));
      if (!entry || !file->record) {
        ADD_FAILURE() << "entry " << index << " cannot be read";
        continue;
      }
      constexpr std::string_view kKey = R"("key":")";
      const std::size_t at = file->record->body.find(kKey);
      log[entry->event].insert(at == std::string::npos ? "" : file->record->body.substr(at + kKey.size(), 16));
    }
    return log;
  }

  TrailFixture fixture_;
  SoftwareKeys keys_;
  test::TestAuthority authority_;
  std::string chain_;
  std::set<std::string> answered_;
};

TEST(Administration, LogAndStoreAgreeWhenThePowerGoesAtAnyOperation) {
  std::uint64_t first = 0, end = 0;
  {
    Life run;
    first = run.disk.operations() + 1;
    run.work();
    end = run.disk.operations() + 1;
    run.expect_agreement("without a fault");
  }
  ASSERT_GT(end, first + 30);
  for (std::uint64_t operation = first; operation < end; ++operation) {
    const std::uint64_t seed = operation % 4;
    Life run;
    run.disk.cut_power_at(operation);
    run.work();
    run.disk.lose_power(seed);
    run.expect_agreement("after a power cut at " + std::to_string(operation) + ", seed " + std::to_string(seed) + "\n" +
                         run.disk.history());
    if (testing::Test::HasFailure()) {
      return;
    }
  }
}

}  // namespace
}  // namespace rakkan::service
