// POST /v1/audit/erase erases the records about a person, or behind single entries, for good.
#include "api/administration.hpp"
#include "api/endpoints.hpp"
#include "api/json_request.hpp"
#include "api/media_type.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/json/reader.hpp"
#include "rakkan/json/writer.hpp"
#include "rakkan/service/erasure.hpp"

namespace rakkan::api {
namespace {

constexpr std::size_t kSubject = 1'024;
constexpr std::size_t kIndexes = 10'000;
constexpr std::size_t kDigits = 20;

struct Wanted {
  std::string subject;  // id of the person; empty: nobody
  std::vector<std::uint64_t> indexes;
};

Result<Wanted> read_request(ByteView body) {
  RAKKAN_TRY(const json::Document document, parse_json(body));
  json::Members members = document.root();
  Wanted wanted;
  RAKKAN_TRY(std::optional<std::string> subject, members.optional_text("subject", kSubject));
  wanted.subject = std::move(subject).value_or("");
  if (members.has("indexes")) {
    RAKKAN_TRY(const std::vector<std::string> indexes, members.texts("indexes", kIndexes, kDigits));
    for (const std::string& text : indexes) {
      const auto index = index_named(text);
      if (!index) {
        return members.wrong("indexes", "must be numbers of entries, as texts");
      }
      wanted.indexes.push_back(*index);
    }
  }
  RAKKAN_CHECK(members.done());
  if (wanted.subject.empty() == wanted.indexes.empty()) {
    return members.wrong("subject", "must be given unless indexes are, and not beside them");
  }
  return wanted;
}

// Removes from `wanted` the records of other tenants and of the operator, which an API key is not told of.
Result<void> keep_own(const service::Archive& archive, const access::Principal& by, Wanted& wanted) {
  if (by.any_tenant) {
    return {};
  }
  if (!wanted.subject.empty()) {
    RAKKAN_TRY(wanted.indexes, archive.records_about(wanted.subject));
    wanted.subject.clear();
  }
  std::vector<std::uint64_t> own;
  for (const std::uint64_t index : wanted.indexes) {
    RAKKAN_TRY(const std::optional<audit::Record> record, archive.record(index));
    if (!record) {
      continue;
    }
    RAKKAN_TRY(const TenantId tenant, archive.tenant_of(*record));
    if (tenant == by.tenant) {
      own.push_back(index);
    }
  }
  wanted.indexes = std::move(own);
  return {};
}

Result<std::vector<std::uint64_t>> erase(Context& context, const access::Principal& by, Wanted wanted) {
  const service::Archive& archive = context.environment.archive;
  const std::string person = wanted.subject;
  const auto forget_evidence = [&](std::vector<Bytes> certificates) {
    return context.environment.signing.forget_evidence(by, person, std::move(certificates));
  };
  RAKKAN_CHECK(keep_own(archive, by, wanted));
  RAKKAN_TRY(std::vector<std::uint64_t> erased,
             service::erase_records(context.environment.trail, archive.ledger(), by, wanted.subject, wanted.indexes,
                                    forget_evidence));
  context.environment.signing.forget_erased(erased);
  return erased;
}

}  // namespace

async::Task<Result<Response>> post_erasure(Context& context, Request& request) {
  RAKKAN_CO_CHECK(require_media_type(request, "application/json"));
  RAKKAN_CO_TRY(const Bytes body, co_await read_all(*request.body, kLargestErasure));
  RAKKAN_CO_TRY(const Wanted wanted, read_request(body));
  const auto work = [&] { return erase(context, principal_of(request), wanted); };
  RAKKAN_CO_TRY(const std::vector<std::uint64_t> erased, co_await change(context, request, work));
  json::ObjectWriter json;
  json.raw("erased", json::array_of(erased, [](std::uint64_t index) { return std::to_string(index); }));
  co_return Response::json(std::move(json).finish() + "\n");
}

}  // namespace rakkan::api
