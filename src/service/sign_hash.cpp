#include "service/signing_service_parts.hpp"

namespace rakkan::service {

// The line without its document: the caller keeps it and embeds the CMS. The digest is what the instruction or the PIN
// is for.
async::Task<Result<SignedDigest>> SigningService::sign_hash(SignHashCommand command) {
  const async::Deadline deadline = command.deadline.value_or(async::deadline_in(parts_->options.deadline));
  RAKKAN_CO_TRY(const auto credential, parts_->credentials.load(command.credential));
  std::shared_ptr<Timestamper> timestamper;
  if (command.level == BaselineLevel::b_t) {
    RAKKAN_CO_TRY(timestamper, parts_->timestamper(command.tsa));
  }
  const auto line = [&]() -> Result<DetachedCms> {
    RAKKAN_TRY(const SigningMaterial material, credential->material().with_digest(command.digest.algorithm()));
    RAKKAN_CHECK(parts_->authorizer.authorize({
        .principal = command.principal,
        .credential = credential,
        .type = command.type,
        .document_digest = command.digest,
        .instruction = command.consent.instruction ? &*command.consent.instruction : nullptr,
        .pin = command.consent.pin ? &*command.consent.pin : nullptr,
        .deadline = deadline,
    }));
    const auto key = material.with_signer(std::make_shared<PooledSigner>(parts_->hsm, material.signer(), deadline));
    return sign_digest_line(command.digest, key, timestamper.get());
  };
  RAKKAN_CO_TRY(DetachedCms cms, co_await async::run_on(parts_->cpu, line, deadline));
  SignedDigest result{{}, std::move(cms.timestamp)};
  result.stored.credential = command.credential;
  result.stored.tail = std::move(cms.cms);
  co_return result;
}

}  // namespace rakkan::service
