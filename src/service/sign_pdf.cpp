#include "rakkan/async/task.hpp"
#include "rakkan/service/command.hpp"
#include "service/document_work.hpp"
#include "service/field_texts.hpp"
#include "service/signing_act.hpp"
#include "service/use_cases.hpp"

namespace rakkan::service {
namespace {

// The signing line of docs/architecture.md, top to bottom; the numbers are its steps.
async::Task<Result<SignedDocument>> line(const DocumentSigning& with, SigningAct& act, const SignPdfCommand& command) {
  const HashedDocument& document = command.document;
  RAKKAN_CO_CHECK(with.documents.check_size(document.base().size()));
  RAKKAN_CO_CHECK(co_await act.open());
  RAKKAN_CO_CHECK(co_await act.authorize());  // 1
  const credentials::SigningMaterial& key = act.key();
  pades::SignatureFieldSpec field = field_spec(*act.facts().grant, command.field, with.witness);
  field.digest_algorithm = key.suite().digest;
  field.timestamped = pades::needs_timestamp(command.level);
  field.signature_id = act.facts().signature.value();
  const async::Owner owner = command.principal.owner();
  std::size_t token_room = act.expected_token_size();
  for (;;) {
    const auto prepare = [&](const pdf::Limits& limits) {
      DocumentMemory::Part memory(with.documents.memory(), owner);
      return prepare_pdf(document, key, field, token_room, with.random, limits, &memory);
    };
    RAKKAN_CO_TRY(PreparedPdf prepared,
                  co_await with.documents.compute(document.base().size(), prepare, act.deadline(), owner));  //  2, 3, 4
    std::optional<SignedPdf> pdf;
    std::size_t token_size = 0;
    const SigningAct::Keep keep = [&](ByteView signature,
                                      const std::optional<tsp::TimestampToken>& token) -> Result<SigningAct::Kept> {
      token_size = token ? token->der().size() : 0;
      const Bytes cms = assemble(key, prepared.attributes, signature, token);  //  8
      // /Contents begins with '<' where the first part of the ByteRange ends.
      const std::uint64_t first_digit = prepared.revision.byte_range().first_length + 1 - document.base().size();
      RAKKAN_TRY(pdf, embed(std::move(prepared), document, cms, token));  // 10
      return SigningAct::Kept{records::answer(act.facts(), *pdf, document.base().size()), std::move(pdf->tail),
                              in_hex(find_certificates(cms, key, token), first_digit)};
    };
    auto stored = co_await act.sign(key, prepared.attributes, prepared.byte_range_digest, keep);  //  5 to 12
    if (!stored && stored.error().code == ErrorCode::cms_larger_than_reserved && token_size > 0 &&
        act.may_sign_again()) {
      RAKKAN_CO_CHECK(co_await act.discard_signature());
      token_room = with_margin(token_size);
      continue;
    }
    RAKKAN_CO_CHECK(stored);
    pdf->signatures_made = act.signatures_made();
    co_return SignedDocument{*std::move(stored), *std::move(pdf)};
  }
}

}  // namespace

async::Task<Result<SignedDocument>> SigningService::sign_pdf(SignPdfCommand command) {
  SigningAct act(use_cases_->making, "sign_pdf", command, command.document.document_digest());
  Result<SignedDocument> result = co_await line(use_cases_->documents, act, command);
  co_return co_await act.concluded(std::move(result));
}

}  // namespace rakkan::service
