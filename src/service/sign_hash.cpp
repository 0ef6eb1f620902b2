#include "service/signing_service_parts.hpp"

namespace rakkan::service {

// The line without its document: the caller keeps it and embeds the CMS. The digest is what the instruction or the PIN
// is for.
Result<DetachedCms> SigningService::sign_hash(const SignHashCommand& command) {
  const async::Deadline deadline = async::deadline_in(parts_->options.deadline);
  RAKKAN_TRY(const auto credential, parts_->credentials.load(command.credential));
  std::shared_ptr<Timestamper> timestamper;
  if (command.level == BaselineLevel::b_t) {
    RAKKAN_TRY(timestamper, parts_->timestamper(command.tsa));
  }
  const auto line = [&]() -> Result<DetachedCms> {
    RAKKAN_TRY(const SigningMaterial material, credential->material().with_digest(command.digest.algorithm()));
    RAKKAN_CHECK(parts_->authorizer.authorize({
        .principal = command.principal,
        .credential = credential,
        .type = command.type,
        .document_digest = command.digest,
        .instruction = command.instruction ? &*command.instruction : nullptr,
        .pin = command.pin ? &*command.pin : nullptr,
        .deadline = deadline,
    }));
    const auto key = material.with_signer(std::make_shared<PooledSigner>(parts_->hsm, material.signer(), deadline));
    return sign_digest_line(command.digest, key, timestamper.get());
  };
  return parts_->cpu.run(line, deadline);
}

}  // namespace rakkan::service
