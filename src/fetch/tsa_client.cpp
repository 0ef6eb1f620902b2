#include "rakkan/fetch/tsa_client.hpp"

#include <algorithm>
#include <array>
#include <variant>

#include "rakkan/async/task.hpp"
#include "rakkan/fetch/http_client.hpp"
#include "rakkan/tsp/token_algorithms.hpp"

namespace rakkan::fetch {
namespace {

constexpr int kHttpOk = 200;

// The code for an authority that corresponds to ExchangeLoop's code for any server.
ErrorCode tsa_code(ErrorCode code) noexcept {
  // This is not a full switch, since ExchangeLoop fails with few codes.
  if (code == ErrorCode::server_unreachable) {
    return ErrorCode::tsa_unreachable;
  }
  if (code == ErrorCode::deadline_exceeded) {
    return ErrorCode::tsa_timeout;
  }
  if (code == ErrorCode::malformed_server_answer) {
    return ErrorCode::malformed_timestamp_response;
  }
  return code == ErrorCode::input_too_large ? ErrorCode::tsa_response_too_large : code;
}

// True for a request that the loop refused at once: its queue is full, or the authority's breaker is open.
bool was_not_made(const Error& error) noexcept { return error.retry_after.has_value(); }

Error as_tsa_error(Error error) {
  error.code = tsa_code(error.code);
  return error;
}

// Describes a rejection in one short printable line: the text comes from the authority, and the detail reaches logs and
// terminals.
std::string describe(const tsp::Rejection& rejection) {
  constexpr std::size_t kMaxText = 200;
  std::string text = rejection.text.substr(0, kMaxText);
  std::replace_if(text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  std::string detail = "status " + std::to_string(rejection.status);
  if (rejection.failure_info) {
    detail += " ";
    detail += name(*rejection.failure_info);
  }
  return text.empty() ? detail : detail + ": " + text;
}

}  // namespace

Result<tsp::TimestampToken> granted_token(ByteView response, const tsp::TimestampRequest& request) {
  RAKKAN_TRY(auto answer, tsp::parse_response(response));
  if (const auto* rejection = std::get_if<tsp::Rejection>(&answer)) {
    return fail(ErrorCode::tsa_rejected, describe(*rejection));
  }
  auto& token = std::get<tsp::TimestampToken>(answer);
  RAKKAN_CHECK(token.matches(request));
  const auto unit = token.verify_signature();
  if (!unit) {
    return fail(
        Error{ErrorCode::tsa_response_mismatch, "the token's signature does not verify", {}, std::nullopt, {}}.because(
            unit.error()));
  }
  RAKKAN_CHECK(tsp::require_acceptable(token, *unit, pki::AlgorithmPolicy::ts_119_312()));
  return std::move(token);
}

Result<std::unique_ptr<TsaClient>> TsaClient::create(TsaOptions options, std::string name, ExchangeLoop& loop,
                                                     RandomSource& random) {
  RAKKAN_TRY(auto credentials, Credentials::read(options.credentials));
  return std::unique_ptr<TsaClient>(
      new TsaClient(std::move(options), std::move(name), std::move(credentials), loop, random));
}

TsaClient::TsaClient(TsaOptions options, std::string name, std::shared_ptr<const Credentials> credentials,
                     ExchangeLoop& loop, RandomSource& random)
    : options_(std::move(options)),
      name_(std::move(name)),
      credentials_(std::move(credentials)),
      loop_(&loop),
      random_(&random),
      budget_(options_.budget, options_.budget_period) {}

Exchange TsaClient::exchange(Bytes query, const std::string& role) const {
  const std::string by = "by tsa." + name_;
  return {.method = "POST",
          .url = options_.url,
          .headers = {{"Content-Type", "application/timestamp-query"}, {"Accept", "application/timestamp-reply"}},
          .body = std::move(query),
          .max_response = options_.max_response,
          .timeout = options_.timeout,
          .connect_timeout = options_.connect_timeout,
          .ca_file = options_.ca_file,
          .credentials = credentials_,
          .own_origin = true,
          .purpose = {ExchangeKind::timestamp, role.empty() ? by : role + ", " + by, {}, {}}};
}

async::Task<Result<tsp::TimestampToken>> TsaClient::timestamp(crypto::Digest digest, std::string role,
                                                              async::Deadline deadline, async::Owner owner) {
  std::array<Byte, 8> nonce{};
  RAKKAN_CO_CHECK(random_->fill(nonce));
  const auto request = tsp::TimestampRequest::for_digest(digest, nonce);

  Exchange query = exchange(request.encode(), role);
  const std::string where = shown_url(options_.url);
  if (auto taken = budget_.take(); !taken) {
    co_return fail(std::move(taken).error().at("tsa." + name_));
  }
  const Result<SharedResponse> reply = co_await loop_->exchange(std::move(query), deadline, owner);
  if (!reply) {
    if (was_not_made(reply.error())) {
      budget_.give_back();
    }
    co_return fail(as_tsa_error(reply.error()));
  }
  const HttpResponse& response = **reply;
  if (response.status != kHttpOk) {
    co_return fail(ErrorCode::tsa_rejected, "HTTP status " + std::to_string(response.status), where);
  }
  if (response.media_type() != "application/timestamp-reply") {
    co_return fail(ErrorCode::malformed_timestamp_response, "the answer is not of type application/timestamp-reply",
                   where);
  }
  auto token = granted_token(response.body, request);
  if (!token && token.error().where.empty()) {
    co_return fail(std::move(token).error().at(where));
  }
  co_return token;
}

}  // namespace rakkan::fetch
