// SigningAct is one request for a signature on its way: the steps that sign_pdf and sign_hash share, with the state
// that they leave behind. An intent that was recorded gets its outcome from the act, whatever happens. The numbers are
// the steps of the signing line in docs/architecture.md.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "rakkan/async/task_fwd.hpp"
#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/service/authorizer.hpp"
#include "rakkan/service/signing_request.hpp"
#include "rakkan/service/stored_signature.hpp"
#include "rakkan/service/timestamper.hpp"
#include "service/certificate_stretches.hpp"
#include "service/key_use.hpp"
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

  // Before step 1: fails unless the trail takes entries, the credential and its key can be used, and the timestamper
  // that the level needs exists.
  [[nodiscard]] async::Task<Result<void>> open();
  [[nodiscard]] const credentials::SigningMaterial& key() const { return credential_->material(); }
  [[nodiscard]] std::size_t expected_token_size() const {
    return timestamper_ != nullptr ? timestamper_->expected_token_size() : 0;
  }

  // Step 1. Errors as of Authorizer::authorize.
  [[nodiscard]] async::Task<Result<void>> authorize();
  // The facts known so far. The signature's id is known once the request is authorized; it stays the same however many
  // signatures the reserve for the token costs, and the document carries it.
  [[nodiscard]] const records::SigningFacts& facts() const noexcept { return facts_; }
  [[nodiscard]] async::Deadline deadline() const noexcept { return deadline_; }

  // What is kept of a signature: the answer beside the bytes, the bytes, and the certificates in them.
  struct Kept {
    std::string answer;
    Bytes tail;
    CertificateStretches certificates;
  };
  // Steps 8 and 10: makes what is kept from the signature value and the token, which is absent for B-B. It is called
  // once, by a thread of the hsm pool or by the caller's.
  using Keep = std::function<Result<Kept>(ByteView signature, const std::optional<tsp::TimestampToken>& token)>;

  // Steps 5 to 12. The intent (the caller, the key, the digest, and the consent) is durable before the one use of the
  // key that it is for; outcome, signature and idempotency answer are durable when the task returns. Without a
  // timestamp the act leaves its caller's thread once, for the trail, the key and the trail again.
  [[nodiscard]] async::Task<Result<StoredSignature>> sign(const credentials::SigningMaterial& key,
                                                          const cms::SignedAttributes& attributes,
                                                          const crypto::Digest& message_digest, const Keep& keep);

  // Records the outcome of a signature that nobody will see, because its token was larger than the reserve.
  [[nodiscard]] async::Task<Result<void>> discard_signature();
  [[nodiscard]] bool may_sign_again() const noexcept;
  [[nodiscard]] unsigned signatures_made() const noexcept { return signatures_made_; }

  // To be awaited last: records a failure in the trail, as a refusal or as the intent's outcome, and passes `result`
  // on.
  template <class T>
  [[nodiscard]] async::Task<Result<T>> concluded(Result<T> result) {
    if (!result) {
      const ErrorCode why = result.error().code;
      co_await record_failure(why);
    }
    co_return result;
  }

 private:
  [[nodiscard]] Result<void> make_id();
  // Step 5: the entry, which the caller has recorded. `condition` outlives that.
  [[nodiscard]] audit::Submission intent(const cms::SignedAttributes& attributes, const crypto::Digest& message_digest,
                                         const audit::Condition& condition);
  // Notes that the intent is recorded, or translates the error why it is not.
  [[nodiscard]] Result<void> begun(const Result<audit::Receipt>& receipt);
  // Steps 6 and 7. On any thread, while the act waits.
  [[nodiscard]] Result<Bytes> use(const credentials::SigningMaterial& key, const cms::SignedAttributes& attributes,
                                  KeyUse::Time asked);
  // Step 9.
  [[nodiscard]] async::Task<Result<tsp::TimestampToken>> timestamp(const credentials::SigningMaterial& key,
                                                                   ByteView signature);
  // Step 12: the entry with the signature's row, and what it means once it is recorded.
  [[nodiscard]] audit::Submission outcome(Kept& kept);
  [[nodiscard]] StoredSignature made(Kept kept, const audit::Receipt& receipt);
  [[nodiscard]] async::Task<Result<StoredSignature>> sign_at_once(const credentials::SigningMaterial& key,
                                                                  const cms::SignedAttributes& attributes,
                                                                  audit::Submission begin, const Keep& keep);
  [[nodiscard]] async::Task<Result<StoredSignature>> sign_and_timestamp(const credentials::SigningMaterial& key,
                                                                        const cms::SignedAttributes& attributes,
                                                                        audit::Submission begin, const Keep& keep);
  [[nodiscard]] async::Task<bool> record_failure(ErrorCode why);

  const SignatureMaking& with_;
  const SigningRequest& request_;
  const async::Deadline deadline_;
  std::shared_ptr<const credentials::Credential> credential_;
  std::shared_ptr<Timestamper> timestamper_;
  records::SigningFacts facts_;
  std::optional<OpenIntents::Guard> intent_;  // of an intent that is recorded and has no outcome yet
  // Tells the trail that this act's next entry is near: from the intent to the outcome, but not while a timestamp
  // authority is asked.
  audit::Line line_;
  Instant kept_at_;  // `created` of the signature's row
  unsigned signatures_made_ = 0;
};

}  // namespace rakkan::service
