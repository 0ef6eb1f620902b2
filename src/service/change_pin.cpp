#include "rakkan/async/task.hpp"
#include "rakkan/service/pin_change.hpp"
#include "service/service_parts.hpp"

namespace rakkan::service {
namespace {

Result<void> check(const ChangePinCommand& command) {
  if (command.old_pin.has_value() == command.code.has_value()) {
    return fail(ErrorCode::invalid_argument, "either the PIN that holds or a code, and not both", "old_pin");
  }
  return {};
}

// It may lack its certificate still: a party can set its PIN before the CA has answered.
Result<void> check_credential(const ServiceParts& parts, const ChangePinCommand& command) {
  RAKKAN_TRY(const credentials::CredentialSummary credential,
             parts.credentials->find(command.principal, command.credential));
  const std::string place = "credential " + command.credential.value();
  if (credential.kind != credentials::CredentialKind::party) {
    return fail(ErrorCode::credential_type_mismatch, "only a party's key is activated by a PIN", place);
  }
  if (credential.status == credentials::CredentialStatus::disabled) {
    return fail(ErrorCode::credential_disabled, "the credential was disabled", place);
  }
  return {};
}

async::Task<Result<std::uint64_t>> line(ServiceParts& parts, const ChangePinCommand& command) {
  const async::Deadline deadline = parts.deadline_or_default(command.deadline);
  RAKKAN_CO_CHECK(parts.environment.trail.ready());
  RAKKAN_CO_CHECK(check(command));
  RAKKAN_CO_CHECK(check_credential(parts, command));
  if (command.old_pin) {
    co_return co_await parts.activation.change_pin(command.principal, command.credential, *command.old_pin, command.pin,
                                                   deadline);
  }
  RAKKAN_CO_TRY(const std::uint64_t entry,
                co_await parts.activation.set_pin_by_code(command.principal, command.credential, *command.code,
                                                          command.pin, deadline));
  // A code replaces a PIN that is lost, perhaps to somebody else: what was activated with it ends here too, as it did
  // in the store with the change.
  parts.book.remove_of(command.credential);
  co_return entry;
}

}  // namespace

async::Task<Result<std::uint64_t>> SigningService::change_pin(ChangePinCommand command) {
  Result<std::uint64_t> result = co_await line(*parts_, command);
  if (!result) {
    parts_->refuse(result.error().code, "change_pin", command.principal, command.credential);
  }
  co_return result;
}

}  // namespace rakkan::service
