#include "rakkan/service/timestamper.hpp"

#include "rakkan/async/task.hpp"

#include <algorithm>
#include <array>

#include "service/key_use.hpp"
#include "service/records.hpp"
#include "service/self_check_table.hpp"

namespace rakkan::service {
namespace {

// False for a failure that is not one authority's: another would not do better.
bool may_ask_next(ErrorCode code) noexcept {
  return code != ErrorCode::shutting_down && code != ErrorCode::audit_unavailable && code != ErrorCode::api_key_expired;
}

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
  const async::Owner owner = caller.owner();
  RAKKAN_CO_CHECK(co_await trail_->write(std::move(intent), owner));
  if (first != nullptr) {
    first->durable = true;
  }

  const KeyUse::Time asked = std::chrono::steady_clock::now();
  const auto sign = [&] { return use_->measure(asked, [&] { return unit_->sign(token); }); };
  RAKKAN_CO_TRY(const Bytes signature, co_await async::run_on(*hsm_, sign, deadline, owner));
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

std::optional<ExpectedUnit> InternalTimestamper::expected_unit() const {
  const credentials::SigningMaterial& key = credential_->material();
  return ExpectedUnit{key.certificate(), key.chain(), true};
}

Result<void> InternalTimestamper::can_issue(Instant now) const {
  RAKKAN_CHECK(credential_->still_stands(now));
  return credential_->material().check_algorithms(now);
}

void OutsideAuthority::saw(const tsp::TimestampToken& token) {
  auto seen = std::make_shared<const tsp::TimestampToken>(token);
  {
    const std::lock_guard lock(mutex_);
    last_seen_.swap(seen);
  }
  const std::size_t token_size = token.der().size();
  std::size_t largest = largest_seen_.load(std::memory_order_relaxed);
  while (token_size > largest && !largest_seen_.compare_exchange_weak(largest, token_size, std::memory_order_relaxed)) {
  }
}

std::optional<ExpectedUnit> OutsideAuthority::expected_unit() const {
  std::shared_ptr<const tsp::TimestampToken> token;
  {
    const std::lock_guard lock(mutex_);
    token = last_seen_;
  }
  if (!token) {
    return std::nullopt;
  }
  auto unit = token->unit_certificate(cms::CertificateBinding::signer_identifier);
  return unit ? std::optional(ExpectedUnit{*std::move(unit), cms::readable_certificates(token->signed_data())})
              : std::nullopt;
}

std::size_t OutsideAuthority::expected_token_size() const noexcept {
  const std::size_t seen = largest_seen_.load(std::memory_order_relaxed);
  return seen == 0 ? client_->options().token_size : with_margin(seen);
}

async::Task<Result<tsp::TimestampToken>> OutsideTimestamper::timestamp(const access::Principal& caller,
                                                                       crypto::Digest digest,
                                                                       async::Deadline deadline) {
  RAKKAN_CO_TRY(tsp::TimestampToken token,
                co_await authority_->client().timestamp(digest, role_, deadline, caller.owner()));
  authority_->saw(token);
  co_return token;
}

std::size_t OutsideTimestamper::expected_token_size() const noexcept { return authority_->expected_token_size(); }

async::Task<Result<tsp::TimestampToken>> FailoverTimestamper::timestamp(const access::Principal& caller,
                                                                        crypto::Digest digest,
                                                                        async::Deadline deadline) {
  std::vector<Error> failures;
  for (std::size_t i = 0; i < authorities_.size(); ++i) {
    const async::Deadline now = std::chrono::steady_clock::now();
    const auto part = (deadline - now) / static_cast<async::Deadline::rep>(authorities_.size() - i);
    const async::Deadline until = std::min(deadline, now + part);
    Result<tsp::TimestampToken> token = co_await authorities_[i]->timestamp(caller, digest, until);
    if (token || !may_ask_next(token.error().code)) {
      co_return token;
    }
    failures.push_back(std::move(token).error());
  }
  Error last = std::move(failures.back());
  failures.pop_back();
  for (Error& failure : failures) {
    last.causes.push_back(std::move(failure));
  }
  co_return fail(std::move(last));
}

std::optional<ExpectedUnit> FailoverTimestamper::expected_unit() const {
  std::optional<ExpectedUnit> unit = authorities_.front()->expected_unit();
  if (unit) {
    unit->is_certain = false;
  }
  return unit;
}

std::size_t FailoverTimestamper::expected_token_size() const noexcept {
  std::size_t largest = 0;
  for (const auto& authority : authorities_) {
    largest = std::max(largest, authority->expected_token_size());
  }
  return largest;
}

std::size_t with_margin(std::size_t token_size) noexcept { return token_size + token_size / 8 + 128; }

}  // namespace rakkan::service
