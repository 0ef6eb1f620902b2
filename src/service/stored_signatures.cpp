#include "rakkan/access/refusals.hpp"
#include "rakkan/async/bounded_pool.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/service/signature_list.hpp"
#include "rakkan/service/stored_signature.hpp"
#include "rakkan/store/store.hpp"
#include "service/pending_book.hpp"
#include "service/records.hpp"
#include "service/use_cases.hpp"

namespace rakkan::service {
namespace {

// The digest's member as the facts of a signature have it. No other member can hold the same text, since a quotation
// mark within a text is escaped.
std::string facts_with(const crypto::Digest& digest) { return "\"document_digest\":" + records::digest_json(digest); }

}  // namespace

async::Task<Result<StoredSignature>> SigningService::find_signature(access::Principal principal, SignatureId id) {
  const SignatureReading& with = use_cases_->reading;
  // The book first: one that leaves it meanwhile is in the store by then.
  if (const auto pending = with.pending.find(principal, id)) {
    co_return fail(PendingBook::error_of(*pending));
  }
  const auto read = [&] { return with.rows.signature(id); };
  const async::Deadline deadline = async::deadline_in(with.time);
  Result<store::SignatureRow> row = co_await async::run_on(with.store, read, deadline, principal.owner());
  // The same words for both cases: a caller does not learn whether another tenant has a signature of this id.
  if (row ? !principal.may_read_signature_of(row->tenant) : row.error().code == ErrorCode::signature_unknown) {
    row = fail(ErrorCode::signature_unknown, "there is no signature of this id", "signature " + id.value());
  }
  if (!row) {
    with.refusals.add(row.error().code, "find_signature", principal, CredentialId());
    co_return fail(std::move(row).error());
  }
  co_return StoredSignature{std::move(row->id), std::move(row->credential), row->intent,         row->outcome,
                            row->created,       std::move(row->facts),      std::move(row->tail)};
}

async::Task<Result<SignatureList>> SigningService::list_signatures(access::Principal principal,
                                                                   SignatureSearch search) {
  store::SignatureQuery query{principal.tenant,
                              search.from,
                              search.before,
                              search.credential,
                              search.document_digest ? facts_with(*search.document_digest) : std::string(),
                              search.oldest_first,
                              search.after,
                              search.most};
  const SignatureReading& with = use_cases_->reading;
  const auto read = [&] { return with.rows.signatures(query); };
  const async::Deadline deadline = async::deadline_in(with.time);
  RAKKAN_CO_TRY(store::SignaturePage page, co_await async::run_on(with.store, read, deadline, principal.owner()));
  SignatureList list;
  list.next = page.next;
  for (store::SignatureRow& row : page.rows) {
    list.signatures.push_back({std::move(row.id), std::move(row.credential), row.intent, row.outcome, row.created,
                               std::move(row.facts), Bytes()});
  }
  co_return list;
}

}  // namespace rakkan::service
