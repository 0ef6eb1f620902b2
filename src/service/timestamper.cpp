#include "rakkan/service/timestamper.hpp"

#include "rakkan/async/task.hpp"

#include <algorithm>
#include <array>

#include "service/key_use.hpp"
#include "service/records.hpp"
#include "service/self_check_table.hpp"

namespace rakkan::service {
namespace {

// Bytes for the first token of an authority: more than tokens with a chain of RSA-4096 certificates need (5 to 9 KB).
constexpr std::size_t kFirstGuess = 16 * 1024;

}  // namespace

async::Task<Result<Bytes>> InternalTimestamper::issue(const access::Principal& caller,
                                                      const tsp::TimestampRequest& request, async::Deadline deadline,
                                                      DurableBefore* first) {
  RAKKAN_CO_TRY(const tsp::UnsignedToken token, unit_->prepare(request));

  audit::Submission intent;
  intent.journal = audit::Journal::tokens;
  intent.event = "timestamp.intent";
  intent.body = records::token(token.info(), caller);
  const credentials::StillStands condition(caller, *credential_);
  intent.condition = &condition;
  if (first != nullptr) {
    intent.changes = std::move(first->changes);
  }
  RAKKAN_CO_CHECK(co_await trail_->write(std::move(intent)));
  if (first != nullptr) {
    first->durable = true;
  }

  const KeyUse::Time asked = std::chrono::steady_clock::now();
  const auto sign = [&] { return use_->measure(asked, [&] { return unit_->sign(token); }); };
  RAKKAN_CO_TRY(const Bytes signature, co_await async::run_on(*hsm_, sign, deadline, caller.owner()));
  RAKKAN_CO_TRY(Bytes der, unit_->complete(token, signature));
  have_table_made(unit_->self_check(), *cpu_);
  co_return der;
}

async::Task<Result<tsp::TimestampToken>> InternalTimestamper::timestamp(const access::Principal& caller,
                                                                        crypto::Digest digest,
                                                                        async::Deadline deadline) {
  DurableBefore nothing;
  co_return co_await timestamp(caller, digest, deadline, nothing);
}

async::Task<Result<tsp::TimestampToken>> InternalTimestamper::timestamp(const access::Principal& caller,
                                                                        crypto::Digest digest, async::Deadline deadline,
                                                                        DurableBefore& first) {
  std::array<Byte, 8> nonce{};
  RAKKAN_CO_CHECK(random_->fill(nonce));
  const auto request = tsp::TimestampRequest::for_digest(digest, nonce);
  RAKKAN_CO_TRY(const Bytes token, co_await issue(caller, request, deadline, &first));
  co_return tsp::TimestampToken::parse(token);
}

std::size_t InternalTimestamper::expected_token_size() const noexcept { return unit_->max_token_size(); }

async::Task<Result<tsp::TimestampToken>> OutsideTimestamper::timestamp(const access::Principal& caller,
                                                                       crypto::Digest digest,
                                                                       async::Deadline deadline) {
  const auto ask = [&] { return client_.timestamp(digest); };
  RAKKAN_CO_TRY(tsp::TimestampToken token, co_await async::run_on(*pool_, ask, deadline, caller.owner()));
  const std::size_t size = token.der().size();
  std::size_t largest = largest_seen_.load(std::memory_order_relaxed);
  while (size > largest && !largest_seen_.compare_exchange_weak(largest, size, std::memory_order_relaxed)) {
  }
  co_return token;
}

std::size_t OutsideTimestamper::expected_token_size() const noexcept {
  const std::size_t seen = largest_seen_.load(std::memory_order_relaxed);
  return seen == 0 ? kFirstGuess : with_margin(seen);
}

std::size_t with_margin(std::size_t token_size) noexcept { return token_size + token_size / 8 + 128; }

}  // namespace rakkan::service
