// SigningService is the use cases: sign_pdf and sign_hash, activate and withdraw_activation, find_signature and
// list_signatures, issue_timestamp and answer_timestamp_request. Assembly makes it. A use case is a Task: it runs on
// its caller's executor, leaves it for the pools, and never blocks it. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "rakkan/access/principal.hpp"
#include "rakkan/async/deadline.hpp"
#include "rakkan/async/task_fwd.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/crypto/digest.hpp"

namespace rakkan::tsp {
class TimestampToken;
}

namespace rakkan::service {

// Commands and results of the use cases: command.hpp, signature_list.hpp, stored_signature.hpp.
struct ActivateCommand;
struct Activated;
struct IssueTimestampCommand;
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
  // Gives the answer of an earlier request again, for a caller that lost it. signature_unknown, also when the signature
  // is another tenant's.
  [[nodiscard]] async::Task<Result<StoredSignature>> find_signature(access::Principal principal, SignatureId id);
  // The signatures of the principal's own tenant, a page at a time.
  [[nodiscard]] async::Task<Result<SignatureList>> list_signatures(access::Principal principal, SignatureSearch search);

  [[nodiscard]] async::Task<Result<tsp::TimestampToken>> issue_timestamp(IssueTimestampCommand command);
  // Answers an RFC 3161 TimeStampReq with the internal unit's TimeStampResp. There always is an answer: every failure
  // is a rejection.
  [[nodiscard]] async::Task<TimestampAnswer> answer_timestamp_request(access::Principal principal, Bytes request,
                                                                      std::optional<async::Deadline> deadline);

 private:
  std::unique_ptr<const UseCases> use_cases_;
};

}  // namespace rakkan::service
