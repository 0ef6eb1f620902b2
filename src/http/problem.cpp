#include "rakkan/http/problem.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <string>

namespace rakkan::http {
namespace {

constexpr std::string_view kTypes = "/problems/";

std::string json_string(std::string_view text) {
  return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

std::string member(std::string_view name, std::string_view text) {
  return "\"" + std::string(name) + "\":" + json_string(text);
}

std::string member(std::string_view name, bool flag) {
  return "\"" + std::string(name) + "\":" + (flag ? "true" : "false");
}

std::string member(std::string_view name, std::int64_t number) {
  return "\"" + std::string(name) + "\":" + std::to_string(number);
}

// RFC 9110 §10.2.3: whole seconds; rounded up, so that nobody comes too early.
std::string retry_after_text(std::chrono::milliseconds wait) {
  return std::to_string(std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(wait).count()));
}

}  // namespace

Response problem(const Error& error, std::string_view request_id, Language language) {
  const ErrorRow& meaning = row(error.code);
  const bool ours = meaning.http_status >= 500;
  std::string body = "{" + member("type", std::string(kTypes).append(meaning.slug)) + "," +
                     member("title", language == Language::ja ? meaning.title_ja : meaning.title_en) + "," +
                     member("status", std::int64_t{meaning.http_status}) + ",";
  if (error.code != ErrorCode::internal && !error.detail.empty()) {
    body += member("detail", error.detail) + ",";
  }
  body += member("instance", request_id) + "," + member("code", meaning.slug) + "," +
          member("retryable", meaning.retryable) + "," + member("title_en", meaning.title_en) + "," +
          member("title_ja", meaning.title_ja);
  if (!ours && !error.where.empty()) {
    body += "," + member("where", error.where);
  }
  Response response(meaning.http_status);
  response.problem(meaning.slug);
  response.header("Content-Type", "application/problem+json");
  response.header("Content-Language", language == Language::ja ? "ja" : "en");
  response.header("Cache-Control", "no-store");
  if (meaning.retryable && error.retry_after) {
    body += "," + member("retry_after_ms", std::int64_t{error.retry_after->count()});
    response.header("Retry-After", retry_after_text(*error.retry_after));
  }
  if (error.code == ErrorCode::method_not_allowed) {
    response.header("Allow", error.where);
  }
  if (meaning.http_status == 401) {
    response.header("WWW-Authenticate", "Bearer");
  }
  response.append(body + "}\n");
  return response;
}

Result<Response> problem_type(std::string_view slug) {
  const auto code = error_code_from_slug(slug);
  if (!code) {
    return fail(ErrorCode::route_unknown, "there is no such problem type");
  }
  const ErrorRow& meaning = row(*code);
  return Response::json("{" + member("type", std::string(kTypes).append(meaning.slug)) + "," +
                        member("title_en", meaning.title_en) + "," + member("title_ja", meaning.title_ja) + "," +
                        member("status", std::int64_t{meaning.http_status}) + "," +
                        member("retryable", meaning.retryable) + "}\n");
}

}  // namespace rakkan::http
