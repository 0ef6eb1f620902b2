#include "rakkan/fetch/evidence_client.hpp"

#include <utility>

#include "rakkan/async/task.hpp"
#include "rakkan/base/base64.hpp"

namespace rakkan::fetch {
namespace {

constexpr int kHttpOk = 200;
constexpr std::string_view kOcspRequest = "application/ocsp-request";
constexpr std::string_view kOcspResponse = "application/ocsp-response";
constexpr std::size_t kLongestGet = 255;  // bytes (RFC 5019 §5)

// The code for evidence that corresponds to ExchangeLoop's code for any server.
ErrorCode evidence_code(ErrorCode code) noexcept {
  // This is not a full switch, since ExchangeLoop fails with few codes.
  if (code == ErrorCode::server_unreachable) {
    return ErrorCode::evidence_unreachable;
  }
  if (code == ErrorCode::deadline_exceeded) {
    return ErrorCode::evidence_timeout;
  }
  return code == ErrorCode::input_too_large || code == ErrorCode::malformed_server_answer
             ? ErrorCode::evidence_answer_invalid
             : code;
}

// Statuses by which a responder says that it does not serve a GET.
bool knows_no_get(int status) noexcept {
  return status == 400 || status == 403 || status == 404 || status == 405 || status == 414 || status == 501;
}

Exchange exchange(const Options& options, const EvidenceQuery& query, std::uint64_t limit) {
  return {.url = query.url,
          .max_response = static_cast<std::size_t>(limit),
          .timeout = options.timeout,
          .connect_timeout = options.connect_timeout,
          .ca_file = options.ca_file,
          .idempotent = true,
          .max_redirects = 3,
          .purpose = query.purpose};
}

Error invalid(const EvidenceQuery& query, const std::string& why) {
  return {ErrorCode::evidence_answer_invalid, describe(query.purpose) + ": " + why, shown_url(query.url), {}, {}};
}

std::string key_of(const EvidenceQuery& query, ByteView request) {
  return std::string(name(query.purpose.kind)) + " " + query.url + " " + to_base64(request);
}

std::optional<Evidence> cached(const EvidenceEnvironment& with, const EvidenceQuery& query, const std::string& key) {
  auto found = query.cacheable ? with.cache.find(key, with.clock.now()) : std::nullopt;
  if (!found || (query.not_before && found->freshness.this_update < *query.not_before)) {
    return std::nullopt;
  }
  return Evidence{std::move(found->bytes), std::move(found->media_type), found->freshness, true, key};
}

async::Task<Result<SharedResponse>> ask(const EvidenceEnvironment& with, Exchange request, const EvidenceQuery& query) {
  Result<SharedResponse> answer = co_await with.loop.exchange(std::move(request), query.deadline, query.owner);
  if (!answer) {
    Error error = std::move(answer).error();
    error.code = evidence_code(error.code);
    co_return fail(std::move(error));
  }
  co_return answer;
}

// Has an answer verified, and keeps it.
async::Task<Result<Evidence>> accept(const EvidenceEnvironment& with, const EvidenceQuery& query,
                                     const std::string& key, SharedResponse answer) {
  if (answer->status != kHttpOk) {
    co_return fail(invalid(query, "HTTP status " + std::to_string(answer->status)));
  }
  // The answer lives as long as its bytes are in use: they are not copied.
  const std::shared_ptr<const Bytes> bytes(answer, &answer->body);
  std::string media_type = answer->media_type();
  const auto verify = [&] { return query.verify(*bytes, media_type); };
  Result<Freshness> freshness = co_await async::run_on(with.pool, verify, query.deadline, query.owner);
  if (!freshness) {
    const ErrorCode code = freshness.error().code;
    if (code == ErrorCode::overloaded || code == ErrorCode::shutting_down || code == ErrorCode::deadline_exceeded) {
      co_return fail(std::move(freshness).error());  // the pool's word, not the function's
    }
    co_return fail(invalid(query, "the answer was not accepted").because(std::move(freshness).error()));
  }
  if (query.cacheable && freshness->next_update) {
    with.cache.keep(key, {bytes, media_type, *freshness}, with.clock.now());
  }
  co_return Evidence{bytes, std::move(media_type), *freshness, false, key};
}

async::Task<Result<Evidence>> download(EvidenceEnvironment with, EvidenceQuery query, ExchangeKind kind,
                                       std::uint64_t limit) {
  query.purpose.kind = kind;
  const std::string key = key_of(query, {});
  if (auto found = cached(with, query, key)) {
    co_return *std::move(found);
  }
  Exchange request = exchange(with.options, query, limit);
  RAKKAN_CO_TRY(SharedResponse answer, co_await ask(with, std::move(request), query));
  co_return co_await accept(with, query, key, std::move(answer));
}

// base64 in a path segment: its three special characters are escaped (RFC 3986 §2.1).
std::string escaped(std::string_view base64) {
  std::string text;
  for (const char c : base64) {
    switch (c) {
      case '+':
        text += "%2B";
        break;
      case '/':
        text += "%2F";
        break;
      case '=':
        text += "%3D";
        break;
      default:
        text += c;
    }
  }
  return text;
}

}  // namespace

std::optional<std::string> ocsp_get_url(const std::string& url, ByteView request) {
  if (url.find_first_of("?#") != std::string::npos) {
    return std::nullopt;  // the request is the last segment of a path
  }
  std::string whole = url + (url.ends_with('/') ? "" : "/") + escaped(to_base64(request));
  return whole.size() <= kLongestGet ? std::optional(std::move(whole)) : std::nullopt;
}

async::Task<Result<Evidence>> OcspClient::fetch(Bytes request, EvidenceQuery query, Method method) const {
  const EvidenceEnvironment with = environment_;
  query.purpose.kind = ExchangeKind::ocsp;
  const std::string key = key_of(query, request);
  if (auto found = cached(with, query, key)) {
    co_return *std::move(found);
  }
  const Exchange common = exchange(with.options, query, with.options.ocsp_response);
  std::optional<SharedResponse> answer;
  const auto short_url = method == Method::by_length ? ocsp_get_url(query.url, request) : std::nullopt;
  if (short_url) {
    Exchange get = common;
    get.url = *short_url;
    get.headers = {{"Accept", std::string(kOcspResponse)}};
    RAKKAN_CO_TRY(answer, co_await ask(with, std::move(get), query));
  }
  if (!answer || knows_no_get((*answer)->status)) {
    Exchange post = common;
    post.method = "POST";
    post.headers = {{"Content-Type", std::string(kOcspRequest)}, {"Accept", std::string(kOcspResponse)}};
    post.body = std::move(request);
    RAKKAN_CO_TRY(answer, co_await ask(with, std::move(post), query));
  }
  if ((*answer)->status == kHttpOk && (*answer)->media_type() != kOcspResponse) {
    co_return fail(invalid(query, "the answer is not of type " + std::string(kOcspResponse)));
  }
  SharedResponse given = *std::move(answer);
  co_return co_await accept(with, query, key, std::move(given));
}

async::Task<Result<Evidence>> CrlClient::fetch(EvidenceQuery query) const {
  return download(environment_, std::move(query), ExchangeKind::crl, environment_.options.crl);
}

async::Task<Result<Evidence>> AiaClient::fetch(EvidenceQuery query) const {
  return download(environment_, std::move(query), ExchangeKind::certificates, environment_.options.certificates);
}

}  // namespace rakkan::fetch
