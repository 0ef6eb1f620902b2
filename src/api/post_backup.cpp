// POST /v1/backup: a copy of the data folder onto the server's machine.
#include "api/administration.hpp"
#include "api/endpoints.hpp"
#include "api/json_request.hpp"
#include "api/media_type.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/json/reader.hpp"
#include "rakkan/service/backup.hpp"

namespace rakkan::api {
namespace {

constexpr std::size_t kLongestPath = 4'096;  // bytes
constexpr std::uint64_t kLargestOrder = 16 * 1'024;

Result<service::BackupOrder> read_order(ByteView body, const access::Principal& by) {
  RAKKAN_TRY(const json::Document document, parse_json(body));
  json::Members members = document.root();
  service::BackupOrder order;
  RAKKAN_TRY(order.folder, members.text("folder", kLongestPath));
  if (members.has("with_tokens")) {
    RAKKAN_TRY(order.with_tokens, members.flag("with_tokens"));
  }
  RAKKAN_CHECK(members.done());
  order.by = by.id;
  return order;
}

}  // namespace

// A server that ends does not wait for a copy of its folder.
async::Task<Result<Response>> post_backup(Context& context, Request& request) {
  if (!is_operator(request)) {
    co_return only_for_operator(
        context, request,
        "a backup is written by the server onto its own machine: ask for it there, over its Unix socket");
  }
  RAKKAN_CO_CHECK(require_media_type(request, "application/json"));
  RAKKAN_CO_TRY(const Bytes body, co_await read_all(*request.body, kLargestOrder));
  RAKKAN_CO_TRY(const service::BackupOrder order, read_order(body, principal_of(request)));
  const auto work = [&] {
    return context.environment.backup.make(order, [&context]() -> Result<void> {
      return context.draining ? fail(ErrorCode::shutting_down, "the server ends") : Result<void>();
    });
  };
  RAKKAN_CO_TRY(const service::BackupReport report,
                co_await async::run_on(context.copying, work, request.deadline, request.owner()));
  co_return Response::json(to_json(report) + "\n");
}

}  // namespace rakkan::api
