#include "rakkan/service/api_keys.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <future>
#include <unordered_map>
#include <utility>

#include "rakkan/base/base64.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/crypto/digest.hpp"

namespace rakkan::service {
namespace {

constexpr std::array<std::string_view, 4> kScopeNames{"sign", "timestamp", "audit", "admin"};
constexpr std::string_view kPrefix = "rkn_";
constexpr std::size_t kIdSize = 8;  // bytes, in hexadecimal
constexpr std::size_t kSecretSize = 32;
constexpr std::size_t kSecretDigits = 43;
constexpr std::size_t kTextSize = kPrefix.size() + 2 * kIdSize + 1 + kSecretDigits;
constexpr std::size_t kLongestTenant = 32;
constexpr std::size_t kLongestLabel = 100;
constexpr std::size_t kMostAddresses = 64;

// RFC 4648 §5 without padding.
Bytes hash_of(ByteView secret) { return copy_of(crypto::digest(crypto::DigestAlgorithm::sha256, secret).view()); }

struct PresentedKey {
  std::string id;
  Bytes secret_hash;
};

// A key's text in its one spelling; nothing for every other text.
std::optional<PresentedKey> read_key(std::string_view text) {
  if (text.size() != kTextSize || !text.starts_with(kPrefix) || text[kPrefix.size() + 2 * kIdSize] != '_') {
    return std::nullopt;
  }
  const std::string_view digits = text.substr(kTextSize - kSecretDigits);
  if (digits.find_first_of("+/=") != std::string_view::npos) {
    return std::nullopt;
  }
  std::string plain;
  plain.reserve(kSecretDigits + 1);  // what it grew out of would stay behind
  plain = digits;
  std::replace(plain.begin(), plain.end(), '-', '+');
  std::replace(plain.begin(), plain.end(), '_', '/');
  plain += '=';
  std::optional<Bytes> secret = from_base64(plain);
  secure_wipe({reinterpret_cast<Byte*>(plain.data()), plain.size()});
  if (!secret || secret->size() != kSecretSize) {
    return std::nullopt;
  }
  PresentedKey key{std::string(text.substr(kPrefix.size(), 2 * kIdSize)), hash_of(*secret)};
  secure_wipe(*secret);
  return key;
}

bool is_tenant_name(std::string_view text) noexcept {
  const auto letter_or_digit = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= kLongestTenant && letter_or_digit(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return letter_or_digit(c) || c == '.' || c == '_' || c == '-'; });
}

bool is_label(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kLongestLabel && std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
}

Result<void> check(const NewApiKey& request, Instant now) {
  if (!is_tenant_name(request.tenant.value())) {
    return fail(ErrorCode::invalid_argument, "must be 1 to 32 of a-z, 0-9, '.', '_', '-', a letter or digit first",
                "tenant");
  }
  if (!is_label(request.label)) {
    return fail(ErrorCode::invalid_argument, "must be 1 to 100 bytes without control characters", "label");
  }
  if (request.scopes.empty()) {
    return fail(ErrorCode::invalid_argument, "must name at least one", "scopes");
  }
  if (request.addresses.size() > kMostAddresses) {
    return fail(ErrorCode::invalid_argument, "must be at most 64 ranges", "addresses");
  }
  for (const std::string& range : request.addresses) {
    if (!IpRange::parse(range)) {
      return fail(ErrorCode::invalid_argument,
                  "must be a range like 192.0.2.0/24 or 2001:db8::/32, no bit set after it", "addresses");
    }
  }
  if (request.expires && *request.expires <= now) {
    return fail(ErrorCode::invalid_argument, "must be in the future", "expires");
  }
  return {};
}

Result<ApiKey> key_of(const store::ApiKeyRow& row) {
  ApiKey key{row.id, row.tenant, row.label, {}, row.addresses, row.created, row.expires, row.revoked};
  for (const std::string& scope_name : row.scopes) {
    const auto scope = scope_from_name(scope_name);
    if (!scope) {
      return fail(ErrorCode::store_corrupt, "a key has a scope that we did not write", "key " + row.id.value());
    }
    key.scopes.add(*scope);
  }
  return key;
}

std::string created_body(const Principal& by, const ApiKey& key) {
  boost::json::object body{{"by", by.id},
                           {"key", key.id.value()},
                           {"tenant", key.tenant.value()},
                           {"label", key.label},
                           {"scopes", boost::json::value_from(key.scopes.names())},
                           {"addresses", boost::json::value_from(key.addresses)}};
  if (key.expires) {
    body["expires"] = to_rfc3339(*key.expires);
  }
  return boost::json::serialize(body);
}

}  // namespace

