#include "http/request_body.hpp"

#include <algorithm>
#include <utility>

namespace rakkan::http {
namespace {

// A body whose length nobody knows takes from the budget in such steps.
constexpr std::uint64_t kStep = 256 * 1024;

}  // namespace

Result<void> RequestBody::admit(std::uint64_t limit) {
  limit_ = limit;
  length_ = parser_.body_length();
  if (length_.value_or(0) > limit) {
    return fail(ErrorCode::input_too_large, "more than " + std::to_string(limit) + " bytes");
  }
  const std::uint64_t first = length_.value_or(std::min(kStep, limit));
  if (first > 0) {
    RAKKAN_TRY(lease_, budget_.take(first));
  }
  return {};
}

void RequestBody::when_whole(std::function<void()> act) {
  if (parser_.is_done()) {
    act();
  } else {
    when_whole_ = std::move(act);
  }
}

async::Task<Result<ByteView>> RequestBody::next() {
  RAKKAN_CO_TRY(const ByteView bytes, co_await connection_.read_body(parser_));
  if (bytes.size() > limit_ - received_) {
    co_return fail(ErrorCode::input_too_large, "more than " + std::to_string(limit_) + " bytes");
  }
  received_ += bytes.size();
  if (received_ > lease_.size()) {
    RAKKAN_CO_CHECK(lease_.grow(std::max(kStep, received_ - lease_.size())));
  }
  if (bytes.empty() && when_whole_) {
    std::exchange(when_whole_, nullptr)();
  }
  co_return bytes;
}

}  // namespace rakkan::http
