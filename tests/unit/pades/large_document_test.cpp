// Offsets beyond ten digits, in a document that is mostly untouched memory.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>

#include "unit/pades/signing.hpp"

namespace rakkan::pades {
namespace {

constexpr std::size_t kTenDigits = 10'000'000'000;

// A catalog, no page, and a gap of zeros before the cross-reference section.
class SparseDocument {
 public:
  explicit SparseDocument(bool stream) : size_(kTenDigits + 4096) {
    void* memory = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
      return;
    }
    memory_ = static_cast<char*>(memory);
    const std::string front = "%PDF-2.0\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n";
    const std::string pages = "2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n";
    std::memcpy(memory_, (front + pages).data(), front.size() + pages.size());
    const std::string second = std::to_string(1'000'000'000 + front.size()).replace(0, 1, "0");
    std::string end = stream
                          ? "3 0 obj\n<</Type/XRef/W[1 1 0]/Index[1 2]/Size 4/Root 1 0 R/Length 4>>\nstream\n\1\11\1" +
                                std::string(1, static_cast<char>(front.size())) + "\nendstream\nendobj\n"
                          : "xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n" + second +
                                " 00000 n \ntrailer\n<</Size 3/Root 1 0 R>>\n";
    end += "startxref\n" + std::to_string(kTenDigits) + "\n%%EOF\n";
    std::memcpy(memory_ + kTenDigits, end.data(), end.size());
    size_ = kTenDigits + end.size();
  }
  SparseDocument(const SparseDocument&) = delete;
  SparseDocument& operator=(const SparseDocument&) = delete;
  ~SparseDocument() { ::munmap(memory_, kTenDigits + 4096); }

  [[nodiscard]] bool mapped() const { return memory_ != nullptr; }
  [[nodiscard]] ByteView view() const { return bytes_of({memory_, size_}); }

 private:
  std::size_t size_;
  char* memory_ = nullptr;
};

TEST(LargeDocument, IsRefusedWhenItsFormIsATable) {
  const SparseDocument document(false);
  ASSERT_TRUE(document.mapped());
  EXPECT_THAT(test::prepared(document.view()), test::FailsWith(ErrorCode::pdf_too_large_for_xref_table));
}

TEST(LargeDocument, IsSignedWhenItsFormIsAStream) {
  const SparseDocument document(true);
  ASSERT_TRUE(document.mapped());
  ASSERT_OK_AND_ASSIGN(const PreparedRevision revision, test::prepared(document.view()));
  EXPECT_GT(revision.byte_range().first_length, kTenDigits);
  EXPECT_NE(text_of(revision.tail()).find("/W[1 5 1]"), std::string_view::npos);
}

}  // namespace
}  // namespace rakkan::pades
