// RequestQuota is the Quota of a request: its key's rate, and its tenant's account of the memory of all bodies.
#pragma once

#include <chrono>
#include <string_view>

#include "http/shared.hpp"
#include "http/worker.hpp"
#include "rakkan/http/request.hpp"

namespace rakkan::http {

// The name of the account for the request's memory. Callers without a key share one account, whose name no tenant has.
[[nodiscard]] inline std::string_view memory_owner(const Request& request) noexcept {
  return request.caller ? request.caller->account() : "(anybody)";
}

class RequestQuota final : public Quota {
 public:
  RequestQuota(Worker& worker, const Request& request) noexcept : worker_(worker), request_(request) {}

  [[nodiscard]] Result<void> take_turn() override {
    return request_.rate_key.empty()
               ? Result<void>()
               : worker_.shared().key_rate.take(request_.rate_key, std::chrono::steady_clock::now());
  }

  // Bytes are kept until the request ends, also when fewer are held later: they are few, and will be needed again.
  [[nodiscard]] Result<void> hold(std::uint64_t bytes) override {
    if (bytes <= held_.bytes()) {
      return {};
    }
    if (held_.bytes() == 0) {
      held_ = worker_.shared().budget.open(worker_.memory_of(memory_owner(request_)), async::ByteBudget::Size::small);
    }
    return held_.grow(bytes - held_.bytes());
  }

 private:
  Worker& worker_;
  const Request& request_;
  async::ByteBudget::Lease held_;
};

}  // namespace rakkan::http
