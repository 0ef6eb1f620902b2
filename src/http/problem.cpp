#include "rakkan/http/problem.hpp"

#include <algorithm>
#include <string>

#include "rakkan/http/text.hpp"
#include "rakkan/json/writer.hpp"

namespace rakkan::http {
namespace {

constexpr std::string_view kTypes = "/problems/";

// The members with which both forms of a problem begin.
json::ObjectWriter describe(const Error& error, Language language) {
  const ErrorRow& meaning = row(error.code);
  json::ObjectWriter body;
  body.text("type", std::string(kTypes).append(meaning.slug))
      .text("title", language == Language::ja ? meaning.title_ja : meaning.title_en)
      .number("status", meaning.http_status);
  if (error.code != ErrorCode::internal && !error.detail.empty()) {
    body.text("detail", error.detail);
  }
  return body;
}

void add_place_and_time(json::ObjectWriter& body, const Error& error) {
  const ErrorRow& meaning = row(error.code);
  // The allowed methods belong into the field Allow (RFC 9110 §10.2.1), not into the body.
  if (meaning.http_status < 500 && error.code != ErrorCode::method_not_allowed) {
    if (!error.where.empty()) {
      body.text("where", error.where);
    }
    if (error.offset) {
      body.number("offset", *error.offset);
    }
    if (!error.allowed.empty()) {
      body.raw("allowed", json::array_of(error.allowed, json::quote));
    }
  }
  for (const auto& [name, value] : error.facts) {
    body.text(name, value);
  }
  if (meaning.retryable && error.retry_after) {
    body.number("retry_after_ms", static_cast<std::uint64_t>(error.retry_after->count()));
  }
}

}  // namespace

std::string retry_after_text(std::chrono::milliseconds wait) {
  return std::to_string(std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(wait).count()));
}

Response problem(const Error& error, std::string_view request_id, Language language) {
  const ErrorRow& meaning = row(error.code);
  json::ObjectWriter body = describe(error, language);
  body.text("instance", request_id)
      .text("code", meaning.slug)
      .flag("retryable", meaning.retryable)
      .text("title_en", meaning.title_en)
      .text("title_ja", meaning.title_ja);
  add_place_and_time(body, error);
  Response response(meaning.http_status);
  response.problem(meaning.slug);
  response.header("Content-Type", "application/problem+json");
  response.header("Content-Language", language == Language::ja ? "ja" : "en");
  response.header("Cache-Control", "no-store");
  if (meaning.retryable && error.retry_after) {
    response.header("Retry-After", retry_after_text(*error.retry_after));
  }
  if (error.code == ErrorCode::method_not_allowed) {
    response.header("Allow", list_of(error.allowed));
  }
  if (meaning.http_status == 401) {
    response.header("WWW-Authenticate", "Bearer");
  }
  response.append(std::move(body).finish() + "\n");
  return response;
}

std::string line_problem(const Error& error, Language language) {
  json::ObjectWriter body = describe(error, language);
  body.text("code", row(error.code).slug).flag("retryable", row(error.code).retryable);
  add_place_and_time(body, error);
  return std::move(body).finish();
}

Result<Response> problem_type(std::string_view slug) {
  const auto code = error_code_from_slug(slug);
  if (!code) {
    return fail(ErrorCode::route_unknown, "there is no such problem type");
  }
  const ErrorRow& meaning = row(*code);
  json::ObjectWriter body;
  body.text("type", std::string(kTypes).append(meaning.slug))
      .text("title_en", meaning.title_en)
      .text("title_ja", meaning.title_ja)
      .number("status", meaning.http_status)
      .flag("retryable", meaning.retryable);
  return Response::json(std::move(body).finish() + "\n");
}

}  // namespace rakkan::http
