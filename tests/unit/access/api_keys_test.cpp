#include "rakkan/access/api_keys.hpp"

#include <gmock/gmock.h>

#include <functional>

#include "support/fake_clock.hpp"
#include "support/fixed_random.hpp"
#include "support/memory_ledger.hpp"
#include "support/result_matchers.hpp"
#include "support/trail_recorder.hpp"

namespace rakkan::access {
namespace {

using std::chrono::hours;
using test::FailsWith;
using test::IsOk;

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

struct ApiKeysTest : testing::Test {
  test::MemoryApiKeyStore store;
  test::TrailRecorder trail;
  test::FakeClock clock{*parse_rfc3339("2026-11-24T01:02:03Z")};
  test::FixedRandom random;
  void SetUp() override {
    trail.apply = [this](const store::RowChange& change) { return store.apply(change); };
  }
  std::unique_ptr<ApiKeys> keys = ApiKeys::open(store, trail.recorder(), clock, random).value();
  const Principal operator_{"local:1000"};
  const IpAddress home = address("192.0.2.7");

  static NewApiKey request() {
    return {TenantId("acme"), "契約サービス", {Scope::sign, Scope::timestamp}, {}, std::nullopt};
  }
  std::string create(const NewApiKey& wanted = request()) {
    return std::string(keys->create(operator_, wanted).value().text.text());
  }
};

TEST_F(ApiKeysTest, AKeyAuthenticatesAsItsTenantWithItsScopes) {
  const std::string text = create();
  EXPECT_THAT(text, testing::MatchesRegex("rkn_[0-9a-f]{16}_[A-Za-z0-9_-]{43}"));
  ASSERT_OK_AND_ASSIGN(const Caller caller, keys->authenticate(text, home, clock.time));
  EXPECT_EQ(caller.principal.id, "key:" + text.substr(4, 16));
  EXPECT_EQ(caller.principal.tenant, TenantId("acme"));
  EXPECT_FALSE(caller.principal.any_tenant);
  EXPECT_EQ(caller.key, ApiKeyId(text.substr(4, 16)));
  EXPECT_TRUE(caller.scopes.has(Scope::sign));
  EXPECT_TRUE(caller.scopes.has(Scope::timestamp));
  EXPECT_FALSE(caller.scopes.has(Scope::audit));
  EXPECT_FALSE(caller.scopes.has(Scope::admin));
}

TEST_F(ApiKeysTest, TheSecretIsKeptNowhere) {
  const std::string text = create();
  const std::string secret = text.substr(21);
  ASSERT_EQ(store.rows.size(), 1U);
  EXPECT_EQ(store.rows[0].secret_hash.size(), 32U);
  EXPECT_THAT(std::string(text_of(store.rows[0].secret_hash)), testing::Not(testing::HasSubstr(secret)));
  ASSERT_EQ(trail.submissions.size(), 1U);
  EXPECT_EQ(trail.submissions[0].event, "key.created");
  EXPECT_THAT(trail.submissions[0].body, testing::Not(testing::HasSubstr(secret)));
  EXPECT_EQ(trail.body(0).at("by").as_string(), "local:1000");
}

TEST_F(ApiKeysTest, OneWrongCharacterIsAnUnknownKey) {
  const std::string text = create();
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string wrong = text;
    wrong[i] = wrong[i] == 'b' ? 'c' : 'b';
    EXPECT_THAT(keys->authenticate(wrong, home, clock.time), FailsWith(ErrorCode::api_key_unknown)) << "position " << i;
  }
  for (const std::string& wrong : {std::string(), text + "A", text.substr(0, text.size() - 1), " " + text, text + "=",
                                   std::string("rkn_"), std::string(64, 'x')}) {
    EXPECT_THAT(keys->authenticate(wrong, home, clock.time), FailsWith(ErrorCode::api_key_unknown)) << wrong;
  }
}

TEST_F(ApiKeysTest, AKeysIdWithAnothersSecretIsUnknown) {
  const std::string first = create();
  const std::string second = create();
  EXPECT_THAT(keys->authenticate(first.substr(0, 21) + second.substr(21), home, clock.time),
              FailsWith(ErrorCode::api_key_unknown));
}

TEST_F(ApiKeysTest, ExpiresAtItsMoment) {
  NewApiKey wanted = request();
  wanted.expires = clock.time + hours(1);
  const std::string text = create(wanted);
  EXPECT_THAT(keys->authenticate(text, home, clock.time + hours(1) - std::chrono::milliseconds(1)), IsOk());
  EXPECT_THAT(keys->authenticate(text, home, clock.time + hours(1)), FailsWith(ErrorCode::api_key_expired));
}

TEST_F(ApiKeysTest, ARevokedKeyIsRefusedAtOnceAndAfterARestart) {
  const std::string text = create();
  const ApiKeyId id(text.substr(4, 16));
  ASSERT_OK_AND_ASSIGN(const ApiKey revoked, keys->revoke(operator_, id));
  EXPECT_EQ(revoked.revoked, clock.time);
  EXPECT_EQ(trail.submissions.back().event, "key.revoked");
  EXPECT_THAT(keys->authenticate(text, home, clock.time), FailsWith(ErrorCode::api_key_expired));
  EXPECT_EQ(keys->identify(text)->id, id) << "whose key it was, for the record of the refusal";
  const auto reopened = ApiKeys::open(store, trail.recorder(), clock, random).value();
  EXPECT_THAT(reopened->authenticate(text, home, clock.time), FailsWith(ErrorCode::api_key_expired));
  const std::size_t recorded = trail.submissions.size();
  EXPECT_THAT(keys->revoke(operator_, id), IsOk());
  EXPECT_EQ(trail.submissions.size(), recorded) << "revoking again changes nothing";
  EXPECT_THAT(keys->revoke(operator_, ApiKeyId("nobody")), FailsWith(ErrorCode::api_key_unknown));
}

TEST_F(ApiKeysTest, ForeignAddressesAreRefused) {
  NewApiKey wanted = request();
  wanted.addresses = {"192.0.2.0/28", "2001:db8:1::/48", "198.51.100.9"};
  const std::string text = create(wanted);
  for (const char* good : {"192.0.2.0", "192.0.2.15", "::ffff:192.0.2.7", "2001:db8:1:ffff::1", "198.51.100.9"}) {
    EXPECT_THAT(keys->authenticate(text, address(good), clock.time), IsOk()) << good;
  }
  for (const char* foreign : {"192.0.2.16", "2001:db8:2::1", "198.51.100.8", "::1", "127.0.0.1", "::192.0.2.7"}) {
    EXPECT_THAT(keys->authenticate(text, address(foreign), clock.time), FailsWith(ErrorCode::address_not_allowed))
        << foreign;
  }
}

TEST_F(ApiKeysTest, RefusesRequestsThatMakeNoSense) {
  const auto refused = [&](auto change, const std::string& where) {
    NewApiKey wanted = request();
    change(wanted);
    const auto result = keys->create(operator_, wanted);
    ASSERT_THAT(result, FailsWith(ErrorCode::invalid_argument));
    EXPECT_EQ(result.error().where, where);
  };
  refused([](NewApiKey& key) { key.tenant = TenantId(""); }, "tenant");
  refused([](NewApiKey& key) { key.tenant = TenantId("Acme"); }, "tenant");
  refused([](NewApiKey& key) { key.tenant = TenantId("-acme"); }, "tenant");
  refused([](NewApiKey& key) { key.label = ""; }, "label");
  refused([](NewApiKey& key) { key.label = "a\nb"; }, "label");
  refused([](NewApiKey& key) { key.scopes = {}; }, "scopes");
  for (const char* bad : {"192.0.2.1/24", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/08", "192.0.2/24", "host", "",
                          "2001:db8::1/32", "fe80::1%eth0", "192.0.2.0/24 "}) {
    refused([&](NewApiKey& key) { key.addresses = {bad}; }, "addresses");
  }
  refused([&](NewApiKey& key) { key.expires = clock.time; }, "expires");
  EXPECT_TRUE(store.rows.empty());
  EXPECT_TRUE(trail.submissions.empty());
}

TEST_F(ApiKeysTest, NoKeyWithoutItsEntryInTheTrail) {
  trail.broken = true;
  EXPECT_THAT(keys->create(operator_, request()), FailsWith(ErrorCode::audit_unavailable));
  EXPECT_TRUE(store.rows.empty());
  trail.broken = false;
  const std::string text = create();
  trail.broken = true;
  EXPECT_THAT(keys->revoke(operator_, ApiKeyId(text.substr(4, 16))), FailsWith(ErrorCode::audit_unavailable));
  EXPECT_THAT(keys->authenticate(text, home, clock.time), IsOk());
}

TEST_F(ApiKeysTest, WhoWasRecognisedBeforeEndsWithHisKey) {
  NewApiKey wanted = request();
  wanted.expires = clock.time + hours(1);
  const std::string text = create(wanted);
  ASSERT_OK_AND_ASSIGN(const Caller caller, keys->authenticate(text, home, clock.time));
  create();  // another snapshot: it is the same key
  EXPECT_THAT(caller.principal.still_stands(clock.time), IsOk());
  EXPECT_THAT(caller.principal.still_stands(clock.time + hours(1)), FailsWith(ErrorCode::api_key_expired));
  ASSERT_THAT(keys->revoke(operator_, caller.key), IsOk());
  EXPECT_THAT(caller.principal.still_stands(clock.time), FailsWith(ErrorCode::api_key_expired));
}

// An entry that takes its place behind the revocation finds the key revoked: the key is so when the entry is handed in.
TEST_F(ApiKeysTest, AKeyIsRevokedBeforeItsRevocationIsRecorded) {
  std::optional<Principal> signer;
  std::vector<std::string> stands;
  const Recorder to_trail = trail.recorder();
  const Recorder watched = [&](audit::Submission submission, audit::Trail::Done done) {
    if (submission.event == "key.revoked") {
      stands.emplace_back(signer->still_stands(clock.time) ? "good" : "revoked");
    }
    to_trail(std::move(submission), std::move(done));
  };
  keys = ApiKeys::open(store, watched, clock, random).value();
  ASSERT_OK_AND_ASSIGN(const Caller caller, keys->authenticate(create(), home, clock.time));
  signer = caller.principal;
  trail.broken = true;
  EXPECT_THAT(keys->revoke(operator_, caller.key), FailsWith(ErrorCode::audit_unavailable));
  EXPECT_THAT(signer->still_stands(clock.time), IsOk()) << "a revocation that failed is none";
  trail.broken = false;
  EXPECT_THAT(keys->revoke(operator_, caller.key), IsOk());
  EXPECT_THAT(stands, testing::ElementsAre("revoked", "revoked"));
}

TEST_F(ApiKeysTest, AKeyThatEndedChangesNothing) {
  NewApiKey wanted = request();
  wanted.scopes = {Scope::admin, Scope::sign, Scope::timestamp};
  wanted.expires = clock.time + hours(1);
  const auto admin = [&] { return keys->authenticate(create(wanted), home, clock.time).value(); };
  const Caller revoked = admin();
  const Caller expired = admin();
  const Caller last = admin();
  ASSERT_THAT(keys->revoke(operator_, revoked.key), IsOk());
  EXPECT_THAT(keys->create(revoked.principal, request()), FailsWith(ErrorCode::api_key_expired));
  EXPECT_THAT(keys->revoke(revoked.principal, expired.key), FailsWith(ErrorCode::api_key_expired));
  EXPECT_THAT(keys->revoke(last.principal, last.key), IsOk()) << "its own";
  trail.at = clock.time = *wanted.expires;
  EXPECT_THAT(keys->create(expired.principal, request()), FailsWith(ErrorCode::api_key_expired));
  EXPECT_THAT(keys->revoke(expired.principal, expired.key), FailsWith(ErrorCode::api_key_expired));
}

struct MakingKeysTest : ApiKeysTest {
  // A principal whose key has these limits.
  Principal maker(const std::function<void(NewApiKey&)>& change) {
    NewApiKey wanted = request();
    wanted.scopes = {Scope::admin, Scope::sign};
    change(wanted);
    const IpAddress peer = wanted.addresses.empty() ? home : address("10.1.2.3");
    return keys->authenticate(create(wanted), peer, clock.time).value().principal;
  }
  void expect_refused(const Principal& by, const NewApiKey& wanted, const std::string& member) {
    const auto made = keys->create(by, wanted);
    ASSERT_THAT(made, FailsWith(ErrorCode::key_exceeds_maker));
    EXPECT_EQ(made.error().where, member);
  }
  static NewApiKey signer() {
    NewApiKey wanted = request();
    wanted.scopes = {Scope::sign};
    return wanted;
  }
};

TEST_F(MakingKeysTest, AKeyHandsOnNoMoreThanItHas) {
  const Instant end = clock.time + hours(24);
  const Principal by = maker([&](NewApiKey& key) {
    key.addresses = {"10.0.0.0/8", "2001:db8::/32"};
    key.expires = end;
  });
  const std::size_t before = trail.submissions.size();
  NewApiKey wanted = signer();
  wanted.scopes = {Scope::sign, Scope::timestamp};
  expect_refused(by, wanted, "scopes");
  wanted = signer();
  wanted.tenant = TenantId("other");
  expect_refused(by, wanted, "tenant");
  for (const char* wide :
       {"0.0.0.0/0", "8.0.0.0/7", "11.0.0.0/8", "192.0.2.1", "::/0", "2001:db8::/31", "2001:db9::1"}) {
    wanted = signer();
    wanted.addresses = {"10.1.0.0/16", wide};
    expect_refused(by, wanted, "addresses");
  }
  wanted = signer();
  wanted.expires = end + std::chrono::milliseconds(1);
  expect_refused(by, wanted, "expires");
  EXPECT_EQ(trail.submissions.size(), before);

  wanted = signer();
  wanted.addresses = {"10.0.0.0/8", "10.1.2.0/24", "::ffff:10.1.2.3", "2001:db8:1::/48"};
  wanted.expires = end;
  ASSERT_OK_AND_ASSIGN(const CreatedApiKey narrow, keys->create(by, wanted));
  EXPECT_EQ(narrow.key.maker, by.key->id());
  EXPECT_EQ(narrow.key.addresses, wanted.addresses);
}

TEST_F(MakingKeysTest, WhatIsLeftOutIsTheMakers) {
  const Principal by = maker([&](NewApiKey& key) {
    key.addresses = {"10.0.0.0/8"};
    key.expires = clock.time + hours(24);
  });
  ASSERT_OK_AND_ASSIGN(const CreatedApiKey made, keys->create(by, signer()));
  EXPECT_THAT(made.key.addresses, testing::ElementsAre("10.0.0.0/8"));
  EXPECT_EQ(made.key.expires, clock.time + hours(24));
  EXPECT_EQ(store.rows.back().expires, made.key.expires);
  EXPECT_THAT(keys->authenticate(made.text.text(), home, clock.time), FailsWith(ErrorCode::address_not_allowed));
}

TEST_F(MakingKeysTest, AKeyWithoutLimitsMayHandOnAllOfIt) {
  const Principal by = maker([](NewApiKey&) {});
  NewApiKey wanted = signer();
  wanted.addresses = {"0.0.0.0/0"};
  ASSERT_OK_AND_ASSIGN(const CreatedApiKey made, keys->create(by, wanted));
  EXPECT_EQ(made.key.expires, std::nullopt);
  ASSERT_OK_AND_ASSIGN(const CreatedApiKey by_operator, keys->create(operator_, request()));
  EXPECT_TRUE(by_operator.key.maker.empty());
}

TEST_F(MakingKeysTest, AKeyIsRevokedWithAllThatItMade) {
  const Principal by = maker([](NewApiKey&) {});
  NewApiKey admin = signer();
  admin.scopes = {Scope::admin, Scope::sign};
  ASSERT_OK_AND_ASSIGN(const CreatedApiKey child, keys->create(by, admin));
  ASSERT_OK_AND_ASSIGN(const Caller child_caller, keys->authenticate(child.text.text(), home, clock.time));
  ASSERT_OK_AND_ASSIGN(const CreatedApiKey grandchild, keys->create(child_caller.principal, signer()));
  ASSERT_OK_AND_ASSIGN(const Caller signing, keys->authenticate(grandchild.text.text(), home, clock.time));
  ASSERT_OK_AND_ASSIGN(const CreatedApiKey gone, keys->create(by, signer()));
  ASSERT_THAT(keys->revoke(operator_, gone.key.id), IsOk());
  const std::string stranger = create();
  keys = ApiKeys::open(store, trail.recorder(), clock, random).value();  // makers are kept
  ASSERT_OK_AND_ASSIGN(const Caller again, keys->authenticate(grandchild.text.text(), home, clock.time));

  const std::size_t before = trail.submissions.size();
  trail.broken = true;
  EXPECT_THAT(keys->revoke(operator_, by.key->id()), FailsWith(ErrorCode::audit_unavailable));
  EXPECT_THAT(again.principal.still_stands(clock.time), IsOk());
  trail.broken = false;
  ASSERT_THAT(keys->revoke(operator_, by.key->id()), IsOk());
  EXPECT_THAT(again.principal.still_stands(clock.time), FailsWith(ErrorCode::api_key_expired));
  for (const std::string& text : {std::string(child.text.text()), std::string(grandchild.text.text())}) {
    EXPECT_THAT(keys->authenticate(text, home, clock.time), FailsWith(ErrorCode::api_key_expired));
  }
  EXPECT_THAT(keys->authenticate(stranger, home, clock.time), IsOk());
  ASSERT_EQ(trail.submissions.size(), before + 1) << "one entry, one transaction";
  EXPECT_EQ(trail.submissions.back().changes.size(), 3U);
  const auto named = trail.body(before).at("made_by_it").as_array();
  ASSERT_EQ(named.size(), 2U) << "not what was revoked before";
  EXPECT_EQ(named[0].as_string(), child.key.id.value());
  EXPECT_EQ(named[1].as_string(), grandchild.key.id.value());
}

TEST_F(ApiKeysTest, ListsByCreation) {
  const std::string first = create();
  const std::string second = create();
  ASSERT_EQ(keys->list().size(), 2U);
  EXPECT_EQ(keys->list()[0].id.value(), first.substr(4, 16));
  EXPECT_EQ(keys->list()[1].label, "契約サービス");
}

TEST_F(ApiKeysTest, ARowThatWeDidNotWriteIsCorruption) {
  create();
  store.rows[0].scopes = {"root"};
  EXPECT_THAT(ApiKeys::open(store, trail.recorder(), clock, random), FailsWith(ErrorCode::store_corrupt));
  store.rows[0].scopes = {"sign"};
  store.rows[0].addresses = {"everywhere"};
  EXPECT_THAT(ApiKeys::open(store, trail.recorder(), clock, random), FailsWith(ErrorCode::store_corrupt));
}

}  // namespace
}  // namespace rakkan::access
