// From a kept value to a signature, or to the outcome that says why there is none: by the service itself, or when
// somebody asks. The key is not needed any more.
#include <utility>

#include "rakkan/async/task.hpp"
#include "rakkan/audit/trail_writer.hpp"
#include "rakkan/base/error_table.hpp"
#include "rakkan/service/signing_service.hpp"
#include "rakkan/service/stored_signature.hpp"
#include "rakkan/store/store.hpp"
#include "service/kept_signature.hpp"
#include "service/pending_book.hpp"
#include "service/timestampers.hpp"
#include "service/use_cases.hpp"

namespace rakkan::service {
namespace {

using records::GivenUp;
using Turn = PendingBook::Turn;

audit::Submission given_up(std::uint64_t intent, const SignatureId& id, GivenUp why, std::string_view missing_because,
                           const access::Principal* by) {
  audit::Submission outcome;
  outcome.event = "signature.abandoned";
  outcome.body = records::abandoned(intent, id, why, missing_because, by);
  outcome.changes.emplace_back(store::KeptSignatureRelease{id, false});
  return outcome;
}

// Records that the signature is given up. Fails with signature_abandoned when it is. `turn` outlives the task.
async::Task<Result<StoredSignature>> give_up(const SignatureFinishing& with, Turn& turn, std::uint64_t intent,
                                             std::string subject, GivenUp why, ErrorCode missing_because) {
  const SignatureId id = turn.id();
  audit::Submission outcome = given_up(intent, id, why, row(missing_because).slug, nullptr);
  outcome.subject = std::move(subject);
  const async::Owner nobody;  // the program itself gives up
  const Result<audit::Receipt> receipt = co_await with.trail.write(std::move(outcome), nobody);
  if (!receipt) {
    co_return fail(turn.failed(receipt.error().code));
  }
  turn.ended(Turn::End::abandoned);
  co_return fail(ErrorCode::signature_abandoned, "it can no longer be completed", "signature " + id.value());
}

// An obstacle to completing it, whatever an authority says.
struct Obstacle {
  GivenUp why;
  ErrorCode code;
};
std::optional<Obstacle> obstacle(const KeptSignature& kept, const PendingSignature& pending, Instant now) {
  if (now >= pending.until) {
    return Obstacle{GivenUp::window, error_code_from_slug(pending.reason).value_or(ErrorCode::deadline_exceeded)};
  }
  // The value was made by right. It gets its timestamp although the credential was disabled meanwhile, but not after
  // the end of its certificate, when nobody could tell any more that it was valid then.
  if (now > kept.certificates.front().validity().not_after) {
    return Obstacle{GivenUp::certificate, ErrorCode::certificate_expired};
  }
  if (const Result<void> good = kept.check(); !good) {
    return Obstacle{GivenUp::broken, good.error().code};
  }
  return std::nullopt;
}

async::Task<Result<StoredSignature>> record_made(const SignatureFinishing& with, const KeptSignature& kept,
                                                 CompletedSignature done, std::string answer) {
  const Instant now = with.clock.now();
  const crypto::Digest value = crypto::digest(crypto::DigestAlgorithm::sha256, kept.value);
  audit::Submission outcome;
  outcome.event = "signature.made";
  outcome.body = records::made(kept.intent, kept.id, value, done.timestamp);
  outcome.subject = kept.subject;
  outcome.changes.reserve(2);
  outcome.changes.emplace_back(store::SignatureRow{kept.id, kept.tenant, kept.credential, kept.intent, 0, now, answer,
                                                   done.tail, std::move(done.certificates)});
  outcome.changes.emplace_back(store::KeptSignatureRelease{kept.id, true});
  const async::Owner owner = kept.by.owner();
  RAKKAN_CO_TRY(const audit::Receipt receipt, co_await with.trail.write(std::move(outcome), owner));
  co_return StoredSignature{kept.id, kept.credential,   kept.intent,         receipt.index,
                            now,     std::move(answer), std::move(done.tail)};
}

// Step 9, or the timestamp that the signature has already.
async::Task<Result<tsp::TimestampToken>> timestamp(const SignatureFinishing& with, const KeptSignature& kept,
                                                   async::Deadline deadline) {
  if (!kept.token.empty()) {
    co_return tsp::TimestampToken::parse(kept.token);
  }
  RAKKAN_CO_TRY(const auto timestamper, co_await with.timestampers.of(kept.tsa, TsaRole::signature, deadline));
  const crypto::Digest imprint = kept.imprint();
  co_return co_await timestamper->timestamp(kept.by, imprint, deadline);
}

// Keeps the timestamp that was had, for the next try: what is still missing has to be newer than it.
async::Task<void> keep_token(const SignatureFinishing& with, store::KeptSignatureRow row, ByteView token,
                             async::Owner owner) {
  audit::Submission submission;
  submission.changes = changes_to_keep_token(std::move(row), token);
  const Result<audit::Receipt> receipt = co_await with.trail.write(std::move(submission), owner);
  static_cast<void>(receipt);  // else another timestamp is asked for next time
}

Result<void> require_document(const KeptSignature& kept, const pades::HashedDocument* document) {
  if (document == nullptr) {
    return fail(ErrorCode::signature_pending, "it needs its document, which is not kept", "document");
  }
  if (document->document_digest() != kept.document_digest) {
    return fail(ErrorCode::digest_mismatch, "this is not the document that was signed", "document");
  }
  return {};
}

// `kept`, `row` and `document` outlive the task; `document` is null when nobody brought it.
async::Task<Result<StoredSignature>> complete_it(const SignatureFinishing& with, const KeptSignature& kept,
                                                 const store::KeptSignatureRow& row,
                                                 const pades::HashedDocument* document, async::Deadline deadline) {
  const bool long_term = pades::needs_validation_data(kept.level);
  RAKKAN_CO_CHECK(long_term ? require_document(kept, document) : Result<void>());
  RAKKAN_CO_TRY(const tsp::TimestampToken token, co_await timestamp(with, kept, deadline));
  RAKKAN_CO_TRY(CompletedSignature done, complete(kept, token));
  std::optional<RaisedLevel> raised;
  if (long_term) {
    const std::vector<pki::Certificate> chain(kept.certificates.begin() + 1, kept.certificates.end());
    const LongTermSigner signer{kept.credential, kept.level, kept.certificates.front(), chain};
    Result<LongTermSignature> whole =
        co_await make_long_term(with.long_term, signer, *document, std::move(done.tail), kept.revision->field_name,
                                token, std::nullopt, kept.by, deadline);  // 11
    if (!whole && kept.token.empty()) {
      co_await keep_token(with, row, token.der(), kept.by.owner());
    }
    RAKKAN_CO_CHECK(whole);
    done.tail = std::move(whole->tail);
    raised = std::move(whole->raised);
  }
  std::string answer = answer_about(kept, done, raised ? &*raised : nullptr);
  co_return co_await record_made(with, kept, std::move(done), std::move(answer));
}

// The reason to give it up for which an error of complete_it stands; nothing when a later try may succeed.
std::optional<GivenUp> reason_to_give_up(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::cms_larger_than_reserved:
      return GivenUp::reserve;
    case ErrorCode::certificate_revoked:
    case ErrorCode::validation_data_too_large:
    case ErrorCode::docmdp_acrobat:
      return GivenUp::evidence;
    default:
      return std::nullopt;
  }
}

struct Kept {
  store::KeptSignatureRow row;
  KeptSignature signature;
};

// `turn` and `document` outlive the task.
async::Task<Result<StoredSignature>> finish(const SignatureFinishing& with, Turn& turn,
                                            const pades::HashedDocument* document, async::Deadline deadline) {
  const SignatureId id = turn.id();
  const access::Principal own{"service", TenantId(), true};
  const std::optional<PendingSignature> pending = with.pending.find(own, id);
  const auto read = [&]() -> Result<Kept> {
    RAKKAN_TRY(store::KeptSignatureRow row, with.rows.kept_signature(id));
    RAKKAN_TRY(KeptSignature signature, KeptSignature::read(row));
    return Kept{std::move(row), std::move(signature)};
  };
  const Result<Kept> found = co_await async::run_on(with.store, read, deadline);
  if (!found) {
    if (found.error().code == ErrorCode::signature_unknown) {
      turn.ended(Turn::End::elsewhere);
      co_return fail(found.error());
    }
    if (found.error().code == ErrorCode::store_corrupt && pending) {
      std::string nobody;
      co_return co_await give_up(with, turn, pending->intent, std::move(nobody), GivenUp::broken, found.error().code);
    }
    co_return fail(turn.failed(found.error().code).because(found.error()));
  }
  const KeptSignature& kept = found->signature;
  std::string subject = kept.subject;
  if (const auto way = pending ? obstacle(kept, *pending, with.clock.now()) : std::nullopt) {
    co_return co_await give_up(with, turn, kept.intent, std::move(subject), way->why, way->code);
  }
  Result<StoredSignature> made = co_await complete_it(with, kept, found->row, document, deadline);
  if (made) {
    turn.ended(Turn::End::made);
    co_return made;
  }
  if (const std::optional<GivenUp> why = reason_to_give_up(made.error().code)) {
    co_return co_await give_up(with, turn, kept.intent, std::move(subject), *why, made.error().code);
  }
  if (made.error().code == ErrorCode::signature_unknown) {  // its outcome was recorded by another
    turn.ended(Turn::End::elsewhere);
    co_return made;
  }
  if (made.error().code == ErrorCode::digest_mismatch) {  // it waits for its document, and this is the caller's fault
    static_cast<void>(turn.failed(made.error().code));
    co_return made;
  }
  co_return fail(turn.failed(made.error().code).because(std::move(made).error()));
}

}  // namespace

