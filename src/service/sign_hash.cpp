#include "rakkan/async/task.hpp"
#include "rakkan/service/command.hpp"
#include "service/signing_act.hpp"
#include "service/use_cases.hpp"

namespace rakkan::service {
namespace {

// The signing line without a document: the caller keeps the document and embeds the CMS. The instruction or the PIN is
// for the digest.
async::Task<Result<SignedDigest>> line(SigningAct& act, const SignHashCommand& command) {
  if (pades::needs_validation_data(command.level)) {
    co_return fail(ErrorCode::invalid_argument, "B-LT and B-LTA need the document, not its digest", "level");
  }
  RAKKAN_CO_CHECK(co_await act.open());
  const credentials::SigningMaterial& key = act.key();
  RAKKAN_CO_CHECK(check_digest_algorithm(command.digest, key.suite()));       // before a try of the PIN is counted
  RAKKAN_CO_CHECK(co_await act.authorize());                                  // 1
  RAKKAN_CO_TRY(const auto attributes, prepare_digest(command.digest, key));  // 4
  RAKKAN_CO_CHECK(co_await act.record_intent(attributes, command.digest));    // 5
  RAKKAN_CO_TRY(const Bytes signature, co_await act.sign(key, attributes));   // 6, 7
  RAKKAN_CO_TRY(const auto token, co_await act.timestamp(key, attributes, signature, nullptr));  // 9
  Bytes cms = assemble(key, attributes, signature, token);                                       // 8
  auto certificates = find_certificates(cms, key.embedded(), token);
  std::string answer = records::answer(act.facts());
  RAKKAN_CO_TRY(StoredSignature stored, co_await act.record_outcome(std::move(answer), std::move(cms),
                                                                    std::move(certificates)));  // 12
  co_return SignedDigest{std::move(stored), act.facts().timestamp};
}

}  // namespace

async::Task<Result<SignedDigest>> SigningService::sign_hash(SignHashCommand command) {
  SigningAct act(use_cases_->making, "sign_hash", command, command.digest);
  Result<SignedDigest> result = co_await line(act, command);
  co_return co_await act.concluded(std::move(result));
}

}  // namespace rakkan::service
