#include "rakkan/http/document_buffer.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "http/document_pool.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::http {
namespace {

using test::FailsWith;
using test::IsOk;

constexpr std::size_t kMiB = 1024 * 1024;

TEST(DocumentBuffer, ReservesWithoutTakingMemory) {
  ASSERT_OK_AND_ASSIGN(DocumentBuffer buffer, DocumentBuffer::reserve(1ULL << 36U));  // 64 GiB
  ASSERT_THAT(buffer.append(bytes_of("document")), IsOk());
  EXPECT_EQ(text_of(buffer.view()), "document");
}

TEST(DocumentBuffer, StaysWhereItIs) {
  ASSERT_OK_AND_ASSIGN(DocumentBuffer buffer, DocumentBuffer::reserve(1'000'000));
  ASSERT_THAT(buffer.append(bytes_of("begin")), IsOk());
  const ByteView view = buffer.view();
  for (int i = 0; i < 9'000; ++i) {
    ASSERT_THAT(buffer.append(Bytes(100, Byte{1})), IsOk());
  }
  const DocumentBuffer moved = std::move(buffer);
  EXPECT_EQ(moved.view().data(), view.data());
  EXPECT_EQ(text_of(view), "begin");
}

TEST(DocumentBuffer, TakesNoMoreThanItsCapacity) {
  ASSERT_OK_AND_ASSIGN(DocumentBuffer buffer, DocumentBuffer::reserve(5));
  EXPECT_THAT(buffer.append(bytes_of("begin")), IsOk());
  EXPECT_THAT(buffer.append(bytes_of("!")), FailsWith(ErrorCode::input_too_large));
  ASSERT_OK_AND_ASSIGN(DocumentBuffer none, DocumentBuffer::reserve(0));
  EXPECT_THAT(none.append({}), IsOk());
  EXPECT_THAT(none.append(bytes_of("!")), FailsWith(ErrorCode::input_too_large));
  EXPECT_THAT(DocumentBuffer::reserve(UINT64_MAX), FailsWith(ErrorCode::input_too_large));
}

TEST(DocumentBuffer, WhatIsReceivedIsPendingUntilItIsTaken) {
  ASSERT_OK_AND_ASSIGN(DocumentBuffer buffer, DocumentBuffer::reserve(100));
  ASSERT_OK_AND_ASSIGN(const ByteSpan room, buffer.room());
  ASSERT_EQ(room.size(), 100U);
  std::memcpy(room.data(), "document--end", 13);
  buffer.arrived(13);
  EXPECT_EQ(text_of(buffer.pending()), "document--end");
  buffer.take(8);
  EXPECT_EQ(text_of(buffer.view()), "document");
  EXPECT_EQ(text_of(buffer.pending()), "--end");
  buffer.drop_pending();
  EXPECT_TRUE(buffer.pending().empty());
  EXPECT_EQ(room[8], 0) << "overwritten: it was not the document's";
  EXPECT_EQ(text_of(buffer.view()), "document");
}

class APooledDocument : public ::testing::Test {
 protected:
  static long page_faults() {
    rusage usage{};
    ::getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_minflt;
  }
  static Byte content_at(std::size_t offset, unsigned seed) {
    return static_cast<Byte>((offset * 2'654'435'761U >> 13U) + seed);
  }
  // A document that arrives in pieces of about so many bytes.
  Result<DocumentBuffer> receive(std::size_t size, const void* tenant, unsigned seed = 0,
                                 std::size_t at_once = 70'001) {
    RAKKAN_TRY(DocumentBuffer buffer, DocumentBuffer::reserve(size, pool_, tenant));
    while (buffer.view().size() < size) {
      RAKKAN_TRY(const ByteSpan room, buffer.room());
      const std::size_t got = std::min({at_once, room.size(), size - buffer.view().size()});
      for (std::size_t i = 0; i < got; ++i) {
        room[i] = content_at(buffer.view().size() + i, seed);
      }
      buffer.arrived(got);
      buffer.take(got);
    }
    return buffer;
  }
  static bool is_whole(const DocumentBuffer& buffer, std::size_t size, unsigned seed = 0) {
    const ByteView view = buffer.view();
    if (view.size() != size) {
      return false;
    }
    for (std::size_t i = 0; i < size; ++i) {
      if (view[i] != content_at(i, seed)) {
        return false;
      }
    }
    return true;
  }

  async::ByteBudget budget_{{256 * kMiB, 0, 100}};
  DocumentPool pool_{budget_, 256 * kMiB};
  const int one_ = 1;
  const int other_ = 2;
};

// Around each place where one piece ends and another begins; from the third on in memory that was used before.
TEST_F(APooledDocument, IsWholeWhateverItsSize) {
  unsigned seed = 0;
  for (const std::size_t around : {std::size_t{1}, kMiB / 16, kMiB / 4, kMiB / 2, 2 * kMiB, 4 * kMiB, 5 * kMiB}) {
    for (const std::size_t size : {around - 1, around, around + 1}) {
      for (const void* tenant : {&one_, &one_, &other_}) {
        ASSERT_OK_AND_ASSIGN(const DocumentBuffer buffer, receive(size, tenant, ++seed));
        EXPECT_TRUE(is_whole(buffer, size, seed)) << size;
      }
    }
  }
}

TEST_F(APooledDocument, TwoAtOnceHaveNothingInCommon) {
  ASSERT_OK_AND_ASSIGN(DocumentBuffer before, receive(9 * kMiB, &one_));
  before = DocumentBuffer();
  ASSERT_OK_AND_ASSIGN(const DocumentBuffer one, receive(5 * kMiB, &one_, 1));
  ASSERT_OK_AND_ASSIGN(const DocumentBuffer other, receive(5 * kMiB, &one_, 2));
  EXPECT_TRUE(is_whole(one, 5 * kMiB, 1));
  EXPECT_TRUE(is_whole(other, 5 * kMiB, 2));
}

TEST_F(APooledDocument, TheNextOneNeedsNoNewMemory) {
  constexpr std::size_t kSize = 7 * kMiB + 12'345;
  for (int i = 0; i < 3; ++i) {
    const long before = page_faults();
    ASSERT_OK_AND_ASSIGN(const DocumentBuffer buffer, receive(kSize, &one_));
    if (i > 0) {
      EXPECT_LT(page_faults() - before, 64) << "of 1,800 pages";
    }
  }
  EXPECT_GE(pool_.kept(), kSize);
  EXPECT_LT(pool_.kept(), kSize + kMiB) << "no more memory than document";
}

// Of a document that hardly comes there is no more memory than has come.
TEST_F(APooledDocument, TakesPiecesAsItsBytesArrive) {
  ASSERT_OK_AND_ASSIGN(DocumentBuffer before, receive(20 * kMiB, &one_));
  before = DocumentBuffer();
  const std::uint64_t kept = pool_.kept();
  ASSERT_OK_AND_ASSIGN(DocumentBuffer buffer, DocumentBuffer::reserve(20 * kMiB, pool_, &one_));
  EXPECT_EQ(pool_.kept(), kept);
  ASSERT_THAT(buffer.append(bytes_of("%PDF")), IsOk());
  EXPECT_EQ(pool_.kept(), kept - DocumentPool::kSmall);
  ASSERT_THAT(buffer.append(Bytes(3 * kMiB, Byte{1})), IsOk());
  EXPECT_EQ(pool_.kept(), kept - 4 * kMiB);
}

}  // namespace
}  // namespace rakkan::http
