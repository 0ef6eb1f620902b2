#include "service_in_process.hpp"

#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include "must.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/async/together.hpp"
#include "rakkan/audit/trail.hpp"
#include "rakkan/audit/trail_writer.hpp"
#include "rakkan/base/file_system.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/credentials/credential.hpp"
#include "rakkan/credentials/key_source.hpp"
#include "rakkan/crypto/software_signer.hpp"
#include "rakkan/crypto/system_random.hpp"
#include "rakkan/pki/trust_store.hpp"
#include "rakkan/service/assembly.hpp"
#include "rakkan/service/command.hpp"
#include "rakkan/service/options.hpp"
#include "rakkan/service/signing_service.hpp"
#include "rakkan/store/store.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::bench {
namespace {

const CredentialId kOperator("operator");
const CredentialId kUnit("tsu");
const access::Principal kAdministrator{"benchmark", TenantId(), true};

std::string instruction(const crypto::Digest& digest, const Clock& clock) {
  const std::string when = to_rfc3339(std::chrono::floor<std::chrono::seconds>(clock.now()));
  return R"({"who":{"id":"u-1","name":"山田太郎"},"when":")" + when +
         R"(","authenticated":[{"class":"mailbox","method":"mail_link","at":")" + when +
         R"("},{"class":"phone","method":"sms_otp","at":")" + when +
         R"("}],"document_digest":{"alg":"SHA-256","value":")" + to_hex(digest.view()) + R"("},"envelope":"ENV-1"})";
}

// The benchmark's own keys, by the label of the key.
class GivenKeys final : public credentials::KeySource {
 public:
  explicit GivenKeys(ServiceInProcess::MakeKey make_key) : make_key_(std::move(make_key)) {}

  [[nodiscard]] Result<void> generate(const credentials::KeyAddress& address, crypto::KeyKind) override {
    keys_[address.key_label] = make_key_();
    return {};
  }
  [[nodiscard]] Result<credentials::KeyAddress> find(const credentials::KeyAddress& address) override {
    return address;
  }
  [[nodiscard]] Result<std::shared_ptr<crypto::Signer>> signer(const credentials::KeyAddress& address) override {
    const auto found = keys_.find(address.key_label);
    if (found == keys_.end()) {
      return fail(ErrorCode::key_not_found, "no such key");
    }
    return found->second;
  }
  [[nodiscard]] Result<std::shared_ptr<crypto::MessageSigner>> checkpoint_signer(const credentials::KeyAddress&,
                                                                                 bool) override {
    if (!checkpoints_) {
      RAKKAN_TRY(auto key, crypto::SoftwareMessageSigner::generate());
      checkpoints_ = std::make_shared<crypto::SoftwareMessageSigner>(std::move(key));
    }
    return checkpoints_;
  }
  [[nodiscard]] std::vector<Error> troubles() override { return {}; }

 private:
  ServiceInProcess::MakeKey make_key_;
  std::map<std::string, std::shared_ptr<crypto::Signer>> keys_;
  std::shared_ptr<crypto::MessageSigner> checkpoints_;
};

}  // namespace

std::map<std::string, double> cpu_us_by_thread() {
  std::map<std::string, double> spent;
  std::error_code ignored;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", ignored)) {
    std::string name;
    std::ifstream comm(task.path() / "comm");
    std::getline(comm, name);
    double nanoseconds = 0;
    std::ifstream schedstat(task.path() / "schedstat");  // its first field: time on a processor
    schedstat >> nanoseconds;
    spent[name] += nanoseconds / 1'000;
  }
  return spent;
}

struct ServiceInProcess::Parts {
  Parts(EvidenceAuthority& authority, const MakeKey& make_key)
      : keys(make_key),
        store(must(store::open_sqlite(folder.path()))),
        trail(must(audit::Trail::open({}, {.files = posix_file_system(),
                                           .folder = folder.path() / "audit",
                                           .ledger = *store,
                                           .clock = clock,
                                           .random = random,
                                           .checkpoint_key = must(keys.checkpoint_signer({}, true)),
                                           .stamper = std::nullopt}))),
        writer(*trail) {
    service::Options options;
    options.fetch.allowed_origins = {authority.origin()};
    options.tsu.credential = kUnit.value();
    options.witness.name = "ベンチマーク株式会社 立会人署名";
    service::Environment environment{.store = *store, .keys = keys, .clock = clock, .random = random, .trail = writer};
    environment.trust = std::make_shared<const pki::TrustStore>(pki::TrustStore::from_certificates({authority.root()}));
    assembly = must(service::Assembly::create(std::move(options), std::move(environment)));
    enrol(authority, kOperator, credentials::CredentialKind::operator_seal);
    enrol(authority, kUnit, credentials::CredentialKind::tsu);
  }
  ~Parts() {
    assembly.reset();
    trail->stop();
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  void enrol(EvidenceAuthority& authority, const CredentialId& id, credentials::CredentialKind kind) {
    credentials::NewCredential wanted{id, kind, PartyId(), crypto::KeyKind::ec_p256, "", "", "", {}};
    const auto made = must(assembly->credentials().generate(kAdministrator, std::move(wanted)));
    const auto key = must(keys.signer({made.token_label, made.key_label, made.key_id}));
    const pki::Certificate certificate =
        authority.certify(id.value(), key->public_key().spki(), kind == credentials::CredentialKind::tsu);
    const std::string chain = pki::to_pem("CERTIFICATE", certificate.der()) +
                              pki::to_pem("CERTIFICATE", authority.ca().der()) +
                              pki::to_pem("CERTIFICATE", authority.root().der());
    static_cast<void>(must(assembly->credentials().import_certificates(kAdministrator, id, bytes_of(chain))));
  }

  [[nodiscard]] service::SignPdfCommand command(ByteView document, pades::BaselineLevel level) const {
    service::SignPdfCommand made{
        {.principal = {"benchmark"}, .credential = kOperator, .type = service::SignatureType::witness, .level = level},
        service::HashedDocument::hash(document, crypto::DigestAlgorithm::sha256)};
    made.consent.instruction = must(service::Instruction::parse(instruction(made.document.document_digest(), clock)));
    return made;
  }

  test::TemporaryFolder folder;
  SystemClock clock;
  crypto::SystemRandom random;
  GivenKeys keys;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<audit::Trail> trail;
  audit::AuditTrailWriter writer;
  std::unique_ptr<service::Assembly> assembly;
};

ServiceInProcess::ServiceInProcess(EvidenceAuthority& authority, const MakeKey& make_key)
    : parts_(std::make_unique<Parts>(authority, make_key)) {}
ServiceInProcess::~ServiceInProcess() = default;

std::size_t ServiceInProcess::sign(ByteView document, pades::BaselineLevel level, unsigned at_once) {
  std::vector<async::Task<Result<service::SignedDocument>>> tasks;
  for (unsigned i = 0; i < at_once; ++i) {
    tasks.push_back(parts_->assembly->signing().sign_pdf(parts_->command(document, level)));
  }
  std::size_t size = 0;
  for (auto& made : async::block_on(async::together(std::move(tasks)))) {
    size = must(std::move(made)).stored.tail.size();
  }
  return size;
}

}  // namespace rakkan::bench
