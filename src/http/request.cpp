#include "rakkan/http/request.hpp"

#include <algorithm>

#include "http/negotiation.hpp"
#include "http/query.hpp"
#include "rakkan/async/task.hpp"
#include "rakkan/http/document_buffer.hpp"
#include "rakkan/http/text.hpp"

namespace rakkan::http {
namespace {

template <class Whole>
async::Task<Result<Whole>> read_into(Body& body, std::uint64_t limit) {
  Whole whole;
  const std::optional<std::uint64_t> length = body.length();
  if (length && *length > limit) {
    co_return fail(ErrorCode::input_too_large, "more than " + std::to_string(limit) + " bytes");
  }
  whole.reserve(static_cast<std::size_t>(length.value_or(0)));
  for (;;) {
    RAKKAN_CO_TRY(const ByteView bytes, co_await body.next());
    if (bytes.empty()) {
      co_return whole;
    }
    if (bytes.size() > limit - whole.size()) {
      co_return fail(ErrorCode::input_too_large, "more than " + std::to_string(limit) + " bytes");
    }
    whole.insert(whole.end(), bytes.begin(), bytes.end());
  }
}

}  // namespace

async::Task<Result<ByteView>> Body::next_into(ByteSpan /*room*/) { return next(); }

Result<DocumentBuffer> Body::reserve(std::uint64_t capacity) { return DocumentBuffer::reserve(capacity); }

async::Task<Result<Bytes>> read_all(Body& body, std::uint64_t limit) { return read_into<Bytes>(body, limit); }
async::Task<Result<WipedBytes>> read_secret(Body& body, std::uint64_t limit) {
  return read_into<WipedBytes>(body, limit);
}

async::Owner Request::owner() const noexcept { return caller ? caller->owner() : async::Owner::of("anybody"); }

std::optional<std::string_view> Request::header(std::string_view field) const noexcept {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const Header& header) { return same_ignoring_case(header.name, field); });
  return found == headers.end() ? std::nullopt : std::optional(found->value);
}

std::string_view Request::parameter(std::string_view parameter_name) const noexcept {
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const PathParameter& parameter) { return parameter.name == parameter_name; });
  return found == parameters.end() ? std::string_view() : found->value;
}

std::optional<std::string> Request::query_parameter(std::string_view parameter_name) const {
  return query_value(query, parameter_name);
}

std::string Request::media_type() const {
  std::string_view value = header("Content-Type").value_or("");
  return lower_case(take_until(value, ';'));
}

std::optional<std::string_view> Request::preferred(std::span<const std::string_view> offered) const {
  const auto accept = header("Accept");
  if (!accept) {
    return offered.empty() ? std::nullopt : std::optional(offered.front());
  }
  return preferred_media_type(*accept, offered);
}

}  // namespace rakkan::http
