#include "rakkan/async/task.hpp"
#include "rakkan/service/signature_list.hpp"
#include "rakkan/service/signing_service.hpp"
#include "service/records.hpp"
#include "service/service_parts.hpp"

namespace rakkan::service {
namespace {

// The digest's member as the facts of a signature have it. No other member can hold the same text, since a quotation
// mark within a text is escaped.
std::string facts_with(const crypto::Digest& digest) { return "\"document_digest\":" + records::digest_json(digest); }

}  // namespace

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
  const auto read = [&] { return parts_->environment.store.signatures(query); };
  const async::Deadline deadline = async::deadline_in(parts_->options.deadline);
  RAKKAN_CO_TRY(store::SignaturePage page, co_await async::run_on(parts_->store, read, deadline, principal.owner()));
  SignatureList list;
  list.next = page.next;
  for (store::SignatureRow& row : page.rows) {
    list.signatures.push_back({std::move(row.id), std::move(row.credential), row.intent, row.outcome, row.created,
                               std::move(row.facts), Bytes()});
  }
  co_return list;
}

}  // namespace rakkan::service
