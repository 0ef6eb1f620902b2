#include "http/request_body.hpp"

#include <algorithm>
#include <utility>
#include "rakkan/async/task.hpp"

namespace rakkan::http {
namespace {

// Arrived bytes take from the budget in steps of this size, but never more than the body can still bring.
constexpr std::uint64_t kStep = 256 * 1024;

}  // namespace

Result<void> RequestBody::admit(std::uint64_t limit, std::uint64_t small, async::ByteBudget& budget,
                                async::ByteBudget::Account& account) {
  limit_ = limit;
  length_ = parser_.body_length();
  if (length_.value_or(0) > limit) {
    return fail(ErrorCode::input_too_large, "more than " + std::to_string(limit) + " bytes");
  }
  using Size = async::ByteBudget::Size;
  const Size size = length_.value_or(limit) <= small ? Size::small : Size::large;
  if (length_.value_or(0) > budget.most(size)) {
    return fail(ErrorCode::input_too_large,
                "more than the " + std::to_string(budget.most(size)) + " bytes that one caller may have on the way");
  }
  lease_ = budget.open(account, size);
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
  if (!bytes.empty()) {
    RAKKAN_CO_CHECK(may_go_on());
  }
  if (bytes.size() > limit_ - received_) {
    co_return fail(ErrorCode::input_too_large, "more than " + std::to_string(limit_) + " bytes");
  }
  received_ += bytes.size();
  if (received_ > lease_.bytes()) {
    const std::uint64_t step = std::max(kStep, received_ - lease_.bytes());
    RAKKAN_CO_CHECK(lease_.grow(std::min(step, length_.value_or(limit_) - lease_.bytes())));
  }
  if (bytes.empty() && when_whole_) {
    std::exchange(when_whole_, nullptr)();
  }
  co_return bytes;
}

}  // namespace rakkan::http
