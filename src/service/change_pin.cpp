#include "rakkan/access/refusals.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/audit/trail_writer.hpp"
#include "rakkan/credentials/activation.hpp"
#include "rakkan/credentials/activation_book.hpp"
#include "rakkan/credentials/credential.hpp"
#include "rakkan/service/pin_change.hpp"
#include "service/use_cases.hpp"

namespace rakkan::service {
namespace {

Result<void> check(const ChangePinCommand& command) {
  if (command.old_pin.has_value() == command.code.has_value()) {
    return fail(ErrorCode::invalid_argument, "either the present PIN or a code, and not both", "old_pin");
  }
  return {};
}

// The credential may lack its certificate still: a party can set its PIN before the CA has answered.
Result<void> check_credential(const PinChanging& with, const ChangePinCommand& command) {
  RAKKAN_TRY(const credentials::CredentialSummary credential,
             with.credentials.find(command.principal, command.credential));
  const std::string place = "credential " + command.credential.value();
  if (credential.kind != credentials::CredentialKind::party) {
    return fail(ErrorCode::credential_type_mismatch, "only a party's key is activated by a PIN", place);
  }
  if (credential.status == credentials::CredentialStatus::disabled) {
    return fail(ErrorCode::credential_disabled, "the credential was disabled", place);
  }
  return {};
}

async::Task<Result<std::uint64_t>> line(const PinChanging& with, const ChangePinCommand& command) {
  const async::Deadline deadline = deadline_of(command.deadline, with.time);
  RAKKAN_CO_CHECK(with.trail.ready());
  RAKKAN_CO_CHECK(check(command));
  RAKKAN_CO_CHECK(check_credential(with, command));
  if (command.old_pin) {
    co_return co_await with.pins.change_pin(command.principal, command.credential, *command.old_pin, command.pin,
                                            deadline);
  }
  RAKKAN_CO_TRY(const std::uint64_t entry, co_await with.pins.set_pin_by_code(command.principal, command.credential,
                                                                              *command.code, command.pin, deadline));
  // A code replaces a PIN that is lost, perhaps to somebody else: what was activated with it ends here too, as it did
  // in the store with the change.
  with.book.remove_of(command.credential);
  co_return entry;
}

}  // namespace

async::Task<Result<std::uint64_t>> SigningService::change_pin(ChangePinCommand command) {
  Result<std::uint64_t> result = co_await line(use_cases_->pins, command);
  if (!result) {
    use_cases_->refusals.add(result.error().code, "change_pin", command.principal, command.credential);
  }
  co_return result;
}

}  // namespace rakkan::service
