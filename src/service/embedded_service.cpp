#include "rakkan/service/embedded_service.hpp"

#include <boost/json.hpp>
#include <mutex>
#include <string>
#include <utility>

#include "rakkan/async/task.hpp"
#include "rakkan/audit/trail_writer.hpp"
#include "rakkan/base/file_system.hpp"
#include "rakkan/crypto/system_random.hpp"
#include "rakkan/hsm/softhsm.hpp"
#include "rakkan/service/command.hpp"
#include "rakkan/service/signing_service.hpp"
#include "service/open_folder.hpp"

namespace rakkan::service {
namespace {

// Stamping timestamps the trail's checkpoints by a TSA profile of the service, which is made after the trail and
// destroyed before it.
class Stamping {
 public:
  void begin(SigningService* service) {
    const std::scoped_lock lock(mutex_);
    service_ = service;
  }
  void end() { begin(nullptr); }

  [[nodiscard]] Result<Bytes> stamp(ByteView checkpoint) {
    const std::scoped_lock lock(mutex_);
    if (service_ == nullptr) {
      return fail(ErrorCode::shutting_down, "the service is not open");
    }
    IssueTimestampCommand command{
        {"audit"}, crypto::digest(crypto::DigestAlgorithm::sha256, checkpoint), {}, std::nullopt, TsaRole::checkpoint};
    RAKKAN_TRY(const tsp::TimestampToken token, async::block_on(service_->issue_timestamp(std::move(command))));
    return copy_of(token.der());
  }

