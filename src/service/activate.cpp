#include <algorithm>
#include <array>

#include "rakkan/access/refusals.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/credentials/activation.hpp"
#include "rakkan/credentials/activation_book.hpp"
#include "rakkan/service/command.hpp"
#include "rakkan/service/signing_line.hpp"
#include "service/opened_credentials.hpp"
#include "service/records.hpp"
#include "service/use_cases.hpp"

namespace rakkan::service {
namespace {

constexpr std::size_t kTokenSize = 32;  // bytes of randomness

Result<void> check(const ActivateCommand& command, std::size_t most_digests) {
  if (command.digests.empty() || command.digests.size() > most_digests) {
    return fail(ErrorCode::invalid_argument, "1 to " + std::to_string(most_digests) + " digests", "digests");
  }
  if (command.lifetime <= std::chrono::seconds(0) || command.lifetime > ActivateCommand::kLongestActivation) {
    return fail(ErrorCode::invalid_argument, "1 to 300 seconds", "lifetime");
  }
  return {};
}

Result<std::vector<std::string>> texts_of(const std::vector<crypto::Digest>& digests) {
  std::vector<std::string> texts;
  std::transform(digests.begin(), digests.end(), std::back_inserter(texts), credentials::text_of_digest);
  std::sort(texts.begin(), texts.end());
  if (std::adjacent_find(texts.begin(), texts.end()) != texts.end()) {
    return fail(ErrorCode::invalid_argument, "the list has the same digest twice", "digests");
  }
  return texts;
}

Result<SecureBytes> fresh_token(RandomSource& random) {
  std::array<Byte, kTokenSize> entropy{};
  RAKKAN_CHECK(random.fill(entropy));
  std::string text = to_base64url(entropy);
  SecureBytes token(bytes_of(text));
  secure_wipe(entropy);
  secure_wipe({reinterpret_cast<Byte*>(text.data()), text.size()});
  return token;
}

// A document is named by its SHA-256, a digest to be signed by itself: an activation for any other could never be used.
Result<void> check_algorithms(const std::vector<crypto::Digest>& digests, const crypto::AlgorithmSuite& suite) {
  for (std::size_t i = 0; i < digests.size(); ++i) {
    if (digests[i].algorithm() == crypto::DigestAlgorithm::sha256) {
      continue;
    }
    if (Result<void> fits = check_digest_algorithm(digests[i], suite); !fits) {
      return fail(std::move(fits).error().at("digests[" + std::to_string(i) + "].alg"));
    }
  }
  return {};
}

async::Task<Result<Activated>> line(const Activating& with, const ActivateCommand& command) {
  const async::Deadline deadline = deadline_of(command.deadline, with.time);
  RAKKAN_CO_CHECK(with.trail.ready());
  RAKKAN_CO_CHECK(check(command, with.most_digests));
  RAKKAN_CO_TRY(const std::vector<std::string> digests, texts_of(command.digests));
  RAKKAN_CO_TRY(const auto credential, co_await with.credentials.load(command.principal, command.credential, deadline));
  if (credential->kind() != credentials::CredentialKind::party) {
    co_return fail(ErrorCode::credential_type_mismatch, "only a party's key is activated",
                   "credential " + command.credential.value());
  }
  RAKKAN_CO_CHECK(check_algorithms(command.digests, credential->material().suite()));
  RAKKAN_CO_CHECK(with.book.make_room(with.clock.now()));
  RAKKAN_CO_TRY(store::PinStanding pin,
                co_await with.pins.prove_pin(command.principal, command.credential, command.pin, deadline));

  RAKKAN_CO_TRY(SecureBytes token, fresh_token(with.random));
  const store::ActivationRow row{.id = credentials::activation_id(token),
                                 .tenant = command.principal.tenant,
                                 .credential = command.credential,
                                 .expires = with.clock.now() + command.lifetime,
                                 .digests = digests,
                                 .used = {}};
  audit::Submission granted;
  granted.event = "activation.granted";
  granted.body = records::activation(command.principal, *credential, row.id, digests, row.expires);
  granted.subject = credential->party().value();
  granted.changes.emplace_back(std::move(pin));  // a code that sets another PIN meanwhile leaves nothing activated
  granted.changes.emplace_back(row);
  const credentials::StillStands condition(command.principal, *credential);
  granted.condition = &condition;
  const async::Owner owner = command.principal.owner();
  RAKKAN_CO_TRY(const audit::Receipt receipt, co_await with.trail.write(std::move(granted), owner));
  with.book.add(row);
  co_return Activated{std::move(token), row.expires, receipt.index};
}

async::Task<Result<std::uint64_t>> withdrawal(const Activating& with, const access::Principal& principal,
                                              const Bytes& id) {
  RAKKAN_CO_TRY(const credentials::ActivationBook::Known known, with.book.find(id, principal));
  audit::Submission withdrawn;
  withdrawn.event = "activation.withdrawn";
  withdrawn.body = records::withdrawal(principal, known.credential, id);
  withdrawn.changes.emplace_back(store::ActivationWithdrawal{id, known.tenant});
  const async::Owner owner = principal.owner();
  RAKKAN_CO_TRY(const audit::Receipt receipt, co_await with.trail.write(std::move(withdrawn), owner));
  with.book.remove(id);
  co_return receipt.index;
}

}  // namespace

async::Task<Result<std::uint64_t>> SigningService::withdraw_activation(access::Principal principal, Bytes id) {
  Result<std::uint64_t> result = co_await withdrawal(use_cases_->activating, principal, id);
  if (!result) {
    use_cases_->refusals.add(result.error().code, "withdraw_activation", principal, CredentialId());
  }
  co_return result;
}

async::Task<Result<Activated>> SigningService::activate(ActivateCommand command) {
  Result<Activated> result = co_await line(use_cases_->activating, command);
  if (!result) {
    use_cases_->refusals.add(result.error().code, "activate", command.principal, command.credential);
  }
  co_return result;
}

}  // namespace rakkan::service
