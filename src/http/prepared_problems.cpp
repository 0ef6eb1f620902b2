#include "http/prepared_problems.hpp"

#include <algorithm>
#include <utility>

#include "rakkan/http/problem.hpp"

namespace rakkan::http {
namespace {

// The sample values that mark, in the document that is taken to pieces, the places of the parts that differ. No detail
// of an error looks like one of them.
constexpr std::string_view kId = "\"instance\":\"-id-\"";
constexpr std::string_view kPlaceOfId = "-id-";
constexpr std::chrono::milliseconds kWait{987'654'321};
constexpr std::string_view kPlaceOfWait = "\"retry_after_ms\":987654321";
constexpr std::string_view kField = "Retry-After: ";

// True for errors whose documents say nothing but a detail of ours, an id and a time.
bool is_plain(const Error& error) noexcept {
  return (error.code == ErrorCode::overloaded || error.code == ErrorCode::rate_limited) && error.retry_after &&
         error.where.empty() && !error.offset && error.allowed.empty();
}

}  // namespace

Response PreparedProblems::answer(const Error& error, std::string_view request_id, Language language) {
  const Prepared* const prepared = is_plain(error) ? prepare(error, language) : nullptr;
  if (prepared == nullptr) {
    return problem(error, request_id, language);
  }
  const ErrorRow& meaning = row(error.code);
  const std::string wait = std::to_string(error.retry_after->count());
  std::string body;
  body.reserve(prepared->before_id.size() + request_id.size() + prepared->after_id.size() + wait.size() + 2);
  body.append(prepared->before_id).append(request_id).append(prepared->after_id).append(wait).append("}\n");
  Response response(meaning.http_status);
  response.problem(meaning.slug);
  response.fields(prepared->fields);
  response.header("Retry-After", retry_after_text(*error.retry_after));
  response.append(std::move(body));
  return response;
}

// Null when there is no place for one more, or when its document does not look as expected.
const PreparedProblems::Prepared* PreparedProblems::prepare(const Error& error, Language language) {
  const auto known = std::find_if(prepared_.begin(), prepared_.end(), [&](const Prepared& one) {
    return one.code == error.code && one.language == language && one.detail == error.detail;
  });
  if (known != prepared_.end()) {
    return &*known;
  }
  if (prepared_.size() >= kMost) {
    return nullptr;
  }
  Error sample = error;
  sample.retry_after = kWait;
  const Response whole = problem(sample, kPlaceOfId, language);
  std::string body;
  for (const ByteView piece : whole.pieces()) {
    body += text_of(piece);
  }
  const std::size_t id = body.find(kId);
  const std::size_t wait = body.rfind(kPlaceOfWait);
  const std::size_t field = whole.fields().find(kField);
  if (id == std::string::npos || wait == std::string::npos || body.substr(wait + kPlaceOfWait.size()) != "}\n" ||
      field == std::string_view::npos || whole.fields().find("\r\n", field) + 2 != whole.fields().size()) {
    return nullptr;
  }
  const std::size_t before = id + kId.size() - kPlaceOfId.size() - 1;
  const std::size_t after = before + kPlaceOfId.size();
  const std::size_t end = wait + kPlaceOfWait.find(':') + 1;
  prepared_.push_back({error.code, language, error.detail, std::string(whole.fields().substr(0, field)),
                       body.substr(0, before), body.substr(after, end - after)});
  return &prepared_.back();
}

}  // namespace rakkan::http