 private:
  std::mutex mutex_;
  SigningService* service_ = nullptr;
};

// The list of checkpoints is the own unit alone, or others alone (check_lists).
bool is_own_unit(const Options& options) {
  const auto profile = options.tsa.find(options.tsa_lists.checkpoint.profiles.front());
  return profile != options.tsa.end() && profile->second.internal();
}

}  // namespace

// The service's parts in the order in which they are opened; they are closed in the reverse order.
struct EmbeddedService::Parts {
  Parts(OpenFolder opened, std::map<std::string, std::string> serials)
      : folder(std::move(opened)), tokens(*folder.store, std::move(serials)) {}
  ~Parts() {
    if (service != nullptr) {
      service->end_exchanges();  // the stamper may wait for an authority that does not answer
    }
    stamping.end();
    if (service != nullptr) {
      announce("service.stopped");
      service.reset();  // finishes the requests that it accepted
    }
    if (trail != nullptr) {
      trail->stop();
    }
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  [[nodiscard]] Result<void> open_trail(const EmbeddedOptions& options);
  // Makes the tokens that the module shows now the folder's own. hsm_token_lost when the log's token is not among them.
  [[nodiscard]] Result<void> take_tokens(const std::string& log_token);
  // Records the adoption: the place and the tokens that the folder has from now on.
  [[nodiscard]] Result<void> record_adoption(const Adoption& adoption);
  // Records a start or stop of `program`. A stop that could not be recorded shows in the trail as a start without one.
  bool announce(std::string event) {
    if (program.empty()) {
      return true;
    }
    audit::Submission submission;
    submission.event = std::move(event);
    submission.body = boost::json::serialize(boost::json::object{{"program", program}});
    return writer->write_and_wait(std::move(submission)).has_value();
  }

  OpenFolder folder;
  std::string program;
  SystemClock clock;
  crypto::SystemRandom random;
  FolderTokens tokens;
  std::vector<TokenStanding> taken;  // the tokens, when this opening adopts the folder
  std::unique_ptr<credentials::KeySource> keys;
  Stamping stamping;
  std::unique_ptr<audit::Trail> trail;
  std::unique_ptr<audit::AuditTrailWriter> writer;
  std::unique_ptr<Assembly> service;
};

Result<void> EmbeddedService::Parts::open_trail(const EmbeddedOptions& options) {
  RAKKAN_TRY(const bool has_begun, audit::Trail::has_begun(*folder.store));
  const credentials::KeyAddress address{options.audit.token_label, options.audit.token_label, {}};
  RAKKAN_TRY(auto key, keys->checkpoint_signer(address, !has_begun));
  audit::Environment environment{.files = posix_file_system(),
                                 .folder = options.data_dir / "audit",
                                 .ledger = *folder.store,
                                 .clock = clock,
                                 .random = random,
                                 .checkpoint_key = std::move(key),
                                 .stamper = std::nullopt};
  if (!options.service.tsa_lists.checkpoint.profiles.empty()) {
    environment.stamper = audit::CheckpointStamper{[this](ByteView checkpoint) { return stamping.stamp(checkpoint); },
                                                   is_own_unit(options.service)};
  }
  RAKKAN_TRY(trail, audit::Trail::open(options.audit, std::move(environment)));
  writer = std::make_unique<audit::AuditTrailWriter>(*trail);
  return {};
}

Result<void> EmbeddedService::Parts::take_tokens(const std::string& log_token) {
  RAKKAN_TRY(const std::vector<credentials::TokenSeen> seen, keys->tokens());
  taken = compare(tokens.all(), seen);
  std::map<std::string, std::string> serials;
  for (const TokenStanding& token : taken) {
    if (token.label == log_token && token.now.empty()) {
      return fail(ErrorCode::hsm_token_lost,
                  "the key of the log is in this token, and without that key this log cannot go on: bring the token "
                  "back, or begin a new data folder",
                  "token " + log_token);
    }
    if (!token.now.empty()) {
      serials.emplace(token.label, token.now);
    }
  }
  tokens.replace(std::move(serials));
  return {};
}

Result<void> EmbeddedService::Parts::record_adoption(const Adoption& adoption) {
  RAKKAN_TRY(const std::string fresh_id, fresh_folder_id(random));
  RecordedAdoption recorded = service::adoption(folder.identity, taken, adoption, fresh_id);
  audit::Submission submission;
  submission.event = "folder.adopted";
  submission.body = std::move(recorded.body);
  submission.changes = std::move(recorded.changes);
  RAKKAN_CHECK(writer->write_and_wait(std::move(submission)));
  return {};
}

EmbeddedService::EmbeddedService(std::unique_ptr<Parts> parts) noexcept : parts_(std::move(parts)) {}
EmbeddedService::~EmbeddedService() = default;

Assembly& EmbeddedService::service() noexcept { return *parts_->service; }
audit::Trail& EmbeddedService::trail() noexcept { return *parts_->trail; }
store::Store& EmbeddedService::store() noexcept { return *parts_->folder.store; }
const Clock& EmbeddedService::clock() const noexcept { return parts_->clock; }
RandomSource& EmbeddedService::random() noexcept { return parts_->random; }

Result<std::unique_ptr<EmbeddedService>> EmbeddedService::open(const EmbeddedOptions& options) {
  RAKKAN_TRY(SharedTrust trust, options.read_trust ? options.read_trust() : Result<SharedTrust>(nullptr));
  crypto::SystemRandom random;
  RAKKAN_TRY(OpenFolder folder, open_folder(options, random));
  RAKKAN_TRY(auto serials, FolderTokens::read(*folder.store));
  auto parts = std::make_unique<Parts>(std::move(folder), std::move(serials));
  parts->program = options.program;
  parts->keys =
      credentials::make_hsm_keys(options.hsm, options.service.token, options.data_dir, parts->random, &parts->tokens);
  const bool adopting = options.opening == Opening::adopt;
  RAKKAN_CHECK(adopting ? parts->take_tokens(options.audit.token_label) : Result<void>());
  RAKKAN_CHECK(parts->open_trail(options));
  RAKKAN_CHECK(adopting ? parts->record_adoption(options.adoption) : Result<void>());
  Environment environment{.store = *parts->folder.store,
                          .keys = *parts->keys,
                          .clock = parts->clock,
                          .random = parts->random,
                          .trail = *parts->writer};
  environment.trust = std::move(trust);
  RAKKAN_TRY(parts->service, Assembly::create(options.service, std::move(environment)));
  parts->stamping.begin(&parts->service->signing());
  if (!parts->announce("service.started")) {
    return fail(ErrorCode::audit_unavailable, "the start was not recorded");
  }
  return std::unique_ptr<EmbeddedService>(new EmbeddedService(std::move(parts)));
}

}  // namespace rakkan::service
