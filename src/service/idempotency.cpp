#include "rakkan/service/idempotency.hpp"

#include <algorithm>
#include <array>

#include "rakkan/base/hex.hpp"
#include "rakkan/crypto/hmac.hpp"

namespace rakkan::service {
namespace {

constexpr std::string_view kSecretFact = "idempotency.secret";
constexpr std::size_t kSecretSize = 32;
constexpr std::size_t kLongestKey = 255;
constexpr std::chrono::milliseconds kRetryInFlight{1'000};
// A claim is made while the activation is good, and its use is recorded before the deadline of the request (or of a
// line of a batch), which is signing.deadline, an hour at most: the activation's row has to exist until then.
constexpr std::chrono::hours kActivationsKept{2};

Result<SecureBytes> make_secret(store::Ledger& ledger, RandomSource& random) {
  std::array<Byte, kSecretSize> secret{};
  RAKKAN_CHECK(random.fill(secret));
  RAKKAN_CHECK(ledger.set_fact(kSecretFact, to_hex(secret)));
  SecureBytes kept{ByteView(secret)};
  secure_wipe(secret);
  return kept;
}

Result<SecureBytes> load_secret(store::Ledger& ledger, RandomSource& random) {
  RAKKAN_TRY(const std::optional<std::string> known, ledger.fact(kSecretFact));
  if (!known) {
    return make_secret(ledger, random);
  }
  const auto secret = from_hex(*known);
  if (!secret || secret->size() != kSecretSize) {
    return fail(ErrorCode::store_corrupt, "the fact has not the form in which it is written", std::string(kSecretFact));
  }
  return SecureBytes(*secret);
}

}  // namespace

Result<std::string> parse_idempotency_key(std::string_view header) {
  const auto printable = [](char c) { return c >= 0x20 && c <= 0x7E; };
  if (header.empty() || header.size() > kLongestKey || !std::all_of(header.begin(), header.end(), printable)) {
    return fail(ErrorCode::invalid_request, "must be 1 to 255 printable ASCII characters", "Idempotency-Key");
  }
  return std::string(header);
}

Idempotency::Idempotency(store::Ledger& ledger, const Clock& clock, SecureBytes secret, std::chrono::seconds kept)
    : ledger_(&ledger), clock_(&clock), secret_(std::move(secret)), kept_(kept) {}

Result<std::unique_ptr<Idempotency>> Idempotency::open(store::Ledger& ledger, const Clock& clock, RandomSource& random,
                                                       std::chrono::seconds kept) {
  RAKKAN_TRY(SecureBytes secret, load_secret(ledger, random));
  return std::unique_ptr<Idempotency>(new Idempotency(ledger, clock, std::move(secret), kept));
}

Bytes Idempotency::fingerprint(std::initializer_list<std::string_view> parts) const {
  Bytes framed;
  for (const std::string_view part : parts) {
    append(framed, std::to_string(part.size()));
    append(framed, ":");
    append(framed, part);
  }
  return copy_of(crypto::hmac_sha256(secret_.view(), {ByteView(framed)}).view());
}

Idempotency::Permit::~Permit() {
  if (owner_ != nullptr) {
    const std::scoped_lock lock(owner_->mutex_);
    owner_->in_flight_.erase(place_);
  }
}

// The key's place among the requests in flight is taken before the store is read, and given back after the answer is in
// the store: a request that finds the place free finds the answer, too.
Result<Idempotency::Claim> Idempotency::claim(const TenantId& tenant, const std::string& key, ByteView fingerprint) {
  std::pair<TenantId, std::string> place(tenant, key);
  {
    const std::scoped_lock lock(mutex_);
    if (!in_flight_.insert(place).second) {
      Error busy{ErrorCode::idempotency_in_flight,
                 "the first request with this key is not answered yet",
                 "Idempotency-Key",
                 kRetryInFlight,
                 {}};
      return fail(std::move(busy));
    }
  }
  Permit permit(*this, std::move(place));
  RAKKAN_TRY(std::optional<store::IdempotencyRow> known, ledger_->answer(tenant, key));
  if (!known) {
    return Claim(std::move(permit));
  }
  if (!constant_time_equal(known->fingerprint, fingerprint)) {
    return fail(ErrorCode::idempotency_key_reused, "the key belongs to a request with other contents",
                "Idempotency-Key");
  }
  return Claim(*std::move(known));
}

Result<void> Idempotency::keep(const store::IdempotencyRow& row) {
  store::Additions additions;
  additions.changes.emplace_back(row);
  return ledger_->commit(additions);
}

Result<void> Idempotency::forget() {
  const Instant now = clock_->now();
  return ledger_->forget(now - kept_, now - kActivationsKept);
}

}  // namespace rakkan::service
