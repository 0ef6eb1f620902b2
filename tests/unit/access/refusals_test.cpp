#include "rakkan/access/refusals.hpp"

#include <gmock/gmock.h>

#include "support/fake_clock.hpp"
#include "support/trail_recorder.hpp"

namespace rakkan::access {
namespace {

using std::chrono::seconds;

struct RefusalsTest : testing::Test {
  test::TrailRecorder trail;
  test::FakeClock clock{*parse_rfc3339("2026-11-24T01:02:03Z")};
  std::unique_ptr<Refusals> refusals = std::make_unique<Refusals>(trail.recorder(), clock);

  static Refusal wrong_pin() {
    return {ErrorCode::pin_incorrect, "POST /v1/cms",   "192.0.2.7",
            ApiKeyId("k1"),           TenantId("acme"), CredentialId("yamada")};
  }
};

TEST_F(RefusalsTest, TheFirstIsWrittenAtOnce) {
  refusals->add(wrong_pin());
  ASSERT_EQ(trail.submissions.size(), 1U);
  EXPECT_EQ(trail.submissions[0].journal, audit::Journal::trail);
  EXPECT_EQ(trail.submissions[0].event, "request.refused");
  EXPECT_EQ(trail.submissions[0].body,
            R"({"code":"pin-incorrect","action":"POST /v1/cms","peer":"192.0.2.7","key":"k1","tenant":"acme",)"
            R"("credential":"yamada","count":1,"first":"2026-11-24T01:02:03.000Z","last":"2026-11-24T01:02:03.000Z"})");
}

TEST_F(RefusalsTest, RepeatsOfAMinuteAreOneEntryWithTheirCount) {
  for (int i = 0; i < 1'001; ++i) {
    refusals->add(wrong_pin());
    clock.time += std::chrono::milliseconds(10);
  }
  refusals->flush();
  EXPECT_EQ(trail.submissions.size(), 1U) << "the minute is not over";
  clock.time += seconds(60);
  refusals->flush();
  ASSERT_EQ(trail.submissions.size(), 2U);
  EXPECT_EQ(trail.body(1).at("count").as_int64(), 1'000);
  EXPECT_EQ(trail.body(1).at("first").as_string(), "2026-11-24T01:02:03.010Z");
  EXPECT_EQ(trail.body(1).at("last").as_string(), "2026-11-24T01:02:13.000Z");
  clock.time += seconds(60);
  refusals->flush();
  EXPECT_EQ(trail.submissions.size(), 2U) << "nothing happened since";
  refusals->add(wrong_pin());
  EXPECT_EQ(trail.submissions.size(), 3U) << "a new first one";
}

TEST_F(RefusalsTest, EachKindIsItsOwn) {
  refusals->add(wrong_pin());
  Refusal other = wrong_pin();
  other.peer = "192.0.2.8";
  refusals->add(other);
  other.code = ErrorCode::pin_locked;
  refusals->add(other);
  EXPECT_EQ(trail.submissions.size(), 3U);
}

TEST_F(RefusalsTest, AnAttackerOfManyAddressesFillsNoLog) {
  for (int i = 0; i < 10'000; ++i) {
    refusals->add({ErrorCode::api_key_unknown, "POST /v1/cms", "2001:db8::" + std::to_string(i), {}, {}, {}});
  }
  EXPECT_EQ(trail.submissions.size(), Refusals::kKinds + 1);
  clock.time += seconds(61);
  refusals->flush();
  ASSERT_EQ(trail.submissions.size(), Refusals::kKinds + 2);
  EXPECT_EQ(trail.body(Refusals::kKinds + 1).at("count").as_int64(), 10'000 - static_cast<int>(Refusals::kKinds) - 1);
  EXPECT_FALSE(trail.body(Refusals::kKinds + 1).contains("peer"));
}

TEST_F(RefusalsTest, WhatWasCountedIsWrittenAtTheEnd) {
  refusals->add(wrong_pin());
  refusals->add(wrong_pin());
  refusals.reset();
  ASSERT_EQ(trail.submissions.size(), 2U);
  EXPECT_EQ(trail.body(1).at("count").as_int64(), 1);
}

TEST_F(RefusalsTest, CountsWhatTheTrailDidNotTake) {
  trail.broken = true;
  refusals->add(wrong_pin());
  EXPECT_EQ(refusals->lost(), 1U);
}

TEST(IsRefusal, IsAboutAccessNotAboutForm) {
  EXPECT_TRUE(is_refusal(ErrorCode::pin_incorrect));
  EXPECT_TRUE(is_refusal(ErrorCode::api_key_unknown));
  EXPECT_TRUE(is_refusal(ErrorCode::signature_unknown));
  EXPECT_FALSE(is_refusal(ErrorCode::malformed_json));
  EXPECT_FALSE(is_refusal(ErrorCode::overloaded));
  EXPECT_FALSE(is_refusal(ErrorCode::hsm_device_gone));
}

}  // namespace
}  // namespace rakkan::access
