// Authorizer decides whether this principal may have this credential sign this document, once. Its consent is an
// Authorization: a type that nothing else can make and that the signing use cases demand.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/async/task_fwd.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/secure_bytes.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/credentials/activation.hpp"
#include "rakkan/credentials/activation_book.hpp"
#include "rakkan/credentials/credential.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/service/instruction.hpp"
#include "rakkan/service/signing_request.hpp"

namespace rakkan::service {

class Authorization {
 public:
  [[nodiscard]] const access::Principal& principal() const noexcept { return principal_; }
  [[nodiscard]] const credentials::Credential& credential() const noexcept { return *credential_; }
  [[nodiscard]] SignatureType type() const noexcept { return type_; }
  [[nodiscard]] const crypto::Digest& document_digest() const noexcept { return document_digest_; }
  [[nodiscard]] const std::optional<Instruction>& instruction() const noexcept { return instruction_; }
  // The claim on an activation's digest; nothing when a PIN came with the request, or when an instruction did.
  [[nodiscard]] std::optional<credentials::ActivationBook::Claim>& activation() noexcept { return activation_; }
  [[nodiscard]] const std::optional<credentials::ActivationBook::Claim>& activation() const noexcept {
    return activation_;
  }
  [[nodiscard]] Instant granted_at() const noexcept { return granted_at_; }

 private:
  friend class Authorizer;
  Authorization(access::Principal principal, std::shared_ptr<const credentials::Credential> credential,
                SignatureType type, crypto::Digest document_digest, std::optional<Instruction> instruction,
                std::optional<credentials::ActivationBook::Claim> activation, Instant granted_at)
      : principal_(std::move(principal)),
        credential_(std::move(credential)),
        type_(type),
        document_digest_(document_digest),
        instruction_(std::move(instruction)),
        activation_(std::move(activation)),
        granted_at_(granted_at) {}

  access::Principal principal_;
  std::shared_ptr<const credentials::Credential> credential_;
  SignatureType type_;
  crypto::Digest document_digest_;
  std::optional<Instruction> instruction_;
  std::optional<credentials::ActivationBook::Claim> activation_;
  Instant granted_at_;
};

class Authorizer {
 public:
  // Activation, book and clock outlive it.
  Authorizer(credentials::Activation& activation, credentials::ActivationBook& book, const InstructionPolicy& policy,
             const Clock& clock) noexcept
      : activation_(&activation), book_(&book), policy_(policy), clock_(&clock) {}

  // Errors: credential_type_mismatch, certificate_expired, certificate_not_yet_valid, algorithm_not_acceptable,
  // instruction_missing, instruction_digest_mismatch, instruction_from_future, instruction_too_old, activation_missing,
  // invalid_argument (PIN and activation at once), pin_incorrect, pin_wait, pin_locked, activation_ codes. PIN and
  // activation are judged last. `signer` is the credential that the request names, `document_digest` the digest of the
  // document (or the digest itself) that it wants signed. The arguments outlive the task.
  [[nodiscard]] async::Task<Result<Authorization>> authorize(const SigningRequest& request,
                                                             std::shared_ptr<const credentials::Credential> signer,
                                                             const crypto::Digest& document_digest,
                                                             async::Deadline deadline);

 private:
  credentials::Activation* activation_;
  credentials::ActivationBook* book_;
  InstructionPolicy policy_;
  const Clock* clock_;
};

}  // namespace rakkan::service
