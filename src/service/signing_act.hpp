// SigningAct is one request for a signature on its way: the steps that sign_pdf and sign_hash share, with what they
// leave behind. An intent that was recorded gets its outcome from here, whatever happens.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "rakkan/async/task.hpp"
#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/service/authorizer.hpp"
#include "rakkan/service/signing_request.hpp"
#include "rakkan/service/stored_signature.hpp"
#include "service/certificate_stretches.hpp"
#include "service/records.hpp"
#include "service/service_parts.hpp"

namespace rakkan::service {

class SigningAct {
 public:
  // `request` outlives the act; `document_digest` is of what it wants signed.
  SigningAct(ServiceParts& parts, std::string_view action, const SigningRequest& request,
             const crypto::Digest& document_digest);
  SigningAct(const SigningAct&) = delete;
  SigningAct& operator=(const SigningAct&) = delete;

  // The trail is well, the credential and its key are there, and the timestamper that the level asks for.
  [[nodiscard]] async::Task<Result<void>> open();
  [[nodiscard]] const credentials::SigningMaterial& key() const { return credential_->material(); }
  [[nodiscard]] std::size_t expected_token_size() const {
    return timestamper_ != nullptr ? timestamper_->expected_token_size() : 0;
  }

  // 1
  [[nodiscard]] async::Task<Result<void>> authorize();
  // What is known so far. The id is that of the signature that is going to be made, whatever number of tries it takes:
  // known once it is authorized, and the document carries it.
  [[nodiscard]] const records::SigningFacts& facts() const noexcept { return facts_; }
  [[nodiscard]] async::Deadline deadline() const noexcept { return deadline_; }

  // What is kept of a signature: the answer beside the bytes, the bytes, and the certificates in them.
  struct Kept {
    std::string answer;
    Bytes tail;
    CertificateStretches certificates;
  };
  // Steps 8 and 10 make it of the signature value and the token, if the level wants one. Called once, on the thread
  // that is there: the hsm pool's, or the caller's.
  using Keep = std::function<Result<Kept>(ByteView signature, const std::optional<tsp::TimestampToken>& token)>;

  // 5 to 12. The intent (who, which key, which digest, by which right) is durable before the key is used, which is the
  // one use that the intent is for; outcome, signature and idempotency answer are durable when it returns. Without a
  // timestamp the line goes from the trail to the key and back to the trail, and comes here once.
  [[nodiscard]] async::Task<Result<StoredSignature>> sign(const credentials::SigningMaterial& key,
                                                          const cms::SignedAttributes& attributes,
                                                          const crypto::Digest& message_digest, const Keep& keep);

  // A signature that nobody will see: its token was too large.
  [[nodiscard]] async::Task<Result<void>> discard_signature();
  [[nodiscard]] bool may_sign_again() const noexcept;
  [[nodiscard]] unsigned signatures_made() const noexcept { return signatures_made_; }

  // To be awaited last: what went wrong is in the trail, as a refusal or as the intent's outcome.
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
  // 5. Written by what awaits it; `condition` outlives that.
  [[nodiscard]] audit::Submission intent(const cms::SignedAttributes& attributes, const crypto::Digest& message_digest,
                                         const audit::Condition& condition);
  // Whether the intent was recorded, with its receipt or its error.
  [[nodiscard]] Result<void> begun(const Result<audit::Receipt>& receipt);
  // 6 and 7.
  [[nodiscard]] Result<Bytes> use(const credentials::SigningMaterial& key, const cms::SignedAttributes& attributes,
                                  KeyUse::Time asked);
  // 9.
  [[nodiscard]] async::Task<Result<tsp::TimestampToken>> timestamp(const credentials::SigningMaterial& key,
                                                                   ByteView signature);
  // 12.
  [[nodiscard]] audit::Submission outcome(Kept& kept);
  [[nodiscard]] StoredSignature made(Kept kept, const audit::Receipt& receipt);
  [[nodiscard]] async::Task<Result<StoredSignature>> sign_at_once(const credentials::SigningMaterial& key,
                                                                  const cms::SignedAttributes& attributes,
                                                                  audit::Submission begin, const Keep& keep);
  [[nodiscard]] async::Task<Result<StoredSignature>> sign_and_timestamp(const credentials::SigningMaterial& key,
                                                                        const cms::SignedAttributes& attributes,
                                                                        audit::Submission begin, const Keep& keep);
  [[nodiscard]] async::Task<bool> record_failure(ErrorCode why);

  ServiceParts& parts_;
  const SigningRequest& request_;
  const async::Deadline deadline_;
  std::shared_ptr<const credentials::Credential> credential_;
  std::shared_ptr<Timestamper> timestamper_;
  records::SigningFacts facts_;
  std::optional<OpenIntents::Guard> intent_;  // recorded, without outcome yet
  // While the next thing to record is near: from the intent to the outcome, but not while an authority is asked.
  audit::Line line_;
  Instant kept_at_;  // the outcome's time in the store
  unsigned signatures_made_ = 0;
};

}  // namespace rakkan::service
