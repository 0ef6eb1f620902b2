#include "rakkan/http/document_buffer.hpp"

#include <utility>

#include "support/result_matchers.hpp"

namespace rakkan::http {
namespace {

using test::FailsWith;
using test::IsOk;

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
}

}  // namespace
}  // namespace rakkan::http
