#include "http/document_pool.hpp"

#include <sys/mman.h>

#include <algorithm>

#include "support/result_matchers.hpp"

namespace rakkan::http {
namespace {

using namespace std::chrono_literals;
using test::IsOk;

constexpr DocumentPool::Time kStart{1h};
constexpr std::size_t kSmall = DocumentPool::kSmall;
constexpr std::size_t kLarge = DocumentPool::kLarge;
constexpr std::uint64_t kLimit = 64ULL << 20U;

class ADocumentPool : public ::testing::Test {
 protected:
  // Memory at a multiple of its size that nobody has touched.
  static Byte* fresh(std::size_t size) {
    void* begin = ::mmap(nullptr, 2 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    const auto at = reinterpret_cast<std::uintptr_t>(begin);
    return static_cast<Byte*>(begin) + (size - at % size) % size;
  }
  void keep(std::size_t size, DocumentPool::Tenant tenant, Byte content, DocumentPool::Time now = kStart) {
    Byte* const piece = fresh(size);
    std::fill_n(piece, size, content);
    pool_.keep(piece, size, tenant, now);
  }
  // A new piece with what the pool has for it.
  Byte* filled(std::size_t size, DocumentPool::Tenant tenant) {
    Byte* const piece = fresh(size);
    EXPECT_THAT(pool_.fill(piece, size, tenant), IsOk());
    return piece;
  }
  static bool holds(const Byte* piece, std::size_t size, Byte content) {
    return std::all_of(piece, piece + size, [&](Byte byte) { return byte == content; });
  }

  async::ByteBudget budget_{{kLimit, 0, 100}};
  async::ByteBudget::Account& account_ = budget_.account("one");
  DocumentPool pool_{budget_, kLimit};
  const int one_ = 1;
  const int other_ = 2;
};

TEST_F(ADocumentPool, TheSameTenantGetsItsMemoryAsItIs) {
  for (const std::size_t size : {kSmall, kLarge}) {
    keep(size, &one_, 7);
    EXPECT_EQ(pool_.kept(), size);
    EXPECT_TRUE(holds(filled(size, &one_), size, 7)) << size;
    EXPECT_EQ(pool_.kept(), 0U);
  }
}

TEST_F(ADocumentPool, AnotherTenantSeesNothingOfIt) {
  for (const std::size_t size : {kSmall, kLarge}) {
    keep(size, &one_, 7);
    EXPECT_TRUE(holds(filled(size, &other_), size, 0)) << size;
    EXPECT_EQ(pool_.kept(), 0U) << "it is the same memory";
  }
}

TEST_F(ADocumentPool, ATenantsOwnGoesBeforeOthers) {
  keep(kSmall, &other_, 1);
  keep(kSmall, &one_, 2);
  keep(kSmall, &one_, 3);
  keep(kSmall, &other_, 4);
  EXPECT_TRUE(holds(filled(kSmall, &one_), kSmall, 3)) << "the last one, which is in the cache";
  EXPECT_TRUE(holds(filled(kSmall, &one_), kSmall, 2));
  EXPECT_TRUE(holds(filled(kSmall, &one_), kSmall, 0)) << "the first one of somebody else, overwritten";
  EXPECT_TRUE(holds(filled(kSmall, &other_), kSmall, 4));
}

TEST_F(ADocumentPool, PiecesOfOneSizeDoNotServeTheOther) {
  keep(kSmall, &one_, 7);
  EXPECT_TRUE(holds(filled(kLarge, &one_), kLarge, 0));
  EXPECT_EQ(pool_.kept(), kSmall);
}

TEST_F(ADocumentPool, WhatIsKeptAndWhatBodiesTookIsTogetherNoMoreThanTheLimit) {
  async::ByteBudget::Lease lease = budget_.open(account_, async::ByteBudget::Size::large);
  ASSERT_THAT(lease.grow(kLimit - 3 * kLarge), IsOk());
  for (int i = 0; i < 8; ++i) {
    keep(kLarge, &one_, 7);
  }
  EXPECT_LE(pool_.kept(), 4 * kLarge) << "one that goes while its document still counts";
  ASSERT_THAT(lease.grow(3 * kLarge - 1'000), IsOk());
  filled(kSmall, &one_);  // nothing of this size: new memory
  EXPECT_EQ(pool_.kept(), 0U) << "it gave way";
}

TEST_F(ADocumentPool, WhatNobodyWantsGoesBackToTheSystem) {
  keep(kLarge, &one_, 7, kStart);
  keep(kSmall, &one_, 7, kStart + 1s);
  pool_.age(kStart + DocumentPool::kIdle - 1ms);
  EXPECT_EQ(pool_.kept(), kLarge + kSmall);
  pool_.age(kStart + DocumentPool::kIdle);
  EXPECT_EQ(pool_.kept(), kSmall);
  pool_.age(kStart + DocumentPool::kIdle + 1s);
  EXPECT_EQ(pool_.kept(), 0U);
}

}  // namespace
}  // namespace rakkan::http
