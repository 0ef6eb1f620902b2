#include "rakkan/http/dispatch.hpp"

#include <array>
#include <utility>

#include "http/query.hpp"
#include "http/request_target.hpp"
#include "rakkan/async/task.hpp"

namespace rakkan::http {
namespace {

// WholeBody is a body that is complete from the start.
class WholeBody final : public Body {
 public:
  explicit WholeBody(ByteView bytes) noexcept : size_(bytes.size()), rest_(bytes) {}
  [[nodiscard]] std::optional<std::uint64_t> length() const noexcept override { return size_; }
  [[nodiscard]] async::Task<Result<ByteView>> next() override {
    RAKKAN_CO_CHECK(may_go_on());
    co_return std::exchange(rest_, {});
  }

 private:
  std::uint64_t size_;
  ByteView rest_;
};

class NoLimit final : public Quota {
 public:
  [[nodiscard]] Result<void> take_turn() override { return {}; }
  [[nodiscard]] Result<void> hold(std::uint64_t /*bytes*/) override { return {}; }
};

}  // namespace

async::Task<Result<DirectAnswer>> dispatch(const Router& router, DirectRequest given) {
  RAKKAN_CO_TRY(const RequestTarget target, RequestTarget::parse(given.method, given.target));
  WholeBody body(given.body);
  NoLimit quota;
  const std::array headers{Header{"Content-Type", given.content_type}};
  std::vector<PathParameter> parameters;
  Request request;
  request.method = given.method;
  request.path = target.path;
  request.query = target.query;
  request.headers = std::span(headers).first(given.content_type.empty() ? 0 : 1);
  request.body = &body;
  request.quota = &quota;
  request.peer = kLocalPeer;
  request.local_user = given.user;
  request.deadline = given.deadline;
  RAKKAN_CO_TRY(const Route* const route, router.find(request.method, request.path, parameters));
  request.route = route->path;
  request.parameters = parameters;
  for (const Guard& guard : router.guards()) {
    RAKKAN_CO_CHECK(co_await guard(*route, request));
  }
  RAKKAN_CO_CHECK(check_query(request.query, route->query));
  if (given.body.size() > route->body_limit) {
    co_return fail(ErrorCode::input_too_large, "more than " + std::to_string(route->body_limit) + " bytes");
  }
  RAKKAN_CO_TRY(const Response response, co_await route->handler(request));
  DirectAnswer answer;
  answer.status = response.status();
  answer.body.reserve(response.size());
  for (const ByteView piece : response.pieces()) {
    answer.body.insert(answer.body.end(), piece.begin(), piece.end());
  }
  while (response.producer()) {
    RAKKAN_CO_TRY(const Bytes piece, co_await response.producer()());
    if (piece.empty()) {
      break;
    }
    answer.body.insert(answer.body.end(), piece.begin(), piece.end());
  }
  co_return answer;
}

}  // namespace rakkan::http
