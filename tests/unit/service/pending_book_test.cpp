#include "service/pending_book.hpp"

#include <gmock/gmock.h>

#include "support/fake_clock.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::service {
namespace {

using test::FailsWith;
using test::IsOk;
using ::testing::ElementsAre;
using ::testing::SizeIs;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

const access::Principal kEverybody{"service", TenantId(), true};

class PendingBookTest : public ::testing::Test {
 protected:
  void add(const std::string& id, const std::string& tenant, const std::string& source = "a",
           std::optional<ErrorCode> reason = std::nullopt) {
    store::KeptSignatureRow row;
    row.id = SignatureId(id);
    row.tenant = TenantId(tenant);
    row.intent = ++intents_;
    row.created = clock_.time;
    book_.add(row, source, reason);
  }
  std::string next() {
    auto turn = book_.next();
    if (!turn) {
      return {};
    }
    std::string id = turn->id().value();
    turns_.push_back(*std::move(turn));
    return id;
  }

  // The next one, if any may be tried, fails.
  bool fails_next() {
    auto turn = book_.next();
    if (turn) {
      turn->failed(ErrorCode::tsa_timeout);
    }
    return turn.has_value();
  }

  test::FakeClock clock_{Instant(1'000'000s)};
  test::FakeMonotonicClock monotonic_;
  test::StuckRandom random_{0x80};  // no jitter
  PendingBook book_{clock_, monotonic_, random_, 3'600s};
  std::vector<PendingBook::Turn> turns_;
  std::uint64_t intents_ = 0;
};

TEST_F(PendingBookTest, TenantsTakeTurns) {
  for (const char* const id : {"a1", "a2", "a3", "a4"}) {
    add(id, "a");
  }
  add("b1", "b");
  add("c1", "c");
  EXPECT_EQ(next(), "a1");
  EXPECT_EQ(next(), "b1");
  EXPECT_EQ(next(), "c1");
  EXPECT_EQ(next(), "a2");
  turns_.front().ended(PendingBook::Turn::End::made);
  EXPECT_EQ(next(), "a3");
}

TEST_F(PendingBookTest, PausesGrowAndEnd) {
  add("x", "a", "a", ErrorCode::tsa_timeout);
  std::vector<std::chrono::milliseconds> pauses;
  for (int i = 0; i < 9; ++i) {
    const std::chrono::milliseconds before = monotonic_.time;
    while (!fails_next()) {
      monotonic_.time += 100ms;
    }
    pauses.push_back(std::chrono::round<std::chrono::seconds>(monotonic_.time - before));
  }
  EXPECT_THAT(pauses, ElementsAre(1s, 2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s));
}

TEST_F(PendingBookTest, JitterIsAQuarterToBothSides) {
  for (const Byte octet : {Byte{0}, Byte{0xFF}}) {
    random_.value = octet;
    PendingBook book(clock_, monotonic_, random_, 3'600s);
    store::KeptSignatureRow row;
    row.id = SignatureId("x");
    row.created = clock_.time;
    book.add(row, "a", ErrorCode::tsa_timeout);
    const std::chrono::milliseconds expected = octet == 0 ? 750ms : 1'250ms;
    monotonic_.time += expected - 1ms;
    EXPECT_FALSE(book.next().has_value());
    monotonic_.time += 1ms;
    EXPECT_TRUE(book.next().has_value());
  }
}

TEST_F(PendingBookTest, ASourceThatFailsIsAskedForOneAtATime) {
  add("x", "t", "a", ErrorCode::tsa_timeout);
  add("y", "t", "a");
  add("z", "t", "b");
  EXPECT_EQ(next(), "z") << "another source is not concerned";
  EXPECT_EQ(next(), "");
  monotonic_.time += 1s;
  EXPECT_EQ(next(), "y");
  monotonic_.time += 60s;
  EXPECT_EQ(next(), "") << "one is being tried";
  turns_.back().ended(PendingBook::Turn::End::made);
  EXPECT_EQ(next(), "x");
}

TEST_F(PendingBookTest, ASourceThatAnswersSomebodyElseIsAskedAgain) {
  add("x", "t", "a", ErrorCode::tsa_timeout);
  add("y", "t", "a");
  EXPECT_EQ(next(), "");
  book_.answers("a");
  EXPECT_EQ(next(), "y");
}

TEST_F(PendingBookTest, WhatIsOverIsNextWithoutAPause) {
  add("x", "t", "a", ErrorCode::tsa_timeout);
  EXPECT_EQ(next(), "");
  clock_.time += 3'600s;
  EXPECT_EQ(next(), "x");
}

TEST_F(PendingBookTest, ATurnThatIsDroppedIsAFailure) {
  add("x", "t");
  {
    const auto turn = book_.claim(kEverybody, SignatureId("x"), PendingBook::Pace::at_once);
    ASSERT_THAT(turn, IsOk());
    EXPECT_THAT(book_.claim(kEverybody, SignatureId("x"), PendingBook::Pace::at_once),
                FailsWith(ErrorCode::signature_pending));
    EXPECT_EQ(book_.counts().working, 1U);
  }
  EXPECT_EQ(book_.counts().waiting, 1U);
  EXPECT_EQ(book_.find(kEverybody, SignatureId("x"))->reason, "internal");
  EXPECT_THAT(book_.claim(kEverybody, SignatureId("x"), PendingBook::Pace::in_turn),
              FailsWith(ErrorCode::signature_pending));
  EXPECT_THAT(book_.claim(kEverybody, SignatureId("x"), PendingBook::Pace::at_once), IsOk());
}

TEST_F(PendingBookTest, OneThatIsForgottenWhileItIsWorkedOnStaysForgotten) {
  add("x", "t");
  EXPECT_EQ(next(), "x");
  book_.forget(SignatureId("x"));
  turns_.front().failed(ErrorCode::tsa_timeout);
  EXPECT_THAT(book_.list(kEverybody), SizeIs(0));
  add("y", "t");
  EXPECT_EQ(next(), "y");
}

}  // namespace
}  // namespace rakkan::service