async::Task<Result<StoredSignature>> SigningService::finish_signature(access::Principal principal, SignatureId id,
                                                                      When when,
                                                                      std::optional<async::Deadline> deadline,
                                                                      const pades::HashedDocument* document) {
  const SignatureFinishing& with = use_cases_->finishing;
  const auto pace = when == When::at_once ? PendingBook::Pace::at_once : PendingBook::Pace::in_turn;
  Result<Turn> turn = with.pending.claim(principal, id, pace);
  if (!turn && turn.error().code == ErrorCode::signature_unknown) {
    co_return co_await find_signature(std::move(principal), std::move(id));
  }
  if (!turn) {
    co_return fail(std::move(turn).error());
  }
  co_return co_await finish(with, *turn, document, deadline_of(deadline, with.time));
}

async::Task<Result<std::uint64_t>> SigningService::abandon_signature(access::Principal principal, SignatureId id) {
  const SignatureFinishing& with = use_cases_->finishing;
  const std::optional<PendingSignature> pending = with.pending.find(principal, id);
  RAKKAN_CO_TRY(Turn turn, with.pending.claim(principal, id, PendingBook::Pace::at_once));
  if (!pending) {
    co_return fail(turn.failed(ErrorCode::internal));
  }
  audit::Submission outcome = given_up(pending->intent, id, GivenUp::asked, pending->reason, &principal);
  const async::Owner owner = principal.owner();
  const Result<audit::Receipt> receipt = co_await with.trail.write(std::move(outcome), owner);
  if (!receipt) {
    static_cast<void>(turn.failed(receipt.error().code));
    co_return fail(receipt.error());
  }
  turn.ended(Turn::End::abandoned);
  co_return receipt->index;
}

std::optional<PendingSignature> SigningService::pending_signature(const access::Principal& principal,
                                                                  const SignatureId& id) const {
  return use_cases_->finishing.pending.find(principal, id);
}

std::vector<PendingSignature> SigningService::pending_signatures(const access::Principal& principal) const {
  return use_cases_->finishing.pending.list(principal);
}

async::Task<bool> SigningService::resume_next() {
  const SignatureFinishing& with = use_cases_->finishing;
  std::optional<Turn> turn = with.pending.next();
  if (!turn) {
    co_return false;
  }
  const Result<StoredSignature> finished = co_await finish(with, *turn, nullptr, async::deadline_in(with.time));
  static_cast<void>(finished);  // the book knows
  co_return true;
}

void SigningService::forget_erased(const std::vector<std::uint64_t>& indexes) {
  PendingBook& pending = use_cases_->finishing.pending;
  for (const std::uint64_t index : indexes) {
    if (const std::optional<SignatureId> id = pending.with_intent(index)) {
      pending.forget(*id);
    }
  }
}

}  // namespace rakkan::service