std::string_view name(Scope scope) noexcept { return kScopeNames[static_cast<std::size_t>(scope)]; }

std::optional<Scope> scope_from_name(std::string_view name) noexcept {
  for (const Scope scope : kScopes) {
    if (service::name(scope) == name) {
      return scope;
    }
  }
  return std::nullopt;
}

std::vector<std::string> ScopeSet::names() const {
  std::vector<std::string> names;
  for (const Scope scope : kScopes) {
    if (has(scope)) {
      names.emplace_back(name(scope));
    }
  }
  return names;
}

struct ApiKeys::Snapshot {
  struct Entry {
    static Result<Entry> of(const store::ApiKeyRow& row) {
      RAKKAN_TRY(ApiKey key, key_of(row));
      Entry entry{std::move(key), row.secret_hash, {}};
      for (const std::string& text : row.addresses) {
        const auto range = IpRange::parse(text);
        if (!range) {
          return fail(ErrorCode::store_corrupt, "a key has an address range that we did not write",
                      "key " + row.id.value());
        }
        entry.ranges.push_back(*range);
      }
      return entry;
    }

    ApiKey key;
    Bytes secret_hash;
    std::vector<IpRange> ranges;
  };

  // The entry whose secret this is. An unknown id costs a comparison as well.
  [[nodiscard]] const Entry* find(const PresentedKey& presented) const noexcept {
    static const Bytes kNobody(crypto::info(crypto::DigestAlgorithm::sha256).size, 0);
    const auto known = by_id.find(presented.id);
    const Bytes& expected = known == by_id.end() ? kNobody : entries[known->second].secret_hash;
    const bool same = constant_time_equal(expected, presented.secret_hash);
    return same && known != by_id.end() ? &entries[known->second] : nullptr;
  }

  void add(Entry entry) {
    by_id.emplace(entry.key.id.value(), entries.size());
    entries.push_back(std::move(entry));
  }

  std::vector<Entry> entries;  // by creation
  std::unordered_map<std::string, std::size_t> by_id;
};

ApiKeys::ApiKeys(store::ApiKeyStore& store, Recorder record, const Clock& clock, RandomSource& random)
    : store_(&store), record_(std::move(record)), clock_(&clock), random_(&random) {}

Result<std::unique_ptr<ApiKeys>> ApiKeys::open(store::ApiKeyStore& store, Recorder record, const Clock& clock,
                                               RandomSource& random) {
  std::unique_ptr<ApiKeys> keys(new ApiKeys(store, std::move(record), clock, random));
  RAKKAN_CHECK(keys->load());
  return keys;
}

std::shared_ptr<const ApiKeys::Snapshot> ApiKeys::snapshot() const {
  const std::scoped_lock lock(snapshot_mutex_);
  return snapshot_;
}

Result<void> ApiKeys::load() {
  RAKKAN_TRY(const std::vector<store::ApiKeyRow> rows, store_->api_keys());
  auto fresh = std::make_shared<Snapshot>();
  for (const store::ApiKeyRow& row : rows) {
    RAKKAN_TRY(Snapshot::Entry entry, Snapshot::Entry::of(row));
    fresh->add(std::move(entry));
  }
  show(std::move(fresh));
  return {};
}

void ApiKeys::show(std::shared_ptr<const Snapshot> fresh) {
  const std::scoped_lock lock(snapshot_mutex_);
  snapshot_ = std::move(fresh);
}

Result<void> ApiKeys::commit(std::string event, std::string body, store::RowChange change) {
  audit::Submission submission;
  submission.event = std::move(event);
  submission.body = std::move(body);
  submission.changes.push_back(std::move(change));
  auto answer = std::make_shared<std::promise<Result<audit::Receipt>>>();
  auto receipt = answer->get_future();
  record_(std::move(submission), [answer](Result<audit::Receipt> result) { answer->set_value(std::move(result)); });
  RAKKAN_CHECK(receipt.get());
  return {};
}

