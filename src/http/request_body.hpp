// RequestBody is the body of a request on a connection: within the route's limit, and its bytes taken from the server's
// budget as they arrive, on the account of the caller that sends them. An announced length takes nothing.
#pragma once

#include <functional>

#include "http/connection.hpp"
#include "http/document_pool.hpp"
#include "rakkan/async/byte_budget.hpp"

namespace rakkan::http {

class RequestBody final : public Body {
 public:
  RequestBody(Connection& connection, RequestParser& parser) : connection_(connection), parser_(parser) {}

  // The budget and the pool of all bodies, and the account of this one's tenant; they outlive the body.
  struct Memory {
    async::ByteBudget& budget;
    async::ByteBudget::Account& account;
    DocumentPool& documents;
  };
  // To be called before the first byte is read: fails when a body of this size can never be taken. `limit` is the
  // route's; a body that cannot be longer than `small` counts as small. input_too_large.
  [[nodiscard]] Result<void> admit(std::uint64_t limit, std::uint64_t small, const Memory& memory);

  [[nodiscard]] std::optional<std::uint64_t> length() const noexcept override { return length_; }
  [[nodiscard]] async::Task<Result<ByteView>> next() override { return next_into({}); }
  [[nodiscard]] async::Task<Result<ByteView>> next_into(ByteSpan room) override;
  [[nodiscard]] Result<DocumentBuffer> reserve(std::uint64_t capacity) override;

  // Gives back the bytes that the body took from the budget; it must not be read any more.
  void give_back() noexcept { lease_.give_back(); }

  [[nodiscard]] bool is_empty() const { return parser_.is_done(); }
  [[nodiscard]] std::uint64_t received() const noexcept { return received_; }
  // Sets a function that is called once, when the body is complete: at once when there is none.
  void when_whole(std::function<void()> act);

 private:
  [[nodiscard]] Result<void> lease(std::uint64_t bytes);

  Connection& connection_;
  RequestParser& parser_;
  async::ByteBudget::Lease lease_;
  DocumentPool* documents_ = nullptr;  // null before admit(), like the account
  const async::ByteBudget::Account* account_ = nullptr;
  std::optional<std::uint64_t> length_ = 0;
  std::uint64_t limit_ = 0;
  std::uint64_t received_ = 0;
  std::function<void()> when_whole_;
};

}  // namespace rakkan::http
