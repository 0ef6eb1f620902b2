#include "rakkan/fetch/tsa_client.hpp"

#include <algorithm>
#include <array>
#include <variant>

#include "rakkan/fetch/http_client.hpp"

namespace rakkan::fetch {
namespace {

constexpr int kHttpOk = 200;

// The code for an authority that corresponds to HttpClient's code for any server.
ErrorCode tsa_code(ErrorCode code) noexcept {
  // This is not a full switch, since HttpClient fails with these few codes.
  if (code == ErrorCode::server_unreachable) {
    return ErrorCode::tsa_unreachable;
  }
  if (code == ErrorCode::deadline_exceeded) {
    return ErrorCode::tsa_timeout;
  }
  return code == ErrorCode::input_too_large ? ErrorCode::tsa_response_too_large : code;
}

Result<HttpResponse> post(const TsaOptions& options, ByteView request) {
  const HttpClient client({options.timeout, options.connect_timeout, options.ca_file});
  return client
      .send({"POST",
             options.url,
             {{"Content-Type", "application/timestamp-query"}, {"Accept", "application/timestamp-reply"}},
             {request},
             options.max_response})
      .map_error([](Error error) {
        error.code = tsa_code(error.code);
        return error;
      });
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
  if (auto verified = token.verify_signature(); !verified) {
    return fail(
        Error{ErrorCode::tsa_response_mismatch, "the token's signature does not verify", {}, std::nullopt, {}}.because(
            std::move(verified).error()));
  }
  return std::move(token);
}

TsaClient::TsaClient(TsaOptions options, RandomSource& random) : options_(std::move(options)), random_(&random) {}

Result<tsp::TimestampToken> TsaClient::timestamp(const crypto::Digest& digest) const {
  std::array<Byte, 8> nonce{};
  RAKKAN_CHECK(random_->fill(nonce));
  const auto request = tsp::TimestampRequest::for_digest(digest, nonce);

  const Bytes query = request.encode();
  RAKKAN_TRY(const HttpResponse reply, post(options_, query));
  if (reply.status != kHttpOk) {
    return fail(ErrorCode::tsa_rejected, "HTTP status " + std::to_string(reply.status));
  }
  if (reply.media_type() != "application/timestamp-reply") {
    return fail(ErrorCode::malformed_timestamp_response, "the answer is not of type application/timestamp-reply");
  }
  return granted_token(reply.body, request);
}

}  // namespace rakkan::fetch
