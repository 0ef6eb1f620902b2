#include "http/session.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <utility>

#include "http/client_address.hpp"
#include "http/negotiation.hpp"
#include "http/query.hpp"
#include "http/refusal_pace.hpp"
#include "http/request_body.hpp"
#include "http/request_parser.hpp"
#include "http/request_quota.hpp"
#include "http/response_head.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/base/wiped_bytes.hpp"
#include "rakkan/http/problem.hpp"
#include "rakkan/http/text.hpp"

namespace rakkan::http {
namespace {

using std::chrono::steady_clock;

// An unread body as small as this is read and thrown away, so that the connection can stay; a longer one ends it.
constexpr std::uint64_t kThrownAway = 64 * 1024;
constexpr unsigned kUnauthorized = 401;  // RFC 9110 §15.5.2
// A body as small as this goes into one buffer with the head: one segment, one TLS record.
constexpr std::uint64_t kJoined = 16 * 1024;

bool is_request_id(std::string_view id) noexcept {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

class Session {
 public:
  Session(Worker& worker, Stream stream, const Peer& peer, AddressCounts::Place place)
      : worker_(worker),
        shared_(worker.shared()),
        peer_(peer.address),
        local_user_(peer.local_user),
        is_trusted_proxy_(is_within(peer.address, shared_.trusted_proxies)),
        place_(std::move(place)),
        connection_(std::move(stream), shared_.options.limits, shared_.options.timeouts),
        silence_(worker.silence(), connection_) {
    silence_.begin(Silence::Kind::never_heard);
    worker_.enter(connection_);
    shared_.observer.connection_opened();
  }
  ~Session() {
    worker_.leave(connection_);
    shared_.connections.fetch_sub(1);
    shared_.observer.connection_closed();
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  async::Task<void> run();

 private:
  // Serves one request; returns whether the connection goes on.
  async::Task<bool> serve_next();
  async::Task<bool> serve(std::string_view head);
  async::Task<void> refuse_head(Error error);

  Result<AddressCounts::Place> place_behind_proxy(const Request& request);
  void read_facts(Request& request, const RequestParser& parser);
  void prefer(Request& request, std::string_view field);
  // Runs everything that comes before the handler, and the handler.
  async::Task<Result<Response>> answer(Request& request, RequestBody& body, Admission::Work& work);
  Result<const Route*> find_route(Request& request);
  // The guard's refusal, or a refusal because too many of them went to the caller's address.
  [[nodiscard]] Error limit_failures(const Request& request, Error refused);
  async::Task<Result<Response>> answer_safely(Request& request, RequestBody& body, Admission::Work& work);

  // How long the caller waits whose request was refused with Retry-After.
  [[nodiscard]] std::chrono::nanoseconds wait_after(const Error& refused, const Request& request, bool read_later);
  // The wait before the next request is read; shorter when that does not come at once.
  async::Task<void> wait_for_turn(std::chrono::nanoseconds wait);
  // A wait in which the connection is one of those that give way first.
  async::Task<void> stay_silent(std::chrono::nanoseconds time);
  [[nodiscard]] bool can_throw_away(const RequestBody& body, const RequestParser& parser) const;
  async::Task<bool> throw_away(RequestParser& parser);
  async::Task<Result<std::uint64_t>> write(const Response& response, const AnswerFacts& facts, bool with_body);
  async::Task<Result<std::uint64_t>> write_stream(const Response& response, bool chunked);
  async::Task<Result<Bytes>> produce_safely(const Response& response);

  Worker& worker_;
  Shared& shared_;
  const IpAddress peer_;  // of the socket
  const std::optional<std::uint32_t> local_user_;
  const bool is_trusted_proxy_;
  AddressCounts::Place place_;
  Connection connection_;
  Silence::Place silence_;
  bool had_request_ = false;
  bool unread_input_ = false;         // the peer may still be sending bytes that nobody reads
  std::chrono::milliseconds span_{};  // from the whole request to its deadline
  std::chrono::nanoseconds wait_{};   // before the next request is read
  unsigned refused_in_a_row_ = 0;     // requests of this connection that were refused with Retry-After
  // The headers of the current request; the vector is kept from request to request for its memory.
  std::vector<Header> headers_;
  std::vector<PathParameter> parameters_;
  std::string id_;
  std::string head_;
  std::vector<ByteView> pieces_;
};

async::Task<void> Session::run() {
  const auto secured = co_await connection_.handshake();
  if (!secured) {
    shared_.observer.connection_failed(peer_, secured.error());
    co_await connection_.close(false);
    co_return;
  }
  for (;;) {
    const bool goes_on = co_await serve_next();
    if (!goes_on) {
      break;
    }
    connection_.finish_request();
    if (const auto wait = std::exchange(wait_, {}); wait > wait.zero() && !shared_.draining.load()) {
      co_await wait_for_turn(wait);
    }
  }
  silence_.begin(Silence::Kind::at_rest);
  co_await connection_.close(unread_input_);
}

async::Task<bool> Session::serve_next() {
  if (shared_.draining.load(std::memory_order_relaxed) && !connection_.has_input()) {
    co_return false;
  }
  silence_.begin(std::exchange(had_request_, true) ? Silence::Kind::at_rest : Silence::Kind::never_heard);
  auto head = co_await connection_.read_head();
  silence_.end();
  if (!head) {
    co_await refuse_head(std::move(head).error());
    co_return false;
  }
  if (!*head) {
    co_return false;
  }
  co_return co_await serve(**head);
}

// Answers a head that could not be parsed. There is no request then: the answer has only the error to go by.
async::Task<void> Session::refuse_head(Error error) {
  shared_.observer.connection_failed(peer_, error);
  unread_input_ = true;
  worker_.write_new_id(id_);
  const Response response = problem(error, id_, Language::en);
  const AnswerFacts facts{worker_.date(), id_, true, false};
  // A failure to write is ignored: the peer may be gone.
  static_cast<void>(co_await write(response, facts, true));
}

async::Task<bool> Session::serve(std::string_view head) {
  const auto begun = steady_clock::now();
  RequestParser parser(headers_);
  auto parsed = parser.parse_head(head);
  if (!parsed) {
    co_await refuse_head(std::move(parsed).error());
    co_return false;
  }
  shared_.requests.fetch_add(1, std::memory_order_relaxed);
  RequestBody body(connection_, parser);
  Admission::Work work;
  Request request;
  request.body = &body;
  RequestQuota quota(worker_, request);
  request.quota = &quota;
  span_ = shared_.options.timeouts.deadline;
  request.deadline = begun + span_;
  read_facts(request, parser);
  shared_.observer.started(request);

  const auto place = place_behind_proxy(request);
  Result<Response> outcome = Response();
  if (place) {
    outcome = co_await answer_safely(request, body, work);
  } else {
    outcome = fail(place.error());
  }
  std::optional<Error> refused;
  if (!outcome) {
    refused = std::move(outcome).error();
    shared_.observer.failed(request, *refused);
    outcome = worker_.problems().answer(*refused, request.id, request.language);
  }
  const Response& response = *outcome;
  const bool streams = response.producer() != nullptr;
  const bool keep_alive = parser.keep_alive() && (streams ? parser.is_http_1_1() : can_throw_away(body, parser)) &&
                          !shared_.draining.load();
  const bool told_to_wait = refused && refused->retry_after;
  refused_in_a_row_ = told_to_wait ? refused_in_a_row_ + 1 : 0;
  if (told_to_wait && !local_user_ && !shared_.draining.load()) {
    work.end();
    body.give_back();
    // The next request on a proxy's connection may be another caller's.
    const bool read_later = keep_alive && !is_trusted_proxy_;
    const auto wait = wait_after(*refused, request, read_later);
    if (read_later) {
      wait_ = wait;
    } else if (wait > wait.zero()) {
      co_await stay_silent(wait);
    }
  }
  const AnswerFacts facts{worker_.date(), request.id, parser.is_http_1_1(), keep_alive};
  const auto sent = co_await write(response, facts, request.method != Method::head);
  shared_.observer.served({request, response.status(), response.problem(), body.received(), sent.value_or(0),
                           sent.has_value(), steady_clock::now() - begun});
  unread_input_ = !parser.is_done();
  if (!keep_alive || !sent || !can_throw_away(body, parser)) {
    co_return false;
  }
  co_return co_await throw_away(parser);
}

// A trusted proxy's connection carries the requests of many callers: each request takes one of the places of its own
// caller's address for its time.
Result<AddressCounts::Place> Session::place_behind_proxy(const Request& request) {
  return request.peer == peer_ ? AddressCounts::Place() : shared_.addresses.enter(request.peer);
}

void Session::read_facts(Request& request, const RequestParser& parser) {
  request.method = parser.method();
  request.path = parser.target().path;
  request.query = parser.target().query;
  request.headers = headers_;
  request.local_user = local_user_;
  request.peer = local_user_ ? peer_ : client_address(peer_, headers_, shared_.trusted_proxies);
  id_.clear();
  for (const Header& header : headers_) {
    if (same_ignoring_case(header.name, "X-Request-Id") && is_request_id(header.value)) {
      id_ = header.value;
    } else if (same_ignoring_case(header.name, "traceparent")) {
      request.trace = telemetry::parse_traceparent(header.value);
    } else if (same_ignoring_case(header.name, "Accept-Language")) {
      request.language = preferred_language(header.value);
    } else if (same_ignoring_case(header.name, "Prefer")) {
      prefer(request, header.value);
    }
  }
  if (id_.empty()) {
    worker_.write_new_id(id_);
  }
  request.id = id_;
}

void Session::prefer(Request& request, std::string_view field) {
  const auto wait = preferred_wait(field);
  if (wait && *wait < span_) {
    request.deadline += *wait - span_;
    span_ = *wait;
  }
}

async::Task<Result<Response>> Session::answer_safely(Request& request, RequestBody& body, Admission::Work& work) {
  // One of the two last-resort catches of the program: a handler's exception costs its request, not the process.
  try {
    co_return co_await answer(request, body, work);
  } catch (const std::exception& thrown) {
    shared_.observer.exception(request, thrown.what());
  } catch (...) {
    shared_.observer.exception(request, "of an unknown type");
  }
  shared_.exceptions.fetch_add(1, std::memory_order_relaxed);
  co_return fail(ErrorCode::internal, "an exception reached the session");
}

Result<const Route*> Session::find_route(Request& request) {
  if (!local_user_) {
    const auto address = owner_address(request.peer);
    RAKKAN_CHECK(shared_.address_rate.take(text_of(address.octets), steady_clock::now()));
  }
  RAKKAN_TRY(const Route* route, shared_.router.find(request.method, request.path, parameters_));
  request.route = route->path;
  request.parameters = parameters_;
  return route;
}

Error Session::limit_failures(const Request& request, Error refused) {
  if (row(refused.code).http_status != kUnauthorized) {
    return refused;
  }
  const auto address = owner_address(request.peer);
  Result<void> taken = shared_.failed_rate.take(text_of(address.octets), steady_clock::now());
  if (taken) {
    return refused;
  }
  Error limited = std::move(taken).error();
  limited.detail = "too many requests without a good API key came from this address";
  return limited;
}

async::Task<Result<Response>> Session::answer(Request& request, RequestBody& body, Admission::Work& work) {
  const auto route = find_route(request);
  if (!route && request.method == Method::options && route.error().code == ErrorCode::method_not_allowed) {
    Response allowed(204);
    allowed.header("Allow", list_of(route.error().allowed));
    co_return allowed;
  }
  RAKKAN_CO_CHECK(route);
  for (const Guard& guard : shared_.router.guards()) {
    Result<void> allowed = co_await guard(**route, request);
    if (!allowed) {
      co_return fail(limit_failures(request, std::move(allowed).error()));
    }
  }
  RAKKAN_CO_CHECK(check_query(request.query, (*route)->query));
  if ((*route)->is_work() && !local_user_) {
    RAKKAN_CO_CHECK(worker_.admit(**route, request.owner()));
    work.enter(worker_.admission((*route)->needs), request.owner());
  }
  // The work begins only now, since a request must not count itself when it asks to be taken on.
  body.when_whole([this, &request, &work] {
    request.deadline = steady_clock::now() + span_;  // a slow upload does not take from the time for the work
    work.begin();
  });
  if (!request.rate_key.empty()) {
    RAKKAN_CO_CHECK(shared_.key_rate.take(request.rate_key, steady_clock::now()));
  }
  if (!body.is_empty()) {
    const RequestBody::Memory memory{shared_.budget, worker_.memory_of(memory_owner(request)), shared_.documents};
    RAKKAN_CO_CHECK(body.admit((*route)->body_limit, shared_.options.limits.body, memory));
  }
  co_return co_await (*route)->handler(request);
}

std::chrono::nanoseconds Session::wait_after(const Error& refused, const Request& request, bool read_later) {
  const RefusalPace::Duration turn = read_later ? RefusalPace::Duration(RefusalPace::kStays) : RefusalPace::kEnds;
  return worker_.refusal_pace().take(steady_clock::now(), turn, *refused.retry_after, request.owner());
}

async::Task<void> Session::wait_for_turn(std::chrono::nanoseconds wait) {
  const bool whole = refused_in_a_row_ >= RefusalPace::kInARow;
  const std::chrono::nanoseconds first = whole ? wait : std::min<std::chrono::nanoseconds>(wait, RefusalPace::kAtOnce);
  co_await stay_silent(first);
  if (wait > first && connection_.has_input() && !shared_.draining.load()) {
    co_await stay_silent(wait - first);
  }
}

async::Task<void> Session::stay_silent(std::chrono::nanoseconds time) {
  silence_.end();
  silence_.begin(Silence::Kind::refused);
  co_await connection_.pause(time);
  silence_.end();
}

bool Session::can_throw_away(const RequestBody& body, const RequestParser& parser) const {
  const std::optional<std::uint64_t> length = parser.body_length();
  return parser.is_done() || (!connection_.holds_back(parser) && length && *length - body.received() <= kThrownAway);
}

// Reads and drops the rest of a body; true when nothing of it is left on the connection.
async::Task<bool> Session::throw_away(RequestParser& parser) {
  while (!parser.is_done()) {
    const auto bytes = co_await connection_.read_body(parser);
    if (!bytes) {
      co_return false;
    }
  }
  unread_input_ = false;
  co_return true;
}

async::Task<Result<std::uint64_t>> Session::write(const Response& response, const AnswerFacts& facts, bool with_body) {
  write_response_head(response, facts, head_);
  pieces_.clear();
  const bool joined = with_body && response.size() <= kJoined;
  if (joined) {
    for (const ByteView piece : response.pieces()) {
      head_.append(text_of(piece));
    }
  }
  pieces_.push_back(bytes_of(head_));
  if (with_body && !joined) {
    pieces_.insert(pieces_.end(), response.pieces().begin(), response.pieces().end());
  }
  const auto written = co_await connection_.write(pieces_);
  if (response.is_secret()) {
    secure_wipe(head_);
  }
  RAKKAN_CO_CHECK(written);
  if (with_body && response.producer()) {
    RAKKAN_CO_TRY(const std::uint64_t streamed, co_await write_stream(response, facts.http_1_1));
    co_return streamed;
  }
  co_return with_body ? response.size() : 0;
}

async::Task<Result<std::uint64_t>> Session::write_stream(const Response& response, bool chunked) {
  constexpr std::string_view kLineEnd = "\r\n";
  std::uint64_t sent = 0;
  for (;;) {
    RAKKAN_CO_TRY(const Bytes bytes, co_await produce_safely(response));
    const bool last = bytes.empty();
    if (last && !chunked) {
      co_return sent;
    }
    std::array<char, 20> size{};
    const auto end = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
    head_.assign(size.data(), chunked ? end : size.data()).append(chunked ? kLineEnd : "");
    pieces_.assign({bytes_of(head_), ByteView(bytes), bytes_of(chunked ? kLineEnd : "")});
    RAKKAN_CO_CHECK(co_await connection_.write(pieces_));
    sent += bytes.size();
    if (last) {
      co_return sent;
    }
  }
}

// Asks the answer's producer for more. A failure of the producer breaks the answer off: the peer sees no last chunk.
async::Task<Result<Bytes>> Session::produce_safely(const Response& response) {
  try {
    co_return co_await response.producer()();
  } catch (const std::exception& thrown) {
    shared_.exceptions.fetch_add(1, std::memory_order_relaxed);
    co_return fail(ErrorCode::internal, std::string("an exception reached the session: ") + thrown.what());
  }
}

}  // namespace

async::Task<void> serve_connection(Worker& worker, Stream stream, Peer peer, AddressCounts::Place place) {
  Session session(worker, std::move(stream), peer, std::move(place));
  co_await session.run();
}

}  // namespace rakkan::http
