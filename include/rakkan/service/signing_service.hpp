// SigningService wires store, keys, trail, pools and timestampers to the use cases: sign_pdf, sign_hash, activate,
// issue_timestamp. One per process. A use case is a Task: it runs on its caller's executor, leaves it for the pools,
// and never blocks it. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rakkan/access/principal.hpp"
#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/async/task_fwd.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/digest.hpp"

namespace rakkan::access {
class Refusals;
}
namespace rakkan::audit {
class TrailWriter;
}
namespace rakkan::credentials {
class Activation;
class CredentialRegistry;
class KeySource;
}  // namespace rakkan::credentials
namespace rakkan::store {
class Store;
}
namespace rakkan::tsp {
class TimestampToken;
}

namespace rakkan::service {

// What the use cases take and give: command.hpp, pin_change.hpp and options.hpp.
struct ActivateCommand;
struct Activated;
struct CertificateLife;
struct ChangePinCommand;
struct IssueTimestampCommand;
struct Options;
struct ServiceParts;
struct SignatureList;
struct SignatureSearch;
struct SignHashCommand;
struct SignPdfCommand;
struct SignedDigest;
struct SignedDocument;
struct StoredSignature;
struct TimestampAnswer;
class Timestamper;

struct Environment {  // outlives the service
  store::Store& store;
  credentials::KeySource& keys;
  const Clock& clock;
  RandomSource& random;
  audit::TrailWriter& trail;
  const MonotonicClock* monotonic = nullptr;  // null: the machine's
  // Timestampers of the caller's own, by profile; they win over those of the options.
  std::map<std::string, std::shared_ptr<Timestamper>> timestampers = {};
};

class SigningService {
 public:
  // Checks the options and reads the file of roots (configuration_invalid, file_unreadable, permissions_unsafe), reads
  // the credentials and open activations, and gives intents that a crash left without outcome theirs
  // ("signature.interrupted"). Touches no key.
  [[nodiscard]] static Result<std::unique_ptr<SigningService>> create(Options options, Environment environment);
  ~SigningService();  // its tasks have ended; the pools finish what they accepted

  // The digest that a DocumentHasher for this credential is made with. Answers from memory; credential_unknown.
  [[nodiscard]] Result<crypto::DigestAlgorithm> digest_algorithm(const access::Principal& principal,
                                                                 const CredentialId& credential);

  // Durable when it answers: trail, signature, idempotency answer. Never less than what was asked for.
  [[nodiscard]] async::Task<Result<SignedDocument>> sign_pdf(SignPdfCommand command);
  [[nodiscard]] async::Task<Result<SignedDigest>> sign_hash(SignHashCommand command);
  // A token for exactly these digests, by the party's PIN.
  [[nodiscard]] async::Task<Result<Activated>> activate(ActivateCommand command);
  // Takes an activation back before its time, by its id (activation_id of the token): the party has changed its mind,
  // or nobody got the token. The entry's index in the trail. activation_unknown (also another tenant's),
  // audit_unavailable.
  [[nodiscard]] async::Task<Result<std::uint64_t>> withdraw_activation(access::Principal principal, Bytes id);
  // A party's PIN by the one that holds, or by an operator's code (Activation::change_pin, set_pin_by_code); the
  // entry's index in the trail. After a code no activation of the credential is open any more. credential_unknown,
  // credential_type_mismatch, credential_disabled, invalid_argument.
  [[nodiscard]] async::Task<Result<std::uint64_t>> change_pin(ChangePinCommand command);
  // A lost answer again. signature_unknown, also when it is another tenant's.
  [[nodiscard]] async::Task<Result<StoredSignature>> find_signature(access::Principal principal, SignatureId id);
  // The signatures of the principal's own tenant, a page at a time.
  [[nodiscard]] async::Task<Result<SignatureList>> list_signatures(access::Principal principal, SignatureSearch search);

  [[nodiscard]] async::Task<Result<tsp::TimestampToken>> issue_timestamp(IssueTimestampCommand command);
  // RFC 3161 request to response by the internal unit: an answer always, a rejection when nothing else.
  [[nodiscard]] async::Task<TimestampAnswer> answer_timestamp_request(access::Principal principal, Bytes request,
                                                                      std::optional<async::Deadline> deadline);

  // What is wrong right now; empty: ready. May touch tokens that are in trouble, on the hsm pool.
  [[nodiscard]] async::Task<std::vector<Error>> readiness();
  // Flaws that do not hinder signing and should not stay: certificates that are not as their profile wants. From
  // memory.
  [[nodiscard]] std::vector<Error> warnings() const;
  // Opens the operator's keys and the unit's, so that the first request does not wait; says which did not open.
  [[nodiscard]] async::Task<std::vector<Error>> open_keys();
  // The active credentials' certificates, from memory.
  [[nodiscard]] std::vector<CertificateLife> certificates();

  struct KeyUses {  // since the start
    std::uint64_t signatures = 0;
    std::uint64_t failures = 0;
    std::chrono::nanoseconds signing{0};  // that they took, together
    std::chrono::nanoseconds waited{0};   // for a thread that may use them, together
  };
  struct Load {
    std::vector<std::pair<std::string, async::BoundedPool::Load>> pools;  // by name
    KeyUses documents;                                                    // of operators' and parties' keys
    KeyUses unit;                                                         // of the time-stamping unit's key
    std::vector<std::pair<ErrorCode, std::uint64_t>> rejections;  // by answer_timestamp_request, since the start
  };
  [[nodiscard]] Load load() const;
  struct Waits {  // of the oldest job that waits in each pool
    std::chrono::nanoseconds cpu, hsm, pin, tsa, store;
  };
  // Takes no lock.
  [[nodiscard]] Waits waits() const noexcept;

  [[nodiscard]] credentials::CredentialRegistry& credentials() noexcept;
  [[nodiscard]] credentials::Activation& activation() noexcept;
  // Refused requests go there by themselves; for refusals of whoever stands before the use cases, and for its timer.
  [[nodiscard]] access::Refusals& refusals() noexcept;
  [[nodiscard]] const Options& options() const noexcept;

 private:
  explicit SigningService(std::unique_ptr<ServiceParts> parts) noexcept;
  std::unique_ptr<ServiceParts> parts_;
};

}  // namespace rakkan::service