Result<CreatedApiKey> ApiKeys::create(const Principal& by, const NewApiKey& request) {
  const Instant now = clock_->now();
  RAKKAN_CHECK(check(request, now));
  std::array<Byte, kIdSize> id{};
  std::array<Byte, kSecretSize> secret{};
  RAKKAN_CHECK(random_->fill(id));
  RAKKAN_CHECK(random_->fill(secret));
  const ApiKey key{ApiKeyId(to_hex(id)), request.tenant, request.label, request.scopes, request.addresses, now,
                   request.expires,      std::nullopt};
  std::string digits = to_base64url(secret);
  std::string text;
  text.reserve(kTextSize);  // never moved: no copy is left behind
  text.append(kPrefix).append(key.id.value()).append("_").append(digits);
  SecureBytes shown(bytes_of(text));
  secure_wipe({reinterpret_cast<Byte*>(text.data()), text.size()});
  secure_wipe({reinterpret_cast<Byte*>(digits.data()), digits.size()});
  const store::ApiKeyRow row{key.id,        key.tenant,  key.label,   hash_of(secret), key.scopes.names(),
                             key.addresses, key.created, key.expires, std::nullopt};
  secure_wipe(secret);

  // The snapshot is made before and shown after: nothing that can fail stands between what is durable and what is in
  // force.
  const std::scoped_lock lock(change_mutex_);
  RAKKAN_TRY(Snapshot::Entry entry, Snapshot::Entry::of(row));
  auto fresh = std::make_shared<Snapshot>(*snapshot());
  fresh->add(std::move(entry));
  RAKKAN_CHECK(commit("key.created", created_body(by, key), row));
  show(std::move(fresh));
  return CreatedApiKey{key, std::move(shown)};
}

Result<ApiKey> ApiKeys::revoke(const Principal& by, const ApiKeyId& id) {
  const std::scoped_lock lock(change_mutex_);
  RAKKAN_TRY(ApiKey key, find(id));
  if (key.revoked) {
    return key;
  }
  key.revoked = clock_->now();
  auto fresh = std::make_shared<Snapshot>(*snapshot());
  fresh->entries[fresh->by_id.at(id.value())].key = key;
  const boost::json::object body{{"by", by.id}, {"key", id.value()}, {"tenant", key.tenant.value()}};
  RAKKAN_CHECK(commit("key.revoked", boost::json::serialize(body), store::ApiKeyRevocation{id, *key.revoked}));
  show(std::move(fresh));
  return key;
}

std::vector<ApiKey> ApiKeys::list() const {
  std::vector<ApiKey> keys;
  const auto now = snapshot();
  std::transform(now->entries.begin(), now->entries.end(), std::back_inserter(keys),
                 [](const Snapshot::Entry& entry) { return entry.key; });
  return keys;
}

Result<ApiKey> ApiKeys::find(const ApiKeyId& id) const {
  const auto now = snapshot();
  const auto known = now->by_id.find(id.value());
  if (known == now->by_id.end()) {
    return fail(ErrorCode::api_key_unknown, "there is no key of this id", "key " + id.value());
  }
  return now->entries[known->second].key;
}

Result<Caller> ApiKeys::authenticate(std::string_view text, const IpAddress& peer, Instant now) const {
  const auto presented = read_key(text);
  if (!presented) {
    return fail(ErrorCode::api_key_unknown, "this is not a key of ours");
  }
  const auto keys = snapshot();
  const Snapshot::Entry* entry = keys->find(*presented);
  if (entry == nullptr) {
    return fail(ErrorCode::api_key_unknown, "this is not a key of ours");
  }
  const ApiKey& key = entry->key;
  if (key.revoked || (key.expires && now >= *key.expires)) {
    return fail(ErrorCode::api_key_expired, key.revoked ? "the key was revoked" : "the key has expired");
  }
  const auto holds_peer = [&](const IpRange& range) { return range.contains(peer); };
  if (!entry->ranges.empty() && std::none_of(entry->ranges.begin(), entry->ranges.end(), holds_peer)) {
    return fail(ErrorCode::address_not_allowed, "the key is not for callers at this address");
  }
  return Caller{Principal{"key:" + key.id.value(), key.tenant}, key.id, key.scopes};
}

std::optional<ApiKey> ApiKeys::identify(std::string_view text) const {
  const auto presented = read_key(text);
  const auto keys = snapshot();
  const Snapshot::Entry* entry = presented ? keys->find(*presented) : nullptr;
  return entry != nullptr ? std::optional(entry->key) : std::nullopt;
}

}  // namespace rakkan::service
