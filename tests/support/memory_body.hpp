// A body in memory that arrives in pieces of a chosen size, from the socket's buffer or into the reader's memory.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "rakkan/async/task.hpp"
#include "rakkan/http/request.hpp"

namespace rakkan::test {

class MemoryBody final : public http::Body {
 public:
  enum class Into : bool { own, readers };

  MemoryBody(Bytes bytes, std::size_t piece, Into into = Into::own)
      : bytes_(std::move(bytes)), piece_(std::max<std::size_t>(piece, 1)), into_(into) {}

  [[nodiscard]] std::optional<std::uint64_t> length() const noexcept override { return bytes_.size(); }
  [[nodiscard]] async::Task<Result<ByteView>> next() override {
    const ByteView rest = ByteView(bytes_).subspan(std::exchange(at_, std::min(at_ + piece_, bytes_.size())));
    // Each piece is a copy of its own, so that a reader that keeps the last one reads memory that is gone.
    shown_ = copy_of(rest.first(std::min(piece_, rest.size())));
    co_return ByteView(shown_);
  }
  [[nodiscard]] async::Task<Result<ByteView>> next_into(ByteSpan room) override {
    if (into_ == Into::own || room.empty()) {
      co_return co_await next();
    }
    const ByteView rest = ByteView(bytes_).subspan(at_);
    const std::size_t size = std::min({rest.size(), piece_, room.size()});
    std::copy_n(rest.begin(), size, room.begin());
    at_ += size;
    co_return ByteView(room.first(size));
  }

 private:
  Bytes bytes_;
  std::size_t piece_;
  Into into_;
  std::size_t at_ = 0;
  Bytes shown_;
};

}  // namespace rakkan::test
