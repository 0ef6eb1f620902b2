#include "rakkan/access/refusals.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <utility>

#include "rakkan/base/error_table.hpp"

namespace rakkan::access {
namespace {

constexpr std::array kRefusals{ErrorCode::credential_unknown,
                               ErrorCode::credential_disabled,
                               ErrorCode::credential_type_mismatch,
                               ErrorCode::certificate_expired,
                               ErrorCode::certificate_not_yet_valid,
                               ErrorCode::algorithm_not_acceptable,
                               ErrorCode::instruction_missing,
                               ErrorCode::instruction_digest_mismatch,
                               ErrorCode::instruction_from_future,
                               ErrorCode::instruction_too_old,
                               ErrorCode::activation_missing,
                               ErrorCode::pin_incorrect,
                               ErrorCode::pin_wait,
                               ErrorCode::pin_locked,
                               ErrorCode::pin_not_set,
                               ErrorCode::pin_code_unknown,
                               ErrorCode::pin_code_expired,
                               ErrorCode::pin_code_exhausted,
                               ErrorCode::activation_unknown,
                               ErrorCode::activation_expired,
                               ErrorCode::activation_used,
                               ErrorCode::activation_digest_mismatch,
                               ErrorCode::api_key_missing,
                               ErrorCode::api_key_unknown,
                               ErrorCode::api_key_expired,
                               ErrorCode::scope_missing,
                               ErrorCode::key_exceeds_maker,
                               ErrorCode::address_not_allowed,
                               ErrorCode::operator_only,
                               ErrorCode::signature_unknown,
                               ErrorCode::idempotency_key_reused,
                               ErrorCode::rate_limited};

// The coarser kind under which a refusal is counted when there are too many kinds.
Refusal without_details(const Refusal& refusal) { return {refusal.code, refusal.action, {}, {}, {}, {}}; }

void add_unless_empty(boost::json::object& to, std::string_view name, const std::string& text) {
  if (!text.empty()) {
    to[name] = text;
  }
}

std::string body_of(const Refusal& refusal, std::uint64_t count, Instant first, Instant last) {
  boost::json::object body{{"code", row(refusal.code).slug}, {"action", refusal.action}};
  add_unless_empty(body, "peer", refusal.peer);
  add_unless_empty(body, "key", refusal.key.value());
  add_unless_empty(body, "tenant", refusal.tenant.value());
  add_unless_empty(body, "credential", refusal.credential.value());
  add_unless_empty(body, "principal", refusal.principal);
  body["count"] = count;
  body["first"] = to_rfc3339(first);
  body["last"] = to_rfc3339(last);
  return boost::json::serialize(body);
}

}  // namespace

bool is_refusal(ErrorCode code) noexcept {
  return std::find(kRefusals.begin(), kRefusals.end(), code) != kRefusals.end();
}

Refusals::Refusals(Recorder record, const Clock& clock)
    : record_(std::move(record)), clock_(&clock), lost_(std::make_shared<std::atomic<std::uint64_t>>(0)) {}

Refusals::~Refusals() { close_windows(true); }

void Refusals::add(Refusal refusal) {
  const Instant now = clock_->now();
  {
    const std::scoped_lock lock(mutex_);
    if (!windows_.contains(refusal) && windows_.size() >= kKinds) {
      refusal = without_details(refusal);
    }
    const auto [place, is_new] = windows_.try_emplace(refusal, Window{now, now, 0});
    if (!is_new) {
      Window& window = place->second;
      window.first = window.repeats == 0 ? now : window.first;
      window.last = now;
      ++window.repeats;
      return;
    }
  }
  write(refusal, 1, now, now);
}

void Refusals::add(ErrorCode code, std::string_view action, const Principal& principal,
                   const CredentialId& credential) {
  if (is_refusal(code)) {
    add({code, std::string(action), "", ApiKeyId(), principal.tenant, credential, principal.id});
  }
}

void Refusals::flush() { close_windows(false); }

// A window that saw repeats is followed by another, so that a steady attack gives one entry a minute; one that saw none
// ends.
void Refusals::close_windows(bool all) {
  struct Count {
    Refusal refusal;
    Window window;
  };
  std::vector<Count> counts;
  const Instant now = clock_->now();
  {
    const std::scoped_lock lock(mutex_);
    for (auto place = windows_.begin(); place != windows_.end();) {
      Window& window = place->second;
      const bool over = now - window.last >= kWindow || now - window.first >= kWindow || now < window.first;
      if (!over && !all) {
        ++place;
        continue;
      }
      if (window.repeats == 0) {
        place = windows_.erase(place);
        continue;
      }
      counts.push_back({place->first, window});
      window = {now, now, 0};
      ++place;
    }
    if (all) {
      windows_.clear();
    }
  }
  for (const Count& count : counts) {
    write(count.refusal, count.window.repeats, count.window.first, count.window.last);
  }
}

void Refusals::write(const Refusal& refusal, std::uint64_t count, Instant first, Instant last) {
  audit::Submission submission;
  submission.event = "request.refused";
  submission.body = body_of(refusal, count, first, last);
  record_(std::move(submission), [lost = lost_, count](const Result<audit::Receipt>& receipt) {
    if (!receipt) {
      lost->fetch_add(count, std::memory_order_relaxed);
    }
  });
}

std::uint64_t Refusals::lost() const noexcept { return lost_->load(std::memory_order_relaxed); }

}  // namespace rakkan::access
