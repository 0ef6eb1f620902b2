#include "service/signing_act.hpp"

#include <array>
#include <utility>

#include "rakkan/base/hex.hpp"
#include "service/self_check_table.hpp"

namespace rakkan::service {
namespace {

// A token that is larger than its reserve needs a second signature, as the reserve is part of what is signed. An
// authority whose tokens grow by more than the margin each time is not followed further.
constexpr unsigned kMaxSignatures = 3;

Result<void> check_time(async::Deadline deadline) {
  if (std::chrono::steady_clock::now() >= deadline) {
    return fail(ErrorCode::deadline_exceeded, "the time for the request is over");
  }
  return {};
}

}  // namespace

async::Task<Result<void>> SigningAct::open() {
  RAKKAN_CO_CHECK(parts_.environment.trail.ready());
  RAKKAN_CO_TRY(credential_, co_await parts_.load(request_.principal, request_.credential, request_.deadline));
  if (request_.level == BaselineLevel::b_t) {
    RAKKAN_CO_TRY(timestamper_, co_await parts_.timestamper(request_.tsa, request_.deadline));
  }
  co_return Result<void>{};
}

async::Task<Result<void>> SigningAct::authorize() {
  const AuthorizationRequest asked{.principal = request_.principal,
                                   .credential = credential_,
                                   .type = request_.type,
                                   .document_digest = request_.document_digest,
                                   .consent = request_.consent,
                                   .deadline = request_.deadline};
  RAKKAN_CO_TRY(Authorization grant, co_await parts_.authorizer.authorize(asked));
  grant_.emplace(std::move(grant));
  co_return make_id();
}

// "sig_", 48 bits of time and 80 random bits: ids sort by time and cannot be guessed.
Result<void> SigningAct::make_id() {
  std::array<Byte, 16> value{};
  RAKKAN_CHECK(parts_.environment.random.fill(ByteSpan(value).last<10>()));
  auto milliseconds = static_cast<std::uint64_t>(parts_.environment.clock.now().time_since_epoch().count());
  for (std::size_t i = 6; i-- > 0; milliseconds >>= 8) {
    value.at(i) = static_cast<Byte>(milliseconds & 0xFFU);
  }
  id_ = SignatureId("sig_" + to_hex(value));
  return {};
}

async::Task<Result<void>> SigningAct::record_intent(const cms::SignedAttributes& attributes,
                                                    const crypto::Digest& message_digest) {
  RAKKAN_CO_CHECK(check_time(request_.deadline));
  auto& activation = grant_->activation();
  const crypto::Digest to_be_signed = attributes.digest();
  audit::Submission submission;
  submission.event = "signature.intent";
  submission.body = records::intent({.signature = id_,
                                     .grant = *grant_,
                                     .level = request_.level,
                                     .what = request_.action,
                                     .document_digest = request_.document_digest,
                                     .message_digest = message_digest,
                                     .to_be_signed = to_be_signed,
                                     .activation = activation ? &*activation : nullptr});
  submission.subject = records::subject(*grant_);
  if (activation) {
    if (auto use = activation->use_to_record()) {
      submission.changes.emplace_back(*std::move(use));
    }
  }
  const StillStands condition(request_.principal, *credential_);
  submission.condition = &condition;
  line_ = parts_.environment.trail.begin_line();
  submission.line = line_;
  OpenIntents::Guard& guard = intent_.emplace(parts_.open_intents).guard;
  const Result<audit::Receipt> receipt = co_await parts_.environment.trail.write(std::move(submission));
  if (!receipt) {
    if (receipt.error().code != ErrorCode::audit_unavailable) {  // else nobody knows whether it is there
      guard.close();
    }
    intent_.reset();
    // The store knows of a use that the book does not.
    co_return receipt.error().code == ErrorCode::already_exists
        ? fail(ErrorCode::activation_used, "this document was signed with it")
        : fail(receipt.error());
  }
  intent_->index = receipt->index;
  if (activation) {
    activation->recorded();
  }
  parts_.count_intent();
  co_return Result<void>{};
}

async::Task<Result<Bytes>> SigningAct::sign(const SigningMaterial& key, const cms::SignedAttributes& attributes) {
  ++signatures_made_;
  const KeyUse::Time asked = std::chrono::steady_clock::now();
  const auto use = [&] { return parts_.key_use.measure(asked, [&] { return use_key(key, attributes); }); };
  RAKKAN_CO_TRY(Bytes signature,
                co_await async::run_on(parts_.hsm, use, request_.deadline, request_.principal.owner()));
  RAKKAN_CO_CHECK(check_own_signature(key, attributes, signature));
  have_table_made(key.self_check(), parts_.cpu);
  signature_value_ = crypto::digest(crypto::DigestAlgorithm::sha256, signature);
  co_return signature;
}

async::Task<Result<std::optional<tsp::TimestampToken>>> SigningAct::timestamp(const SigningMaterial& key,
                                                                              ByteView signature) {
  if (timestamper_ == nullptr) {
    co_return std::nullopt;
  }
  const crypto::Digest imprint = imprint_of(key, signature);
  line_.end();  // the own unit records in the same trail, and nothing may wait for us meanwhile
  RAKKAN_CO_TRY(tsp::TimestampToken token,
                co_await timestamper_->timestamp(request_.principal, imprint, request_.deadline));
  line_ = parts_.environment.trail.begin_line();
  co_return std::optional(std::move(token));
}

async::Task<Result<StoredSignature>> SigningAct::record_outcome(std::string facts, Bytes tail,
                                                                const std::optional<TokenFacts>& timestamp) {
  const Instant now = parts_.environment.clock.now();
  const TenantId& tenant = request_.principal.tenant;
  audit::Submission submission;
  submission.event = "signature.made";
  submission.body = records::made(intent_->index, id_, *signature_value_, timestamp);
  submission.subject = records::subject(*grant_);
  submission.changes.reserve(2);
  submission.changes.emplace_back(
      store::SignatureRow{id_, tenant, request_.credential, intent_->index, 0, now, facts, tail});
  if (request_.claim) {
    submission.changes.emplace_back(
        store::IdempotencyRow{tenant, request_.claim->key, request_.claim->fingerprint, now, id_, Bytes()});
  }
  submission.line = std::move(line_);
  RAKKAN_CO_TRY(const audit::Receipt receipt, co_await parts_.environment.trail.write(std::move(submission)));
  StoredSignature stored{id_, request_.credential, intent_->index, receipt.index,
                         now, std::move(facts),    std::move(tail)};
  intent_->guard.close();
  intent_.reset();
  if (auto& activation = grant_->activation()) {
    activation->keep();
  }
  co_return stored;
}

bool SigningAct::may_sign_again() const noexcept { return signatures_made_ < kMaxSignatures; }

async::Task<Result<void>> SigningAct::discard_signature() {
  const bool recorded = co_await record_failure(ErrorCode::cms_larger_than_reserved);
  if (!recorded) {
    co_return fail(ErrorCode::audit_unavailable, "the outcome of a signature was not recorded");
  }
  co_return Result<void>{};
}

async::Task<bool> SigningAct::record_failure(ErrorCode why) {
  if (!intent_) {
    parts_.refuse(why, request_.action, request_.principal, request_.credential);
    co_return true;
  }
  audit::Submission submission;
  submission.event = "signature.failed";
  submission.body = records::failed(intent_->index, id_, why);
  submission.subject = records::subject(*grant_);
  submission.line = std::move(line_);
  const Result<audit::Receipt> receipt = co_await parts_.environment.trail.write(std::move(submission));
  if (receipt) {
    intent_->guard.close();
  }
  intent_.reset();
  co_return receipt.has_value();
}

}  // namespace rakkan::service
