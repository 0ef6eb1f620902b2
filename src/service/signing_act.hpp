// SigningAct is one request for a signature on its way: the steps that sign_pdf and sign_hash share, with the state
// that they leave behind. An intent that was recorded gets its outcome from the act, whatever happens; but once its
// value is made and kept, a failure leaves it to the PendingBook, to be completed without the key. The numbers are the
// steps of the signing line in docs/architecture.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rakkan/async/task_fwd.hpp"
#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/service/authorizer.hpp"
#include "rakkan/service/signing_request.hpp"
#include "rakkan/service/stored_signature.hpp"
#include "rakkan/service/timestamper.hpp"
#include "service/certificate_stretches.hpp"
#include "service/open_intents.hpp"
#include "service/records.hpp"

namespace rakkan::service {

struct SignatureMaking;

class SigningAct {
 public:
  // `with` and `request` outlive the act; `document_digest` is the digest of the document, or the digest, that the
  // request wants signed.
  SigningAct(const SignatureMaking& with, std::string_view action, const SigningRequest& request,
             const crypto::Digest& document_digest);
  SigningAct(const SigningAct&) = delete;
  SigningAct& operator=(const SigningAct&) = delete;
  ~SigningAct();  // a signature that is kept and has no outcome is left pending

  // Before step 1: fails unless the trail takes entries, the credential and its key can be used, and the timestamper
  // that the level needs exists.
  [[nodiscard]] async::Task<Result<void>> open();
  [[nodiscard]] const credentials::SigningMaterial& key() const { return credential_->material(); }
  [[nodiscard]] std::size_t expected_token_size() const {
    return timestamper_ != nullptr ? timestamper_->expected_token_size() : 0;
  }
  // The unit that is expected to sign the timestamp of step 9.
  [[nodiscard]] std::optional<ExpectedUnit> expected_unit() const {
    return timestamper_ != nullptr ? timestamper_->expected_unit() : std::nullopt;
  }

  // Step 1. Errors as of Authorizer::authorize.
  [[nodiscard]] async::Task<Result<void>> authorize();
  // The facts known so far. The signature's id is known once the request is authorized; it stays the same however many
  // signatures the reserve for the token costs, and the document carries it.
  [[nodiscard]] const records::SigningFacts& facts() const noexcept { return facts_; }
  [[nodiscard]] async::Deadline deadline() const noexcept { return deadline_; }

  // Step 5. The intent is durable before the task returns: the caller, the key, the digest, and the consent.
  [[nodiscard]] async::Task<Result<void>> record_intent(const cms::SignedAttributes& attributes,
                                                        const crypto::Digest& message_digest);
  // Steps 6 and 7: the one use of the key that the intent is for.
  [[nodiscard]] async::Task<Result<Bytes>> sign(const credentials::SigningMaterial& key,
                                                const cms::SignedAttributes& attributes);
  // Step 9. No token for B-B. For every other level the signature is kept, durably, before the authority is asked; the
  // claim on its activation and its Idempotency-Key is settled with that. `revision`: of a document; null: none.
  [[nodiscard]] async::Task<Result<std::optional<tsp::TimestampToken>>> timestamp(
      const credentials::SigningMaterial& key, const cms::SignedAttributes& attributes, ByteView signature,
      const pades::PreparedRevision* revision);
  // Step 12. Outcome, signature and idempotency answer are durable when the task returns. `certificates`: the places of
  // the certificates in the tail.
  [[nodiscard]] async::Task<Result<StoredSignature>> record_outcome(std::string answer, Bytes tail,
                                                                    CertificateStretches certificates);

  // Records the outcome of a signature that nobody will see, because its token was larger than the reserve.
  [[nodiscard]] async::Task<Result<void>> discard_signature();
  [[nodiscard]] bool may_sign_again() const noexcept;
  [[nodiscard]] unsigned signatures_made() const noexcept { return signatures_made_; }

  // To be awaited last: records a failure in the trail, as a refusal or as the intent's outcome, and passes `result`
  // on; of a signature that is kept it makes a pending one, with the failure as the reason, and returns
  // signature_pending.
  template <class T>
  [[nodiscard]] async::Task<Result<T>> concluded(Result<T> result) {
    if (!result && leaves_pending(result.error().code)) {
      co_await keep_token();
      co_return fail(leave_pending(std::move(result).error()));
    }
    if (!result) {
      const ErrorCode why = result.error().code;
      co_await record_failure(why);
    }
    co_return result;
  }

 private:
  [[nodiscard]] Result<void> make_id();
  [[nodiscard]] std::vector<store::RowChange> changes_to_keep(store::KeptSignatureRow row) const;
  [[nodiscard]] async::Task<Result<void>> keep(store::KeptSignatureRow row);
  void note_for_later(const store::KeptSignatureRow& row);
  [[nodiscard]] async::Task<void> keep_token();
  void use_up_activation() noexcept;
  [[nodiscard]] bool leaves_pending(ErrorCode why) const noexcept;
  [[nodiscard]] Error leave_pending(Error why);
  [[nodiscard]] Result<std::optional<tsp::TimestampToken>> stamped(Result<tsp::TimestampToken> token);
  [[nodiscard]] async::Task<bool> record_failure(ErrorCode why);

  const SignatureMaking& with_;
  const SigningRequest& request_;
  const async::Deadline deadline_;
  const async::Owner owner_;  // of the work
  std::shared_ptr<const credentials::Credential> credential_;
  std::shared_ptr<Timestamper> timestamper_;
  records::SigningFacts facts_;
  std::optional<OpenIntents::Guard> intent_;      // of an intent that is recorded and has no outcome yet
  std::optional<store::KeptSignatureRow> kept_;   // of that intent, without its content: the value is durable
  std::optional<store::KeptSignatureRow> whole_;  // the same with its content, at B-LT and B-LTA
  Bytes token_;                                   // of step 9, DER; empty before it
  // Tells the trail that this act's next entry is near: from the intent to the outcome, but not while a timestamp
  // authority is asked.
  audit::Line line_;
  unsigned signatures_made_ = 0;
  bool unknown_ = false;  // an entry of the intent was handed in, and nobody knows whether it is durable
};

}  // namespace rakkan::service
