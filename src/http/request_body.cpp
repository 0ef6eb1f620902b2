#include "http/request_body.hpp"

#include <algorithm>
#include <utility>
#include "rakkan/async/task.hpp"
#include "rakkan/http/document_buffer.hpp"

namespace rakkan::http {
namespace {

// Arrived bytes take from the budget in steps of these sizes, but never more than the body can still bring. The steps
// are the pieces of memory that a DocumentBuffer fills: small ones first, then large ones.
constexpr std::uint64_t kStep = DocumentPool::kSmall;
constexpr std::uint64_t kLargeStep = DocumentPool::kLarge;

}  // namespace

Result<void> RequestBody::admit(std::uint64_t limit, std::uint64_t small, const Memory& memory) {
  limit_ = limit;
  length_ = parser_.body_length();
  if (length_.value_or(0) > limit) {
    return fail(ErrorCode::input_too_large, "more than " + std::to_string(limit) + " bytes");
  }
  using Size = async::ByteBudget::Size;
  const Size size = length_.value_or(limit) <= small ? Size::small : Size::large;
  if (length_.value_or(0) > memory.budget.most(size)) {
    return fail(ErrorCode::input_too_large, "more than the " + std::to_string(memory.budget.most(size)) +
                                                " bytes that one caller may have on the way");
  }
  lease_ = memory.budget.open(memory.account, size);
  documents_ = &memory.documents;
  account_ = &memory.account;
  return {};
}

void RequestBody::when_whole(std::function<void()> act) {
  if (parser_.is_done()) {
    act();
  } else {
    when_whole_ = std::move(act);
  }
}

Result<DocumentBuffer> RequestBody::reserve(std::uint64_t capacity) {
  return documents_ == nullptr ? Body::reserve(capacity) : DocumentBuffer::reserve(capacity, *documents_, account_);
}

// Takes from the budget until at least so many bytes are taken.
Result<void> RequestBody::lease(std::uint64_t bytes) {
  if (bytes <= lease_.bytes()) {
    return {};
  }
  const std::uint64_t step = std::max(lease_.bytes() < kLargeStep ? kStep : kLargeStep, bytes - lease_.bytes());
  return lease_.grow(std::min(step, length_.value_or(limit_) - lease_.bytes()));
}

async::Task<Result<ByteView>> RequestBody::next_into(ByteSpan room) {
  if (!room.empty() && received_ > 0 && received_ < length_.value_or(limit_)) {
    // The room may be a piece of kept memory, which counts from now on.
    RAKKAN_CO_CHECK(lease(received_ + 1));
  }
  RAKKAN_CO_TRY(const ByteView bytes, co_await connection_.read_body(parser_, room));
  if (!bytes.empty()) {
    RAKKAN_CO_CHECK(may_go_on());
  }
  if (bytes.size() > limit_ - received_) {
    co_return fail(ErrorCode::input_too_large, "more than " + std::to_string(limit_) + " bytes");
  }
  received_ += bytes.size();
  RAKKAN_CO_CHECK(lease(received_));
  if (bytes.empty() && when_whole_) {
    std::exchange(when_whole_, nullptr)();
  }
  co_return bytes;
}

}  // namespace rakkan::http
