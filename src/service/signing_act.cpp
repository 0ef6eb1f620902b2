#include "service/signing_act.hpp"

#include <array>
#include <utility>
#include <vector>

#include "rakkan/access/refusals.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/base/hex.hpp"
#include "service/kept_signature.hpp"
#include "service/key_use.hpp"
#include "service/opened_credentials.hpp"
#include "service/pending_book.hpp"
#include "service/self_check_table.hpp"
#include "service/timestampers.hpp"
#include "service/use_cases.hpp"

namespace rakkan::service {
namespace {

// A token that is larger than its reserve needs a second signature, as the reserve is part of what is signed. An
// authority whose tokens grow by more than the margin each time is not followed further.
constexpr unsigned kMaxSignatures = 3;

// The part of a row that the PendingBook needs.
store::KeptSignatureRow without_content(const store::KeptSignatureRow& row) {
  return {row.id,      row.tenant, row.credential,      row.intent, row.created, row.level,
          row.missing, row.source, row.idempotency_key, {},         {}};
}

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
      owner_(request.principal.owner()),
      facts_{.action = action, .level = request.level, .document_digest = document_digest} {}

SigningAct::~SigningAct() {
  if (kept_) {  // the task ended by an exception
    static_cast<void>(leave_pending({ErrorCode::internal, {}, {}, {}, {}}));
  }
}

async::Task<Result<void>> SigningAct::open() {
  RAKKAN_CO_CHECK(with_.trail.ready());
  RAKKAN_CO_TRY(credential_, co_await with_.credentials.load(request_.principal, request_.credential, deadline_));
  if (pades::needs_timestamp(request_.level)) {
    RAKKAN_CO_TRY(timestamper_, co_await with_.timestampers.of(request_.tsa, TsaRole::signature, deadline_));
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

async::Task<Result<void>> SigningAct::record_intent(const cms::SignedAttributes& attributes,
                                                    const crypto::Digest& message_digest) {
  RAKKAN_CO_CHECK(check_time(deadline_));
  auto& activation = facts_.grant->activation();
  facts_.message_digest = message_digest;
  facts_.to_be_signed = attributes.digest();
  audit::Submission submission;
  submission.event = "signature.intent";
  submission.body = records::intent(facts_);
  submission.subject = records::subject(*facts_.grant);
  if (activation) {
    if (auto use = activation->use_to_record()) {
      submission.changes.emplace_back(*std::move(use));
    }
  }
  const credentials::StillStands condition(request_.principal, *credential_);
  submission.condition = &condition;
  line_ = with_.trail.begin_line();
  submission.line = line_;
  OpenIntents::Guard& guard = intent_.emplace(with_.open_intents);
  const Result<audit::Receipt> receipt = co_await with_.trail.write(std::move(submission), owner_);
  if (!receipt) {
    if (receipt.error().code != ErrorCode::audit_unavailable) {  // else nobody knows whether the intent is in the trail
      guard.close();
    }
    intent_.reset();
    // already_exists: the store has a use of this activation that the ActivationBook does not know.
    co_return receipt.error().code == ErrorCode::already_exists
        ? fail(ErrorCode::activation_used, "this document was signed with the activation")
        : fail(receipt.error());
  }
  facts_.intent = receipt->index;
  if (activation) {
    activation->recorded();
  }
  with_.open_intents.count(with_.store, deadline_);
  co_return Result<void>{};
}

async::Task<Result<Bytes>> SigningAct::sign(const credentials::SigningMaterial& key,
                                            const cms::SignedAttributes& attributes) {
  ++signatures_made_;
  const KeyUse::Time asked = std::chrono::steady_clock::now();
  const auto use = [&] { return with_.key_use.measure(asked, [&] { return use_key(key, attributes); }); };
  RAKKAN_CO_TRY(Bytes signature, co_await async::run_on(with_.hsm, use, deadline_, owner_));
  RAKKAN_CO_CHECK(check_own_signature(key, attributes, signature));
  have_table_made(key.self_check(), with_.cpu);
  facts_.signature_value = crypto::digest(crypto::DigestAlgorithm::sha256, signature);
  co_return signature;
}

async::Task<Result<std::optional<tsp::TimestampToken>>> SigningAct::timestamp(const credentials::SigningMaterial& key,
                                                                              const cms::SignedAttributes& attributes,
                                                                              ByteView signature,
                                                                              const pades::PreparedRevision* revision) {
  if (timestamper_ == nullptr) {
    co_return std::nullopt;
  }
  const crypto::Digest imprint = imprint_of(key, signature);
  const auto row = [&] { return row_of(facts_, request_, key, attributes, signature, revision, with_.clock.now()); };
  line_.end();  // our own unit records in the same trail: its commit must not wait for this act's next entry
  if (InternalTimestamper* const unit = timestamper_->own_unit()) {
    DurableBefore first;
    store::KeptSignatureRow kept = row();
    store::KeptSignatureRow seen = without_content(kept);
    note_for_later(kept);
    first.changes = changes_to_keep(std::move(kept));
    Result<tsp::TimestampToken> token = co_await unit->timestamp(request_.principal, imprint, deadline_, first);
    if (first.durable) {
      kept_ = std::move(seen);
    } else {  // it failed before its journal
      store::KeptSignatureRow again = row();
      RAKKAN_CO_CHECK(co_await keep(std::move(again)));
    }
    co_return stamped(std::move(token));
  }
  store::KeptSignatureRow kept = row();
  note_for_later(kept);
  RAKKAN_CO_CHECK(co_await keep(std::move(kept)));
  Result<tsp::TimestampToken> token = co_await timestamper_->timestamp(request_.principal, imprint, deadline_);
  co_return stamped(std::move(token));
}

Result<std::optional<tsp::TimestampToken>> SigningAct::stamped(Result<tsp::TimestampToken> token) {
  if (!token) {
    return fail(std::move(token).error());
  }
  line_ = with_.trail.begin_line();
  std::optional made(*std::move(token));
  facts_.timestamp = facts_of(made);
  with_.pending.answers(request_.tsa);
  token_ = copy_of(made->der());
  return made;
}

// Step 11 may have to wait for data that are newer than the timestamp: then this timestamp has to be kept as well.
void SigningAct::note_for_later(const store::KeptSignatureRow& row) {
  if (pades::needs_validation_data(request_.level)) {
    whole_ = row;
  }
}

// One commit more, of a signature that is left pending with its timestamp. When it fails, another timestamp is asked
// for later.
async::Task<void> SigningAct::keep_token() {
  if (!whole_ || token_.empty()) {
    co_return;
  }
  audit::Submission submission;
  submission.changes = changes_to_keep_token(*std::move(whole_), token_);
  whole_.reset();
  const Result<audit::Receipt> receipt = co_await with_.trail.write(std::move(submission), owner_);
  static_cast<void>(receipt);
}

// A later request with the same Idempotency-Key finds the signature from now on, complete or not.
std::vector<store::RowChange> SigningAct::changes_to_keep(store::KeptSignatureRow row) const {
  std::vector<store::RowChange> changes;
  changes.reserve(2);
  if (request_.claim) {
    changes.emplace_back(store::IdempotencyRow{row.tenant, request_.claim->key, request_.claim->fingerprint,
                                               row.created, row.id, Bytes()});
  }
  changes.emplace_back(std::move(row));
  return changes;
}

// A commit without an entry: what is kept says nothing that the intent and its outcome do not say.
async::Task<Result<void>> SigningAct::keep(store::KeptSignatureRow row) {
  audit::Submission submission;
  store::KeptSignatureRow seen = without_content(row);
  submission.changes = changes_to_keep(std::move(row));
  const Result<audit::Receipt> receipt = co_await with_.trail.write(std::move(submission), owner_);
  if (!receipt && receipt.error().code == ErrorCode::audit_unavailable) {
    // Nobody knows whether it is durable. The intent stays open, so that the next start finds out.
    use_up_activation();
    intent_.reset();
    unknown_ = true;
  }
  if (!receipt) {
    co_return fail(receipt.error());
  }
  kept_ = std::move(seen);
  co_return Result<void>{};
}

void SigningAct::use_up_activation() noexcept {
  if (auto& activation = facts_.grant->activation(); activation && activation->is_open()) {
    activation->keep();
  }
}

// A token that is larger than its reserve is no reason to wait. Every other failure may pass.
bool SigningAct::leaves_pending(ErrorCode why) const noexcept {
  return kept_ && why != ErrorCode::cms_larger_than_reserved && why != ErrorCode::signature_unknown;
}

Error SigningAct::leave_pending(Error why) {
  with_.pending.add(*kept_, request_.tsa, why.code);
  kept_.reset();
  use_up_activation();
  if (intent_) {
    intent_->close();  // the store knows it by what it keeps
    intent_.reset();
  }
  const auto pending = with_.pending.find(request_.principal, facts_.signature);
  Error error = pending ? PendingBook::error_of(*pending)
                        : Error{ErrorCode::signature_pending, {}, "signature " + facts_.signature.value(), {}, {}};
  return std::move(error).because(std::move(why));
}

async::Task<Result<StoredSignature>> SigningAct::record_outcome(std::string answer, Bytes tail,
                                                                CertificateStretches certificates) {
  const Instant now = with_.clock.now();
  const TenantId& tenant = request_.principal.tenant;
  audit::Submission submission;
  submission.event = "signature.made";
  submission.body = records::made(facts_);
  submission.subject = records::subject(*facts_.grant);
  submission.changes.reserve(2);
  submission.changes.emplace_back(store::SignatureRow{facts_.signature, tenant, request_.credential, facts_.intent, 0,
                                                      now, answer, tail, std::move(certificates)});
  if (kept_) {
    submission.changes.emplace_back(store::KeptSignatureRelease{facts_.signature, true});
  } else if (request_.claim) {
    submission.changes.emplace_back(store::IdempotencyRow{tenant, request_.claim->key, request_.claim->fingerprint, now,
                                                          facts_.signature, Bytes()});
  }
  submission.line = std::move(line_);
  RAKKAN_CO_TRY(const audit::Receipt receipt, co_await with_.trail.write(std::move(submission), owner_));
  StoredSignature stored{facts_.signature,  request_.credential, facts_.intent, receipt.index, now,
                         std::move(answer), std::move(tail)};
  intent_->close();
  intent_.reset();
  kept_.reset();
  use_up_activation();
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
    if (!unknown_) {
      with_.refusals.add(why, facts_.action, request_.principal, request_.credential);
    }
    co_return true;
  }
  if (kept_ && why == ErrorCode::signature_unknown) {  // it was erased or given up, and has its outcome
    kept_.reset();
    use_up_activation();
    intent_->close();
    intent_.reset();
    co_return true;
  }
  audit::Submission submission;
  submission.event = "signature.failed";
  submission.body = records::failed(facts_, why);
  submission.subject = records::subject(*facts_.grant);
  if (kept_) {
    submission.changes.emplace_back(store::KeptSignatureRelease{facts_.signature, false});
  }
  submission.line = std::move(line_);
  const Result<audit::Receipt> receipt = co_await with_.trail.write(std::move(submission), owner_);
  if (receipt) {
    intent_->close();
    kept_.reset();
  }
  intent_.reset();
  co_return receipt.has_value();
}

}  // namespace rakkan::service
