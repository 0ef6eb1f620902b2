#include "service/document_memory.hpp"

#include <gmock/gmock.h>

#include "support/result_matchers.hpp"

namespace rakkan::service {
namespace {

using test::FailsWith;
using test::IsOk;

class ADocumentMemory : public ::testing::Test {
 protected:
  DocumentMemory memory_{1'000};
  DocumentMemory::Part one_{memory_, async::Owner::of("one")};
  DocumentMemory::Part other_{memory_, async::Owner::of("other")};
  DocumentMemory::Part third_{memory_, async::Owner::of("third")};
};

TEST_F(ADocumentMemory, OneOwnerHasAtMostHalf) {
  EXPECT_THAT(one_.take(500), IsOk());
  const Result<void> more = DocumentMemory::Part(memory_, async::Owner::of("one")).take(1);
  EXPECT_THAT(more, FailsWith(ErrorCode::overloaded));
  EXPECT_TRUE(more.error().retry_after);
  EXPECT_THAT(other_.take(400), IsOk());
  EXPECT_EQ(memory_.taken(), 900U);
}

TEST_F(ADocumentMemory, AllTogetherHaveTheLimit) {
  EXPECT_THAT(one_.take(500), IsOk());
  EXPECT_THAT(other_.take(450), IsOk());
  EXPECT_THAT(third_.take(51), FailsWith(ErrorCode::overloaded));
  EXPECT_THAT(third_.take(50), IsOk());
  one_.give_back(500);
  EXPECT_THAT(third_.take(450), IsOk());
}

TEST_F(ADocumentMemory, WhatIsGivenBackCanBeTakenAgain) {
  for (int i = 0; i < 10; ++i) {
    ASSERT_THAT(one_.take(500), IsOk());
    one_.give_back(500);
  }
  one_.give_back(0);
  EXPECT_EQ(memory_.taken(), 0U);
}

}  // namespace
}  // namespace rakkan::service
