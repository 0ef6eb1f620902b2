// SigningService is the use cases: sign_pdf and sign_hash, activate and withdraw_activation, find_signature and
// list_signatures, augment, check_evidence, issue_timestamp and answer_timestamp_request. Assembly makes it. A use case
// is a Task: it runs on its caller's executor, leaves it for the pools, and never blocks it. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "rakkan/access/principal.hpp"
#include "rakkan/async/deadline.hpp"
#include "rakkan/async/task_fwd.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/crypto/digest.hpp"

namespace rakkan::pades {
class HashedDocument;
}
namespace rakkan::tsp {
class TimestampToken;
}

namespace rakkan::service {

// Commands and results of the use cases: command.hpp, pin_change.hpp, signature_list.hpp, stored_signature.hpp.
struct ActivateCommand;
struct Activated;
struct AugmentCommand;
struct AugmentedDocument;
struct ChangePinCommand;
struct CheckEvidenceCommand;
struct EvidenceCheck;
struct IssueTimestampCommand;
struct PendingSignature;
struct SignatureList;
struct SignatureSearch;
struct SignHashCommand;
struct SignPdfCommand;
struct SignedDigest;
struct SignedDocument;
struct StoredSignature;
struct TimestampAnswer;

class SigningService {
 public:
  struct UseCases;  // the parts that each use case works with
  explicit SigningService(std::unique_ptr<const UseCases> use_cases) noexcept;
  ~SigningService();  // only after its tasks have ended

  // The algorithm that a DocumentHasher for this credential is made with. Answers from memory; credential_unknown.
  [[nodiscard]] Result<crypto::DigestAlgorithm> digest_algorithm(const access::Principal& principal,
                                                                 const CredentialId& credential);

  // Both ask the Authorizer and sign; when they answer, the trail's entries, the signature and the idempotency answer
  // are durable. The signature is never of a lower level than was asked for.
  [[nodiscard]] async::Task<Result<SignedDocument>> sign_pdf(SignPdfCommand command);
  [[nodiscard]] async::Task<Result<SignedDigest>> sign_hash(SignHashCommand command);
  // Opens an activation for exactly these digests, by the party's PIN, and returns its token.
  [[nodiscard]] async::Task<Result<Activated>> activate(ActivateCommand command);
  // Takes an activation back before its time, by its id (activation_id of the token): the party has changed its mind,
  // or the token got lost. Returns the index of its entry in the trail. activation_unknown (also another tenant's),
  // audit_unavailable.
  [[nodiscard]] async::Task<Result<std::uint64_t>> withdraw_activation(access::Principal principal, Bytes id);
  // Sets a party's PIN by the one that holds, or by an operator's code (Activation::change_pin, set_pin_by_code), and
  // returns the index of its entry in the trail. After a change by a code no activation of the credential is open any
  // more. credential_unknown, credential_type_mismatch, credential_disabled, invalid_argument.
  [[nodiscard]] async::Task<Result<std::uint64_t>> change_pin(ChangePinCommand command);
  // Gives the answer of an earlier request again, for a caller that lost it. signature_unknown, also when the signature
  // is another tenant's; signature_pending, with its facts and retry_after, when it is not complete yet.
  [[nodiscard]] async::Task<Result<StoredSignature>> find_signature(access::Principal principal, SignatureId id);
  // The signatures of the principal's own tenant, a page at a time.
  [[nodiscard]] async::Task<Result<SignatureList>> list_signatures(access::Principal principal, SignatureSearch search);

  // A signature whose value is made and whose timestamp could not be had is kept and completed without its key: by the
  // service itself (resume_next), or when somebody asks for it. Such a one answers signature_pending; one that is given
  // up, since Options::resume_window is over or its certificate has expired, signature_abandoned.
  // When::in_turn leaves the pace of the tries to the service; at_once tries unless somebody else does.
  enum class When : std::uint8_t { in_turn, at_once };
  // A signature of B-LT or B-LTA is completed behind its document, which is not kept: it has to be brought again
  // (`document`, which outlives the task; digest_mismatch for another one), and until then the signature stays pending.
  [[nodiscard]] async::Task<Result<StoredSignature>> finish_signature(access::Principal principal, SignatureId id,
                                                                      When when,
                                                                      std::optional<async::Deadline> deadline,
                                                                      const pades::HashedDocument* document = nullptr);
  // Gives it up: its value is erased, and its outcome says by whom. Returns the outcome's index in the trail.
  // signature_unknown, also for a signature that is complete; signature_pending while somebody completes it.
  [[nodiscard]] async::Task<Result<std::uint64_t>> abandon_signature(access::Principal principal, SignatureId id);
  [[nodiscard]] std::optional<PendingSignature> pending_signature(const access::Principal& principal,
                                                                  const SignatureId& id) const;
  // Those of the principal's own tenant, by the time of their intents.
  [[nodiscard]] std::vector<PendingSignature> pending_signatures(const access::Principal& principal) const;
  // Completes the next pending signature whose turn it is, or gives it up when its time is over. False when there is
  // none.
  [[nodiscard]] async::Task<bool> resume_next();
  // Forgets the cached evidence that speaks of one of these certificates (DER) or of one of the party `subject`, as far
  // as the principal sees its credentials. Blocks; store_ codes: call it again.
  [[nodiscard]] Result<void> forget_evidence(const access::Principal& principal, std::string_view subject,
                                             std::vector<Bytes> certificates);
  // Forgets the cached evidence that is over. Blocks nobody.
  void forget_expired_evidence();
  // After the records of these entries were erased (erase_records), which gave up the pending signatures among them.
  void forget_erased(const std::vector<std::uint64_t>& indexes);

  // Brings a signed document to B-T, B-LT or B-LTA by updates behind its bytes: document timestamps, validation data.
  // No document key is used. The signatures in it are checked first, whoever made them. The entry in the trail and the
  // idempotency answer are durable when it answers. invalid_argument (level; a document without signatures),
  // signature_invalid, unsupported_algorithm, pdf_field_not_found, and as raise_level.
  [[nodiscard]] async::Task<Result<AugmentedDocument>> augment(AugmentCommand command);

  // Says what signatures of each credential that the principal sees could be brought to now. Asks servers for evidence,
  // and an outside authority whose unit is not known for one token; what is missing is in the result.
  // deadline_exceeded.
  [[nodiscard]] async::Task<Result<EvidenceCheck>> check_evidence(CheckEvidenceCommand command);

  [[nodiscard]] async::Task<Result<tsp::TimestampToken>> issue_timestamp(IssueTimestampCommand command);
  // Answers an RFC 3161 TimeStampReq with the internal unit's TimeStampResp. There always is an answer: every failure
  // is a rejection.
  [[nodiscard]] async::Task<TimestampAnswer> answer_timestamp_request(access::Principal principal, Bytes request,
                                                                      std::optional<async::Deadline> deadline);

 private:
  std::unique_ptr<const UseCases> use_cases_;
};

}  // namespace rakkan::service
