#include "service/signing_act.hpp"

#include <array>
#include <utility>

#include "rakkan/access/refusals.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/base/hex.hpp"
#include "service/after_entry.hpp"
#include "service/key_use.hpp"
#include "service/opened_credentials.hpp"
#include "service/self_check_table.hpp"
#include "service/timestampers.hpp"
#include "service/use_cases.hpp"

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

SigningAct::SigningAct(const SignatureMaking& with, std::string_view action, const SigningRequest& request,
                       const crypto::Digest& document_digest)
    : with_(with),
      request_(request),
      deadline_(deadline_of(request.deadline, with.time)),
      facts_{.action = action, .level = request.level, .document_digest = document_digest} {}

async::Task<Result<void>> SigningAct::open() {
  if (!is_made(request_.level)) {
    co_return fail(ErrorCode::invalid_argument, "signatures of this level are not made", "level");
  }
  RAKKAN_CO_CHECK(with_.trail.ready());
  RAKKAN_CO_TRY(credential_, co_await with_.credentials.load(request_.principal, request_.credential, deadline_));
  if (pades::needs_timestamp(request_.level)) {
    RAKKAN_CO_TRY(timestamper_, co_await with_.timestampers.of(request_.tsa, deadline_));
  }
  co_return Result<void>{};
}

async::Task<Result<void>> SigningAct::authorize() {
  RAKKAN_CO_TRY(Authorization grant,
                co_await with_.authorizer.authorize(request_, credential_, facts_.document_digest, deadline_));
  facts_.grant.emplace(std::move(grant));
  co_return make_id();
}

// "sig_", 48 bits of time and 80 random bits: ids sort by time and cannot be guessed.
Result<void> SigningAct::make_id() {
  std::array<Byte, 16> value{};
  RAKKAN_CHECK(with_.random.fill(ByteSpan(value).last<10>()));
  auto milliseconds = static_cast<std::uint64_t>(with_.clock.now().time_since_epoch().count());
  for (std::size_t i = 6; i-- > 0; milliseconds >>= 8) {
    value.at(i) = static_cast<Byte>(milliseconds & 0xFFU);
  }
  facts_.signature = SignatureId("sig_" + to_hex(value));
  return {};
}

async::Task<Result<StoredSignature>> SigningAct::sign(const credentials::SigningMaterial& key,
                                                      const cms::SignedAttributes& attributes,
                                                      const crypto::Digest& message_digest, const Keep& keep) {
  RAKKAN_CO_CHECK(check_time(deadline_));
  const credentials::StillStands condition(request_.principal, *credential_);
  audit::Submission entry = intent(attributes, message_digest, condition);
  intent_.emplace(with_.open_intents);
  ++signatures_made_;
  if (timestamper_ == nullptr) {
    co_return co_await sign_at_once(key, attributes, std::move(entry), keep);
  }
  co_return co_await sign_and_timestamp(key, attributes, std::move(entry), keep);
}

async::Task<Result<StoredSignature>> SigningAct::sign_at_once(const credentials::SigningMaterial& key,
                                                              const cms::SignedAttributes& attributes,
                                                              audit::Submission begin, const Keep& keep) {
  std::optional<Kept> kept;
  const auto work = [&](KeyUse::Time asked, const audit::Receipt& receipt) -> Result<audit::Submission> {
    facts_.intent = receipt.index;
    RAKKAN_TRY(const Bytes signature, use(key, attributes, asked));  // 6, 7
    RAKKAN_TRY(kept, keep(signature, std::nullopt));                 // 8, 10
    return outcome(*kept);                                           // 12
  };
  auto recorded =
      co_await record_around(with_.trail, std::move(begin), with_.hsm, work, deadline_, request_.principal.owner());
  RAKKAN_CO_CHECK(begun(recorded.map([](const auto& done) { return done.receipt; })));
  RAKKAN_CO_TRY(const audit::Receipt receipt, std::move(recorded->result));
  have_table_made(key.self_check(), with_.cpu);
  co_return made(*std::move(kept), receipt);
}

async::Task<Result<StoredSignature>> SigningAct::sign_and_timestamp(const credentials::SigningMaterial& key,
                                                                    const cms::SignedAttributes& attributes,
                                                                    audit::Submission begin, const Keep& keep) {
  const auto work = [&](KeyUse::Time asked, const audit::Receipt&) { return use(key, attributes, asked); };
  auto used = co_await run_after(with_.trail, std::move(begin), with_.hsm, work, deadline_, request_.principal.owner());
  RAKKAN_CO_CHECK(begun(used.map([](const auto& done) { return done.receipt; })));
  RAKKAN_CO_TRY(const Bytes signature, std::move(used->result));  // 6, 7
  have_table_made(key.self_check(), with_.cpu);
  RAKKAN_CO_TRY(std::optional token, co_await timestamp(key, signature));  // 9
  RAKKAN_CO_TRY(Kept kept, keep(signature, token));                        // 8, 10
  audit::Submission end = outcome(kept);                                   // 12
  RAKKAN_CO_TRY(const audit::Receipt receipt, co_await with_.trail.write(std::move(end)));
  co_return made(std::move(kept), receipt);
}

