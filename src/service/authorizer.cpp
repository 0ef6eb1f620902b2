#include "rakkan/service/authorizer.hpp"

#include <array>

namespace rakkan::service {
namespace {

// How far the upstream service's clock may be ahead of ours.
constexpr std::chrono::minutes kClockSkew{5};

constexpr std::array<std::string_view, 2> kTypeNames{"witness", "party"};

CredentialKind kind_for(SignatureType type) {
  switch (type) {
    case SignatureType::witness:
      return CredentialKind::operator_seal;
    case SignatureType::party:
      return CredentialKind::party;
  }
  return CredentialKind::tsu;
}

// 立会人型: somebody's instruction for exactly these bytes.
Result<void> check_instruction(const AuthorizationRequest& request, Instant now) {
  if (request.instruction == nullptr) {
    return fail(ErrorCode::instruction_missing, "nobody's instruction came with the request");
  }
  if (!(request.instruction->document_digest() == request.document_digest)) {
    return fail(ErrorCode::instruction_digest_mismatch, "its document_digest is not that of the document to be signed");
  }
  if (request.instruction->when() > now + kClockSkew) {
    return fail(ErrorCode::malformed_instruction, "it is from the future", "when");
  }
  return {};
}

// 当事者型: the party's own PIN for the party's own key.
Result<void> check_activation(Activation& activation, const AuthorizationRequest& request) {
  if (request.pin == nullptr) {
    return fail(ErrorCode::activation_missing, "no PIN came with the request");
  }
  return activation.verify_pin(request.credential->id(), *request.pin, request.deadline);
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

Result<Authorization> Authorizer::authorize(const AuthorizationRequest& request) {
  const Credential& credential = *request.credential;
  if (credential.kind() != kind_for(request.type)) {
    return fail(ErrorCode::credential_type_mismatch,
                "a credential of kind " + std::string(store::name(credential.kind())) + " makes no " +
                    std::string(name(request.type)) + " signature",
                "credential " + credential.id().value());
  }
  const Instant now = clock_->now();
  RAKKAN_CHECK(pki::check_validity(credential.material().certificate(), now));
  std::optional<Instruction> instruction;
  switch (request.type) {
    case SignatureType::witness:
      RAKKAN_CHECK(check_instruction(request, now));
      instruction = *request.instruction;
      break;
    case SignatureType::party:
      RAKKAN_CHECK(check_activation(*activation_, request));
      break;
  }
  return Authorization(request.principal, request.credential, request.type, request.document_digest,
                       std::move(instruction), now);
}

}  // namespace rakkan::service
