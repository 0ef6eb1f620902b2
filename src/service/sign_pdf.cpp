#include "service/field_texts.hpp"
#include "service/signing_service_parts.hpp"

namespace rakkan::service {

// The line of docs/architecture.md. Step 1 is here, steps 2 to 10 are sign_pdf_line; the key's part (6) runs on the hsm
// pool, all else on the cpu pool.
Result<SignedPdf> SigningService::sign_pdf(const SignPdfCommand& command) {
  const async::Deadline deadline = async::deadline_in(parts_->options.deadline);
  if (command.document.size() > parts_->options.limits.document) {
    return fail(ErrorCode::input_too_large,
                "at most " + std::to_string(parts_->options.limits.document) + " bytes are accepted", "document");
  }
  RAKKAN_TRY(const auto credential, parts_->credentials.load(command.credential));
  std::shared_ptr<Timestamper> timestamper;
  if (command.level == BaselineLevel::b_t) {
    RAKKAN_TRY(timestamper, parts_->timestamper(command.tsa));
  }
  const auto line = [&]() -> Result<SignedPdf> {
    const SigningMaterial& material = credential->material();
    const HashedDocument document = HashedDocument::hash(command.document, material.suite().digest);
    RAKKAN_TRY(const Authorization grant, parts_->authorizer.authorize({
                                              .principal = command.principal,
                                              .credential = credential,
                                              .type = command.type,
                                              .document_digest = document.document_digest(),
                                              .instruction = command.instruction ? &*command.instruction : nullptr,
                                              .pin = command.pin ? &*command.pin : nullptr,
                                              .deadline = deadline,
                                          }));
    const auto key = material.with_signer(std::make_shared<PooledSigner>(parts_->hsm, material.signer(), deadline));
    return sign_pdf_line(document, key, field_spec(grant, command.field, parts_->options.witness), timestamper.get(),
                         parts_->environment.random, parts_->options.limits.pdf);
  };
  return parts_->cpu.run(line, deadline);
}

}  // namespace rakkan::service
