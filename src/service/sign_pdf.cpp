#include "service/field_texts.hpp"
#include "service/signing_service_parts.hpp"

namespace rakkan::service {

// The line of docs/architecture.md. Step 1 is here, steps 2 to 10 are sign_pdf_line; the key's part (6) runs on the hsm
// pool, all else on the cpu pool.
async::Task<Result<SignedDocument>> SigningService::sign_pdf(SignPdfCommand command) {
  const async::Deadline deadline = command.deadline.value_or(async::deadline_in(parts_->options.deadline));
  if (command.document.base().size() > parts_->options.limits.document) {
    co_return fail(ErrorCode::input_too_large,
                   "at most " + std::to_string(parts_->options.limits.document) + " bytes are accepted", "document");
  }
  RAKKAN_CO_TRY(const auto credential, parts_->credentials.load(command.credential));
  std::shared_ptr<Timestamper> timestamper;
  if (command.level == BaselineLevel::b_t) {
    RAKKAN_CO_TRY(timestamper, parts_->timestamper(command.tsa));
  }
  const auto line = [&]() -> Result<SignedPdf> {
    const SigningMaterial& material = credential->material();
    RAKKAN_TRY(const Authorization grant,
               parts_->authorizer.authorize({
                   .principal = command.principal,
                   .credential = credential,
                   .type = command.type,
                   .document_digest = command.document.document_digest(),
                   .instruction = command.consent.instruction ? &*command.consent.instruction : nullptr,
                   .pin = command.consent.pin ? &*command.consent.pin : nullptr,
                   .deadline = deadline,
               }));
    const auto key = material.with_signer(std::make_shared<PooledSigner>(parts_->hsm, material.signer(), deadline));
    return sign_pdf_line(command.document, key, field_spec(grant, command.field, parts_->options.witness),
                         timestamper.get(), parts_->environment.random, parts_->options.limits.pdf);
  };
  RAKKAN_CO_TRY(SignedPdf pdf, co_await async::run_on(parts_->cpu, line, deadline));
  SignedDocument result{{}, std::move(pdf)};
  result.stored.credential = command.credential;
  result.stored.tail = std::move(result.pdf.tail);
  co_return result;
}

}  // namespace rakkan::service
