// The body of a request on a connection: within the route's limit, and its bytes taken from the budget of all.
#pragma once

#include <functional>

#include "http/connection.hpp"
#include "rakkan/async/byte_budget.hpp"

namespace rakkan::http {

class RequestBody final : public Body {
 public:
  RequestBody(Connection& connection, RequestParser& parser, async::ByteBudget& budget)
      : connection_(connection), parser_(parser), budget_(budget) {}

  // Before the first byte is read: whether a body of this size may come. input_too_large, overloaded.
  [[nodiscard]] Result<void> admit(std::uint64_t limit);

  [[nodiscard]] std::optional<std::uint64_t> length() const noexcept override { return length_; }
  [[nodiscard]] async::Task<Result<ByteView>> next() override;

  [[nodiscard]] std::uint64_t received() const noexcept { return received_; }
  // Called once, when the body is whole: at once when there is none.
  void when_whole(std::function<void()> act);

 private:
  Connection& connection_;
  RequestParser& parser_;
  async::ByteBudget& budget_;
  async::ByteBudget::Lease lease_;
  std::optional<std::uint64_t> length_ = 0;
  std::uint64_t limit_ = 0;
  std::uint64_t received_ = 0;
  std::function<void()> when_whole_;
};

}  // namespace rakkan::http
