#include "rakkan/async/task.hpp"
#include "rakkan/service/command.hpp"
#include "service/document_work.hpp"
#include "service/field_texts.hpp"
#include "service/long_term.hpp"
#include "service/signing_act.hpp"
#include "service/use_cases.hpp"

namespace rakkan::service {
namespace {

// The signing line of docs/architecture.md, top to bottom; the numbers are its steps.
async::Task<Result<SignedDocument>> line(const DocumentSigning& with, SigningAct& act, const SignPdfCommand& command) {
  const HashedDocument& document = command.document;
  RAKKAN_CO_CHECK(with.documents.check_size(document.bytes().size()));
  RAKKAN_CO_CHECK(co_await act.open());
  RAKKAN_CO_CHECK(co_await act.authorize());  // 1
  const credentials::SigningMaterial& key = act.key();
  const bool long_term = pades::needs_validation_data(command.level);
  const LongTermSigner signer{command.credential, command.level, key.certificate(), key.chain()};
  if (long_term) {
    std::optional<ExpectedUnit> unit = act.expected_unit();
    RAKKAN_CO_CHECK(
        co_await require_evidence(with.long_term, signer, std::move(unit), command.principal, act.deadline()));
  }
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
    RAKKAN_CO_TRY(PreparedPdf prepared, co_await with.documents.compute(document.bytes().size(), prepare,
                                                                        act.deadline(), owner));   //  2, 3, 4
    RAKKAN_CO_CHECK(co_await act.record_intent(prepared.attributes, prepared.byte_range_digest));  //  5
    RAKKAN_CO_TRY(const Bytes signature, co_await act.sign(key, prepared.attributes));             //  6, 7
    RAKKAN_CO_TRY(const auto token,
                  co_await act.timestamp(key, prepared.attributes, signature, &prepared.revision));  //  9
    const Bytes cms = assemble(key, prepared.attributes, signature, token);                          //  8
    if (token && cms.size() > prepared.revision.reserve() && act.may_sign_again()) {
      RAKKAN_CO_CHECK(co_await act.discard_signature());
      token_room = with_margin(token->der().size());
      continue;
    }
    RAKKAN_CO_TRY(SignedPdf pdf, embed(std::move(prepared), document, cms, token));  // 10
    pdf.signatures_made = act.signatures_made();
    std::optional<RaisedLevel> raised;
    if (long_term) {
      std::optional<ExpectedUnit> unit = act.expected_unit();
      RAKKAN_CO_TRY(LongTermSignature whole,
                    co_await make_long_term(with.long_term, signer, document, std::move(pdf.tail), pdf.field_name,
                                            *token, std::move(unit), command.principal, act.deadline()));  // 11
      pdf.tail = std::move(whole.tail);
      raised = std::move(whole.raised);
    }
    std::string answer = records::answer(act.facts(), pdf, document.bytes().size(), raised ? &*raised : nullptr);
    // /Contents begins with '<' where the first part of the ByteRange ends.
    const std::uint64_t first_digit = pdf.byte_range.first_length + 1 - document.bytes().size();
    auto certificates = in_hex(find_certificates(cms, key.embedded(), token), first_digit);
    Bytes tail = std::move(pdf.tail);
    RAKKAN_CO_TRY(StoredSignature stored, co_await act.record_outcome(std::move(answer), std::move(tail),
                                                                      std::move(certificates)));  // 12
    co_return SignedDocument{std::move(stored), std::move(pdf)};
  }
}

}  // namespace

async::Task<Result<SignedDocument>> SigningService::sign_pdf(SignPdfCommand command) {
  SigningAct act(use_cases_->making, "sign_pdf", command, command.document.document_digest());
  Result<SignedDocument> result = co_await line(use_cases_->documents, act, command);
  co_return co_await act.concluded(std::move(result));
}

}  // namespace rakkan::service