audit::Submission SigningAct::intent(const cms::SignedAttributes& attributes, const crypto::Digest& message_digest,
                                     const audit::Condition& condition) {
  facts_.message_digest = message_digest;
  facts_.to_be_signed = attributes.digest();
  audit::Submission submission;
  submission.event = "signature.intent";
  submission.body = records::intent(facts_);
  submission.subject = records::subject(*facts_.grant);
  if (auto& activation = facts_.grant->activation()) {
    if (auto use = activation->use_to_record()) {
      submission.changes.emplace_back(*std::move(use));
    }
  }
  submission.condition = &condition;
  line_ = with_.trail.begin_line();
  submission.line = line_;
  return submission;
}

Result<void> SigningAct::begun(const Result<audit::Receipt>& receipt) {
  if (!receipt) {
    if (receipt.error().code != ErrorCode::audit_unavailable) {  // else nobody knows whether the intent is in the trail
      intent_->close();
    }
    intent_.reset();
    // already_exists: the store has a use of this activation that the ActivationBook does not know.
    return receipt.error().code == ErrorCode::already_exists
               ? fail(ErrorCode::activation_used, "this document was signed with the activation")
               : fail(receipt.error());
  }
  facts_.intent = receipt->index;
  if (auto& activation = facts_.grant->activation()) {
    activation->recorded();
  }
  with_.open_intents.count(with_.store, deadline_);
  return {};
}

Result<Bytes> SigningAct::use(const credentials::SigningMaterial& key, const cms::SignedAttributes& attributes,
                              KeyUse::Time asked) {
  RAKKAN_TRY(Bytes signature, with_.key_use.measure(asked, [&] { return use_key(key, attributes); }));
  RAKKAN_CHECK(check_own_signature(key, attributes, signature));
  facts_.signature_value = crypto::digest(crypto::DigestAlgorithm::sha256, signature);
  return signature;
}

async::Task<Result<tsp::TimestampToken>> SigningAct::timestamp(const credentials::SigningMaterial& key,
                                                               ByteView signature) {
  const crypto::Digest imprint = imprint_of(key, signature);
  line_.end();  // our own unit records in the same trail: its commit must not wait for this act's next entry
  RAKKAN_CO_TRY(tsp::TimestampToken token, co_await timestamper_->timestamp(request_.principal, imprint, deadline_));
  line_ = with_.trail.begin_line();
  facts_.timestamp = facts_of(token);
  co_return token;
}

audit::Submission SigningAct::outcome(Kept& kept) {
  kept_at_ = with_.clock.now();
  const TenantId& tenant = request_.principal.tenant;
  audit::Submission submission;
  submission.event = "signature.made";
  submission.body = records::made(facts_);
  submission.subject = records::subject(*facts_.grant);
  submission.changes.reserve(2);
  submission.changes.emplace_back(store::SignatureRow{facts_.signature, tenant, request_.credential, facts_.intent, 0,
                                                      kept_at_, kept.answer, kept.tail, std::move(kept.certificates)});
  if (request_.claim) {
    submission.changes.emplace_back(store::IdempotencyRow{tenant, request_.claim->key, request_.claim->fingerprint,
                                                          kept_at_, facts_.signature, Bytes()});
  }
  submission.line = std::move(line_);
  return submission;
}

StoredSignature SigningAct::made(Kept kept, const audit::Receipt& receipt) {
  intent_->close();
  intent_.reset();
  if (auto& activation = facts_.grant->activation()) {
    activation->keep();
  }
  return {facts_.signature, request_.credential,    facts_.intent,       receipt.index,
          kept_at_,         std::move(kept.answer), std::move(kept.tail)};
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
    with_.refusals.add(why, facts_.action, request_.principal, request_.credential);
    co_return true;
  }
  audit::Submission submission;
  submission.event = "signature.failed";
  submission.body = records::failed(facts_, why);
  submission.subject = records::subject(*facts_.grant);
  submission.line = std::move(line_);
  const Result<audit::Receipt> receipt = co_await with_.trail.write(std::move(submission));
  if (receipt) {
    intent_->close();
  }
  intent_.reset();
  co_return receipt.has_value();
}

}  // namespace rakkan::service
