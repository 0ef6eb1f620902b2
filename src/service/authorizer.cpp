#include "rakkan/service/authorizer.hpp"

#include "rakkan/async/task.hpp"

#include <array>

namespace rakkan::service {
namespace {

constexpr std::array<std::string_view, 2> kTypeNames{"witness", "party"};

credentials::CredentialKind kind_for(SignatureType type) {
  switch (type) {
    case SignatureType::witness:
      return credentials::CredentialKind::operator_seal;
    case SignatureType::party:
      return credentials::CredentialKind::party;
  }
  return credentials::CredentialKind::tsu;
}

std::string_view name_of(const crypto::Digest& digest) { return crypto::info(digest.algorithm()).name; }

std::string difference(const crypto::Digest& named, const crypto::Digest& wanted) {
  if (named.algorithm() == wanted.algorithm()) {
    return "the instruction's document_digest is not that of the document to be signed";
  }
  return "the instruction's document_digest is of " + std::string(name_of(named)) + ", and must be of " +
         std::string(name_of(wanted));
}

std::string in_words(std::chrono::seconds age) {
  const auto days = std::chrono::duration_cast<std::chrono::days>(age);
  return age == days ? std::to_string(days.count()) + " days" : std::to_string(age.count()) + " s";
}

// 立会人型 (witness type): a person's instruction for exactly these bytes, neither too old nor from the future.
Result<void> check_instruction(const std::optional<Instruction>& instruction, const crypto::Digest& document_digest,
                               const InstructionPolicy& policy, Instant now) {
  if (!instruction) {
    return fail(ErrorCode::instruction_missing, "no instruction came with the request");
  }
  if (!(instruction->document_digest() == document_digest)) {
    return fail(ErrorCode::instruction_digest_mismatch, difference(instruction->document_digest(), document_digest));
  }
  if (instruction->when() > now + policy.clock_skew) {
    return fail(ErrorCode::instruction_from_future, "the instruction was given later than now", "when");
  }
  if (now - instruction->when() > policy.longest_age) {
    return fail(ErrorCode::instruction_too_old,
                "the instruction was given at " + to_rfc3339(instruction->when()) + ", more than " +
                    in_words(policy.longest_age) + " ago",
                "when");
  }
  return {};
}

// 当事者型 (party type): the party's own PIN for the party's own key, now or when the activation was granted.
Result<void> check_activation(const Consent& consent) {
  if (!consent.pin && !consent.activation) {
    return fail(ErrorCode::activation_missing, "neither PIN nor activation came with the request");
  }
  if (consent.pin && consent.activation) {
    return fail(ErrorCode::invalid_argument, "either a PIN or an activation, not both", "pin");
  }
  return {};
}

}  // namespace

std::string_view name(SignatureType type) noexcept { return kTypeNames[static_cast<std::size_t>(type)]; }

std::optional<SignatureType> signature_type_from_name(std::string_view name) noexcept {
  for (const SignatureType type : {SignatureType::witness, SignatureType::party}) {
    if (service::name(type) == name) {
      return type;
    }
  }
  return std::nullopt;
}

async::Task<Result<Authorization>> Authorizer::authorize(const SigningRequest& request,
                                                         std::shared_ptr<const credentials::Credential> signer,
                                                         const crypto::Digest& document_digest,
                                                         async::Deadline deadline) {
  const credentials::Credential& credential = *signer;
  const Consent& consent = request.consent;
  if (credential.kind() != kind_for(request.type)) {
    co_return fail(ErrorCode::credential_type_mismatch,
                   "a credential of kind " + std::string(store::name(credential.kind())) + " makes no " +
                       std::string(name(request.type)) + " signature",
                   "credential " + credential.id().value());
  }
  const Instant now = clock_->now();
  RAKKAN_CO_CHECK(pki::check_validity(credential.material().certificate(), now));
  RAKKAN_CO_CHECK(credential.material().check_algorithms(now));
  std::optional<Instruction> instruction;
  std::optional<credentials::ActivationBook::Claim> activation;
  switch (request.type) {
    case SignatureType::witness:
      RAKKAN_CO_CHECK(check_instruction(consent.instruction, document_digest, policy_, now));
      instruction = consent.instruction;
      break;
    case SignatureType::party:
      RAKKAN_CO_CHECK(check_activation(consent));
      if (consent.activation) {
        RAKKAN_CO_TRY(auto claim,
                      book_->claim(*consent.activation, request.principal, credential.id(), document_digest, now));
        activation.emplace(std::move(claim));
      } else {
        RAKKAN_CO_CHECK(co_await activation_->verify_pin(request.principal, credential.id(), *consent.pin, deadline));
      }
      break;
  }
  co_return Authorization(request.principal, std::move(signer), request.type, document_digest, std::move(instruction),
                          std::move(activation), now);
}

}  // namespace rakkan::service
