#include "rakkan/service/embedded_service.hpp"

#include <boost/json.hpp>
#include <cstdlib>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>

#include "rakkan/base/file.hpp"
#include "rakkan/base/file_system.hpp"
#include "rakkan/crypto/system_random.hpp"
#include "rakkan/store/data_folder.hpp"
#include "service/folder_check.hpp"

namespace rakkan::service {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSoftHsmConfiguration = "softhsm2.conf";

// SoftHSM finds its tokens through SOFTHSM2_CONF alone. An environment that names another file wins, and another
// vendor's module does not look at it.
void point_softhsm_to(const fs::path& data_dir) {
  const fs::path file = data_dir / kSoftHsmConfiguration;
  if (std::error_code ignored; fs::exists(file, ignored)) {
    ::setenv("SOFTHSM2_CONF", fs::absolute(file).c_str(), 0);
  }
}

// Timestamps of the trail's checkpoints, by a profile of the service, which comes after the trail and goes before it.
class Stamping {
 public:
  void begin(SigningService* service) {
    const std::scoped_lock lock(mutex_);
    service_ = service;
  }
  void end() { begin(nullptr); }

  [[nodiscard]] Result<Bytes> stamp(ByteView checkpoint, const std::string& profile) {
    const std::scoped_lock lock(mutex_);
    if (service_ == nullptr) {
      return fail(ErrorCode::shutting_down, "the service is not open");
    }
    IssueTimestampCommand command{
        {"audit"}, crypto::digest(crypto::DigestAlgorithm::sha256, checkpoint), profile, std::nullopt};
    RAKKAN_TRY(const tsp::TimestampToken token, async::block_on(service_->issue_timestamp(std::move(command))));
    return copy_of(token.der());
  }

 private:
  std::mutex mutex_;
  SigningService* service_ = nullptr;
};

Result<std::vector<std::string>> tokens_in_use(store::Store& store, const audit::Options& audit) {
  std::vector<std::string> labels{audit.token_label};
  RAKKAN_TRY(const std::vector<store::CredentialRow> credentials, store.credentials());
  for (const store::CredentialRow& credential : credentials) {
    labels.push_back(credential.token_label);
  }
  return labels;
}

bool is_own_unit(const EmbeddedOptions& options) {
  const auto profile = options.service.tsa.find(options.audit.tsa);
  return profile != options.service.tsa.end() && profile->second.internal();
}

}  // namespace

// In the order it is opened; it closes the other way round.
struct EmbeddedService::Parts {
  explicit Parts(store::DataFolder locked) : folder(std::move(locked)) {}
  ~Parts() {
    stamping.end();
    if (signing != nullptr) {
      announce("service.stopped");
      signing.reset();  // with what it accepted
    }
    if (trail != nullptr) {
      trail->stop();
    }
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  [[nodiscard]] Result<void> open_trail(const EmbeddedOptions& options);
  // A stop that could not be recorded is found at the next start: it has no entry.
  bool announce(std::string event) {
    if (program.empty()) {
      return true;
    }
    audit::Submission submission;
    submission.event = std::move(event);
    submission.body = boost::json::serialize(boost::json::object{{"program", program}});
    return writer->write_and_wait(std::move(submission)).has_value();
  }

  store::DataFolder folder;
  std::string program;
  SystemClock clock;
  crypto::SystemRandom random;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<KeySource> keys;
  Stamping stamping;
  std::unique_ptr<audit::Trail> trail;
  std::unique_ptr<AuditTrailWriter> writer;
  std::unique_ptr<SigningService> signing;
};

Result<void> EmbeddedService::Parts::open_trail(const EmbeddedOptions& options) {
  RAKKAN_TRY(const bool has_begun, audit::Trail::has_begun(*store));
  const KeyAddress address{options.audit.token_label, options.audit.token_label, {}};
  RAKKAN_TRY(auto key, keys->checkpoint_signer(address, !has_begun));
  audit::Environment environment{.files = posix_file_system(),
                                 .folder = options.data_dir / "audit",
                                 .ledger = *store,
                                 .clock = clock,
                                 .random = random,
                                 .checkpoint_key = std::move(key),
                                 .stamper = std::nullopt};
  if (!options.audit.tsa.empty()) {
    if (!options.service.tsa.contains(options.audit.tsa)) {
      return fail(ErrorCode::configuration_invalid, "names no profile", "audit.tsa");
    }
    environment.stamper = audit::CheckpointStamper{
        [this, profile = options.audit.tsa](ByteView checkpoint) { return stamping.stamp(checkpoint, profile); },
        is_own_unit(options)};
  }
  RAKKAN_TRY(trail, audit::Trail::open(options.audit, std::move(environment)));
  writer = std::make_unique<AuditTrailWriter>(*trail);
  return {};
}

EmbeddedService::EmbeddedService(std::unique_ptr<Parts> parts) noexcept : parts_(std::move(parts)) {}
EmbeddedService::~EmbeddedService() = default;

SigningService& EmbeddedService::signing() noexcept { return *parts_->signing; }
audit::Trail& EmbeddedService::trail() noexcept { return *parts_->trail; }
store::Store& EmbeddedService::store() noexcept { return *parts_->store; }
const Clock& EmbeddedService::clock() const noexcept { return parts_->clock; }
RandomSource& EmbeddedService::random() noexcept { return parts_->random; }

Result<std::unique_ptr<EmbeddedService>> EmbeddedService::open(const EmbeddedOptions& options) {
  point_softhsm_to(options.data_dir);
  RAKKAN_TRY(store::DataFolder folder, store::DataFolder::lock(options.data_dir));
  RAKKAN_CHECK(check_folder(options.data_dir));
  auto parts = std::make_unique<Parts>(std::move(folder));
  parts->program = options.program;
  RAKKAN_TRY(parts->store, store::open_sqlite(options.data_dir, options.store));
  RAKKAN_TRY(const std::vector<std::string> tokens, tokens_in_use(*parts->store, options.audit));
  RAKKAN_CHECK(check_pin_files(options.service.token, options.data_dir, tokens));
  parts->keys = make_hsm_keys(options.hsm, options.service.token, options.data_dir, parts->random);
  RAKKAN_CHECK(parts->open_trail(options));
  RAKKAN_TRY(parts->signing, SigningService::create(options.service, {.store = *parts->store,
                                                                      .keys = *parts->keys,
                                                                      .clock = parts->clock,
                                                                      .random = parts->random,
                                                                      .trail = *parts->writer}));
  parts->stamping.begin(parts->signing.get());
  if (!parts->announce("service.started")) {
    return fail(ErrorCode::audit_unavailable, "the start was not recorded");
  }
  return std::unique_ptr<EmbeddedService>(new EmbeddedService(std::move(parts)));
}

Result<void> make_softhsm_folder(const fs::path& data_dir) {
  const fs::path tokens = data_dir / "tokens";
  RAKKAN_CHECK(make_private_folder(tokens));
  const std::string text =
      "# SoftHSM 2: where the tokens of this data folder are kept.\ndirectories.tokendir = " + tokens.string() +
      "\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n";
  return write_file_atomically(data_dir / kSoftHsmConfiguration, {bytes_of(text)}, true);
}

}  // namespace rakkan::service
