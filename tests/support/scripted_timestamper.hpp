// An outside timestamp authority that does what a test wants.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "rakkan/async/task.hpp"
#include "rakkan/service/timestamper.hpp"
#include "support/unjournaled_tsu.hpp"

namespace rakkan::test {

class ScriptedTimestamper final : public service::Timestamper {
 public:
  explicit ScriptedTimestamper(tsp::Tsu& unit) : unit_(&unit) {}  // outlives it

  [[nodiscard]] async::Task<Result<tsp::TimestampToken>> timestamp(const access::Principal& caller,
                                                                   crypto::Digest digest, async::Deadline) override {
    ++requests;
    {
      const std::scoped_lock lock(mutex_);
      callers_.push_back(caller.id);
    }
    if (const auto hook = before) {
      hook();
    }
    if (failure) {
      co_return fail(*failure, "as the test wants");
    }
    co_return test::issue(*unit_, tsp::TimestampRequest::for_digest(digest, Bytes(8, 1)));
  }
  [[nodiscard]] std::size_t expected_token_size() const noexcept override { return token_size; }
  // Those who asked, in order.
  [[nodiscard]] std::vector<std::string> callers() const {
    const std::scoped_lock lock(mutex_);
    return callers_;
  }

  std::atomic<int> requests = 0;
  std::function<void()> before;
  std::optional<ErrorCode> failure;
  std::size_t token_size = 8'192;

 private:
  tsp::Tsu* unit_;
  mutable std::mutex mutex_;
  std::vector<std::string> callers_;
};

}  // namespace rakkan::test
