#include "rakkan/access/api_keys.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <future>
#include <unordered_map>
#include <utility>

#include "rakkan/base/base64.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/crypto/digest.hpp"

#include "access/key_limits.hpp"

namespace rakkan::access {
namespace {

constexpr std::array<std::string_view, 5> kScopeNames{"sign", "timestamp", "audit", "admin", "augment"};
constexpr std::string_view kPrefix = "rkn_";
constexpr std::size_t kIdSize = 8;  // bytes, in hexadecimal
constexpr std::size_t kSecretSize = 32;
constexpr std::size_t kSecretDigits = 43;
constexpr std::size_t kTextSize = kPrefix.size() + 2 * kIdSize + 1 + kSecretDigits;
constexpr std::size_t kLongestTenant = 32;
constexpr std::size_t kLongestLabel = 100;
constexpr std::size_t kMostAddresses = 64;

// The stored hash of a secret (256 random bits, so no slow hash is needed).
Bytes hash_of(ByteView secret) { return copy_of(crypto::digest(crypto::DigestAlgorithm::sha256, secret).view()); }

struct PresentedKey {
  std::string id;
  Bytes secret_hash;
};

// Reads a key's text (api_keys.hpp; the secret is base64url without padding, RFC 4648 §5) in its one spelling; nothing
// for every other text.
std::optional<PresentedKey> read_key(std::string_view text) {
  if (text.size() != kTextSize || !text.starts_with(kPrefix) || text[kPrefix.size() + 2 * kIdSize] != '_') {
    return std::nullopt;
  }
  const std::string_view digits = text.substr(kTextSize - kSecretDigits);
  if (digits.find_first_of("+/=") != std::string_view::npos) {
    return std::nullopt;
  }
  std::string plain;
  plain.reserve(kSecretDigits + 1);  // a text that grows would leave copies of the secret behind
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
  ApiKey key{row.id, row.tenant, row.label, {}, row.addresses, row.created, row.expires, row.revoked, row.maker};
  for (const std::string& scope_name : row.scopes) {
    const auto scope = scope_from_name(scope_name);
    if (!scope) {
      return fail(ErrorCode::store_corrupt, "a key has a scope that we did not write", "key " + row.id.value());
    }
    key.scopes.add(*scope);
  }
  return key;
}

std::string revoked_body(const Principal& by, const ApiKey& key, const std::vector<std::string>& made_by_it) {
  boost::json::object body{{"by", by.id}, {"key", key.id.value()}, {"tenant", key.tenant.value()}};
  if (!made_by_it.empty()) {
    body["made_by_it"] = boost::json::value_from(made_by_it);
  }
  return boost::json::serialize(body);
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

std::vector<std::string> scope_names() { return {kScopeNames.begin(), kScopeNames.end()}; }

std::optional<Scope> scope_from_name(std::string_view name) noexcept {
  for (const Scope scope : kScopes) {
    if (access::name(scope) == name) {
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
      Entry entry{std::move(key),
                  row.secret_hash,
                  {},
                  std::make_shared<KeyStanding>(row.id, row.expires, row.revoked.has_value())};
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
    std::shared_ptr<KeyStanding> standing;  // the same in every snapshot
  };

  // The entry of the presented key; null when there is none. An unknown id costs a comparison as well.
  [[nodiscard]] const Entry* find(const PresentedKey& presented) const noexcept {
    static const Bytes kNobody(crypto::info(crypto::DigestAlgorithm::sha256).size, 0);
    const auto known = by_id.find(presented.id);
    const Bytes& expected = known == by_id.end() ? kNobody : entries[known->second].secret_hash;
    const bool same = constant_time_equal(expected, presented.secret_hash);
    return same && known != by_id.end() ? &entries[known->second] : nullptr;
  }

  // That key first, then all keys that it made and that those made; none when there is no such key.
  [[nodiscard]] std::vector<Entry*> with_what_it_made(const ApiKeyId& id) {
    std::vector<Entry*> found;
    if (const auto known = by_id.find(id.value()); known != by_id.end()) {
      found.push_back(&entries[known->second]);
    }
    for (std::size_t next = 0; next < found.size(); ++next) {
      for (Entry& entry : entries) {
        if (entry.key.maker == found[next]->key.id) {
          found.push_back(&entry);
        }
      }
    }
    return found;
  }

  void add(Entry entry) {
    by_id.emplace(entry.key.id.value(), entries.size());
    entries.push_back(std::move(entry));
  }
  [[nodiscard]] const Entry* find(const ApiKeyId& id) const noexcept {
    const auto known = by_id.find(id.value());
    return known == by_id.end() ? nullptr : &entries[known->second];
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

Result<void> ApiKeys::commit(audit::Submission submission) {
  auto answer = std::make_shared<std::promise<Result<audit::Receipt>>>();
  auto receipt = answer->get_future();
  record_(std::move(submission), [answer](Result<audit::Receipt> result) { answer->set_value(std::move(result)); });
  RAKKAN_CHECK(receipt.get());
  return {};
}

Result<CreatedApiKey> ApiKeys::create(const Principal& by, const NewApiKey& wanted) {
  const Instant now = clock_->now();
  RAKKAN_CHECK(check(wanted, now));
  const std::scoped_lock lock(change_mutex_);
  NewApiKey request = wanted;
  if (by.key) {
    RAKKAN_TRY(const ApiKey maker, find(by.key->id()));
    RAKKAN_TRY(request, limited_by_maker(std::move(request), maker));
  }
  std::array<Byte, kIdSize> id{};
  std::array<Byte, kSecretSize> secret{};
  RAKKAN_CHECK(random_->fill(id));
  RAKKAN_CHECK(random_->fill(secret));
  const ApiKey key{ApiKeyId(to_hex(id)), request.tenant,    request.label,
                   request.scopes,       request.addresses, now,
                   request.expires,      std::nullopt,      by.key ? by.key->id() : ApiKeyId()};
  std::string digits = to_base64url(secret);
  std::string text;
  text.reserve(kTextSize);  // the text is never moved, so no copy of it is left behind
  text.append(kPrefix).append(key.id.value()).append("_").append(digits);
  SecureBytes shown(bytes_of(text));
  secure_wipe({reinterpret_cast<Byte*>(text.data()), text.size()});
  secure_wipe({reinterpret_cast<Byte*>(digits.data()), digits.size()});
  store::ApiKeyRow row{key.id,        key.tenant,  key.label,   hash_of(secret), key.scopes.names(),
                       key.addresses, key.created, key.expires, std::nullopt,    key.maker};
  secure_wipe(secret);

  // The new snapshot is made before the commit and published after it: nothing that can fail stands between the durable
  // row and the key in force.
  RAKKAN_TRY(Snapshot::Entry entry, Snapshot::Entry::of(row));
  auto fresh = std::make_shared<Snapshot>(*snapshot());
  fresh->add(std::move(entry));
  audit::Submission created;
  created.event = "key.created";
  created.body = created_body(by, key);
  created.changes.emplace_back(std::move(row));
  created.condition = by.key.get();
  RAKKAN_CHECK(commit(std::move(created)));
  show(std::move(fresh));
  return CreatedApiKey{key, std::move(shown)};
}

Result<ApiKey> ApiKeys::revoke(const Principal& by, const ApiKeyId& id) {
  const std::scoped_lock lock(change_mutex_);
  RAKKAN_CHECK(by.still_stands(clock_->now()));  // here, and not as the entry's condition: a key may revoke itself
  auto fresh = std::make_shared<Snapshot>(*snapshot());
  const std::vector<Snapshot::Entry*> ending = fresh->with_what_it_made(id);
  if (ending.empty()) {
    return fail(ErrorCode::api_key_unknown, "there is no key of this id", "key " + id.value());
  }
  const ApiKey& key = ending.front()->key;
  audit::Submission revoked;
  revoked.event = "key.revoked";
  const Instant now = clock_->now();
  std::vector<std::string> made_by_it;
  for (Snapshot::Entry* entry : ending) {
    if (entry->key.revoked) {
      continue;
    }
    entry->key.revoked = now;
    revoked.changes.emplace_back(store::ApiKeyRevocation{entry->key.id, now});
    if (entry->key.id != id) {
      made_by_it.push_back(entry->key.id.value());
    }
  }
  if (revoked.changes.empty()) {
    return key;
  }
  revoked.body = revoked_body(by, key, made_by_it);
  // The keys' standing ends before the entry is handed in: every submission in their names behind it is refused.
  std::vector<std::shared_ptr<KeyStanding>> ended;
  for (const store::RowChange& change : revoked.changes) {
    ended.push_back(fresh->find(std::get<store::ApiKeyRevocation>(change).id)->standing);
    ended.back()->revoke();
  }
  if (Result<void> done = commit(std::move(revoked)); !done) {
    for (const auto& standing : ended) {
      standing->take_back_revocation();
    }
    return fail(std::move(done).error());
  }
  ApiKey result = key;
  show(std::move(fresh));
  return result;
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
  const Snapshot::Entry* entry = now->find(id);
  if (entry == nullptr) {
    return fail(ErrorCode::api_key_unknown, "there is no key of this id", "key " + id.value());
  }
  return entry->key;
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
  RAKKAN_CHECK(entry->standing->holds(now));
  const auto holds_peer = [&](const IpRange& range) { return range.contains(peer); };
  if (!entry->ranges.empty() && std::none_of(entry->ranges.begin(), entry->ranges.end(), holds_peer)) {
    return fail(ErrorCode::address_not_allowed, "the key is not for callers at this address");
  }
  return Caller{Principal{"key:" + key.id.value(), key.tenant, false, entry->standing}, key.id, key.scopes};
}

std::optional<ApiKey> ApiKeys::identify(std::string_view text) const {
  const auto presented = read_key(text);
  const auto keys = snapshot();
  const Snapshot::Entry* entry = presented ? keys->find(*presented) : nullptr;
  return entry != nullptr ? std::optional(entry->key) : std::nullopt;
}

}  // namespace rakkan::access
